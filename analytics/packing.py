"""Tables of runs for the journey from a worker: few large arrays, and no name that is known there.

A run has some 250 columns in some twenty tables. Pickled one by one they would take longer to read
than some runs take; so the columns of a table that have one type travel as one array.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analytics.run_table import Column, Named, Numbered, RunTable, Sparse
from analytics.tables import RUN

Place = tuple[int, int]
"""Block, and row of it."""


class Packed(NamedTuple):
    """A table on its way.

    Parameters
    ----------
    name, schema
        Of the table; ``None``: that of ``analytics.tables.RUN``.
    blocks
        Arrays ``[columns, rows]``, one for each type.
    plan
        What each column is made of: its name, its kind, and where its parts lie.
    """

    name: str
    schema: pa.Schema | None
    blocks: list[npt.NDArray[Any]]
    plan: list[tuple[str, str, tuple[Any, ...]]]


def packed(table: RunTable) -> Packed:
    """A table for its journey."""
    gathered: dict[np.dtype[Any], list[npt.NDArray[Any]]] = {}
    plan: list[tuple[str, str, tuple[Any, ...]]] = []

    def put(values: npt.NDArray[Any]) -> Place:
        of_type = gathered.setdefault(values.dtype, [])
        of_type.append(values)
        return list(gathered).index(values.dtype), len(of_type) - 1

    def put_names(column: Named) -> tuple[Any, ...]:
        rows = put(column.rows.astype(np.int32))
        return rows, column.source, None if column.source else column.names

    for name, column in table.columns.items():
        if isinstance(column, Named):
            plan.append((name, "named", put_names(column)))
        elif isinstance(column, Sparse):
            plan.append((name, "sparse", (put(column.values), put(column.missing))))
        elif isinstance(column, Numbered):
            names = put_names(column.names)
            plan.append((name, "numbered", (*names, put(column.numbers), column.suffix)))
        else:
            plan.append((name, "plain", (put(column),)))
    blocks = [np.stack(of_type) for of_type in gathered.values()]
    own = None if RUN.get(table.name) is table.schema else table.schema
    return Packed(table.name, own, blocks, plan)


def unpacked(parcel: Packed, known: Mapping[str, pa.Array]) -> RunTable:
    """A table after its journey; ``known``: lists of names by source."""
    blocks = parcel.blocks

    def at(place: Place) -> npt.NDArray[Any]:
        found: npt.NDArray[Any] = blocks[place[0]][place[1]]
        return found

    def named(rows: Place, source: str, names: pa.Array | None) -> Named:
        return Named(known[source] if names is None else names, at(rows), source)

    make: dict[str, Callable[..., Column]] = {
        "named": named,
        "sparse": lambda values, missing: Sparse(at(values), at(missing)),
        "numbered": lambda rows, source, names, numbers, suffix: Numbered(
            named(rows, source, names), at(numbers), suffix
        ),
        "plain": at,
    }
    columns = {name: make[kind](*parts) for name, kind, parts in parcel.plan}
    return RunTable(parcel.name, columns, parcel.schema)
