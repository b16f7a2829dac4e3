"""Snapshots with observations made by hand."""

from dataclasses import replace
from typing import Any

import pyarrow as pa

from federation.snapshot import ClusterSnapshot
from federation.tables import KEYS, SCHEMAS


def observed(snapshot: ClusterSnapshot, **rows: list[dict[str, Any]]) -> ClusterSnapshot:
    """The snapshot with these values in the rows of the same key; new keys are new rows."""
    tables = dict(snapshot.tables)
    for name, told in rows.items():
        found = {_key(name, row): row for row in tables[name].to_pylist()}
        for row in told:
            usual = found.get(_key(name, row), dict.fromkeys(SCHEMAS[name].names))
            found[_key(name, row)] = usual | row
        tables[name] = pa.Table.from_pylist(list(found.values()), schema=SCHEMAS[name])
    return replace(snapshot, tables=tables)


def _key(name: str, row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column] for column in KEYS[name])
