"""Work centres that are hired where what they save is believed to be worth more than the rent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.rerouting.levers.base import LeverCost, LeverPlan, table
from analytics.rerouting.money import prices_of
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.rerouting.trees import roots
from analytics.simulation.layout import HOUR_MS, NONE, P_MACHINE_ABSENT, PPM
from analytics.simulation.model import Ints
from federation.topology.hire import CapacityHireSpec
from federation.topology.model import ClusterSpec

_NAME = "rented-capacity"


@dataclass(frozen=True, slots=True)
class _Booking:
    """When what is hired comes and goes, ms from the fork."""

    arrive: int
    leave: int


class RentedCapacity:
    """Hire what is offered for as long as the lateness that it is believed to save pays for it.

    Of the lots that are late if the present plan is kept, those that could be worked on what is
    hired are given to it in the order in which they would begin, each where it ends sooner than in
    the present plan; what a lot gains, its order is believed to gain. The hire lasts until the lot
    up to which savings less rent are largest, and at least the minimum booking; where that is no
    gain, nothing is hired. A booking stands. It is made longer by the same rule while there is time
    for notice; what has left does not come again.
    """

    def offered(self, cluster: ClusterSpec) -> bool:
        """Whether somebody offers capacity."""
        return bool(cluster.capacity_hire)

    def act(self, problem: ReroutingProblem, before: LeverPlan) -> LeverPlan:
        """Bookings of all offers, earlier ones included."""
        rows: list[tuple[int, int, int, int]] = []
        costs: list[LeverCost] = []
        for offer in problem.cluster.capacity_hire:
            machines = _machines(problem, offer)
            booking = _decide(problem, offer, _booked(before, machines))
            if booking is None:
                continue
            for machine in machines:
                rows.append((booking.arrive, P_MACHINE_ABSENT, machine, -1))
                rows.append((booking.leave, P_MACHINE_ABSENT, machine, 1))
            amount = offer.price_per_h * (booking.leave - booking.arrive) / HOUR_MS
            costs.append(
                LeverCost(_NAME, offer.site, "hire", amount, booking.arrive, booking.leave)
            )
        return LeverPlan(table(rows), tuple(costs))


def _machines(problem: ReroutingProblem, offer: CapacityHireSpec) -> range:
    names = problem.model.names
    first = names.machine_row[offer.site, offer.machine.unit_ids[0]]
    return range(first, first + offer.machine.count)


def _booked(before: LeverPlan, machines: range) -> _Booking | None:
    """The booking that was made before."""
    mine = before.primitives[before.primitives["entity"] == machines.start]
    if len(mine) == 0:
        return None
    return _Booking(int(mine["time_ms"].min()), int(mine["time_ms"].max()))


def _decide(
    problem: ReroutingProblem, offer: CapacityHireSpec, booked: _Booking | None
) -> _Booking | None:
    notice = max(1, round(offer.notice_h * HOUR_MS))
    earliest = problem.now_ms + notice
    if booked is None:
        least = earliest + round(offer.minimum_h * HOUR_MS)
        leave = _until(problem, offer, earliest, earliest, least)
        return None if leave is None else _Booking(earliest, leave)
    if earliest > booked.leave:
        return booked
    since = max(booked.arrive, problem.now_ms)
    leave = _until(problem, offer, since, booked.leave, booked.leave)
    return booked if leave is None else _Booking(booked.arrive, leave)


def _until(
    problem: ReroutingProblem, offer: CapacityHireSpec, since: int, paid_until: int, least: int
) -> int | None:
    """Until when a hire pays most; ``None``: never.

    Parameters
    ----------
    since
        From when on it is there.
    paid_until
        What is paid for in any case.
    least
        Until when it is paid for at least if it is hired, or hired for longer.
    """
    gains = _Gains(problem, offer, since)
    best, leave = 0.0, None
    for saved, end in gains.by_lot():
        until = max(end, least)
        net = saved - offer.price_per_h * max(until - paid_until, 0) / HOUR_MS
        if net > best:
            best, leave = net, until
    return leave


class _Gains:
    """What lots of the present plan would gain on what is offered, one after the other."""

    def __init__(self, problem: ReroutingProblem, offer: CapacityHireSpec, since: int) -> None:
        self._problem = problem
        self._since = since
        model = problem.model
        self._group = model.names.group_row[offer.site, offer.machine.id]
        self._units = offer.machine.count
        working = problem.outlook.working(self._group)
        spans = np.array(working, dtype=np.int64).reshape(-1, 2)
        self._opens = spans[:, 0]
        self._worked = np.concatenate([[0], np.cumsum(spans[:, 1] - spans[:, 0])])

    def by_lot(self) -> list[tuple[float, int]]:
        """Money saved so far, and until when the hire was needed for it, lot after lot."""
        problem, model, end = self._problem, self._problem.model, self._problem.present
        if len(self._opens) == 0:
            return []
        rate = prices_of(problem.cluster, model.names).lateness_per_ms(model)
        root = roots(model)
        late = np.minimum(end.lot["done_ms"], problem.until_ms) - model.lot["due_ms"]
        ready = self._ready()
        free = [self._since] * self._units
        gained: dict[int, int] = {}
        saved, until = 0.0, self._since
        found: list[tuple[float, int]] = []
        for op in self._late_work(root, np.where(rate > 0.0, late, 0)).tolist():
            unit = free.index(min(free))
            planned = min(int(end.op["end_ms"][op]), problem.until_ms)
            done = self._done(max(free[unit], int(ready[op])), self._span(op))
            if done is None or done >= planned:
                continue
            free[unit] = done
            top = int(root[problem.state.op["lot"][op]])
            more = max(planned - done, gained.get(top, 0))
            before = min(int(late[top]), gained.get(top, 0))
            saved += float(rate[top]) * (min(int(late[top]), more) - before)
            gained[top] = more
            until = max(until, done)
            found.append((saved * problem.weights.lateness, until))
        return found

    def _late_work(self, root: Ints, late: Ints) -> Ints:
        """Operations of late orders that may move to what is offered, by their believed start."""
        problem = self._problem
        state, end = problem.state, problem.present
        able = np.array(
            [
                self._group in problem.table.groups(kind)
                for kind in range(len(problem.model.optype))
            ],
            dtype=np.bool_,
        )
        mine = able[state.op["optype"]] & (problem.pins == Pin.FREE)
        mine &= late[root[state.op["lot"]]] > 0
        rows = np.flatnonzero(mine)
        return rows[np.lexsort((rows, end.op["start_ms"][rows]))]

    def _ready(self) -> Ints:
        """int64[ops]: when what an operation is done on is believed to be there."""
        model, end = self._problem.model, self._problem.present
        ready = np.empty(len(end.op), dtype=np.int64)
        ready[1:] = end.op["end_ms"][:-1]
        gathered = model.lot["release_ms"].copy()
        joined = model.lot["parent"] != NONE
        np.maximum.at(gathered, model.lot["parent"][joined], end.lot["done_ms"][joined])
        ready[model.lot["first_op"]] = gathered
        return ready

    def _span(self, op: int) -> int:
        """Mean time of an operation on what is offered, ms: the rule of the simulator."""
        model, state = self._problem.model, self._problem.state
        group, kind = model.group[self._group], model.optype[int(state.op["optype"][op])]
        units, room = int(model.lot["quantity"][state.op["lot"][op]]), int(group["batch_units"])
        cycles = -(-units // room) if room else 1
        work = int(kind["setup_ms"]) + int(kind["cycle_ms"]) * cycles
        work_ns = work * 1_000_000 + int(kind["unit_ns"]) * units
        return max(1, work_ns // int(group["speed_ppm"]) * int(group["planning_ppm"]) // PPM)

    def _done(self, begin: int, span: int) -> int | None:
        """When so much work is done that begins no sooner; ``None``: not within the horizon."""
        at = int(np.searchsorted(self._opens, begin, side="right")) - 1
        done = 0
        if at >= 0:
            done = min(
                int(self._worked[at]) + begin - int(self._opens[at]), int(self._worked[at + 1])
            )
        at = int(np.searchsorted(self._worked, done + span, side="left")) - 1
        if at >= len(self._opens):
            return None
        return int(self._opens[at]) + done + span - int(self._worked[at])
