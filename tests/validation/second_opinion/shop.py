"""A job shop over two sites as a SimPy user would write it.

Failures, sequence-dependent setups, transport and shifts.

It shares with the kernel the specification, the keys of the draws, and the quantile functions, and
nothing else: no calendar, no queue, no changeover, no rule of transport or interruption.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simpy

from analytics.simulation import distributions, draws
from analytics.simulation.model import SimModel, SimState

HOUR = 3_600_000
DAY = 24 * HOUR
SUNDAY = 6
LATE = 5
"""Priority of looking at a work centre: after all else that happens in the millisecond."""


BROKEN, SHIFT_OVER = "broken", "shift over"
"""Why work is interrupted."""


@dataclass
class Machine:
    """A machine: whether it is up, what is on it with how much left, what it is set up for."""

    row: int
    up: bool = True
    job: Step | None = None
    left_ms: int = 0
    working: simpy.Process | None = None
    family: str | None = None
    setup_ms: int = 0
    setup_left_ms: int = 0


@dataclass(frozen=True)
class Setups:
    """Changeovers of a work centre: from one family to another, else one of two usual times."""

    same_ms: int
    other_ms: int
    between_ms: dict[tuple[str, str], int]

    def span_ms(self, before: str | None, after: str) -> int:
        """Time from what the machine is set up for."""
        if before == after:
            return self.same_ms
        return (
            self.other_ms if before is None else self.between_ms.get((before, after), self.other_ms)
        )


@dataclass
class Step:
    """One operation of a lot as it waits and is worked on."""

    op: int
    rank: int
    done: simpy.Event


@dataclass
class WorkCentre:
    """Equal machines with one queue."""

    site: str
    machines: list[Machine]
    setups: Setups | None = None
    queue: list[Step] = field(default_factory=list)
    asked: bool = False


@dataclass(frozen=True)
class Road:
    """One direction between the sites: daily departures, driving, a border post."""

    row: int
    start: str
    end: str
    departures_h: tuple[float, ...]
    drive_h: float
    border_h: float
    customs_h: tuple[float, float]
    night_driving: bool


class SecondOpinion:
    """The shop, run to its end.

    Parameters
    ----------
    model, state
        Of the kernel: keys, distributions and ranks are read from them, nothing is changed.
    shifts
        Local (UTC) open hours by site: weekdays and hours of the day.
    nominal_ms
        Work of each operation without its random factor.
    family
        Setup family of each operation; ``None``: it needs none and leaves the machine as it is.
    setups
        Changeovers of the work centres that have them, by row.
    roads
        Directions of the links.
    """

    def __init__(
        self,
        model: SimModel,
        state: SimState,
        *,
        shifts: dict[str, tuple[Sequence[int], float, float]],
        nominal_ms: Sequence[int],
        family: Sequence[str | None],
        setups: dict[int, Setups],
        roads: Sequence[Road],
    ) -> None:
        self.env = simpy.Environment()
        self.model, self.state = model, state
        self.nominal_ms, self.family, self.setups = nominal_ms, family, setups
        self.shifts = shifts
        self.scalar = model.scalar.view(np.recarray)[0]
        self.dist = model.dist.view(np.recarray)
        self.open = dict.fromkeys(shifts, False)
        self.centres = [
            WorkCentre(
                model.names.sites[group["site"]],
                [Machine(int(group["first_machine"]) + n) for n in range(int(group["machines"]))],
                setups.get(row),
            )
            for row, group in enumerate(model.group)
        ]
        self.roads = {(road.start, road.end): road for road in roads}
        self.docks: dict[tuple[str, str], list[simpy.Event]] = {}
        self.start_ms = np.full(len(state.op), -1, np.int64)
        self.end_ms = np.full(len(state.op), -1, np.int64)
        self.journeys: list[tuple[int, int, int]] = []
        self.changeovers: list[tuple[int, str | None, str]] = []
        self.cut_changeovers = dict.fromkeys((BROKEN, SHIFT_OVER), 0)

    def run(self) -> None:
        """Until the last lot is delivered."""
        env = self.env
        for site in self.shifts:
            env.process(self.shift(site))
        for group, centre in enumerate(self.centres):
            if self.model.group["failure_dist"][group] >= 0:
                for machine in centre.machines:
                    env.process(self.breakdowns(group, machine))
        lots = [env.process(self.lot(row)) for row in range(len(self.model.lot))]
        env.run(until=env.all_of(lots))

    def draw(self, purpose: int, key: Any, index: int, dist: int) -> float:
        """The variate that the kernel draws for this purpose, entity and index."""
        with np.errstate(over="ignore"):
            u = draws.uniform(self.scalar, purpose, key, index)
        return float(distributions.ppf(self.dist[dist], self.model.curve, u))

    def shift(self, site: str) -> Generator[Any, Any, None]:
        """Open and close, day after day; the run begins on a Monday at midnight."""
        days, opens_h, closes_h = self.shifts[site]
        day = 0
        while True:
            if day % 7 in days:
                yield self.env.timeout(day * DAY + round(opens_h * HOUR) - self.env.now)
                self.switch(site, True)
                yield self.env.timeout(day * DAY + round(closes_h * HOUR) - self.env.now)
                self.switch(site, False)
            day += 1

    def switch(self, site: str, is_open: bool) -> None:
        """A shift begins or ends."""
        self.open[site] = is_open
        for centre in self.centres:
            if centre.site == site:
                self.look(centre)

    def breakdowns(self, group: int, machine: Machine) -> Generator[Any, Any, None]:
        """Up and down on the calendar clock, whether it works or not."""
        key = self.model.machine["key"][machine.row]
        up, down = (int(self.model.group[name][group]) for name in ("failure_dist", "repair_dist"))
        number = 0
        while True:
            span = self.draw(draws.TIME_TO_FAILURE, key, number, up)
            yield self.env.timeout(max(1, int(span)))
            machine.up = False
            if machine.working is not None:
                machine.working.interrupt(BROKEN)
            self.look(self.centres[group])
            span = self.draw(draws.TIME_TO_REPAIR, key, number, down)
            yield self.env.timeout(max(1, int(span)))
            machine.up = True
            self.look(self.centres[group])
            number += 1

    def look(self, centre: WorkCentre) -> None:
        """Have a work centre looked at when all else of this millisecond has happened."""
        if centre.asked:
            return
        centre.asked = True
        event = simpy.Event(self.env)
        event._ok, event._value = True, None
        event.callbacks.append(lambda _: self.dispatch(centre))
        self.env.schedule(event, priority=LATE)

    def dispatch(self, centre: WorkCentre) -> None:
        """Machines with work go on or stop for the shift; free ones take the lowest rank."""
        centre.asked = False
        is_open = self.open[centre.site]
        for machine in centre.machines:
            if machine.working is not None and not is_open:
                machine.working.interrupt(SHIFT_OVER)
            elif machine.job is not None and machine.working is None and is_open and machine.up:
                machine.working = self.env.process(self.work(centre, machine))
        for machine in centre.machines:
            if machine.job is None and machine.up and is_open and centre.queue:
                step = min(centre.queue, key=lambda one: one.rank)
                centre.queue.remove(step)
                machine.job, machine.left_ms = step, self.work_ms(step.op)
                self.change_over(centre, machine, step)
                self.start_ms[step.op] = self.env.now
                machine.working = self.env.process(self.work(centre, machine))

    def change_over(self, centre: WorkCentre, machine: Machine, step: Step) -> None:
        """Set the time that the machine needs before it can work on a step."""
        family, before = self.family[step.op], machine.family
        if centre.setups is None or family is None:
            machine.setup_ms = machine.setup_left_ms = 0
            return
        machine.setup_ms = machine.setup_left_ms = centre.setups.span_ms(before, family)
        machine.family = family
        self.changeovers.append((machine.row, before, family))

    def work_ms(self, op: int) -> int:
        """Work content of an operation with its random factor."""
        dist = int(self.model.optype["dist"][self.state.op["optype"][op]])
        factor = self.draw(draws.OPERATION_TIME, self.state.op["key"][op], 0, dist)
        return max(1, int(self.nominal_ms[op] * factor))

    def work(self, centre: WorkCentre, machine: Machine) -> Generator[Any, Any, None]:
        """Set up and work until it is done, or until the shift ends or the machine breaks down.

        A changeover that a breakdown hits begins anew; one that the shift ends goes on.
        """
        begun = self.env.now
        try:
            yield self.env.timeout(machine.setup_left_ms + machine.left_ms)
        except simpy.Interrupt as why:
            spent = self.env.now - begun
            machine.left_ms -= max(spent - machine.setup_left_ms, 0)
            machine.setup_left_ms = max(machine.setup_left_ms - spent, 0)
            if machine.setup_left_ms > 0:
                self.cut_changeovers[why.cause] += 1
                if why.cause == BROKEN:
                    machine.setup_left_ms = machine.setup_ms
            machine.working = None
            return
        machine.setup_left_ms = 0
        step = machine.job
        assert step is not None
        machine.job = machine.working = None
        self.end_ms[step.op] = self.env.now
        step.done.succeed()
        self.look(centre)

    def lot(self, row: int) -> Generator[Any, Any, None]:
        """Released, moved from site to site, worked on, and brought to its customer."""
        lot = self.model.lot[row]
        yield self.env.timeout(int(lot["release_ms"]))
        place = ""
        for op in range(int(lot["first_op"]), int(lot["first_op"] + lot["ops"])):
            centre = self.centres[self.state.op["group"][op]]
            if place not in {"", centre.site}:
                yield from self.travel(place, centre.site)
            place = centre.site
            step = Step(op, int(self.state.op["rank"][op]), self.env.event())
            centre.queue.append(step)
            self.look(centre)
            yield step.done
        home = self.model.names.places[int(lot["destination"])]
        if place != home:
            yield from self.travel(place, home)

    def travel(self, start: str, end: str) -> Generator[Any, Any, None]:
        """With all others that wait for the same departure."""
        arrived = self.env.event()
        waiting = self.docks.setdefault((start, end), [])
        waiting.append(arrived)
        if len(waiting) == 1:
            self.env.process(self.departure(self.roads[start, end]))
        yield arrived

    def departure(self, road: Road) -> Generator[Any, Any, None]:
        """The next departure takes everything from the dock; one consignment, one duration."""
        day, clock = divmod(self.env.now, DAY)
        today = [round(hour * HOUR) for hour in sorted(road.departures_h)]
        leaves = next((day * DAY + at for at in today if at >= clock), (day + 1) * DAY + today[0])
        yield self.env.timeout(leaves - self.env.now)
        goods = self.docks.pop((road.start, road.end))
        link = self.model.link[road.row]
        factor = self.draw(draws.TRAVEL_TIME, link["key"], leaves // 60_000, int(link["dist"]))
        drive, border = int(road.drive_h * HOUR * factor), int(road.border_h * HOUR * factor)
        at = self.drive(road, leaves, drive // 2)
        at = self.cleared(road, self.cleared(road, at) + border)
        at = self.drive(road, at, drive - drive // 2)
        self.journeys.append((road.row, leaves, at))
        yield self.env.timeout(at - leaves)
        for arrived in goods:
            arrived.succeed()

    @staticmethod
    def drive(road: Road, at: int, left: int) -> int:
        """Wheels turn from 06:00 to 20:00 where driving at night is banned."""
        if road.night_driving:
            return at + left
        while True:
            midnight = at - at % DAY
            dawn, dusk = midnight + 6 * HOUR, midnight + 20 * HOUR
            if at >= dusk:
                at = dawn + DAY
                continue
            at = max(at, dawn)
            if at + left <= dusk:
                return at + left
            left -= dusk - at
            at = dusk

    @staticmethod
    def cleared(road: Road, at: int) -> int:
        """The post clears goods in its hours only, and never on Sundays."""
        opens, closes = (round(hour * HOUR) for hour in road.customs_h)
        day, clock = divmod(at, DAY)
        if day % 7 != SUNDAY and clock < closes:
            return max(at, day * DAY + opens)
        day += 1
        while day % 7 == SUNDAY:
            day += 1
        return day * DAY + opens
