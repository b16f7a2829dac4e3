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
        ("genset_starting", pa.bool_()),
        ("genset_since", TIMESTAMP),
        ("battery_held", pa.bool_()),
        ("fuel_received_at", TIMESTAMP),
        ("pv_kw", _F64, "kW"),
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
        ("powered", pa.bool_()),
        ("powered_since", TIMESTAMP),
        ("family", _TEXT),
        ("setup_left_h", _F64, "h"),
        ("setup_h", _F64, "h"),
        ("interrupted", pa.bool_()),
        ("interrupted_since", TIMESTAMP),
        ("pool", _TEXT),
        ("failure", _I8),
        ("failure_since", TIMESTAMP),
        ("use_h", _F64, "h"),
        ("upkeep", _I8),
        ("upkeep_since", TIMESTAMP),
        ("upkeep_left_h", _F64, "h"),
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
        ("until", TIMESTAMP),
        ("visits", pa.list_(_I32)),
        ("loops", pa.list_(_I32)),
        ("card", _TEXT),
        ("loop", _TEXT),
        ("queued", TIMESTAMP),
        ("left_h", _F64, "h"),
        ("done_h", _F64, "h"),
        ("materials", pa.list_(_TEXT)),
        ("express", pa.bool_()),
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
        ("site", _TEXT),
        ("product", _TEXT),
        ("part", _TEXT),
        ("status", _I8),
        ("lot", _TEXT),
        ("since", TIMESTAMP),
    ),
    "transports": _schema(
        ("consignment", _TEXT),
        ("link", _TEXT),
        ("lots", pa.list_(_TEXT)),
        ("depart", TIMESTAMP),
        ("eta", TIMESTAMP),
    ),
    "deliveries": _schema(
        ("site", _TEXT),
        ("material", _TEXT),
        ("number", _I32),
        ("quantity", _F64),
        ("ordered", TIMESTAMP),
        ("expected", TIMESTAMP),
    ),
    "absences": _schema(
        ("site", _TEXT), ("pool", _TEXT), ("number", _I32), ("people", _F64), ("until", TIMESTAMP)
    ),
    "vehicles": _schema(
        ("link", _TEXT),
        ("start", _TEXT),
        ("number", _I32),
        ("back", TIMESTAMP),
        ("consignment", _TEXT),
    ),
    "untold": _schema(("site", _TEXT), ("asset", _TEXT), ("fact", _TEXT)),
}
"""Schema of every table of a snapshot.

``operation`` is the cursor into the routing: the number of finished operations. Stock quantities
are in the material's own unit, money in the cluster's reporting currency. ``approvals.status``: 0
forbidden, 1 approved, 2 first article needed, 3 first article under way, 4 waits for approval.
``declined`` holds the lots of customers that nobody makes. ``proposals`` has a row for each open
proposal and site that it asks, ``accepted`` null before the answer, and ``proposed`` the entries
that it would put or remove. While a lot travels, its ``place`` is the one it left; ``link`` and
``place`` give the direction.

``machines``: what is not ``powered`` is cold. ``setup_left_h``, ``remaining_h``, ``use_h`` (work
since the last repair) and ``upkeep_left_h`` (of its clock; below 0: overdue) hold at the moment of
the cut. ``failure``: 0 none, 1 under repair, 2 waits for a crew; ``upkeep``: 0 not due, 1 due,
2 under way. ``lots``: ``until`` is the end of a quarantine; ``visits`` and what follows it are the
lot's traveller (``twins.traveller``). ``deliveries``: ordered and not here; without a ``material``,
litres of fuel. ``vehicles`` are out and expected ``back`` at ``start``. ``untold``: what a site
could have told and did not, so that it is assumed (``federation.untold``).
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
    "deliveries": ("site", "material", "number"),
    "absences": ("site", "pool", "number"),
    "vehicles": ("link", "start", "number"),
    "untold": ("site", "asset", "fact"),
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
