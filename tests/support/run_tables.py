"""Tables of a run made by hand, in numbers as a run leaves them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.kpis.base import Family, Figure, Run, Setting
from analytics.run_table import Column, Named, RunTable, Sparse
from analytics.tables import RUN, run_table


def table_of(name: str, *entries: Mapping[str, Any]) -> RunTable:
    """A table with what is given; what is not given is 0, empty or null."""
    return in_numbers(name, arrow_of(name, *entries))


def arrow_of(name: str, *entries: Mapping[str, Any]) -> pa.Table:
    """The same as an Arrow table."""
    columns: dict[str, list[Any]] = {}
    for field in RUN[name]:
        blank = 0 if pa.types.is_floating(field.type) or pa.types.is_integer(field.type) else None
        if pa.types.is_boolean(field.type):
            blank = False
        columns[field.name] = [entry.get(field.name, blank) for entry in entries]
    return run_table(name, columns)


def figures_of(family: Family, run: Run, setting: Setting) -> list[Figure]:
    """The figures of a family, those of the sites one by one."""
    found: list[Figure] = []
    for figure in family.measure(run, setting):
        found += [figure] if isinstance(figure, Figure) else figure.each(setting)
    return found


def in_numbers(name: str, table: pa.Table) -> RunTable:
    """An Arrow table in numbers; columns of lists are left out."""
    columns: dict[str, Column] = {}
    for field in RUN[name]:
        values = table.column(field.name).combine_chunks()
        if isinstance(values, pa.ChunkedArray):  # an empty table has no chunk
            values = pa.array([], type=field.type)
        if pa.types.is_string(field.type):
            known = sorted({value for value in values.to_pylist() if value is not None})
            rows = [-1 if value is None else known.index(value) for value in values.to_pylist()]
            columns[field.name] = Named(
                pa.array(known, type=pa.string()), np.array(rows, dtype=np.int64)
            )
        elif pa.types.is_timestamp(field.type):
            moments = values.view(pa.int64())
            missing = moments.is_null().to_numpy(zero_copy_only=False)
            columns[field.name] = Sparse(moments.fill_null(0).to_numpy(), missing)
        elif not pa.types.is_list(field.type):
            columns[field.name] = values.to_numpy(zero_copy_only=False)
    return RunTable(name, columns)
