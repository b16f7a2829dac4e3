"""Available to promise: material that lies at the sites and that no planned lot will need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.promise.place import NewOrder
from analytics.simulation.layout import FOREVER, NONE, PPM, WEEK_MS
from analytics.simulation.model import Ints, SimModel, SimState

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Free:
    """One material at one site where the order would be made, in the material's unit.

    Parameters
    ----------
    site, material
        Which.
    on_hand
        What lies there.
    planned
        What other lots that are planned there will take until more can come.
    needed
        What the order takes there.
    """

    site: str
    material: str
    on_hand: float
    planned: float
    needed: float

    @property
    def free(self) -> float:
        """What lies there and is for nobody."""
        return max(self.on_hand - self.planned, 0.0)

    @property
    def share(self) -> float:
        """Share of what the order takes that is there and free."""
        return min(self.free / self.needed, 1.0) if self.needed > 0.0 else 1.0


def free_material(model: SimModel, state: SimState, new: NewOrder) -> tuple[Free, ...]:
    """What the order takes at each site, against what is there and not spoken for.

    Parameters
    ----------
    model, state
        Of the question, the order in its place.
    new
        Its lots.

    Notes
    -----
    It is the first bucket of discrete available-to-promise (Fleischmann and Meyr 2004): other lots
    count that would begin, without the order, before the next standing receipt, or before a
    supplier could bring more; where nothing more comes, all of them. First choices count; that a
    substitute may do and what comes later is for the simulation. Units that will be rejected are
    in it by their mean.
    """
    waiting = np.flatnonzero(
        (state.op["start_ms"] >= FOREVER) & (state.op["group"] != NONE)
    ).astype(np.int64)
    mine = np.isin(waiting, new.ops)
    fresh = _fresh_ms(model, state, new.problem.now_ms)
    takes = _takes(model, state, waiting[mine])
    others = _takes(model, state, waiting[~mine], new.starts_without(), fresh)
    found: list[Free] = []
    materials = len(model.names.materials)
    for row in np.flatnonzero(takes > 0.0).tolist():
        site, material = divmod(row, materials)
        found.append(
            Free(
                model.names.sites[site],
                model.names.materials[material],
                float(state.stock["on_hand"][row]) / 1000.0,
                float(others[row]),
                float(takes[row]),
            )
        )
    return tuple(found)


def units_available(found: tuple[Free, ...], quantity: int) -> int | None:
    """Units for which all material is there and free; ``None``: none is needed."""
    if not found:
        return None
    return int(quantity * min(one.share for one in found) + 1e-9)


def _fresh_ms(model: SimModel, state: SimState, now_ms: int) -> Ints:
    """int64[stocks]: when more of each could come at the soonest; ``FOREVER``: it does not."""
    fresh = np.full(len(state.stock), FOREVER, dtype=np.int64)
    supplied = model.supply["stock"]
    lead = model.dist["mean"][model.supply["lead_dist"]].astype(np.int64)
    fresh[supplied] = now_ms + lead
    week = (now_ms + int(model.scalar["week_offset_ms"][0])) % WEEK_MS
    site = np.repeat(np.arange(len(model.site)), model.site["receipts"])
    skipped = model.site["first_receipt"] - (
        np.cumsum(model.site["receipts"]) - model.site["receipts"]
    )
    rows = np.repeat(skipped, model.site["receipts"]) + np.arange(len(site))
    receipt = model.receipt[rows]
    comes = now_ms + (receipt["week_ms"] - week - 1) % WEEK_MS + 1
    np.minimum.at(fresh, site * len(model.names.materials) + receipt["material"], comes)
    return fresh


def _takes(
    model: SimModel,
    state: SimState,
    ops: Ints,
    starts_ms: Ints | None = None,
    until_ms: Ints | None = None,
) -> Floats:
    """float64[stocks]: what operations take, in the material's unit.

    ``until_ms`` by stock: only those that begin before; all of them where it is ``FOREVER``.
    """
    takes = np.zeros(len(state.stock))
    if len(ops) == 0:
        return takes
    units = _units(model, state)[ops]
    kind = model.optype[state.op["optype"][ops]]
    site = model.group["site"][state.op["group"][ops]]
    row = np.repeat(np.arange(len(ops)), kind["consumes"])
    within = np.arange(len(row)) - np.repeat(
        np.cumsum(kind["consumes"]) - kind["consumes"], kind["consumes"]
    )
    consume = model.consume[kind["first_consume"][row] + within]
    stock = site[row] * len(model.names.materials) + consume["material"]
    amount = consume["milli_per_unit"] / 1000.0 * units[row]
    if starts_ms is not None and until_ms is not None:
        before = (starts_ms[ops][row] < until_ms[stock]) | (until_ms[stock] >= FOREVER)
        amount = np.where(before, amount, 0.0)
    np.add.at(takes, stock, amount)
    return takes


def _units(model: SimModel, state: SimState) -> Floats:
    """float64[ops]: units that each operation starts on average so that its lot comes out whole."""
    passing = np.log(np.maximum(model.optype["yield_ppm"][state.op["optype"]], 1) / PPM)
    done = np.concatenate([[0.0], np.cumsum(passing)])
    lot = state.op["lot"]
    last = model.lot["first_op"][lot] + model.lot["ops"][lot]
    op = np.arange(len(passing))
    units: Floats = model.lot["quantity"][lot] * np.exp(-(done[last] - done[op]))
    return units
