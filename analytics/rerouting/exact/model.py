"""The exact model of a small cluster, for CP-SAT.

It is a relaxation: each plan, as the simulator dates it, is a plan of the model that costs no more
there, so the solver's bound holds for all plans. In it are sites and work centres of each
operation, machines with their hours and what is on them, ovens, pins, journeys by the departures of
the timetables with minimum charges, joins, permissions and first articles, material, energy beyond
what is free, moves, lateness and the makespan. Left out are people and tools that are shared,
machines that share a lot, buffers, changeovers, vehicles and their room, consolidation, the hours
of links without a timetable, power that falls short, work that begins anew or is lost, single
machines of several that are down, shifted starts, idle wages, and when in the horizon receipts come
for several operations together. The replay of a plan has all of it, and decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from analytics.rerouting.bounds.energy import energy_floor
from analytics.rerouting.exact.case import UNIT_MS, Case, Lot, Step
from analytics.rerouting.exact.gates import Gates
from analytics.rerouting.exact.journeys import Journeys
from analytics.rerouting.exact.money import PER_MONEY, Money
from analytics.rerouting.exact.solver import Solved, SolverLimits, complete_hint, solve
from analytics.rerouting.exact.stock import limit_material, material_from
from analytics.rerouting.exact.work import Done, Floor, spare_time
from analytics.rerouting.money import prices_of
from analytics.rerouting.proposal import Proposal, can_decline
from analytics.simulation.layout import FOREVER, HOUR_MS, NONE
from analytics.simulation.model import Ints

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


@dataclass(frozen=True, eq=False)
class Order:
    """A tree of lots in the model.

    Parameters
    ----------
    lots
        Components before what they are joined into.
    lost
        True where it is not delivered within the horizon.
    declined
        True where nobody makes it; ``None``: it cannot be declined.
    done
        The steps, by row of the operation.
    """

    lots: tuple[Lot, ...]
    lost: cp_model.IntVar
    declined: cp_model.IntVar | None
    done: dict[int, Done] = field(default_factory=dict)

    @property
    def steps(self) -> list[Done]:
        """All steps."""
        return list(self.done.values())


class ClusterModel:
    """The model of one problem.

    Parameters
    ----------
    case
        The problem.
    """

    def __init__(self, case: Case) -> None:
        from ortools.sat.python import cp_model

        self.case = case
        self._model = cp_model.CpModel()
        self._money = Money(self._model)
        steps = [step for tree in case.trees for lot in tree for step in lot.steps]
        self._last = case.horizon + spare_time(case, steps)
        self._floor = Floor(case, self._model, self._last)
        self._floor.prepare(steps)
        self._journeys = Journeys(case, self._model, self._money, self._last)
        self._gates = Gates(case, self._model, self._money, self._last)
        able = can_decline(case.problem)
        self.orders = [self._order(tree, bool(able[tree[-1].row])) for tree in case.trees]
        for order in self.orders:
            self._gates.visit(order)
        for order in self.orders:
            self._carry(order)
        self._floor.close()
        self._gates.close()
        limit_material(case, self._model, self.orders)
        self._journeys.close()
        self._pay_moves()
        self._pay_energy()
        self._pay_makespan()
        self._model.minimize(self._money.total)

    def _order(self, tree: tuple[Lot, ...], able: bool) -> Order:
        model = self._model
        declined = model.new_bool_var("") if able else None
        order = Order(tree, model.new_bool_var(""), declined)
        for lot in tree:
            before: Done | None = None
            for step in lot.steps:
                soonest = lot.ready if before is None else 0
                done = self._floor.place(step, min(soonest, self._last), declined)
                order.done[step.op] = done
                material_from(self.case, model, done)
                before = done
        if declined is not None:
            model.add_implication(declined, order.lost.negated())
        return order

    def _carry(self, order: Order) -> None:
        """Lots go from step to step, come together, and go to their customer."""
        arrivals: dict[int, list[cp_model.IntVar]] = {}
        lot_c = self.case.problem.model.lot
        for lot in order.lots:
            places: Mapping[int, cp_model.IntVar | None] = {lot.place: None}
            moment: cp_model.LinearExprT = lot.ready
            for number, step in enumerate(lot.steps):
                done = order.done[step.op]
                if number == 0:
                    for child in arrivals.get(lot.row, []):
                        self._model.add(done.start >= child)
                comes = self._journeys.arrival(
                    lot, moment, places, done.sites, self._leaving(lot, number), order.lost
                )
                self._model.add(done.start >= comes)
                places = done.sites
                moment = done.end + self._hold(step)
            parent = int(lot_c["parent"][lot.row])
            leaving = self._leaving(lot, len(lot.steps))
            if parent == NONE:
                self._deliver(order, lot, moment, places, leaving)
                continue
            home = next(one for one in order.lots if one.row == parent)
            joined = order.done[home.steps[0].op]
            comes = self._journeys.arrival(
                lot, moment, places, joined.sites, leaving, order.lost, done=True
            )
            arrivals.setdefault(parent, []).append(comes)

    def _leaving(self, lot: Lot, steps: int) -> Mapping[int, cp_model.LinearExprT]:
        """Until when a lot waits for an approval where the last of so many steps is done.

        Where it is now it may only have come by: nothing is said of that.
        """
        return self._gates.leaving(lot.row, lot.steps[steps - 1].sites) if steps > 0 else {}

    def _hold(self, step: Step) -> int:
        kind = int(self.case.problem.state.op["optype"][step.op])
        return int(self.case.given["hold_ms"][kind]) // UNIT_MS

    def _deliver(
        self,
        order: Order,
        lot: Lot,
        moment: cp_model.LinearExprT,
        places: Mapping[int, cp_model.IntVar | None],
        leaving: Mapping[int, cp_model.LinearExprT],
    ) -> None:
        case, model = self.case, self._model
        problem = case.problem
        lot_c = problem.model.lot[lot.row]
        ends = {int(lot_c["destination"]): None}
        comes = self._journeys.arrival(lot, moment, places, ends, leaving, order.lost, done=True)
        due = int(lot_c["due_ms"]) - problem.now_ms
        late = model.new_int_var(0, max(0, self._last - due // UNIT_MS) + 1, "")
        free = [order.lost.negated()]
        if order.declined is not None:
            free.append(order.declined.negated())
        model.add(comes <= case.horizon).only_enforce_if(*free)
        # Whole units of lateness at most as many as there are: arrival down, due date up.
        model.add(late >= comes + due // -UNIT_MS).only_enforce_if(*free)
        model.add(late >= max(0, (problem.horizon_ms - due) // UNIT_MS)).only_enforce_if(order.lost)
        rate = float(case.given["rate"][lot.row])
        self._money.add(rate * UNIT_MS, late)
        self._pay_scrap(order)
        if order.declined is not None:
            prices = prices_of(problem.cluster, problem.model.names)
            price = float(prices.sale_price(problem.model)[lot.row]) * problem.weights.unassigned
            self._money.add(price, order.declined)

    def _pay_scrap(self, order: Order) -> None:
        worth = sum(self.case.scrap(step.op) for lot in order.lots for step in lot.steps)
        made = self._model.new_bool_var("")
        self._model.add_bool_or(
            [made, order.lost, *([order.declined] if order.declined is not None else [])]
        )
        self._money.add(worth, made)

    def _pay_moves(self) -> None:
        problem, model = self.case.problem, self._model
        weights, sites = problem.weights, problem.model.group["site"]
        for order in self.orders:
            for lot in order.lots:
                elsewhere = []
                for step in lot.steps:
                    present = int(problem.state.op["group"][step.op])
                    home = int(sites[present]) if present != NONE else NONE
                    done = order.done[step.op]
                    for option, there in zip(step.options, done.at, strict=True):
                        if option.group != present:
                            self._money.add(weights.stability, there)
                        if option.site != home:
                            elsewhere.append(there)
                if elsewhere and weights.site_change > 0.0:
                    changed = model.new_bool_var("")
                    for there in elsewhere:
                        model.add_implication(there, changed)
                    self._money.add(weights.site_change, changed)

    def _pay_energy(self) -> None:
        """Work of orders that are delivered takes energy, beyond what is free at each site."""
        floor = energy_floor(self.case.problem)
        model = self._model
        for site, price in enumerate(floor.price.tolist()):
            if price <= 0.0:
                continue
            watt_hours = []
            for order in self.orders:
                most = 0
                for done in order.steps:
                    for option, there in zip(done.step.options, done.at, strict=True):
                        kwh = float(floor.work_kw[option.group]) * option.share_ms / HOUR_MS
                        if option.site == site and kwh > 0.0:
                            watt_hours.append(int(kwh * 1000.0) * there)
                            most += int(kwh * 1000.0)
                watt_hours.append(-most * order.lost)
            if len(watt_hours) > len(self.orders):
                bought = model.new_int_var(0, 2**40, "")
                model.add(bought >= sum(watt_hours) - int(floor.free_kwh[site] * 1000.0) - 1)
                self._money.add(price / 1000.0, bought)

    def _pay_makespan(self) -> None:
        weight = self.case.problem.weights.makespan
        if weight == 0.0:
            return
        horizon, model = self.case.horizon, self._model
        span = model.new_int_var(0, horizon, "")
        for order in self.orders:
            for done in order.steps:
                late = model.new_bool_var("")
                free = [late.negated()]
                if order.declined is not None:
                    free.append(order.declined.negated())
                model.add(span >= done.end).only_enforce_if(*free)
                beyond = [late] + ([order.declined.negated()] if order.declined is not None else [])
                model.add(span >= horizon - 1).only_enforce_if(*beyond)
        self._money.add(weight * UNIT_MS / HOUR_MS, span)

    def begin_with(self, known: Proposal) -> bool:
        """Give the solver a plan to begin with, by its replay; whether the model takes it."""
        end, case = known.end, self.case
        for order in self.orders:
            for done in order.steps:
                op = done.step.op
                begun, over = (int(end.op[name][op]) for name in ("start_ms", "end_ms"))
                for option, there in zip(done.step.options, done.at, strict=True):
                    self._model.add_hint(there, int(end.op["group"][op]) == option.group)
                if over < FOREVER:
                    self._model.add_hint(done.start, case.since(begun))
                    self._model.add_hint(done.end, case.since(over))
        return complete_hint(self._model)

    def cost_of_hint(self) -> float:
        """Money of the plan that the solver begins with, as the model counts it."""
        hint, objective = self._model.proto.solution_hint, self._model.proto.objective
        values = dict(zip(hint.vars, hint.values, strict=True))
        rows = zip(objective.vars, objective.coeffs, strict=True)
        return float(sum(count * values[row] for row, count in rows)) / PER_MONEY

    def solve(self, limits: SolverLimits) -> Solved:
        """Minimise; the bound is in money, the plans are for ``read``."""
        watched = []
        for order in self.orders:
            if order.declined is not None:
                watched.append(order.declined)
            for done in order.steps:
                watched += [done.start, *done.at]
        found = solve(self._model, limits, watched, broad=True)
        return Solved(found.ending, found.bound / PER_MONEY, found.plans)

    def read(self, plan: tuple[int, ...]) -> tuple[Ints, Ints, Ints]:
        """Rows of the operations of a plan, their work centres, and their starts."""
        values = iter(plan)
        rows: list[tuple[int, int, int]] = []
        for order in self.orders:
            declined = order.declined is not None and next(values) == 1
            for done in order.steps:
                start = next(values)
                chosen = [option.group for option in done.step.options if next(values) == 1]
                present = int(self.case.problem.state.op["group"][done.step.op])
                group = NONE if declined else (chosen or [present])[0]
                rows.append((done.step.op, group, start))
        op, group_of, starts = np.array(rows, dtype=np.int64).reshape(-1, 3).T.copy()
        return op, group_of, starts


def size_of(case: Case) -> int:
    """Literals that the model would have: options of steps, and departures between them."""
    total = 0
    for tree in case.trees:
        homes = {lot.row: lot.steps[0].sites for lot in tree if lot.steps}
        for lot in tree:
            before: tuple[int, ...] = (lot.place,)
            for step in lot.steps:
                total += len(step.options) + _departures(case, lot, before, step.sites)
                before = step.sites
            parent = int(case.problem.model.lot["parent"][lot.row])
            ends = homes.get(parent)
            if ends is None:
                ends = (int(case.problem.model.lot["destination"][lot.row]),)
            total += _departures(case, lot, before, ends)
    return total


def _departures(case: Case, lot: Lot, starts: tuple[int, ...], ends: tuple[int, ...]) -> int:
    total = 0
    for start in starts:
        for end in ends:
            if start not in (end, NONE):
                links = case.route(lot.row, start, end)
                total += case.departures_of(links[0]) if links else 1
    return total
