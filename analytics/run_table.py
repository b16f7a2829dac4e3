"""A table of a run in numbers: key figures are summed from it, and Arrow tables made of it.

Names stand as rows of lists that all runs of a study share, times as integers. So a run is read,
measured, sorted and sent without a text, and the Arrow columns are made once for all runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.remember import by_identity
from analytics.tables import KEYS, RUN

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_LAST = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False, slots=True)
class Named:
    """A column of names.

    Parameters
    ----------
    names
        What the rows are called: text, with nulls where something has no name.
    rows
        Integers, rows of ``names``; -1 is null.
    source
        Where whoever has the model finds ``names``: they do not travel with the column.
    """

    names: pa.Array
    rows: npt.NDArray[Any]
    source: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Sparse:
    """A column of numbers of which some are missing; times are microseconds since 1970."""

    values: npt.NDArray[Any]
    missing: Mask


@dataclass(frozen=True, eq=False, slots=True)
class Numbered:
    """A column of names that end in a number: ``names[row] + number + suffix``."""

    names: Named
    numbers: Ints
    suffix: str


Column: TypeAlias = "npt.NDArray[Any] | Named | Sparse | Numbered"


class RunTable:
    """Columns of a table of ``analytics.tables.RUN``, or of another schema.

    Parameters
    ----------
    name
        Of the table.
    columns
        By name, all of the same length; nobody changes them.
    schema
        That of ``RUN`` unless given.
    """

    def __init__(
        self, name: str, columns: Mapping[str, Column], schema: pa.Schema | None = None
    ) -> None:
        self.name = name
        self.schema = RUN[name] if schema is None else schema
        self.columns = dict(columns)

    def __len__(self) -> int:
        first = next(iter(self.columns.values()))
        return _length(first)

    def __getitem__(self, column: str) -> Column:
        return self.columns[column]

    def numbers(self, column: str) -> npt.NDArray[Any]:
        """Values of a column in which none is missing.

        Raises
        ------
        TypeError
            When it is a column of names, or values are missing.
        """
        found = self.columns[column]
        if isinstance(found, Sparse) and not found.missing.any():
            return found.values
        if not isinstance(found, np.ndarray):
            raise TypeError(f"'{column}' of '{self.name}' is no column of numbers alone")
        return found

    def moments(self, column: str) -> tuple[Ints, Mask]:
        """Microseconds since 1970 (0 where there is no moment), and where there is none.

        Raises
        ------
        TypeError
            When it is no column of moments.
        """
        found = self.columns[column]
        if not isinstance(found, Sparse):
            raise TypeError(f"'{column}' of '{self.name}' is no column of moments")
        return found.values, found.missing

    def names(self, column: str) -> Named:
        """Rows and names of a column of names.

        Raises
        ------
        TypeError
            When it is another column.
        """
        found = self.columns[column]
        if not isinstance(found, Named):
            raise TypeError(f"'{column}' of '{self.name}' is no column of names")
        return found

    def texts(self, column: str) -> list[str | None]:
        """Names of a column, row by row."""
        found = self.names(column)
        known = texts(found.names)
        return [known[row] if row >= 0 else None for row in found.rows.tolist()]

    def named(self, column: str, *wanted: str) -> Mask:
        """Which rows have one of these names."""
        found = self.names(column)
        known = [name in wanted for name in texts(found.names)]
        mask: Mask = np.array([*known, False], dtype=np.bool_)[found.rows]  # -1: the last, none
        return mask

    def picked(self, rows: npt.NDArray[Any], only: Iterable[str] | None = None) -> RunTable:
        """Some rows: by number, or those that a mask marks; ``only``: just these columns."""
        names = self.columns if only is None else only
        columns = {name: _picked(self.columns[name], rows) for name in names}
        return RunTable(self.name, columns, self.schema)

    def having(self, **columns: Column) -> RunTable:
        """The table with other columns of these names."""
        return RunTable(self.name, {**self.columns, **columns}, self.schema)

    def in_order(self, keys: Sequence[str] | None = None) -> RunTable:
        """The rows sorted by the table's key, missing values last."""
        keys = KEYS[self.name] if keys is None else keys
        columns = [_sort_key(self.columns[key]) for key in keys]
        if _sorted(columns):
            return self
        return self.picked(np.lexsort(columns[::-1]))

    def arrow(self) -> pa.Table:
        """The Arrow table, in exactly its schema."""
        return joined_columns([self])


def joined_columns(tables: Sequence[RunTable]) -> pa.Table:
    """The rows of tables of one schema (at least one of them) after each other, as Arrow."""
    schema = tables[0].schema
    arrays = [_arrow([one[field.name] for one in tables], field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


@by_identity(256)
def texts(names: pa.Array) -> list[Any]:
    """Names as Python has them; of one list made once."""
    found: list[Any] = names.to_pylist()
    return found


@by_identity(256)
def ranks(names: pa.Array) -> Ints:
    """int64[names]: place of each in the order of all; equal ones share it, null is last."""
    found = pc.rank(names, sort_keys="ascending", tiebreaker="dense")
    place: Ints = found.to_numpy().astype(np.int64)
    if names.null_count:
        place[names.is_null().to_numpy(zero_copy_only=False)] = _LAST
    return place


def _length(column: Column) -> int:
    if isinstance(column, Named):
        return len(column.rows)
    if isinstance(column, Sparse):
        return len(column.values)
    if isinstance(column, Numbered):
        return len(column.numbers)
    return len(column)


def _picked(column: Column, rows: npt.NDArray[Any]) -> Column:
    if isinstance(column, Named):
        return Named(column.names, column.rows[rows], column.source)
    if isinstance(column, Sparse):
        return Sparse(column.values[rows], column.missing[rows])
    if isinstance(column, Numbered):
        heads = column.names
        names = Named(heads.names, heads.rows[rows], heads.source)
        return Numbered(names, column.numbers[rows], column.suffix)
    some: npt.NDArray[Any] = column[rows]
    return some


def _sort_key(column: Column) -> npt.NDArray[Any]:
    if isinstance(column, Named):
        rows = column.rows
        if not len(column.names):
            return np.full(len(rows), _LAST)
        return np.where(rows >= 0, ranks(column.names)[rows], _LAST)
    if isinstance(column, Sparse):
        return np.where(column.missing, _LAST, column.values)
    if isinstance(column, Numbered):
        built = _arrow([column], pa.string())
        return ranks(built)
    return column


def _sorted(columns: Sequence[npt.NDArray[Any]]) -> bool:
    """Whether rows stand in the order of these columns, the first one counting most.

    Most tables of a run do; to see it takes a fraction of the time that sorting does.
    """
    tied: Mask = np.ones(max(len(columns[0]) - 1, 0), dtype=np.bool_)
    for column in columns:
        before, after = column[:-1], column[1:]
        if (tied & (before > after)).any():
            return False
        tied &= before == after
        if not tied.any():
            return True
    return True


def _arrow(parts: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Columns of one kind after each other, as Arrow."""
    first = parts[0]
    if isinstance(first, Named):
        return _taken(parts)
    if isinstance(first, Numbered):
        numbers = pa.array(np.concatenate([part.numbers for part in parts])).cast(pa.string())
        heads = _taken([part.names for part in parts])
        return pc.binary_join_element_wise(heads, numbers, first.suffix, "")
    if isinstance(first, Sparse):
        values = np.concatenate([part.values for part in parts])
        missing = np.concatenate([part.missing for part in parts])
        if pa.types.is_timestamp(kind):
            return pa.array(values, mask=missing).view(kind)
        return pa.array(values, mask=missing, type=kind)
    return pa.array(np.concatenate(parts), type=kind)


def _taken(parts: Iterable[Named]) -> pa.Array:
    """The names of columns after each other; columns that share a list are looked up at once."""
    arrays = []
    for _, same in groupby(parts, key=lambda part: id(part.names)):
        group = list(same)
        rows = np.concatenate([part.rows for part in group])
        arrays.append(group[0].names.take(pa.array(rows, mask=rows < 0)))
    return arrays[0] if len(arrays) == 1 else pa.concat_arrays(arrays)
