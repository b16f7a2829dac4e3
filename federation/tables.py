"""The Arrow schemas of a cluster snapshot: columns, units in the field metadata, and row keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

TIMESTAMP = pa.timestamp("us", tz="UTC")


def _schema(*columns: tuple[str, pa.DataType] | tuple[str, pa.DataType, str]) -> pa.Schema:
    fields = []
    for column in columns:
        metadata = {"unit": column[2]} if len(column) == 3 else None
        fields.append(pa.field(column[0], column[1], metadata=metadata))
    return pa.schema(fields)


_TEXT, _I8, _I32, _I64, _F64 = pa.string(), pa.int8(), pa.int32(), pa.int64(), pa.float64()

SCHEMAS: Mapping[str, pa.Schema] = {
    "sites": _schema(
        ("site", _TEXT),
        ("revision", _I64),
        ("last_time", TIMESTAMP),
        ("age_s", _F64, "s"),
        ("grid_available", pa.bool_()),
        ("grid_since", TIMESTAMP),
        ("soc_kwh", _F64, "kW.h"),
        ("fuel_l", _F64, "L"),
        ("genset_running", pa.bool_()),
        ("state_hash", _TEXT),
    ),
    "machines": _schema(
        ("site", _TEXT),
        ("work_centre", _TEXT),
        ("machine", _TEXT),
        ("state", _I8),
        ("since", TIMESTAMP),
        ("lot", _TEXT),
        ("operation", _I32),
        ("remaining_h", _F64, "h"),
        ("good", _I64, "1"),
        ("scrap", _I64, "1"),
        ("age_s", _F64, "s"),
        ("quality", pa.uint8()),
    ),
    "stock": _schema(("site", _TEXT), ("material", _TEXT), ("quantity", _F64), ("reserved", _F64)),
    "lots": _schema(
        ("lot", _TEXT),
        ("order", _TEXT),
        ("product", _TEXT),
        ("part", _TEXT),
        ("quantity", _I64, "1"),
        ("state", _I8),
        ("operation", _I32),
        ("place", _TEXT),
        ("event", _I64),
        ("since", TIMESTAMP),
        ("machine", _TEXT),
        ("units", _I64, "1"),
        ("good", _I64, "1"),
        ("attempt", _I32),
        ("link", _TEXT),
        ("consignment", _TEXT),
        ("eta", TIMESTAMP),
        ("waiting", _I32),
    ),
    "orders": _schema(
        ("order", _TEXT),
        ("product", _TEXT),
        ("variant", _TEXT),
        ("customer", _TEXT),
        ("quantity", _I64, "1"),
        ("release", TIMESTAMP),
        ("due", TIMESTAMP),
        ("lateness_cost_per_unit_day", _F64),
        ("delivered_quantity", _I64, "1"),
    ),
    "schedule": _schema(
        ("lot", _TEXT),
        ("operation", _I32),
        ("site", _TEXT),
        ("work_centre", _TEXT),
        ("rank", _I64),
        ("planned_start", TIMESTAMP),
        ("planned_finish", TIMESTAMP),
    ),
    "declined": _schema(("lot", _TEXT)),
    "proposals": _schema(
        ("proposal", _TEXT),
        ("site", _TEXT),
        ("base_version", _I64),
        ("made_at", TIMESTAMP),
        ("deadline", TIMESTAMP),
        ("policy", _TEXT),
        ("gains", _I64, "1"),
        ("losses", _I64, "1"),
        ("shifts", _I64, "1"),
        ("gained_h", _F64, "h"),
        ("lost_h", _F64, "h"),
        ("largest_shift_h", _F64, "h"),
        ("accepted", pa.bool_()),
    ),
    "proposed": _schema(
        ("proposal", _TEXT),
        ("lot", _TEXT),
        ("operation", _I32),
        ("removed", pa.bool_()),
        ("site", _TEXT),
        ("work_centre", _TEXT),
        ("rank", _I64),
        ("planned_start", TIMESTAMP),
        ("planned_finish", TIMESTAMP),
    ),
    "approvals": _schema(
        ("site", _TEXT), ("product", _TEXT), ("part", _TEXT), ("status", _I8), ("lot", _TEXT)
    ),
    "transports": _schema(
        ("consignment", _TEXT),
        ("link", _TEXT),
        ("lots", pa.list_(_TEXT)),
        ("depart", TIMESTAMP),
        ("eta", TIMESTAMP),
    ),
}
"""Schema of every table of a snapshot.

``operation`` is the cursor into the routing: the number of finished operations. Stock quantities
are in the material's own unit, money in the cluster's reporting currency. ``approvals.status``: 0
forbidden, 1 approved, 2 first article needed, 3 first article under way, 4 waits for approval.
``declined`` holds the lots of customers that nobody makes. ``proposals`` has a row for each open
proposal and site that it asks, ``accepted`` null before the answer, and ``proposed`` the entries
that it would put or remove. While a lot travels, its ``place`` is the one it left; ``link`` and
``place`` give the direction.
"""

KEYS: Mapping[str, tuple[str, ...]] = {
    "sites": ("site",),
    "machines": ("site", "machine"),
    "stock": ("site", "material"),
    "lots": ("lot",),
    "orders": ("order",),
    "schedule": ("lot", "operation"),
    "declined": ("lot",),
    "proposals": ("proposal", "site"),
    "proposed": ("proposal", "lot", "operation"),
    "approvals": ("site", "product", "part"),
    "transports": ("consignment",),
}
"""Columns that name a row; the content hash reads rows in their order."""


def table(name: str, columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    """A table of the snapshot from columns of Python values, in exactly its schema.

    Raises
    ------
    KeyError
        When a column of the schema is missing.
    """
    schema = SCHEMAS[name]
    arrays = [pa.array(columns[field.name], type=field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)
