"""Permissions of the exact model: sites that are closed to a part, and first articles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from analytics.rerouting.candidates import APPROVED, ARTICLE_NEEDED, ARTICLE_PENDING
from analytics.rerouting.exact.case import UNIT_MS, Case
from analytics.rerouting.money import prices_of
from analytics.simulation.layout import FOREVER

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from analytics.rerouting.exact.model import Order
    from analytics.rerouting.exact.money import Money
    from analytics.rerouting.exact.work import Done


class Gates:
    """All permissions that are not approvals.

    Parameters
    ----------
    case
        The problem.
    model, money
        What is written to.
    last
        Latest moment, units from the decision.
    """

    def __init__(self, case: Case, model: cp_model.CpModel, money: Money, last: int) -> None:
        self._case = case
        self._model = model
        self._money = money
        self._last = last
        self._opens: dict[int, cp_model.IntVar] = {}  # by gate that needs a first article
        self._articles: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        self._visits: dict[int, list[tuple[cp_model.IntVar, cp_model.IntVar]]] = defaultdict(list)

    def _gate(self, lot: int, site: int) -> int:
        model = self._case.problem.model
        return site * model.parts + int(model.lot["part"][lot])

    def _leave(self, gate: int) -> int:
        """Earliest moment at which a lot may leave, units from the decision."""
        moment = int(self._case.given["leave_ms"][gate])
        case = self._case
        return case.horizon if moment >= FOREVER else max(0, case.since(moment))

    def visit(self, order: Order) -> None:
        """Lots wait at sites that are not approved for their part."""
        state = self._case.problem.state
        for lot in order.lots:
            if int(state.lot["article"][lot.row]) > 0:
                continue  # it is a first article itself
            run: list[Done] = []
            firsts: dict[int, cp_model.IntVar] = {}
            for step in lot.steps:
                done = order.done[step.op]
                run.append(done)
                for site, there in done.sites.items():
                    gate = self._gate(lot.row, site)
                    status = int(state.gate["status"][gate])
                    if status == ARTICLE_PENDING or status < APPROVED:
                        self._model.add(done.start >= self._leave(gate)).only_enforce_if(there)
                    elif status == ARTICLE_NEEDED:
                        if gate not in firsts:
                            firsts[gate] = self._model.new_bool_var("")
                            self._articles[gate].append(firsts[gate])
                        self._article(order, run, gate, site, firsts[gate])
            for gate, first in firsts.items():
                site = gate // self._case.problem.model.parts
                here = [done.sites[site] for done in run if site in done.sites]
                self._model.add_bool_or(here).only_enforce_if(first)

    def _article(
        self, order: Order, run: list[Done], gate: int, site: int, first: cp_model.IntVar
    ) -> None:
        """A lot is the first article, or begins when it is approved.

        Parameters
        ----------
        run
            The steps of the lot so far; the last may be done at the site.
        """
        model = self._model
        if gate not in self._opens:
            self._opens[gate] = model.new_int_var(self._leave(gate), self._last, "")
        opens, done = self._opens[gate], run[-1]
        there = done.sites[site]
        self._visits[gate].append((there, order.lost))
        model.add(done.start >= opens).only_enforce_if(there, first.negated())
        approval = int(self._case.problem.state.gate["approval_ms"][gate])
        least = int(self._case.given["leave_ms"][gate]) - self._case.problem.now_ms
        here = [one.sites[site] for one in run if site in one.sites]
        if len(here) == len(run):  # all of it from its first step on
            wait = min(approval, least) // UNIT_MS
            model.add(opens >= done.end + wait).only_enforce_if(first, *here)

    def leaving(self, lot: int, places: Iterable[int]) -> dict[int, cp_model.LinearExprT]:
        """For places that a lot may have to wait at: until when."""
        found: dict[int, cp_model.LinearExprT] = {}
        state, sites = self._case.problem.state, len(self._case.problem.model.site)
        if int(state.lot["article"][lot]) > 0:
            return found
        for place in places:
            if not 0 <= place < sites:
                continue
            gate = self._gate(lot, place)
            status = int(state.gate["status"][gate])
            if status == ARTICLE_NEEDED and gate in self._opens:
                found[place] = self._opens[gate]
            elif status != APPROVED:
                found[place] = self._leave(gate)
        return found

    def close(self) -> None:
        """Where somebody comes, one is the first article, and its approval is paid for."""
        problem, model = self._case.problem, self._model
        prices = prices_of(problem.cluster, problem.model.names)
        for gate, articles in self._articles.items():
            model.add_at_most_one(articles)
            asked = model.new_bool_var("")
            for there, lost in self._visits[gate]:
                model.add_bool_or(articles).only_enforce_if(there)
                model.add_bool_or([asked, lost]).only_enforce_if(there)
            cost = float(prices.approval_cost[gate]) * problem.weights.approval
            self._money.add(cost, asked)
