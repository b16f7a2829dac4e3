"""What the compiled decoder is given, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from analytics.remember import by_identity
from analytics.rerouting.candidates import APPROVED, ARTICLE_NEEDED, FORBIDDEN
from analytics.rerouting.decode.entry import ARGUMENTS, DECODER
from analytics.rerouting.decode.operation import ARTICLE
from analytics.rerouting.intervals import both, within
from analytics.rerouting.money import prices_of
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.rerouting.trees import lot_places, plan_order, rest_after
from analytics.simulation import slots as slot_kinds
from analytics.simulation.layout import FOREVER, HOUR_MS, NONE, P_SPEED, PPM
from analytics.simulation.model import Ints, Records, SimModel, SimState

BUCKET_MS = HOUR_MS // 2
"""Capacity is kept in half-hours."""

Floats = npt.NDArray[np.float64]
Buckets = npt.NDArray[np.int32]
"""A table of work centres and buckets; a bucket of a thousand machines still fits."""


class Candidates(Protocol):
    """Which work centres an operation may go to."""

    @property
    def rows(self) -> tuple[Ints, Ints]:
        """int64[optypes + 1] first row, and int64 work centres."""
        ...


@dataclass(frozen=True, eq=False)
class Decoded:
    """The answer of one decoding.

    Parameters
    ----------
    group
        int64[ops] work centre of each operation; that of the present plan where nothing was
        planned.
    start_ms
        int64[ops] estimated start; ``FOREVER`` where it was not planned or cannot start.
    sharing
        float64[links] lots that share a departure on average; 1 where none was used.
    gate_lots, gate_gain
        By permission that was not approved: lots that use it, and money that their moves save.
    stranded
        Trees of lots for which no way to the customer was found.
    spent
        float64[trees]: money that each tree costs by its estimate, in the order of the trees; 0
        where no way was found.
    """

    group: Ints
    start_ms: Ints
    sharing: Floats
    gate_lots: Ints
    gate_gain: Floats
    stranded: int
    spent: Floats


@dataclass(frozen=True, eq=False)
class Focus:
    """What one decoding is about: some trees are planned anew, the others stay as they are.

    Parameters
    ----------
    pinned
        int64[ops]: 1 where an operation stays at its work centre of ``present``.
    present
        int64[ops]: for what is pinned its place in the plan that is to be improved, for the rest
        that of the running plan, where it costs nothing to stay.
    order, tree_first
        The lots in the order in which they are planned, see ``trees.plan_order``.
    margin
        Share by which another way must be cheaper than staying.
    """

    pinned: Ints
    present: Ints
    order: Ints
    tree_first: Ints
    margin: float


class Decoder:
    """Decodes one problem, as often as is wanted; the arrays that stay the same are made once.

    Parameters
    ----------
    problem
        The question.
    table
        Candidates; those of the problem unless others are given.
    from_empty
        Forget the present plan: every operation that has not started is free, and moving costs
        nothing.
    """

    def __init__(
        self,
        problem: ReroutingProblem,
        table: Candidates | None = None,
        *,
        from_empty: bool = False,
    ) -> None:
        model, state = problem.model, problem.state
        self._problem = problem
        self._prices = prices_of(problem.cluster, model.names)
        present = state.op["group"].copy()
        pinned = problem.pins != Pin.FREE
        if from_empty:
            present[~pinned] = NONE
        first, groups = (table or problem.table).rows
        order, tree_first = plan_order(problem)
        cursor, place, ready = lot_places(problem)
        outlook = problem.outlook
        shut = [np.array(times, dtype=np.int64).reshape(-1, 2) for times in outlook.link_closed]
        until = problem.until_ms
        for times in shut:  # what is still closed at the end of the horizon opens no sooner
            times[times[:, 1] >= until, 1] = FOREVER
        counts = np.array([len(times) for times in shut], dtype=np.int64)
        capacity = _capacity(problem)
        self._fixed: dict[str, Any] = {
            "scalar": model.scalar, "calendar": model.calendar, "interval": model.interval,
            "closure": model.closure, "timetable": model.timetable, "site_c": model.site,
            "group_c": _as_fast_as_now(problem), "machine_c": model.machine,
            "optype_c": model.optype, "consume_c": model.consume, "lot_c": model.lot,
            "link_c": model.link, "receipt": model.receipt,
            "machine": state.machine, "lot": state.lot, "op": state.op, "next_hop": state.next_hop,
            "start_ms": problem.now_ms, "bucket_ms": BUCKET_MS,
            "open_ms": capacity[0], "free_ms": capacity[1], "share": capacity[2],
            "skip": _skips(capacity[1]),
            "per_g": self._prices.per_g(problem.weights), "base_ms": travel_ms(model, state),
            "minimum": self._prices.minimum_charge * problem.weights.transport,
            "shut_first": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            "shut": np.concatenate([np.zeros((0, 2), dtype=np.int64), *shut]),
            "wait_ms": state.gate["approval_ms"].astype(np.int64),
            "asked": (state.gate["status"] != APPROVED).astype(np.int64),
            # What is reserved for a lot is set free again where a new schedule moves it away, so
            # all of it can be planned.
            "stock": state.stock["on_hand"].astype(np.int64),
            "lead_ms": _lead_ms(model, state),
            "order": order, "tree_first": tree_first,
            "rate": self._prices.lateness_per_ms(model) * problem.weights.lateness,
            "rest_ms": rest_after(model, state),
            "cursor": cursor, "place": place, "ready_ms": ready,
            "choice_first": first, "choice_group": groups,
            "pinned": pinned.astype(np.int64), "present": present,
            "weights": np.array([problem.weights.stability, problem.weights.margin_fraction]),
        }  # fmt: skip

    def decode(
        self,
        sharing: Floats | None = None,
        fee: Floats | None = None,
        closed: npt.NDArray[np.bool_] | None = None,
        focus: Focus | None = None,
    ) -> Decoded:
        """Plan all trees once.

        Parameters
        ----------
        sharing
            Lots that share a minimum charge, by link direction; none: minimum charges do not count.
        fee
            Money that each lot bears for the approval of a site, by permission.
        closed
            Permissions that must not be used.
        focus
            What is planned anew; default: all that may move.
        """
        problem, model = self._problem, self._problem.model
        links, ops, gates = len(model.link), len(problem.state.op), len(problem.state.gate)
        opens = _gates(problem)
        if closed is not None:
            opens[closed] = FOREVER
        changing: dict[str, Any] = {
            "opens": opens,
            "sharing": np.zeros(links) if sharing is None else sharing,
            "fee": np.zeros(gates) if fee is None else fee,
            "group": self._fixed["present"].copy(),
            "begin_ms": np.full(ops, FOREVER, dtype=np.int64),
            "finish_ms": np.full(ops, FOREVER, dtype=np.int64),
            "departures": np.zeros(links, dtype=np.int64),
            "carried": np.zeros(links, dtype=np.int64),
            "gate_lots": np.zeros(gates, dtype=np.int64),
            "gate_gain": np.zeros(gates),
            "spent": np.zeros(len(self._fixed["tree_first"]) - 1),
            **self._work_space(),
        }
        if focus is not None:
            changing["pinned"], changing["present"] = focus.pinned, focus.present
            changing["order"], changing["tree_first"] = focus.order, focus.tree_first
            changing["weights"] = np.array([self._fixed["weights"][0], focus.margin])
            changing["group"] = focus.present.copy()
        for name in ("free_ms", "skip", "stock", "cursor", "place", "ready_ms"):
            changing[name] = self._fixed[name].copy()
        arrays = {**self._fixed, **changing}
        stranded = DECODER(*(arrays[name] for name in ARGUMENTS))
        departures, carried = arrays["departures"], arrays["carried"]
        return Decoded(
            group=arrays["group"],
            start_ms=arrays["begin_ms"],
            sharing=np.where(departures > 0, carried / np.maximum(departures, 1), 1.0),
            gate_lots=arrays["gate_lots"],
            gate_gain=arrays["gate_gain"],
            stranded=int(stranded),
            spent=arrays["spent"],
        )

    def trees(self) -> tuple[Ints, Ints]:
        """The lots in the order in which they are planned, and the first row of each tree."""
        return self._fixed["order"], self._fixed["tree_first"]

    def free(self) -> tuple[Ints, Ints]:
        """``pinned`` and ``present`` of a decoding that plans everything anew."""
        return self._fixed["pinned"], self._fixed["present"]

    def _work_space(self) -> dict[str, Any]:
        """Room for the largest tree, its longest routing and the most candidates."""
        model, fixed = self._problem.model, self._fixed
        slots = int(np.diff(fixed["tree_first"]).max(initial=1))
        steps = int(model.lot["ops"].max(initial=1))
        options = int(np.diff(fixed["choice_first"]).max(initial=1))
        room: dict[str, Any] = {
            "slot": np.zeros(len(model.lot), dtype=np.int64),
            "seen": np.zeros(
                (len(model.link), self._problem.horizon_ms // HOUR_MS + 1), dtype=np.int64
            ),
            "chosen": np.zeros(slots, dtype=np.int64),
            "arrived": np.zeros(slots, dtype=np.int64),
        }
        for name in ("best", "kept"):
            room[f"{name}_cost"] = np.zeros((steps, options))
            room[f"{name}_ready"] = np.zeros((steps, options), dtype=np.int64)
            room[f"{name}_before"] = np.zeros((slots, steps, options), dtype=np.int64)
            room[f"{name}_arrive"] = np.zeros((slots, options), dtype=np.int64)
            room[f"{name}_spent"] = np.zeros((slots, options))
            room[f"{name}_last"] = np.zeros((slots, options), dtype=np.int64)
        return room

    def plan(self) -> Decoded:
        """Plan twice: first to see how much travels together and who asks for an approval.

        The second time each lot bears its share of the minimum charges and of the approvals, and a
        site whose approval costs more than all moves to it would save stays closed, unless no other
        may make the part: then the one that saves most is asked.
        """
        first = self.decode()
        return self.decode(*self.second_pass(first))

    def second_pass(self, first: Decoded) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
        """What the first pass teaches: sharing, fees and closed permissions for ``decode``."""
        cost = self._prices.approval_cost * self._problem.weights.approval
        fee = np.where(first.gate_lots > 0, cost / np.maximum(first.gate_lots, 1), 0.0)
        needed = self._problem.state.gate["status"] == ARTICLE_NEEDED
        closed = needed & (first.gate_lots > 0) & (first.gate_gain < cost)
        closed &= ~_last_resort(self._problem, closed, first.gate_gain)
        return first.sharing, np.where(needed, fee, 0.0), closed


def _as_fast_as_now(problem: ReroutingProblem) -> Records:
    """``GROUP_C`` with the speeds that hold at the decision; how long they do is for the replay."""
    model, state = problem.model, problem.state
    change = state.group["speed_change_ppm"].astype(np.int64)
    due = model.primitive[int(state.clock["next_primitive"][0]) :]
    due = due[(due["kind"] == P_SPEED) & (due["time_ms"] <= problem.now_ms)]
    change[due["entity"]] = due["value"] - PPM  # in order of time: the last one holds
    if not change.any():
        return model.group
    group = model.group.copy()
    group["speed_ppm"] = np.maximum(group["speed_ppm"] * (PPM + change) // PPM, 1)
    return group


def _lead_ms(model: SimModel, state: SimState) -> Ints:
    """int64[stocks]: mean lead time of the supplier; ``FOREVER`` where there is none."""
    lead = np.full(len(state.stock), FOREVER, dtype=np.int64)
    lead[model.supply["stock"]] = model.dist["mean"][model.supply["lead_dist"]].astype(np.int64)
    return lead


def _capacity(problem: ReroutingProblem) -> tuple[Buckets, Buckets, Floats]:
    """Open and free time of each work centre by bucket, and its open share of the time."""
    model, outlook = problem.model, problem.outlook
    buckets = -(-problem.horizon_ms // BUCKET_MS)
    now = problem.now_ms
    hours = [outlook.working(group) for group in range(len(model.group))]
    alike = {working: row for row, working in enumerate(dict.fromkeys(hours))}
    rows = np.array([within(working, now, BUCKET_MS, buckets) for working in alike], np.int32)
    opened = rows.reshape(-1, buckets)[np.array([alike[working] for working in hours], np.int64)]
    free = opened * model.group["machines"].astype(np.int32)[:, None]
    for machine in outlook.standing.tolist():
        down = outlook.machine_down(machine)
        group = int(model.machine["group"][machine])
        free[group] -= within(both(down, hours[group]), now, BUCKET_MS, buckets).astype(np.int32)
    share = opened.sum(axis=1, dtype=np.int64) / float(buckets * BUCKET_MS)
    return opened, np.maximum(free, 0), share


def _skips(free: Buckets) -> npt.NDArray[np.int32]:
    """int32[groups, buckets + 1]: the first bucket with free time from each on."""
    groups, buckets = free.shape
    found = np.full((groups, buckets + 1), buckets, dtype=np.int32)
    found[:, :buckets] = np.where(free > 0, np.arange(buckets, dtype=np.int32), buckets)
    return np.ascontiguousarray(np.minimum.accumulate(found[:, ::-1], axis=1)[:, ::-1])


def _gates(problem: ReroutingProblem) -> Ints:
    """From when each permission holds, ms; ``ARTICLE``: from the approval of a first article."""
    model, state = problem.model, problem.state
    gate = state.gate
    opens = np.full(len(gate), problem.now_ms, dtype=np.int64)
    opens[gate["status"] == FORBIDDEN] = FOREVER
    opens[gate["status"] == ARTICLE_NEEDED] = ARTICLE
    base = int(model.bases[slot_kinds.APPROVAL])
    for row in np.flatnonzero(gate["status"] > ARTICLE_NEEDED).tolist():
        moment = int(state.slot["time_ms"][base + row])
        if moment < FOREVER:
            opens[row] = max(moment, problem.now_ms)
        else:  # the article is still being made; its own tree is planned first
            opens[row] = ARTICLE
    return opens


def _last_resort(
    problem: ReroutingProblem, closed: npt.NDArray[np.bool_], gain: Floats
) -> npt.NDArray[np.bool_]:
    """The permission that is kept of each part whose every way would be closed."""
    shape = (-1, problem.model.parts)
    status = problem.state.gate["status"].reshape(shape)
    shut = closed.reshape(shape)
    stranded = np.flatnonzero(shut.any(axis=0) & ((status == FORBIDDEN) | shut).all(axis=0))
    kept = np.zeros_like(shut)
    if len(stranded):
        saved = np.where(shut, gain.reshape(shape), -np.inf)[:, stranded]
        kept[saved.argmax(axis=0), stranded] = True
    return kept.ravel()


def travel_ms(model: SimModel, state: SimState) -> Ints:
    """int64[places, places] driving and border time along the usual ways; ``FOREVER``: no way."""
    return _travel_ms(model.link, state.next_hop.tobytes(), len(state.next_hop))


@by_identity()
def _travel_ms(links: Records, hops: bytes, places: int) -> Ints:
    next_hop = np.frombuffer(hops, dtype=np.int64).reshape(places, -1)  # usual ways come first
    here, there = (~np.eye(places, dtype=np.bool_)).nonzero()
    pair = here * places + there
    total = np.zeros(places * places, dtype=np.int64)
    while len(pair):  # those that are not there yet
        hop = next_hop[here, there]
        total[pair[hop == NONE]] = FOREVER
        going = hop != NONE
        pair, there, hop = pair[going], there[going], hop[going]
        total[pair] += links["drive_ms"][hop] + links["border_ms"][hop]
        here = links["end"][hop]
        going = here != there
        pair, here, there = pair[going], here[going], there[going]
    return total.reshape(places, places)
