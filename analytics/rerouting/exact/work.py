"""Steps of the exact model: where each is done, when, and what machines and hours allow."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.rerouting.candidates import ARTICLE_NEEDED
from analytics.rerouting.exact.case import UNIT_MS, Case, Option, Step
from analytics.simulation.features import PREEMPTIVE, SHARES
from analytics.simulation.layout import FOREVER, NONE, P_MACHINE_ABSENT

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    Literal = cp_model.IntVar | cp_model.NotBooleanVariable | int
    """A literal, or 0 and 1 where it is decided."""


@dataclass(frozen=True, eq=False)
class Done:
    """A step in the model.

    Parameters
    ----------
    step
        What is to be done.
    start, end
        Variables, units from the decision.
    at
        A literal for each option.
    sites
        A literal for each site.
    """

    step: Step
    start: cp_model.IntVar
    end: cp_model.IntVar
    at: tuple[cp_model.IntVar, ...]
    sites: dict[int, cp_model.IntVar]


class Floor:
    """All machines.

    Parameters
    ----------
    case
        The problem.
    model
        What is written to.
    last
        Latest moment, units from the decision: after the horizon there is time for all work.
    """

    def __init__(self, case: Case, model: cp_model.CpModel, last: int) -> None:
        self._case = case
        self._model = model
        self._last = last
        self._busy: dict[int, list[tuple[cp_model.IntervalVar, int]]] = defaultdict(list)
        self._hours: dict[tuple[tuple[int, int], ...], int] = {}
        self._first: dict[int, int] = {}  # of a kind of hours, row of its first span
        self._spans: list[tuple[int, int, int]] = []  # begin, end, closed time before

    def place(self, step: Step, soonest: int, declined: cp_model.IntVar | None) -> Done:
        """A step at one of its options, or nowhere where its lot is declined."""
        model = self._model
        start = model.new_int_var(soonest, self._last, "")
        end = model.new_int_var(soonest, self._last, "")
        size = model.new_int_var(0, self._last, "")
        at = tuple(model.new_bool_var("") for _ in step.options)
        nobody = [] if declined is None else [declined]
        if at:
            model.add_exactly_one([*at, *nobody])
        else:  # nobody can do it
            model.add(start >= self._case.horizon)
        for option, there in zip(step.options, at, strict=True):
            if option.shared:
                continue  # between two shares a machine may do something else
            interval = model.new_optional_interval_var(start, size, end, there, "")
            self._busy[option.group].append((interval, self._demand(option)))
        self._keep_hours(step, start, end, at)
        sites: dict[int, cp_model.IntVar] = {}
        for site in step.sites:
            mine = [t for o, t in zip(step.options, at, strict=True) if o.site == site]
            if len(mine) == 1:
                sites[site] = mine[0]
                continue
            sites[site] = model.new_bool_var("")
            model.add(sum(mine) == sites[site])
        return Done(step, start, end, at, sites)

    def _demand(self, option: Option) -> int:
        oven = int(self._case.problem.model.group["batch_units"][option.group])
        return min(option.units, oven) if oven > 0 else 1

    def _keep_hours(
        self,
        step: Step,
        start: cp_model.IntVar,
        end: cp_model.IntVar,
        at: tuple[cp_model.IntVar, ...],
    ) -> None:
        """Between start and end lies as much open time as the work takes."""
        model = self._model
        if not at:
            return
        work = sum(o.span * t for o, t in zip(step.options, at, strict=True))
        model.add(end >= start + work)
        kinds = [self._kind(option.group) for option in step.options]
        if all(
            len(self._of(kind)) == 1 and self._spans[self._first[kind]][0] == 0 for kind in kinds
        ):
            return
        rows = range(len(self._spans))
        begins, ends, closed = zip(*self._spans, strict=True)
        worked = []
        for moment in (start, end):
            row = model.new_int_var(0, len(rows) - 1, "")
            for kind, there in zip(kinds, at, strict=True):
                mine = self._of(kind)
                model.add_linear_constraint(row, mine.start, mine.stop - 1).only_enforce_if(there)
            begin, stop, before = (model.new_int_var(0, self._last, "") for _ in range(3))
            model.add_element(row, list(begins), begin)
            model.add_element(row, [min(one, self._last) for one in ends], stop)
            model.add_element(row, list(closed), before)
            held = model.new_bool_var("")
            model.add(sum(at) == held)
            model.add(moment >= begin).only_enforce_if(held)
            model.add(moment <= stop).only_enforce_if(held)
            worked.append(moment - before)
        model.add(worked[1] - worked[0] >= work).only_enforce_if(held)

    def _kind(self, group: int) -> int:
        """Number of the hours of a work centre; equal hours share one."""
        hours = self._case.hours(group)
        if hours not in self._hours:
            number = len(self._hours)
            self._hours[hours] = number
            self._first[number] = len(self._spans)
            closed, until = 0, 0
            for row, (begin, end) in enumerate(hours):
                stop = self._last if row == len(hours) - 1 else end
                closed += begin - until
                self._spans.append((begin, stop, closed))
                until = end
        return self._hours[hours]

    def _of(self, kind: int) -> range:
        return range(self._first[kind], self._first.get(kind + 1, len(self._spans)))

    def _always(self, kind: int) -> bool:
        rows = self._of(kind)
        return len(rows) == 1 and self._spans[rows.start][0] == 0

    def prepare(self, steps: list[Step]) -> None:
        """Know all hours before the first step is placed."""
        for step in steps:
            for option in step.options:
                self._kind(option.group)

    def close(self) -> None:
        """No machine does two things at a time; what is on it now is done first."""
        problem = self._case.problem
        ahead = problem.model.primitive[int(problem.state.clock["next_primitive"][0]) :]
        moved = problem.model.machine["group"][
            ahead["entity"][ahead["kind"] == P_MACHINE_ABSENT].astype(np.int64)
        ]
        free = set(moved.tolist())  # its work is laid aside and goes on elsewhere
        for group, mine in self._busy.items():
            row = problem.model.group[group]
            if group in free or int(row["features"]) & PREEMPTIVE:
                continue
            oven, machines = int(row["batch_units"]), int(row["machines"])
            tasks = [*mine, *self._under_way(group)]
            capacity = machines * max(oven, 1)
            if capacity == 1:
                self._model.add_no_overlap([interval for interval, _ in tasks])
            else:
                self._model.add_cumulative(
                    [interval for interval, _ in tasks], [demand for _, demand in tasks], capacity
                )

    def _under_way(self, group: int) -> list[tuple[cp_model.IntervalVar, int]]:
        case, problem = self._case, self._case.problem
        first, count = (
            int(problem.model.group[name][group]) for name in ("first_machine", "machines")
        )
        oven = int(problem.model.group["batch_units"][group])
        found: list[tuple[cp_model.IntervalVar, int]] = []
        if int(problem.model.group["features"][group]) & SHARES:
            return found  # each machine is done with its share at a time of its own
        for machine in range(first, first + count):
            op = int(problem.state.machine["op"][machine])
            if op == NONE:
                continue
            lot = int(problem.state.op["lot"][op])
            end_ms = int(case.given["ready_ms"][lot])
            kind = int(problem.state.op["optype"][op])
            end_ms -= int(case.given["hold_ms"][kind]) if end_ms < FOREVER else 0
            end = min(max(0, case.since(min(end_ms, problem.until_ms))), case.horizon)
            found.append((self._model.new_fixed_size_interval_var(0, end, ""), oven or 1))
        return found


def spare_time(case: Case, steps: list[Step]) -> int:
    """Time after the horizon in which all work, journeys and approvals fit, units."""
    work = sum(max(option.span for option in step.options) for step in steps if step.options)
    link, gate = case.problem.model.link, case.problem.state.gate
    longest = max((sum(len(lot.steps) + 1 for lot in tree) for tree in case.trees), default=0)
    way = int(link["drive_ms"].sum() + link["border_ms"].sum()) // UNIT_MS + 1
    held = int(case.given["hold_ms"].max(initial=0)) // UNIT_MS + 1
    asked = gate["status"] == ARTICLE_NEEDED
    return work + longest * (way + held) + int(gate["approval_ms"][asked].sum()) // UNIT_MS + 1
