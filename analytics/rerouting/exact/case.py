"""A rerouting problem in the words of the exact model: lots, steps, options, legs; whole units.

Everything is at its soonest and cheapest by what is believed, as in ``bounds``: times are rounded
down and hours up to whole units, so that each plan of the simulator is a plan of the model.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from analytics.rerouting.bounds import arrays
from analytics.rerouting.bounds.alone.facts import ARGUMENTS, FACTS
from analytics.rerouting.intervals import Intervals
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.trees import plan_order
from analytics.simulation.layout import DAY_MS, FOREVER, NONE
from analytics.simulation.model import Ints

UNIT_MS = 60_000


@dataclass(frozen=True, slots=True)
class Option:
    """A work centre for a step.

    Parameters
    ----------
    group, site
        Rows.
    span
        Least work, units of time.
    units
        Units in work.
    share_ms
        Machine time that is the operation's own.
    shared
        Several machines may work on it at a time; ``span`` is that of the largest share.
    """

    group: int
    site: int
    span: int
    units: int
    share_ms: float
    shared: bool


@dataclass(frozen=True, slots=True)
class Step:
    """An operation that has not begun, and where it may be done."""

    op: int
    options: tuple[Option, ...]

    @property
    def sites(self) -> tuple[int, ...]:
        """Rows of the sites, each once."""
        return tuple(dict.fromkeys(option.site for option in self.options))


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot with what is still to be done.

    Parameters
    ----------
    row
        In ``LOT_C``.
    place
        Row of where it is; ``NONE``: it does not exist yet.
    ready
        From when on, units from the decision.
    steps
        Operations that have not begun.
    """

    row: int
    place: int
    ready: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Leg:
    """A departure of a link: when it leaves and arrives, units from the decision."""

    link: int
    number: int
    leave: int
    arrive: int


@dataclass(frozen=True, eq=False)
class Case:
    """The problem, and the answers of the compiled rules about it.

    Parameters
    ----------
    problem
        The question.
    """

    problem: ReroutingProblem
    _routes: dict[tuple[int, int, int], tuple[int, ...] | None] = field(default_factory=dict)

    @cached_property
    def given(self) -> dict[str, Any]:
        """Arrays of the bound, see ``bounds.arrays``."""
        problem = self.problem
        order, tree_first = plan_order(problem)
        return {
            "order": order, "tree_first": tree_first,
            **arrays.work(problem), **arrays.transport(problem), **arrays.gates(problem, order),
            **arrays.stock(problem), **arrays.lots(problem),
        }  # fmt: skip

    @property
    def horizon(self) -> int:
        """Length of the plan, units."""
        return -(-self.problem.horizon_ms // UNIT_MS)

    def since(self, moment_ms: int) -> int:
        """Units from the decision to a moment, rounded down."""
        return (moment_ms - self.problem.now_ms) // UNIT_MS

    @cached_property
    def trees(self) -> tuple[tuple[Lot, ...], ...]:
        """Lots by tree, components before what they are joined into."""
        given, problem = self.given, self.problem
        facts = self._facts
        first = given["tree_first"].tolist()
        order = given["order"].tolist()
        found: list[tuple[Lot, ...]] = []
        for begin, end in pairwise(first):
            lots = []
            for row in order[begin:end]:
                since = int(problem.model.lot["first_op"][row])
                rows = range(since + int(given["cursor"][row]),
                             since + int(problem.model.lot["ops"][row]))  # fmt: skip
                ready = self.since(min(int(given["ready_ms"][row]), problem.until_ms + DAY_MS))
                lots.append(
                    Lot(row, int(given["place"][row]), max(0, ready),
                        tuple(Step(op, facts[op]) for op in rows))
                )  # fmt: skip
            found.append(tuple(lots))
        return tuple(found)

    def _asked(self) -> tuple[Ints, Ints]:
        """Operations that have not begun, at all work centres that they may go to."""
        problem, given = self.problem, self.given
        ops: list[int] = []
        groups: list[int] = []
        for row in given["order"].tolist():
            begin = int(problem.model.lot["first_op"][row])
            end = begin + int(problem.model.lot["ops"][row])
            for op in range(begin + int(given["cursor"][row]), end):
                present = int(problem.state.op["group"][op])
                mine = dict.fromkeys((*problem.candidates(op), present))
                able = [group for group in mine if group != NONE]
                ops += [op] * len(able)
                groups += able
        return np.array(ops, dtype=np.int64), np.array(groups, dtype=np.int64)

    @cached_property
    def _told(self) -> dict[str, Any]:
        problem, given = self.problem, self.given
        model, state = problem.model, problem.state
        ops, groups = self._asked()
        links = len(model.link)
        days = problem.horizon_ms // DAY_MS + 3
        most = int(model.link["departures"].max(initial=0)) * days + 1
        told: dict[str, Any] = {
            "scalar": model.scalar, "calendar": model.calendar, "interval": model.interval,
            "closure": model.closure, "timetable": model.timetable, "group_c": model.group,
            "optype_c": model.optype, "lot_c": model.lot, "link_c": model.link,
            "lot": state.lot, "op": state.op,
            "ask_op": ops, "ask_group": groups,
            "since_ms": problem.now_ms, "until_ms": problem.until_ms,
            "units": np.zeros(len(ops), dtype=np.int64),
            "at_once": np.zeros(len(ops), dtype=np.int64),
            "span_ms": np.zeros(len(ops), dtype=np.int64),
            "share": np.zeros(len(ops)),
            "departures": np.zeros(links, dtype=np.int64),
            "depart_ms": np.zeros((links, most), dtype=np.int64),
            "arrive_ms": np.zeros((links, most), dtype=np.int64),
        }  # fmt: skip
        told |= {name: given[name] for name in ("exact", "best_ppm", "shut_first", "shut")}
        if FACTS(*(told[name] for name in ARGUMENTS)):
            raise AssertionError("a link leaves more often than its timetable says")
        return told

    @cached_property
    def _facts(self) -> dict[int, tuple[Option, ...]]:
        told, site = self._told, self.problem.model.group["site"]
        found: dict[int, tuple[Option, ...]] = defaultdict(tuple)
        rows = zip(
            *(
                told[name].tolist()
                for name in ("ask_op", "ask_group", "span_ms", "units", "share", "at_once")
            ),
            strict=True,
        )
        for op, group, span_ms, units, share_ms, at_once in rows:
            shared = at_once < units
            option = Option(group, int(site[group]), span_ms // UNIT_MS, units, share_ms, shared)
            found[op] += (option,)
        return found

    def scrap(self, op: int) -> float:
        """Weighted worth of the units that an operation rejects by its yield."""
        problem, state = self.problem, self.problem.state
        lot = int(state.op["lot"][op])
        last = int(problem.model.lot["first_op"][lot]) + int(problem.model.lot["ops"][lot]) - 1
        known = int(self.given["exact"]) == 1 and int(state.op["visits"][op]) == 0
        if not known or not self._facts[op]:
            return 0.0
        after = int(problem.model.lot["quantity"][lot])
        if op < last:
            if not self._facts[op + 1]:
                return 0.0
            after = self._facts[op + 1][0].units
        worth = float(self.given["worth"][int(state.op["optype"][op])])
        return worth * max(0, self._facts[op][0].units - after)

    def hours(self, group: int) -> tuple[tuple[int, int], ...]:
        """When a work centre can work, units from the decision, after the horizon always."""
        first = self.given["open_first"].tolist()
        times: Intervals = tuple(
            (begin, end) for begin, end in self.given["open_ms"][first[group] : first[group + 1]]
        )
        found: list[tuple[int, int]] = []
        for begin_ms, end_ms in (*times, (self.problem.until_ms, FOREVER)):
            begin, end = max(0, self.since(int(begin_ms))), self.horizon
            if end_ms < FOREVER:
                end = -(-(int(end_ms) - self.problem.now_ms) // UNIT_MS)
            if found and begin <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], end))
            else:
                found.append((begin, end))
        return tuple(found)

    def departures_of(self, link: int) -> int:
        """How many departures a link has within the horizon."""
        return int(self._told["departures"][link])

    def departures(self, link: int) -> tuple[Leg, ...]:
        """Departures of a link within the horizon; none: it leaves at once, or is closed."""
        told = self._told
        count = self.departures_of(link)
        return tuple(
            Leg(link, number, self.since(leave), self.since(arrive))
            for number, (leave, arrive) in enumerate(
                zip(
                    told["depart_ms"][link, :count].tolist(),
                    told["arrive_ms"][link, :count].tolist(),
                    strict=True,
                )
            )
        )

    def route(self, lot: int, start: int, end: int) -> tuple[int, ...] | None:
        """Links from one place to another for a lot; ``None``: no way."""
        model, state = self.problem.model, self.problem.state
        block = int(model.lot["dangerous"][lot]) + 2 * int(state.lot["express"][lot])
        key = (start, end, block)
        if key not in self._routes:
            self._routes[key] = self._followed(start, end, block)
        return self._routes[key]

    def _followed(self, start: int, end: int, block: int) -> tuple[int, ...] | None:
        hops = self.problem.state.next_hop
        links: list[int] = []
        place = start
        while place != end:
            link = int(hops[place, end + block * len(hops)])
            if link == NONE:
                return None
            links.append(link)
            place = int(self.problem.model.link["end"][link])
        return tuple(links)

    def connections(self, links: tuple[int, ...]) -> tuple[tuple[Leg, ...], ...]:
        """The departures of the first link, each with the soonest ones of the links after it.

        Connections that do not reach the end within the horizon are left out. For a route with a
        link that leaves at once there are none: only its ``least_travel`` is known.
        """
        legs = [self.departures(link) for link in links]
        leaves = [[leg.leave for leg in mine] for mine in legs]
        found: list[tuple[Leg, ...]] = []
        for first in legs[0]:
            way = [first]
            for mine, times in zip(legs[1:], leaves[1:], strict=True):
                at = bisect_left(times, way[-1].arrive)
                if at == len(mine):
                    break
                way.append(mine[at])
            if len(way) == len(links):
                found.append(tuple(way))
        return tuple(found)

    def timed(self, links: tuple[int, ...]) -> bool:
        """Whether every link of a route leaves by a timetable."""
        link = self.problem.model.link
        return all(
            link["departures"][row] > 0 and link["consolidation_ms"][row] == 0 for row in links
        )

    def least_travel(self, links: tuple[int, ...]) -> int:
        """Driving and border time of a route, units."""
        link = self.problem.model.link
        return (
            int(sum(int(link["drive_ms"][row] + link["border_ms"][row]) for row in links))
            // UNIT_MS
        )
