"""N-1 and N-2: what is still delivered when sites, links or borders are lost, at the best.

A site that is lost makes nothing, and nothing leaves it or passes through it; what customers
collect at its gate can still be brought there. A link that is lost is closed in both directions, a
border with all links over it. The volume lost is that of the best plan for what is left: no plan
loses less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from federation.borders import borders
from federation.resilience.plan import TINY, Disturbed, Plan, Planner

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
EventKind = Literal["site", "link", "border", "all_borders"]
MOST_PAIRS = 500
"""Pairs of sites and links that are looked at, unless told otherwise."""
_SLACK = 1e-6
"""Relative tolerance between a plan and the bound that proves it best."""


@dataclass(frozen=True, slots=True)
class Event:
    """One loss: of a site, a link, a border, or of all borders at once (then ``id`` is ``*``)."""

    kind: EventKind
    id: str


@dataclass(frozen=True, slots=True)
class Loss:
    """What one event, or several at once, take away.

    Parameters
    ----------
    events
        What is lost.
    units
        Units a week that can no longer be delivered, whatever the plan.
    share
        Of what is delivered without the loss; 0 where nothing is.
    stranded
        The part of ``units`` that no hours could make good: a step has no site, or no way leads to
        the customer. The rest is lost for want of hours.
    products
        Product and units, of those that lose, the largest loss first.
    gone
        Products that nobody gets any more: some step has no site, or no way leads on.
    cut_off
        Product and customer that no longer gets it, of products that others still get.
    """

    events: tuple[Event, ...]
    units: float
    share: float
    stranded: float
    products: tuple[tuple[str, float], ...]
    gone: tuple[str, ...]
    cut_off: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """The ids, joined by ``+``."""
        return " + ".join(event.id for event in self.events)


@dataclass(frozen=True, slots=True)
class PairSurvey:
    """Losses of pairs of sites and links.

    Parameters
    ----------
    losses
        Of the pairs that lose anything, the largest first.
    examined, possible
        Pairs that were looked at, and all there are.
    elements
        Sites and links that the pairs are made of: those that take most away alone, and among
        equals those that most passes through.
    """

    losses: tuple[Loss, ...]
    examined: int
    possible: int
    elements: int


@dataclass(frozen=True, eq=False)
class Situation:
    """The cluster after some events, with the best plan for what is left.

    Parameters
    ----------
    events
        What happened.
    state
        What is there.
    away
        Rows of closed legs, and lost places.
    plan
        The best plan; its worths prove that.
    possible
        bool[demand]: what can be met at all.
    """

    events: tuple[Event, ...]
    state: Disturbed
    away: tuple[frozenset[int], frozenset[str]]
    plan: Plan
    possible: Bools


class Survey:
    """Losses against one plan for the undisturbed cluster.

    Parameters
    ----------
    planner
        Of the cluster.

    Attributes
    ----------
    base : Situation
        With everything there.
    """

    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        shop = planner.shop
        state = planner.undisturbed()
        self._entry_product = np.array([one.product for one in shop.demand], dtype=np.int64)
        self._wanted = np.array([one.units for one in shop.demand], dtype=np.float64)
        self._site_row = {site.id: row for row, site in enumerate(shop.sites)}
        self._borders = borders(shop.cluster)
        self._simple = not shop.pools and not planner.ground.limited
        self._touching: list[set[int]] = [set() for _ in shop.sites]
        for site, product in zip(
            planner.option_site.tolist(), planner.option_product.tolist(), strict=True
        ):
            self._touching[site].add(product)
        self._makeable = [bool(planner.reached(row, state).any()) for row in self._products()]
        possible = planner.deliverable(state)
        none = (frozenset[int](), frozenset[str]())
        self.base = Situation((), state, none, planner.best(state), possible)
        self.served = self._by_product(self.base.plan.units)
        self.total = float(self.base.plan.units.sum())

    @property
    def planner(self) -> Planner:
        """Of the cluster."""
        return self._planner

    def events(self) -> list[Event]:
        """Every site, every link in usual use, every border, and all borders at once."""
        cluster = self._planner.shop.cluster
        found = [Event("site", site.id) for site in cluster.sites]
        found += [Event("link", link.id) for link in cluster.links if not link.expedited]
        found += [Event("border", name) for name in self._borders]
        return found + ([Event("all_borders", "*")] if self._borders else [])

    def loss(self, *events: Event) -> Loss:
        """What some events take away together."""
        situation = self.base
        for event in events:
            situation = self.after(situation, event)
        return self._told(situation)

    def pairs(
        self,
        singles: Sequence[Loss],
        most: int = MOST_PAIRS,
        progress: Callable[[int, int], None] | None = None,
    ) -> PairSurvey:
        """Losses of pairs of sites and links, of at most so many pairs.

        Parameters
        ----------
        singles
            The losses of single events.
        most
            Where there are more pairs, only those of the sites and links that matter most.
        progress
            Called with the pairs looked at, and all that will be.
        """
        alone = [loss for loss in singles if loss.events[0].kind in {"site", "link"}]
        possible = len(alone) * (len(alone) - 1) // 2
        count = len(alone)
        while count * (count - 1) // 2 > max(most, 0):
            count -= 1
        ranked = sorted(alone, key=lambda loss: (-loss.units, -self._through(loss.events[0])))
        chosen = {loss.events[0] for loss in ranked[:count]}
        place = {loss.events[0]: at for at, loss in enumerate(alone) if loss.events[0] in chosen}
        # What tears the network apart comes first: the second loss is then planned locally.
        order = sorted(place, key=lambda event: (not self._parts(event), place[event]))
        losing: list[Loss] = []
        for at, first in enumerate(order[:-1]):
            without = self.after(self.base, first)
            for second in order[at + 1 :]:
                loss = self._told(self.after(without, second))
                if loss.units > TINY or loss.gone:
                    events = tuple(sorted((first, second), key=lambda event: place[event]))
                    losing.append(replace(loss, events=events))
            if progress is not None:
                progress((at + 1) * (2 * count - at - 2) // 2, count * (count - 1) // 2)
        return PairSurvey(
            losses=tuple(sorted(losing, key=lambda loss: -loss.units)),
            examined=count * (count - 1) // 2,
            possible=possible,
            elements=count,
        )

    def _parts(self, event: Event) -> bool:
        """Whether an event alone may cut places off from each other."""
        places = frozenset([event.id]) if event.kind == "site" else frozenset[str]()
        return self._planner.ground.parts(self._legs(event), places)

    def after(self, before: Situation, event: Event) -> Situation:
        """The situation after one more event."""
        planner, shop = self._planner, self._planner.shop
        closed = self._legs(event)
        places = frozenset([event.id]) if event.kind == "site" else frozenset[str]()
        parted = planner.ground.limited or planner.ground.parts(closed, places, before.away)
        away = (before.away[0] | closed, before.away[1] | places)
        lost = before.state.lost.copy()
        lost[[self._site_row[place] for place in places]] = True
        if parted:
            state = planner.disturbed(np.flatnonzero(lost).tolist(), away[0])
            touched: set[int] = set(self._products())
        else:
            state = Disturbed(before.state.usual, before.state.careful, lost)
            touched = {row for place in places for row in self._touching[self._site_row[place]]}
        possible = before.possible & planner.deliverable(state, touched)
        hours = np.where(lost[shop.centre_site], 0.0, shop.hours)
        plan = self._replanned(before.plan, state, hours, possible, parted=parted)
        return Situation((*before.events, event), state, away, plan, possible)

    def _products(self) -> range:
        return range(len(self._planner.shop.products))

    def _by_product(self, units: Floats) -> Floats:
        found = np.zeros(len(self._products()))
        np.add.at(found, self._entry_product, units)
        return found

    def _legs(self, event: Event) -> frozenset[int]:
        ground = self._planner.ground
        if event.kind == "site":
            return ground.leaving(event.id)
        if event.kind == "link":
            return ground.over([event.id])
        if event.kind == "border":
            return ground.over(self._borders[event.id])
        return ground.over([link for links in self._borders.values() for link in links])

    def _through(self, event: Event) -> float:
        """Steps a week of the undisturbed plan at a site."""
        if event.kind != "site":
            return 0.0
        here = self._planner.option_site == self._site_row[event.id]
        return float(self.base.plan.made[here].sum())

    def _replanned(
        self, plan: Plan, state: Disturbed, hours: Floats, possible: Bools, *, parted: bool
    ) -> Plan:
        """The best plan for what is left, from the best one before.

        First only the products are planned anew that can no longer be made as they were, in the
        hours that the others leave; then also those that use what these found scarce, until the
        worths prove that nothing better exists.
        """
        planner = self._planner
        hit = (plan.made > TINY) & state.lost[planner.option_site]
        affected = set(planner.option_product[hit].tolist())
        if parted:
            affected |= {row for row in self._products() if not self._holds(plan, row, state)}
        if not affected:
            return plan
        while self._simple and len(affected) < len(self._products()):
            found = self._pieced(plan, state, hours, affected)
            if found.units.sum() >= self._bound(found, hours, possible) - _SLACK * self.total:
                return found
            scarce = found.hour_worth > plan.hour_worth + _SLACK
            using = (plan.made > TINY) & scarce[planner.option_centre]
            further = set(planner.option_product[using].tolist()) - affected
            if not further:
                break
            affected |= further
        return planner.best(state)

    def _pieced(self, plan: Plan, state: Disturbed, hours: Floats, affected: set[int]) -> Plan:
        """Some products planned anew beside the others."""
        planner = self._planner
        own = np.isin(planner.option_product, list(affected))
        spent = np.bincount(
            planner.option_centre[~own],
            weights=(plan.made * planner.option_hours)[~own],
            minlength=len(hours),
        )
        local = planner.best(state, affected, hours - spent)
        mine = np.isin(self._entry_product, list(affected))
        return Plan(
            units=np.where(mine, local.units, plan.units),
            made=np.where(own, local.made, plan.made),
            hour_worth=np.maximum(local.hour_worth, plan.hour_worth),
            order_worth=np.where(mine, local.order_worth, plan.order_worth),
            link_worth={},
            pool_worth=plan.pool_worth,
        )

    def _bound(self, plan: Plan, hours: Floats, possible: Bools) -> float:
        """No plan delivers more: hours that are left and orders that can be met, at their worth.

        Any worths are a dual solution as long as no option pays more than it costs. That holds for
        the products that were planned anew, by their own programme, and for the others as before:
        hours were not made cheaper, and what is closed or lost only takes options away (weak
        duality).
        """
        worth = float((plan.hour_worth * hours).sum())
        return worth + float((plan.order_worth * self._wanted)[possible].sum())

    def _holds(self, plan: Plan, product: int, state: Disturbed) -> bool:
        """Whether a product can go on being made and delivered as it was."""
        planner = self._planner
        entries = np.array(planner.entries_of(product), dtype=np.int64)
        ends = planner.entry_place[entries[plan.units[entries] > TINY]]
        used: dict[int, Ints] = {-1: ends}
        for row in planner.steps_of(product):
            options = np.array(planner.options_of(row), dtype=np.int64)
            made = options[plan.made[options] > TINY]
            used[row] = planner.site_place[planner.option_site[made]]
        for row in planner.steps_of(product):
            step = planner.shop.steps[row]
            zones = state.zones(dangerous=step.dangerous).of
            found = np.concatenate((zones[used[row]], zones[used[step.after]]))
            if len(found) and (found != found[0]).any():
                return False
        return True

    def _told(self, situation: Situation) -> Loss:
        shop, possible = self._planner.shop, situation.possible
        missing = self.served - self._by_product(situation.plan.units)
        lost = max(self.total - float(situation.plan.units.sum()), 0.0)
        order = sorted(np.flatnonzero(missing > TINY).tolist(), key=lambda row: -missing[row])
        gone = [row for row in self._suspects(situation) if not self._anybody(row, situation)]
        cut = self.base.possible & ~possible & ~np.isin(self._entry_product, gone)
        return Loss(
            events=situation.events,
            units=lost if lost > TINY else 0.0,
            share=lost / self.total if self.total > TINY and lost > TINY else 0.0,
            stranded=min(float(self.base.plan.units[~possible].sum()), lost),
            products=tuple((shop.products[row].id, float(missing[row])) for row in order),
            gone=tuple(shop.products[row].id for row in gone),
            cut_off=tuple(
                (shop.products[shop.demand[row].product].id, shop.demand[row].customer)
                for row in np.flatnonzero(cut).tolist()
            ),
        )

    def _suspects(self, situation: Situation) -> list[int]:
        """Products that could be made, and may not be any more."""
        state = situation.state
        if state.usual is not self.base.state.usual:
            return [row for row in self._products() if self._makeable[row]]
        lost = np.flatnonzero(state.lost).tolist()
        touched = {row for site in lost for row in self._touching[site]}
        return [row for row in sorted(touched) if self._makeable[row]]

    def _anybody(self, product: int, situation: Situation) -> bool:
        """Whether some customer, or without orders some place, still gets a product."""
        entries = self._planner.entries_of(product)
        if entries:
            return bool(situation.possible[entries].any())
        return bool(self._planner.reached(product, situation.state).any())
