"""What a planner may know: the state of now, its future by expectation, and no truth ahead.

Repairs and outages under way end after the mean of what is left at their age; nothing else breaks.
Work on the machines takes the mean of what is left given the work already done; goods on the way
arrive by the mean of the journey. Lots of orders that are not yet announced do not exist.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from analytics.simulation import slots
from analytics.simulation.compile.estimates import work_and_arrivals
from analytics.simulation.compile.live import arm_ends, expected
from analytics.simulation.compile.under_way import call_suppliers
from analytics.simulation.distributions import DETERMINISTIC
from analytics.simulation.dropped import believed_drops
from analytics.simulation.expectation import dist_rows, mean_residual
from analytics.simulation.layout import FOREVER, NONE, PPM, SUPPLY_ORDERS
from analytics.simulation.machines import RESTART
from analytics.simulation.model import TRACE_ROWS, Ints, Records, SimModel, SimState
from twins.work import LotState


def believe(model: SimModel, state: SimState, primitives: Records) -> tuple[SimModel, SimState]:
    """A deterministic model of what is believed, and a copy of the state without its truth.

    Parameters
    ----------
    model, state
        Of the real run, at a moment at which it stopped.
    primitives
        What is believed at that moment to have happened and to come. What has happened is visible:
        it must be what really happened.

    Returns
    -------
    SimModel, SimState
        The model draws nothing; neither seed nor replication of the real run is in it. The
        state has ``replan`` set: the kernel sends every lot on anew.
    """
    view = state.copy()
    now = int(state.clock["now_ms"][0])
    _forget_futures(model, view)
    if model.scalar["deterministic"][0] == 0:
        _expect_work(model, view, now)
        _expect_arrivals(model, view, now)
        _expect_supplies(model, view, now)
        _expect_holds(model, view, now)
    believed = model.with_run(0, 0, deterministic=True).with_primitives(primitives)
    believed = _announced_lots(believed, view, now)
    if view.clock["started"][0] == 1:
        _set_pointers(believed, view, now)
    for name, rows in (
        ("machine_trace", "machine_rows"),
        ("lot_trace", "lot_rows"),
        ("energy_trace", "energy_rows"),
    ):
        setattr(view, name, np.zeros(TRACE_ROWS, getattr(view, name).dtype))
        view.clock[rows] = 0
    view.clock["replan"] = 1
    rebuild_heap(view)
    return believed, view


def _forget_futures(model: SimModel, view: SimState) -> None:
    """No breakdown and no outage to come; those under way end by expectation."""
    for kind, count in ((slots.FAILURE, len(view.machine)), (slots.GRID, len(view.site))):
        first = int(model.bases[kind])
        view.slot["time_ms"][first : first + count] = FOREVER
    arm_ends(model, view, expected(model), unarmed_only=False)
    view.machine["use_left_ms"] = 0


def _expect_work(model: SimModel, view: SimState, now: int) -> None:
    """Work on the machines by its mean, given what is done; what a machine told itself is kept."""
    drawn, nominal, _ = work_and_arrivals(model, view, np.zeros(0))
    machine = view.machine
    _expect_laid_aside(model, view)
    change = view.group["speed_change_ppm"][model.machine["group"]]
    slowed = change != 0
    for spans in (drawn, nominal):
        spans[slowed] = spans[slowed] * PPM // np.maximum(PPM + change[slowed], 1)
    rows = np.flatnonzero(machine["op"] != NONE)
    op, running = machine["op"][rows], machine["running"][rows] == 1
    setup_until = np.maximum(machine["setup_until_ms"][rows] - now, 0)
    setup = np.where(running, setup_until, machine["setup_left_ms"][rows])
    until, laid_aside = machine["finish_ms"][rows] - now, machine["work_left_ms"][rows]
    left = np.where(running, until, laid_aside) - setup
    dist = model.optype["dist"][view.op["optype"][op]]
    told = (view.op["start_ms"][op] < 0) & ~_begun_anew(model, view, op)
    some = np.flatnonzero((dist != NONE) & ~told & (left > 0))
    rows, running, setup = rows[some], running[some], setup[some]
    whole = nominal[rows]
    ages = np.maximum(drawn[rows] - left[some], 0) / whole
    known = dist_rows(model.dist)
    share = [
        mean_residual(known[kind], model.curve, age)
        for kind, age in zip(dist[some].tolist(), ages.tolist(), strict=True)
    ]
    planning = model.group["planning_ppm"][model.machine["group"][rows]] / PPM
    rest = (whole * np.array(share, dtype=np.float64) * planning).astype(np.int64)
    expected_left = np.maximum(rest, 1) + setup
    machine["work_left_ms"][rows[~running]] = expected_left[~running]
    rows, finish_ms = rows[running], now + expected_left[running]
    machine["finish_ms"][rows] = finish_ms
    view.slot["time_ms"][model.bases[slots.FINISH] + rows] = finish_ms


def _expect_laid_aside(model: SimModel, view: SimState) -> None:
    """Work that was laid aside by the mean of what is left, given what is done."""
    for op in np.flatnonzero(view.op["left_ms"] > 0).tolist():
        entry, optype = view.op[op], model.optype[view.op["optype"][op]]
        if int(optype["dist"]) == NONE:
            continue
        group = model.group[entry["group"]]
        speed = int(group["speed_ppm"]) * (
            PPM + int(view.group["speed_change_ppm"][entry["group"]])
        )
        setup_ms = int(optype["setup_ms"]) + int(optype["cycle_ms"])
        units = int(view.lot["apart"][entry["lot"]]) or int(entry["units"])
        work_ns = setup_ms * 1_000_000 + int(optype["unit_ns"]) * units
        whole = max(work_ns * PPM // max(speed, 1), 1)
        done = int(entry["done_ms"]) / whole
        share = mean_residual(model.dist[int(optype["dist"])], model.curve, done)
        entry["left_ms"] = max(int(whole * share * int(group["planning_ppm"]) / PPM), 1)


def _expect_holds(model: SimModel, view: SimState, now: int) -> None:
    """Quarantines by the mean of what is left of them, given how long they have lasted."""
    first = int(model.bases[slots.HOLD])
    for lot in np.flatnonzero(view.lot["state"] == LotState.HELD).tolist():
        op = int(model.lot["first_op"][lot] + view.lot["op"][lot]) - 1
        dist = int(model.optype["hold_dist"][view.op["optype"][op]]) - 1
        told = view.lot["until_ms"][lot] >= now and view.lot["until_ms"][lot] > 0
        if dist != NONE and not told and view.slot["time_ms"][first + lot] < FOREVER:
            age = now - int(view.lot["since_ms"][lot])
            left = mean_residual(model.dist[dist], model.curve, max(age, 0))
            view.lot["hold_ms"][lot] = now + max(int(left), 1)
            view.slot["time_ms"][first + lot] = view.lot["hold_ms"][lot]


def _begun_anew(model: SimModel, view: SimState, op: Ints) -> npt.NDArray[np.bool_]:
    """Which operations an interruption since the fork made restart."""
    restarts = model.optype["interruption"][view.op["optype"][op]] == RESTART
    anew: npt.NDArray[np.bool_] = restarts & (view.op["attempts"][op] > 0)
    return anew


def _expect_arrivals(model: SimModel, view: SimState, now: int) -> None:
    """Goods on the way by the mean of their journey, given that they have not arrived yet."""
    count = int(view.clock["consignments"][0])
    goods = view.consignment[:count]
    dist = model.link["dist"][goods["link"]]
    open_rows = np.flatnonzero((goods["arrived"] == 0) & (goods["depart_ms"] >= 0) & (dist != NONE))
    if len(open_rows) == 0:
        return
    factor = np.ones(count)
    _, _, usual = work_and_arrivals(model, view, factor)
    for row in open_rows.tolist():
        depart = int(goods["depart_ms"][row])
        gone = (now - depart) / max(int(usual[row]) - depart, 1)
        factor[row] = gone + mean_residual(dist_rows(model.dist)[dist[row]], model.curve, gone)
    _, _, arrival = work_and_arrivals(model, view, factor)
    goods["arrive_ms"][open_rows] = np.maximum(arrival[open_rows], now + 1)
    _expect_vehicles(model, view, open_rows, now)
    first = int(model.bases[slots.ARRIVAL])
    view.slot["time_ms"][first + open_rows] = goods["arrive_ms"][open_rows]


def _expect_vehicles(model: SimModel, view: SimState, open_rows: Ints, now: int) -> None:
    """Vehicles on the way come back as long after the expected arrival as they take to it."""
    goods = view.consignment
    out = open_rows[goods["back_ms"][open_rows] > 0]
    goods["back_ms"][out] = 2 * goods["arrive_ms"][out] - goods["depart_ms"][out]
    for link in np.unique(goods["link"][out]).tolist():
        away = goods[(goods["link"] == link) & (goods["back_ms"] > now)]
        view.slot["time_ms"][int(model.bases[slots.VEHICLE]) + link] = away["back_ms"].min()


def _expect_supplies(model: SimModel, view: SimState, now: int) -> None:
    """What suppliers owe by the mean of what is left of their lead time, given its age."""
    for row in np.flatnonzero(view.supply["milli"] > 0).tolist():
        order, supplier = view.supply[row], model.supply[row // SUPPLY_ORDERS]
        dist = model.dist[int(supplier["lead_dist"])]
        if int(dist["kind"]) == DETERMINISTIC or order["told"] == 1:
            continue
        age = max(now - int(order["ordered_ms"]), 0)
        begin = max(now, int(order["ordered_ms"]))
        order["due_ms"] = begin + max(int(mean_residual(dist, model.curve, age)), 1)
    call_suppliers(model, view)


def _announced_lots(model: SimModel, view: SimState, now: int) -> SimModel:
    """The model without the lots whose orders are not known yet.

    With those that nobody wants any more as long as that is not known.
    """
    model = believed_drops(model, view, now)
    known = model.known_ms[model.release_order] <= now
    if known.all():
        return model
    done = int(view.clock["next_release"][0])
    view.clock["next_release"] = np.count_nonzero(known[:done])
    hidden = model.release_order[~known]
    view.clock["open_lots"] -= np.count_nonzero(model.lot["parent"][hidden] == NONE)
    return replace(model, release_order=model.release_order[known])


def _set_pointers(model: SimModel, view: SimState, now: int) -> None:
    """The next timed change and the next release of the believed model."""
    times = model.primitive["time_ms"]
    _point(model, view, slots.PRIMITIVE, "next_primitive", times, now)
    releases = model.lot["release_ms"][model.release_order]
    _point(model, view, slots.RELEASE, "next_release", releases, now)


def _point(model: SimModel, view: SimState, kind: int, pointer: str, times: Ints, now: int) -> None:
    following = int(np.searchsorted(times, now, side="right"))
    view.clock[pointer] = following
    moment = int(times[following]) if following < len(times) else FOREVER
    view.slot["time_ms"][model.bases[kind]] = moment


def rebuild_heap(state: SimState) -> None:
    """Put every slot that has a time on the agenda: a sorted array is a heap."""
    times = state.slot["time_ms"]
    armed = np.flatnonzero(times < FOREVER)
    order = armed[np.lexsort((armed, times[armed]))]
    state.heap[:] = NONE
    state.heap[: len(order)] = order
    state.slot["position"] = NONE
    state.slot["position"][order] = np.arange(len(order))
    state.clock["heap_rows"] = len(order)
