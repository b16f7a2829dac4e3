"""The signal catalogue: what telemetry can say. One table, read by everyone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from twins.states import MachineState


class SignalKind(StrEnum):
    """How the values of a signal follow each other."""

    GAUGE = "gauge"
    """A measured quantity; null says that there is none now: no job, no reading."""
    COUNTER = "counter"
    """Only grows; a fall is a reset of the device."""
    STATE = "state"
    """A code out of a list."""
    TEXT = "text"
    """Words, no number; null or empty says that there is none."""


class AssetClass(StrEnum):
    """What kind of thing tells a signal; see ``twins.assets`` for their names."""

    SITE = "site"
    MACHINE = "machine"
    MATERIAL = "material"
    LOT = "lot"
    GATE = "gate"
    POOL = "pool"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Signal:
    """One row of the catalogue.

    Parameters
    ----------
    name
        ``noun.quantity_unit``.
    unit
        UCUM code; ``None``: the unit of the material, empty: a signal without a number.
    kind
        How its values follow each other.
    assets
        Which classes of asset tell it.
    stale_after_s
        The value counts as stale when its source has said nothing for longer.
    codes
        Number of codes of a state: 0 to ``codes`` - 1.
    carries_text
        A text may stand beside the number.
    list_of
        A text that is a list: of what, by the names of ``twins.under_way``.
    description
        What it says.
    """

    name: str
    unit: str | None
    kind: SignalKind
    assets: tuple[AssetClass, ...]
    stale_after_s: float
    description: str
    codes: int = 0
    carries_text: bool = False
    list_of: str = ""


_G, _C, _S, _T = SignalKind.GAUGE, SignalKind.COUNTER, SignalKind.STATE, SignalKind.TEXT
_SITE, _MACHINE = (AssetClass.SITE,), (AssetClass.MACHINE,)
_BOTH = (AssetClass.MACHINE, AssetClass.SITE)
_MATERIAL, _LOT, _GATE = (AssetClass.MATERIAL,), (AssetClass.LOT,), (AssetClass.GATE,)
_POOL, _LINK = (AssetClass.POOL,), (AssetClass.LINK,)

# Sources report by exception: what they do not mention has not changed. A value is therefore as
# fresh as the last word of its source, and the limits say how long a silence each quantity bears:
# minutes for what moves within minutes, a day for what is counted by hand.
_QUICK_S, _SLOW_S, _DAY_S = 15 * 60.0, 6 * 3600.0, 24 * 3600.0

LOT_EVENT = "lot.event"
"""Its value is the event's number, its text the event (``twins.lot_events``)."""
MACHINE_STATE = "machine.state"

_ROWS = (
    Signal(
        MACHINE_STATE, "1", _S, _MACHINE, _QUICK_S, "what the machine does", codes=len(MachineState)
    ),
    Signal("part.good", "1", _C, _MACHINE, _QUICK_S, "good units since the device's start"),
    Signal("part.scrap", "1", _C, _MACHINE, _QUICK_S, "scrapped units since the device's start"),
    Signal("job.lot", "", _T, _MACHINE, _QUICK_S, "the lot on the machine"),
    Signal("job.operation", "1", _G, _MACHINE, _QUICK_S, "position in the lot's routing, from 0"),
    Signal("job.remaining_h", "h", _G, _MACHINE, _QUICK_S, "work left of the operation"),
    Signal("power.active_kw", "kW", _G, _BOTH, _QUICK_S, "active power drawn"),
    Signal("load.served_kw", "kW", _G, _SITE, _QUICK_S, "load that has power"),
    Signal("pv.power_kw", "kW", _G, _SITE, _QUICK_S, "photovoltaic power used"),
    Signal("pv.available_kw", "kW", _G, _SITE, _QUICK_S, "photovoltaic power that could be used"),
    Signal("battery.soc_kwh", "kW.h", _G, _SITE, _QUICK_S, "energy in the cells"),
    Signal("battery.power_kw", "kW", _G, _SITE, _QUICK_S, "discharge (+) or charge (-)"),
    Signal("grid.available", "1", _S, _SITE, _QUICK_S, "the public grid is on", codes=2),
    Signal("grid.power_kw", "kW", _G, _SITE, _QUICK_S, "power from the public grid"),
    Signal("genset.running", "1", _S, _SITE, _QUICK_S, "the generator set runs", codes=2),
    Signal("genset.power_kw", "kW", _G, _SITE, _QUICK_S, "power of the generator set"),
    Signal("fuel.level_l", "L", _G, _SITE, _SLOW_S, "fuel in the tank"),
    Signal("energy.load_kwh", "kW.h", _C, _SITE, _QUICK_S, "energy the load asked for"),
    Signal("energy.served_kwh", "kW.h", _C, _SITE, _QUICK_S, "energy the load got"),
    Signal("energy.pv_kwh", "kW.h", _C, _SITE, _QUICK_S, "photovoltaic energy used"),
    Signal("energy.grid_kwh", "kW.h", _C, _SITE, _QUICK_S, "energy from the public grid"),
    Signal("energy.discharge_kwh", "kW.h", _C, _SITE, _QUICK_S, "energy out of the battery"),
    Signal("energy.charge_kwh", "kW.h", _C, _SITE, _QUICK_S, "energy into the battery"),
    Signal("energy.genset_kwh", "kW.h", _C, _SITE, _QUICK_S, "energy of the generator set"),
    Signal("stock.quantity", None, _G, _MATERIAL, _DAY_S, "material that lies at the site"),
    Signal("stock.reserved", None, _G, _MATERIAL, _DAY_S, "material promised to lots"),
    Signal(
        LOT_EVENT, "1", _C, _LOT, _DAY_S, "number of the lot's event, the event", carries_text=True
    ),
    Signal(
        "approval.status", "1", _S, _GATE, _DAY_S, "permission, first article", 5, carries_text=True
    ),
    Signal("machine.powered", "1", _S, _MACHINE, _QUICK_S, "on its bus; 0: off, and cold", 2),
    Signal("setup.family", "", _T, _MACHINE, _QUICK_S, "what the machine is set up for"),
    Signal("setup.remaining_h", "h", _G, _MACHINE, _QUICK_S, "changeover left, part of the work"),
    Signal("setup.whole_h", "h", _G, _MACHINE, _QUICK_S, "the changeover under way, whole"),
    Signal("job.interrupted", "1", _S, _MACHINE, _QUICK_S, "by a cut or breakdown, not over", 2),
    Signal("job.pool", "", _T, _MACHINE, _QUICK_S, "the pool whose people run the machine"),
    Signal(
        "failure.state", "1", _S, _MACHINE, _QUICK_S, "0 none, 1 repaired, 2 waits for a crew", 3
    ),
    Signal("failure.use_h", "h", _G, _MACHINE, _QUICK_S, "work since it was last repaired"),
    Signal("upkeep.state", "1", _S, _MACHINE, _DAY_S, "maintenance: 0 not due, 1 due, 2 on", 3),
    Signal(
        "upkeep.left_h", "h", _G, _MACHINE, _DAY_S, "of its clock to the maintenance; below 0: due"
    ),
    Signal("genset.starting", "1", _S, _SITE, _QUICK_S, "the generator set starts up", codes=2),
    Signal("battery.held", "1", _S, _SITE, _QUICK_S, "at its reserve: not for machines", codes=2),
    Signal("fuel.received_l", "L", _C, _SITE, _DAY_S, "fuel delivered since the device's start"),
    Signal("fuel.under_way", "", _T, _SITE, _DAY_S, "fuel ordered, not here", list_of="deliveries"),
    Signal(
        "supply.under_way", "", _T, _MATERIAL, _DAY_S, "ordered, not here", list_of="deliveries"
    ),
    Signal("people.absent", "", _T, _POOL, _DAY_S, "people who are missing", list_of="absences"),
    Signal("vehicles.away", "", _T, _LINK, _DAY_S, "vehicles that are out", list_of="vehicles"),
)

CATALOGUE: Mapping[str, Signal] = MappingProxyType({signal.name: signal for signal in _ROWS})
"""Signal name to its row."""
