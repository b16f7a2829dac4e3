"""Tables: compiled code reads and writes the arrays of its nouns as plain Python does."""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
import pytest
from numba.core.errors import NumbaError

from analytics.simulation.cache import CompiledEntry, compiled, compiled_apart
from analytics.simulation.tables import by_reference

PART = np.dtype([("count", "i8"), ("small", "i2"), ("mark", "u1"), ("mean", "f8")], align=True)


class Box(NamedTuple):
    """Constants (``_c``), records, numbers."""

    part_c: Any
    part: Any
    grid: Any


@compiled
def _add(box: Any, row: int) -> None:
    record = box.part[row]
    record.small += box.part_c[row].small * 1000 // 1000  # more than 16 bits on the way
    record.count += box.part_c[row].small * box.part_c[row].small
    record.mark = record.mark + 1
    record.mean = record.count / len(box.part)


@compiled_apart
def _all(box: Any) -> int:
    for row in range(len(box.part)):
        _add(box, row)
        box.grid[row, 1] = box.part[row].count + box.grid.shape[0]
    return int(box.grid[0, 1])


def add_all(part_c: Any, part: Any, grid: Any) -> int:
    """Change ``part`` and ``grid``."""
    return int(_all(by_reference(Box(part_c, part, grid))))


@compiled_apart
def _break_rule(box: Any) -> int:
    box.part_c[0].count = 1
    return 0


def break_rule(part_c: Any, part: Any, grid: Any) -> int:
    """Write to what never changes."""
    return int(_break_rule(by_reference(Box(part_c, part, grid))))


def signature() -> Any:
    records = numba.types.Array(numba.from_dtype(PART), 1, "C")
    return numba.int64(records, records, numba.int64[:, ::1])


@pytest.fixture
def arrays(monkeypatch, tmp_path):
    monkeypatch.setenv("TWINFED_CACHE_DIR", str(tmp_path))
    constants, parts = np.zeros(3, PART), np.zeros(3, PART)
    constants["small"] = [30_000, -7, 181]
    parts["mark"] = [0, 254, 7]
    return constants, parts, np.zeros((3, 2), np.int64)


def test_records_and_numbers_are_read_and_written_in_place(arrays) -> None:
    constants, parts, grid = arrays
    assert CompiledEntry("add", add_all, signature)(constants, parts, grid) == 900_000_003
    assert parts["count"].tolist() == [900_000_000, 49, 32_761]  # wider than the fields read
    assert parts["small"].tolist() == [30_000, -7, 181]
    assert parts["mark"].tolist() == [1, 255, 8]
    assert parts["mean"].tolist() == [count / 3 for count in (900_000_000, 49, 32_761)]
    assert grid.tolist() == [[0, 900_000_003], [0, 52], [0, 32_764]]


def test_what_never_changes_in_a_run_cannot_be_written(arrays) -> None:
    with pytest.raises((NumbaError, TypeError), match="never changes in a run"):
        CompiledEntry("broken", break_rule, signature)(*arrays)
