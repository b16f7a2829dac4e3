"""Journeys of the exact model: which departure each lot takes, and what a consignment costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from analytics.rerouting.exact.case import Case, Leg, Lot
from analytics.rerouting.money import prices_of
from analytics.simulation.layout import NONE

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from analytics.rerouting.exact.money import Money

    Places = Mapping[int, cp_model.IntVar | None]
    """Places, each with the literal that says that it is there; ``None``: for certain."""


class Journeys:
    """All journeys between sites and to customers.

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
        self._ways: dict[tuple[int, ...], tuple[tuple[Leg, ...], ...]] = {}
        self._riding: dict[tuple[int, int], list[tuple[cp_model.IntVar, int]]] = defaultdict(list)
        weights, problem = case.problem.weights, case.problem
        prices = prices_of(problem.cluster, problem.model.names)
        self._per_g = (prices.cost_per_g * weights.transport).tolist()
        carbon = prices.carbon_per_kg * weights.carbon
        self._carbon_per_g = (prices.emission_per_g * carbon).tolist()
        self._minimum = (prices.minimum_charge * weights.transport).tolist()
        self._papers = (prices.freight[2] * weights.transport).tolist()

    def arrival(
        self,
        lot: Lot,
        ready: cp_model.LinearExprT,
        starts: Places,
        ends: Places,
        leaving: Mapping[int, cp_model.LinearExprT],
        lost: cp_model.IntVar,
        *,
        done: bool = False,
    ) -> cp_model.IntVar:
        """When a lot is where it has to be.

        Parameters
        ----------
        lot
            Its mass is carried.
        ready
            When its last step is done.
        starts, ends
            Where it may be, and where it may have to be.
        leaving
            For sites that it may have to wait at for an approval: until when.
        lost
            True where its order is not delivered within the horizon, so that it need not travel.
        done
            Nothing is left to do to it: it waits for its approval even where it stays.
        """
        model = self._model
        arrives = model.new_int_var(0, self._last, "")
        model.add(arrives >= ready)
        for start, here in starts.items():
            for end, there in ends.items():
                if start == NONE or (start == end and not done):
                    continue
                together = [literal for literal in (here, there) if literal is not None]
                leave = leaving.get(start)
                if leave is not None:
                    model.add(arrives >= leave).only_enforce_if(*together)
                if start != end:
                    self._journey(lot, ready, arrives, start, end, together, leave, lost)
        return arrives

    def _journey(
        self,
        lot: Lot,
        ready: cp_model.LinearExprT,
        arrives: cp_model.IntVar,
        start: int,
        end: int,
        together: list[cp_model.IntVar],
        leaving: cp_model.LinearExprT | None,
        lost: cp_model.IntVar,
    ) -> None:
        case, model = self._case, self._model
        if int(case.given["express"][lot.row]) == 1:
            return  # it may go by faster links: nothing is known of its way
        links = case.route(lot.row, start, end)
        if links is None:
            model.add(arrives >= case.horizon).only_enforce_if(*together)
            return
        if not case.timed(links):
            model.add(arrives >= ready + case.least_travel(links)).only_enforce_if(*together)
            self._pay_mass(lot, links, together, lost)
            return
        goes = []
        at_once = int(case.problem.model.link["features"][links[0]]) == 0 and leaving is None
        missed: int | None = None  # the departure before: who could have gone with it has gone
        for way in self._connections(links):
            earlier, missed = missed, way[0].leave
            known = [moment for moment in (ready, leaving) if isinstance(moment, int)]
            if way[0].leave < max([lot.ready, *known]):
                continue
            ride = model.new_bool_var("")
            goes.append(ride)
            for moment in (ready, leaving):
                if moment is not None and not isinstance(moment, int):
                    model.add(moment <= way[0].leave).only_enforce_if(ride)
            model.add(arrives >= way[-1].arrive).only_enforce_if(ride)
            if at_once and earlier is not None and not isinstance(ready, int):
                model.add(ready >= earlier).only_enforce_if(ride)
            for leg in way:
                self._riding[leg.link, leg.number].append((ride, lot.row))
        later = model.new_bool_var("")
        model.add(arrives >= case.horizon).only_enforce_if(later)
        if together:
            model.add_bool_or([*goes, later]).only_enforce_if(*together)
        else:
            model.add_bool_or([*goes, later])

    def _connections(self, links: tuple[int, ...]) -> tuple[tuple[Leg, ...], ...]:
        if links not in self._ways:
            self._ways[links] = self._case.connections(links)
        return self._ways[links]

    def _mass_g(self, row: int) -> int:
        return int(self._case.problem.model.lot["mass_g"][row])

    def _pay_mass(
        self,
        lot: Lot,
        links: tuple[int, ...],
        together: list[cp_model.IntVar],
        lost: cp_model.IntVar,
    ) -> None:
        """The price of the mass, if the lot goes this way and its order is delivered."""
        price = sum(self._per_g[link] + self._carbon_per_g[link] for link in links)
        cost = price * self._mass_g(lot.row)
        if cost <= 0.0:
            return
        goes = self._model.new_bool_var("")
        self._model.add_bool_or([goes, lost]).only_enforce_if(*together)
        self._money.add(cost, goes)

    def close(self) -> None:
        """Each departure that somebody takes costs its minimum charge, or the price of its mass."""
        model, money = self._model, self._money
        for (link, _), riding in self._riding.items():
            masses = [self._mass_g(row) for _, row in riding]
            for (ride, _), mass in zip(riding, masses, strict=True):
                money.add(self._carbon_per_g[link] * mass, ride)
            minimum, papers = self._minimum[link], self._papers[link]
            if minimum + papers <= 0.0:
                for (ride, _), mass in zip(riding, masses, strict=True):
                    money.add(self._per_g[link] * mass, ride)
                continue
            used = model.new_bool_var("")
            for ride, _ in riding:
                model.add_implication(ride, used)
            money.add(papers, used)
            charge = money.amount()
            model.add(charge >= money.whole(minimum) * used)
            model.add(
                charge
                >= sum(
                    money.whole(self._per_g[link] * mass) * ride
                    for (ride, _), mass in zip(riding, masses, strict=True)
                )
            )

    @property
    def rides(self) -> int:
        """Literals for departures."""
        return sum(len(riding) for riding in self._riding.values())
