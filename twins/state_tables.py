"""The state of a site as Arrow tables for readers: units in the field metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from twins.keys import Meter
from twins.latest import NEVER
from twins.quarantine import EXPLANATION
from twins.states import TIME_ELEMENT, MachineState

if TYPE_CHECKING:
    from twins.fold import TwinState
    from twins.meters import Accounts

TIMESTAMP = pa.timestamp("us", tz="UTC")
_US_PER_H = 3.6e9


def _unit(code: str) -> dict[str, str]:
    return {"unit": code}


SCHEMAS: Mapping[str, pa.Schema] = {
    "values": pa.schema(
        [
            pa.field("asset", pa.string()),
            pa.field("signal", pa.string()),
            pa.field("time", TIMESTAMP),
            pa.field("value", pa.float64()),
            pa.field("text", pa.string()),
            pa.field("quality", pa.uint8()),
            pa.field("source", pa.string()),
        ]
    ),
    "lots": pa.schema(
        [
            pa.field("lot", pa.string()),
            pa.field("event", pa.int64()),
            pa.field("state", pa.int8()),
            pa.field("operation", pa.int32()),
            pa.field("place", pa.string()),
            pa.field("quantity", pa.int64(), metadata=_unit("1")),
            pa.field("good", pa.int64(), metadata=_unit("1")),
            pa.field("attempt", pa.int32()),
            pa.field("machine", pa.string()),
            pa.field("link", pa.string()),
            pa.field("consignment", pa.string()),
            pa.field("eta", TIMESTAMP),
            pa.field("waiting", pa.int32()),
            pa.field("since", TIMESTAMP),
            pa.field("until", TIMESTAMP),
            pa.field("visits", pa.list_(pa.int32())),
            pa.field("loops", pa.list_(pa.int32())),
            pa.field("card", pa.string()),
            pa.field("loop", pa.string()),
            pa.field("queued", TIMESTAMP),
            pa.field("left_h", pa.float64(), metadata=_unit("h")),
            pa.field("done_h", pa.float64(), metadata=_unit("h")),
            pa.field("materials", pa.list_(pa.string())),
            pa.field("express", pa.bool_()),
        ]
    ),
    "counters": pa.schema(
        [
            pa.field("asset", pa.string()),
            pa.field("signal", pa.string()),
            pa.field("total", pa.float64(), metadata={"unit": "of the signal"}),
            pa.field("resets", pa.int64()),
            pa.field("since", TIMESTAMP),
            pa.field("until", TIMESTAMP),
        ]
    ),
    "meters": pa.schema(
        [
            pa.field("asset", pa.string()),
            pa.field("meter", pa.string()),
            pa.field("value", pa.float64()),
            pa.field("unit", pa.string()),
            pa.field("since", TIMESTAMP),
            pa.field("until", TIMESTAMP),
        ]
    ),
    "quarantine": pa.schema(
        [
            pa.field("reason", pa.string()),
            pa.field("rows", pa.int64(), metadata=_unit("1")),
            pa.field("meaning", pa.string()),
        ]
    ),
}
"""Columns of the tables.

``values``: the last value of each signal. ``lots``: the newest event of each lot; ``visits`` and
what follows it are its traveller, ``visits`` is null where that was not told. ``counters``: what
was counted from ``since`` to ``until``, across resets. ``meters``: from ``since`` to
``until``, the hours of a machine in each ISO 22400 time element (``meter`` is its name) and in each
state (``state.run``), and the energy of each power (``meter`` is the signal). ``quarantine``: rows
set aside.
"""


def tables(state: TwinState) -> dict[str, pa.Table]:
    """All tables of a settled state, rows sorted by name."""
    accounts = state.meters.now(state.keys.meter)
    return {
        "values": _values(state),
        "lots": _lots(state),
        "counters": _counters(state, accounts),
        "meters": _meters(state, accounts),
        "quarantine": _quarantine(state),
    }


def _values(state: TwinState) -> pa.Table:
    names, latest, sources = state.keys.names, state.latest, list(state.sources)
    told = sorted(np.flatnonzero(latest.rows > 0).tolist(), key=names.__getitem__)
    value = latest.value[told]
    columns = [
        pa.array([names[key][0] for key in told], pa.string()),
        pa.array([names[key][1] for key in told], pa.string()),
        pa.array(latest.time[told]).cast(TIMESTAMP),
        pa.array(value, pa.float64(), from_pandas=True),
        pa.array([latest.text[key] for key in told], pa.string()),
        pa.array(latest.quality[told]),
        pa.array([sources[source] for source in latest.source[told].tolist()], pa.string()),
    ]
    return pa.table(columns, schema=SCHEMAS["values"])


def _lots(state: TwinState) -> pa.Table:
    rows = []
    for lot, record in state.lots:
        event = record.event
        rows.append(
            {
                "lot": lot,
                "event": record.number,
                "state": int(event.state),
                "operation": event.operation,
                "place": event.site,
                "quantity": event.quantity,
                "good": event.good,
                "attempt": event.attempt,
                "machine": event.machine,
                "link": event.link,
                "consignment": event.consignment,
                "eta": event.eta,
                "waiting": event.waiting,
                "since": record.time_us,
                "until": event.until,
                **(event.traveller.model_dump() if event.traveller else {}),
            }
        )
    return pa.Table.from_pylist(rows, schema=SCHEMAS["lots"])


def _opened(state: TwinState, accounts: Accounts, meter: Meter) -> list[int]:
    """Numbers of the values with a meter of this kind that have begun, by name."""
    kinds = state.keys.meter[: len(accounts.first_time)] == meter
    begun = accounts.first_time[: len(kinds)] != NEVER
    return sorted(np.flatnonzero(kinds & begun).tolist(), key=state.keys.names.__getitem__)


def _counters(state: TwinState, accounts: Accounts) -> pa.Table:
    keys = _opened(state, accounts, Meter.COUNT)
    names = state.keys.names
    columns = [
        pa.array([names[key][0] for key in keys], pa.string()),
        pa.array([names[key][1] for key in keys], pa.string()),
        pa.array(accounts.total[keys]),
        pa.array(accounts.resets[keys]),
        pa.array(accounts.first_time[keys]).cast(TIMESTAMP),
        pa.array(accounts.base_time[keys]).cast(TIMESTAMP),
    ]
    return pa.table(columns, schema=SCHEMAS["counters"])


def _meters(state: TwinState, accounts: Accounts) -> pa.Table:
    rows = []
    names = state.keys.names

    def add(key: int, meter: str, value: float, unit: str) -> None:
        since, until = int(accounts.first_time[key]), int(accounts.base_time[key])
        rows.append((names[key][0], meter, value, unit, since, until))

    for key in _opened(state, accounts, Meter.TIME):
        spent = accounts.state_us[key].tolist()
        elements = dict.fromkeys(sorted(set(TIME_ELEMENT.values())), 0)
        for code in MachineState:
            elements[TIME_ELEMENT[code]] += spent[code]
        for element, lasted_us in elements.items():
            add(key, element, lasted_us / _US_PER_H, "h")
        for code in MachineState:
            add(key, f"state.{code.name.lower()}", spent[code] / _US_PER_H, "h")
    for key in _opened(state, accounts, Meter.ENERGY):
        add(key, names[key][1], float(accounts.total[key]) / _US_PER_H, "kW.h")
    columns = list(zip(*rows, strict=True)) or [()] * len(SCHEMAS["meters"])
    arrays = [
        pa.array(column, pa.int64()).cast(field.type)
        if field.type == TIMESTAMP
        else pa.array(column, field.type)
        for column, field in zip(columns, SCHEMAS["meters"], strict=True)
    ]
    return pa.table(arrays, schema=SCHEMAS["meters"])


def _quarantine(state: TwinState) -> pa.Table:
    rows = [
        {"reason": reason.name.lower(), "rows": count, "meaning": EXPLANATION[reason]}
        for reason, count in sorted(state.quarantined.items())
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMAS["quarantine"])
