"""The Arrow schemas of every result: columns, their UCUM units, and what a row is.

A run leaves one table of each kind in ``RUN``; a study puts ``scenario, response, replication`` in
front and joins them. A field's metadata hold ``unit`` (UCUM; ``[money]`` is the cluster's reporting
currency) and ``meaning``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from twins.states import MachineState

TIMESTAMP = pa.timestamp("us", tz="UTC")
MONEY = "[money]"
"""The cluster's reporting currency, in the place of a unit."""

_TEXT, _BOOL, _I8, _I32, _I64, _F64 = (
    pa.string(),
    pa.bool_(),
    pa.int8(),
    pa.int32(),
    pa.int64(),
    pa.float64(),
)

Column = tuple[str, pa.DataType] | tuple[str, pa.DataType, str] | tuple[str, pa.DataType, str, str]


def _schema(*columns: Column) -> pa.Schema:
    fields = []
    for name, kind, *notes in columns:
        metadata = dict(zip(("unit", "meaning"), notes, strict=False))
        fields.append(pa.field(name, kind, metadata=metadata or None))
    return pa.schema(fields)


def _hours(*names: str) -> tuple[Column, ...]:
    return tuple((name, _F64, "h") for name in names)


def _energy(*names: str) -> tuple[Column, ...]:
    return tuple((name, _F64, "kW.h") for name in names)


PHASES: Mapping[str, str] = {
    "run": "a machine works on it",
    "setup": "its machine is set up for it",
    "waiting": "behind other work, or for components that wait themselves",
    "off_shift": "nobody works at that hour",
    "down": "the machine is broken down or maintained",
    "no_operator": "nobody with the skill is free",
    "no_power": "power is lacking, or the machine is not yet warm again",
    "hold": "material, an approval, an inspection or room behind the machine is lacking",
    "dock": "waits for a departure",
    "transport": "is carried",
    "border": "of a journey over a border: what goes beyond the driving hours",
}
"""Phases of a lead time: each millisecond of it is in one of them."""

STATE_HOURS = tuple(f"{state.name.lower()}_h" for state in MachineState)
"""Columns of the machines' table: hours in each state, in the order of the codes."""

RUN: Mapping[str, pa.Schema] = {
    "operations": _schema(
        ("lot", _TEXT),
        ("order", _TEXT),
        ("product", _TEXT),
        ("part", _TEXT),
        ("operation", _I32, "1", "position in the routing, from 0"),
        ("site", _TEXT),
        ("work_centre", _TEXT),
        ("machine", _TEXT),
        ("start", TIMESTAMP, "", "of the attempt that counted"),
        ("finish", TIMESTAMP, "", "null: still running at the horizon"),
        ("quantity", _I64, "1", "good units wanted of the lot"),
        ("units", _I64, "1", "units in work"),
        ("scrapped", _I64, "1", "units lost at this operation"),
        ("attempts", _I32, "1", "interruptions"),
        ("reworks", _I32, "1", "times the lot was sent back after it"),
        ("held_h", _F64, "h", "in quarantine after it, until the horizon"),
    ),
    "orders": _schema(
        ("order", _TEXT),
        ("product", _TEXT),
        ("variant", _TEXT),
        ("customer", _TEXT),
        ("quantity", _I64, "1"),
        ("due", TIMESTAMP),
        ("delivered_at", TIMESTAMP, "", "last lot; null: not complete at the horizon"),
        ("delivered_quantity", _I64, "1"),
        ("on_time_quantity", _I64, "1"),
        ("late_unit_days", _F64, "d", "units x days after due, of what is late at the horizon too"),
        ("lateness_cost_per_unit_day", _F64, MONEY + "/d"),
        ("penalty", _F64, MONEY),
        ("lots", _I32, "1"),
        ("lots_on_time", _I32, "1"),
    ),
    "lots": _schema(
        ("lot", _TEXT),
        ("order", _TEXT),
        ("quantity", _I64, "1"),
        ("due", TIMESTAMP),
        ("delivered_at", TIMESTAMP, "", "null: not delivered at the horizon"),
        ("state", _TEXT, "", "at the horizon: name of twins.work.LotState"),
    ),
    "energy": _schema(
        ("site", _TEXT),
        *_energy(
            "load_kwh",
            "served_kwh",
            "unserved_kwh",
            "pv_available_kwh",
            "pv_kwh",
            "grid_kwh",
            "discharge_kwh",
            "charge_kwh",
            "genset_kwh",
            "dumped_kwh",
            "export_kwh",
        ),
        ("rewarm_kwh", _F64, "kW.h", "of served: machines warming up after a loss of power"),
        ("demand_peak_kw", _F64, "kW", "highest 15-minute mean of the grid power; 0: not charged"),
        ("grid_off_h", _F64, "h"),
        ("fuel_l", _F64, "L", "burnt"),
        ("fuel_dry_at", TIMESTAMP, "", "null: the tank never ran dry"),
        ("grid_cost", _F64, MONEY),
        ("demand_cost", _F64, MONEY, "for the peak of each calendar month begun"),
        ("export_revenue", _F64, MONEY),
        ("fuel_cost", _F64, MONEY),
        ("grid_emission_kg", _F64, "kg", "CO2e, scope 2"),
        ("fuel_emission_kg", _F64, "kg", "CO2e, scope 1"),
        ("emission_kg", _F64, "kg", "CO2e of both"),
    ),
    "tariffs": _schema(
        ("site", _TEXT),
        ("band", _TEXT, "", "base: the hours that no band covers"),
        ("price_per_kwh", _F64, MONEY + "/(kW.h)", "as specified"),
        ("grid_kwh", _F64, "kW.h"),
        ("grid_cost", _F64, MONEY, "timed changes of the price included"),
    ),
    "transports": _schema(
        ("consignment", _TEXT),
        ("link", _TEXT),
        ("start", _TEXT),
        ("end", _TEXT),
        ("mode", _TEXT),
        ("depart", TIMESTAMP),
        ("arrive", TIMESTAMP, "", "expected, where it is on the way at the horizon"),
        ("mass_kg", _F64, "kg"),
        ("lots", _I32, "1"),
        ("cost", _F64, MONEY),
        ("emission_kg", _F64, "kg"),
        ("border", _BOOL),
    ),
    "labour": _schema(
        ("site", _TEXT),
        ("paid_h", _F64, "h", "person-hours, overtime included"),
        *_hours("worked_h", "overtime_h"),
        ("regular_cost", _F64, MONEY, "regular hours in work"),
        ("idle_cost", _F64, MONEY, "regular hours paid without work"),
        ("overtime_cost", _F64, MONEY, "overtime hours at wage times premium"),
        ("call_in_cost", _F64, MONEY, "paid beyond overtime, to the shortest call-in"),
    ),
    "people": _schema(
        ("site", _TEXT),
        ("pool", _TEXT),
        ("kind", _TEXT, "", "people, crew (of repair) or tool"),
        ("capacity", _F64, "1", "people, crews or tools at the horizon"),
        ("available_h", _F64, "h", "their hours, from the fork to the horizon"),
        ("worked_h", _F64, "h", "of them: busy"),
        ("waiting_h", _F64, "h", "machine-hours that waited for a repair crew"),
        ("call_in_h", _F64, "h", "paid beyond overtime, to the shortest call-in"),
    ),
    "approvals": _schema(
        ("site", _TEXT),
        ("product", _TEXT),
        ("part", _TEXT),
        ("lot", _TEXT, "", "the first article"),
        ("approved_at", TIMESTAMP, "", "null: not yet at the horizon"),
        ("cost", _F64, MONEY, "of first articles begun in the run"),
    ),
    "stock": _schema(
        ("site", _TEXT),
        ("material", _TEXT),
        ("owner", _TEXT, "", "customer to whom it belongs; null: nobody's alone"),
        ("on_hand", _F64, "", "here and below in the material's unit"),
        ("reserved", _F64, "", "of it: set aside for operations that wait"),
        ("received", _F64, "", "by standing orders and from the supplier, since the fork"),
        ("recovered", _F64, "", "won back from rejected units"),
        ("issued", _F64, "", "to operations that began"),
        ("on_order", _F64, "", "under way from the supplier"),
        ("orders", _I64, "1", "placed with the supplier since the fork"),
        ("purchased", _F64, "", "brought by the supplier since the fork"),
        ("purchase_cost", _F64, MONEY, "of what was brought"),
    ),
    "machines": _schema(
        ("site", _TEXT),
        ("work_centre", _TEXT),
        ("machine", _TEXT),
        *_hours(*STATE_HOURS),
        ("lost_to_power_h", _F64, "h", "on shift, with work waiting, without power"),
        ("down_off_shift_h", _F64, "h", "of down_h and maintenance_h: outside the shift"),
        ("good", _I64, "1"),
        ("scrap", _I64, "1"),
        ("power_scrap", _I64, "1", "of scrap: lost because power failed"),
        ("shares", _I64, "1", "shares of lots that other machines worked on too"),
        ("run_kwh", _F64, "kW.h"),
        ("rewarm_kwh", _F64, "kW.h", "warming up after a loss of power"),
    ),
    "energy_series": _schema(
        ("site", _TEXT),
        ("time", TIMESTAMP, "", "the values hold from here"),
        ("on_grid", _BOOL),
        *(
            (name, _F64, "kW")
            for name in (
                "pv_available_kw",
                "load_kw",
                "served_kw",
                "pv_kw",
                "grid_kw",
                "discharge_kw",
                "charge_kw",
                "genset_kw",
                "dumped_kw",
                "export_kw",
            )
        ),
        ("soc_kwh", _F64, "kW.h"),
        ("fuel_l", _F64, "L"),
    ),
    "machine_series": _schema(
        ("site", _TEXT),
        ("work_centre", _TEXT),
        ("machine", _TEXT),
        ("time", TIMESTAMP, "", "the state holds from here"),
        ("state", _I8, "1", "code of twins.states.MachineState"),
        ("lot", _TEXT),
    ),
    "lot_series": _schema(
        ("lot", _TEXT),
        ("order", _TEXT),
        ("product", _TEXT),
        ("part", _TEXT),
        ("operation", _I32, "1", "position in the routing, from 0"),
        ("state", _I8, "1", "code of twins.work.LotState"),
        ("place", _TEXT, "", "site or customer; on the way: where it left"),
        ("work_centre", _TEXT, "", "in its queue, or on its machine"),
        ("machine", _TEXT),
        ("link", _TEXT),
        ("start", TIMESTAMP),
        ("finish", TIMESTAMP, "", "the horizon, where it goes on"),
    ),
    "lead_time": _schema(
        ("lot", _TEXT),
        ("order", _TEXT),
        ("product", _TEXT),
        ("quantity", _I64, "1"),
        ("start", TIMESTAMP, "", "release, or the fork where that was before"),
        ("delivered_at", TIMESTAMP, "", "null: not delivered at the horizon"),
        ("lead_time_h", _F64, "h", "to delivery or horizon; the sum of what follows"),
        *((f"{name}_h", _F64, "h", meaning) for name, meaning in PHASES.items()),
    ),
    "wip": _schema(
        ("place", _TEXT, "", "site or customer; on the way: where it left"),
        ("time", TIMESTAMP, "", "every full hour from the fork"),
        ("queued_lots", _I64, "1"),
        ("working_lots", _I64, "1"),
        ("docked_lots", _I64, "1", "wait for a departure"),
        ("carried_lots", _I64, "1"),
        ("held_lots", _I64, "1", "wait for material, an approval or an inspection"),
    ),
    "bottlenecks": _schema(
        ("rank", _I32, "1", "by waiting_caused_h"),
        ("utilisation_rank", _I32, "1"),
        ("site", _TEXT),
        ("work_centre", _TEXT),
        ("machines", _I32, "1"),
        ("busy_h", _F64, "h", "machine-hours in work and setup"),
        ("planned_h", _F64, "h", "planned busy time (PBT) of its machines"),
        ("utilisation", _F64, "1", "busy over planned"),
        ("lots", _I32, "1", "times that a lot was in its queue"),
        ("waiting_caused_h", _F64, "h", "lot-hours in its queue while it is on shift"),
        ("behind_work_h", _F64, "h", "of these: a machine of it works or is ready"),
        ("no_power_h", _F64, "h", "of these: none works, one lacks power or is cold"),
        ("down_h", _F64, "h", "of these: its machines are down or maintained"),
        ("no_operator_h", _F64, "h", "of these: nobody with the skill is free"),
        ("hold_h", _F64, "h", "of these: what is on its machines cannot go on"),
        ("off_shift_h", _F64, "h", "beside these: lot-hours in its queue outside the shift"),
        ("mean_queue_lots", _F64, "1"),
    ),
    "plans": _schema(
        ("decided_at", TIMESTAMP),
        ("moves", _I32, "1", "operations that the plan takes elsewhere"),
        ("expected_cost", _F64, MONEY, "weighted objective of the plan's own replay"),
        ("digest", _TEXT, "", "SHA-256 of work centre and rank of each open operation"),
    ),
    "moves": _schema(
        ("decided_at", TIMESTAMP),
        ("lot", _TEXT),
        ("operation", _I32, "1", "position in the routing, from 0"),
        ("process", _TEXT),
        ("from_site", _TEXT),
        ("from_work_centre", _TEXT),
        ("to_site", _TEXT),
        ("to_work_centre", _TEXT),
        ("qualified", pa.list_(_TEXT), "", "sites that could do it"),
    ),
}
"""Tables of one run. The series, ``lead_time``, ``wip`` and ``bottlenecks`` are of runs traced at
level ``full`` alone, and moves are told one by one: both in replication 0."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "operations": ("lot", "operation"),
    "orders": ("order",),
    "lots": ("lot",),
    "energy": ("site",),
    "tariffs": ("site", "band"),
    "transports": ("depart", "link", "start", "consignment"),
    "labour": ("site",),
    "people": ("site", "kind", "pool"),
    "approvals": ("site", "product", "part"),
    "stock": ("site", "material", "owner"),
    "machines": ("site", "machine"),
    "energy_series": ("site", "time"),
    "machine_series": ("site", "machine", "time"),
    "lot_series": ("lot", "start"),
    "lead_time": ("lot",),
    "wip": ("place", "time"),
    "bottlenecks": ("rank",),
    "plans": ("decided_at",),
    "moves": ("decided_at", "lot", "operation"),
}
"""Columns that name a row of a run; a written result is sorted by them."""

PREFIX = _schema(("scenario", _TEXT), ("response", _TEXT), ("replication", _I32, "1"))
"""In front of every result table."""

KPIS = _schema(
    ("scenario", _TEXT),
    ("policy", _TEXT),
    ("coordination", _I8, "", "degree: 0 none, 1 informed, 2 agreed, 3 central, 4 auction"),
    ("response", _TEXT),
    ("replication", _I32, "1"),
    ("scope", _TEXT, "", "cluster, site, order, ..."),
    ("subject", _TEXT, "", "id of the site, order, ...; the cluster's id for the cluster"),
    ("kpi", _TEXT),
    ("value", _F64, "", "in the row's unit; null: not defined in this run"),
    ("unit", _TEXT, "", "UCUM, or the currency"),
)
"""Long rows: one figure each."""

KPI_KEYS = ("scenario", "response", "replication", "scope", "subject", "kpi")


def result_schema(name: str) -> pa.Schema:
    """Schema of a table of a study: the prefix, then the columns of the run's table.

    Raises
    ------
    KeyError
        When no such table exists.
    """
    if name == "kpis":
        return KPIS
    return pa.schema([*PREFIX, *RUN[name]])


def run_table(name: str, columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    """A table of a run from columns of values (sequences or numpy arrays), in exactly its schema.

    Raises
    ------
    KeyError
        When the table or one of its columns is missing.
    """
    schema = RUN[name]
    arrays = [pa.array(columns[field.name], type=field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)
