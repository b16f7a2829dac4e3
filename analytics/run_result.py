"""What one run of a study leaves, and the tables of all runs that are made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from analytics.job import Job
from analytics.kpis.registry import UNDISTURBED, figure_names
from analytics.packing import Packed, packed, unpacked
from analytics.rerouting.coordination.degrees import degree_of
from analytics.run_table import RunTable, joined_columns
from analytics.simulation.columns import RunColumns
from analytics.tables import result_schema


@dataclass(frozen=True, eq=False)
class RunResult:
    """Key figures and tables of one run.

    Parameters
    ----------
    scenario, policy, response, replication
        Which run it is.
    figures
        The key figures: ``analytics.tables.KPIS`` without what names the run.
    tables
        Those of ``analytics.tables.RUN``, each in the order of its key; a table with lists is an
        Arrow table.
    """

    scenario: str
    policy: str
    response: str
    replication: int
    figures: RunTable
    tables: Mapping[str, RunTable | pa.Table]

    @property
    def key(self) -> tuple[str, str, int]:
        """What its rows are sorted by among those of other runs."""
        return self.scenario, self.response, self.replication

    def of(self, name: str) -> RunTable | pa.Table | None:
        """A table by name, ``kpis`` among them; ``None``: the run has no rows of it."""
        return self.figures if name == "kpis" else self.tables.get(name)

    def packed(self) -> Parcel:
        """The result for a journey between processes that both have the job."""
        tables = [
            (name, packed(table) if isinstance(table, RunTable) else table)
            for name, table in self.tables.items()
        ]
        run = self.scenario, self.policy, self.response, self.replication
        return Parcel(run, packed(self.figures), tables)


class Parcel(NamedTuple):
    """A result on its way: which run it is, its figures and its tables."""

    run: tuple[str, str, str, int]
    figures: Packed
    tables: list[tuple[str, Packed | pa.Table]]


class Receiver:
    """Gives results that travelled their names again.

    Parameters
    ----------
    job
        Of the study, as the sender has it.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._known: dict[tuple[str, str], Mapping[str, pa.Array]] = {}

    def unpacked(self, parcel: Parcel) -> RunResult:
        """The result as it was before it was packed."""
        scenario, _, response, _ = parcel.run
        if (scenario, response) not in self._known:
            self._known[scenario, response] = _names_of(self._job, scenario, response)
        known = self._known[scenario, response]
        tables = {
            name: unpacked(table, known) if isinstance(table, Packed) else table
            for name, table in parcel.tables
        }
        return RunResult(*parcel.run, unpacked(parcel.figures, known), tables)


def _names_of(job: Job, scenario: str, response: str) -> dict[str, pa.Array]:
    """Lists of names by source, as the runs of a response to a scenario have them."""
    case = next(case for case in job.cases if case.scenario.id == scenario)
    calm = response.partition("+")[0] == UNDISTURBED
    columns = RunColumns.of(job.undisturbed.model if calm else case.model)
    setting = job.setting if response == UNDISTURBED else case.setting
    return {**columns.known, **figure_names(setting)}


def joined(name: str, results: Iterable[RunResult]) -> pa.Table:
    """A table of a study out of its runs, whatever order they came in: sorted by run, then key."""
    schema = result_schema(name)
    found = [
        (result, table)
        for result in sorted(results, key=lambda one: one.key)
        if (table := result.of(name)) is not None and len(table)
    ]
    if not found:
        return schema.empty_table()
    rows = [table for _, table in found if isinstance(table, RunTable)]
    if len(rows) == len(found):
        own = joined_columns(rows)
    else:
        own = pa.concat_tables(
            [table.arrow() if isinstance(table, RunTable) else table for _, table in found]
        ).combine_chunks()
    front = _front([result for result, _ in found], [len(table) for _, table in found])
    columns = [
        front[field.name] if field.name in front else own.column(field.name) for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema).combine_chunks()


def _front(results: Sequence[RunResult], counts: Sequence[int]) -> dict[str, pa.Array]:
    """The columns that say of which run each row is."""
    run = np.repeat(np.arange(len(results)), counts)
    columns = {
        "scenario": pa.array([one.scenario for one in results], type=pa.string()),
        "policy": pa.array([one.policy for one in results], type=pa.string()),
        "coordination": pa.array([degree_of(one.policy) for one in results], type=pa.int8()),
        "response": pa.array([one.response for one in results], type=pa.string()),
        "replication": pa.array([one.replication for one in results], type=pa.int32()),
    }
    rows = pa.array(run)
    return {name: column.take(rows) for name, column in columns.items()}
