"""An auction between sites: late work goes to the site that can do it at the lowest cost.

A site with trees of lots that are believed to be late puts its operations of them up. Every other
site that qualifies for all of these bids what they would cost it: lateness, transport and approval
of the tree, and what they do to its own work, by the decoder over its own machines. It knows its
own load, the trees that touch it, and of an offered tree what everybody is told: what is to be
done, from where it comes and where it goes, when it is due and what lateness costs. It does not
know the load of others. The lowest bid that is below what the seller loses by keeping the tree gets
it. Sites sell in turn until nobody trades any more; what was sold is not sold again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from analytics.rerouting.coordination.desks import Desks, Flags
from analytics.rerouting.decoding import Floats
from analytics.rerouting.money import prices_of
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal, make_proposal, open_operations
from analytics.rerouting.ranks import due_ranks
from analytics.rerouting.stay import Stay
from analytics.simulation.layout import NONE
from analytics.simulation.model import Ints, SimModel, SimState

ROUNDS = 12
"""Turns of every site to sell; most auctions end sooner, because nobody trades."""


@dataclass(frozen=True, slots=True)
class Auction:
    """Sites bid their marginal cost for each other's late work."""

    def propose(self, problem: ReroutingProblem) -> Proposal:
        """What was traded, if that is better than the running plan by the plan margin."""
        stay = Stay().propose(problem)
        if len(problem.movable) == 0:
            return stay
        market = Market(problem)
        market.trade()
        if not market.sold.any():
            return stay
        op = open_operations(problem)
        rank = due_ranks(problem, market.desks.whole(market.group))
        found = make_proposal(problem, "auction", op, market.group[op], rank[op])
        margin = problem.weights.plan_margin_fraction * abs(stay.total)
        return found if found.total < stay.total - margin else stay


@dataclass(frozen=True, slots=True)
class Trade:
    """One tree of lots whose operations at one site go to another.

    Parameters
    ----------
    tree
        Number of the tree, in the order in which trees are planned.
    seller, buyer
        Rows of the sites.
    ask, price
        What keeping it would cost the seller, and what the buyer asks for it; money.
    """

    tree: int
    seller: int
    buyer: int
    ask: float
    price: float


@dataclass
class Market:
    """The state of an auction.

    Parameters
    ----------
    problem
        The question.
    """

    problem: ReroutingProblem
    trades: list[Trade] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desks = Desks(self.problem)
        self.group = self.desks.present.copy()
        self.sold: Flags = np.zeros(self.desks.trees, dtype=np.bool_)
        self._late = _late(self.problem, self.desks)
        self._work_ms = work_ms(self.problem.model, self.problem.state)
        self._nothing = np.zeros(len(self.group), dtype=np.bool_)
        optype = self.problem.state.op["optype"]
        sites = range(len(self.problem.model.site))
        self._able = [self.desks.own(site).counts[optype] > 0 for site in sites]
        self._alone: dict[tuple[int, bytes], Floats] = {}

    def trade(self) -> None:
        """Let sites sell in turn until nobody trades any more."""
        for _ in range(ROUNDS):
            before = len(self.trades)
            for seller in range(len(self._able)):
                self._sell(seller)
            if len(self.trades) == before:
                return

    def _sell(self, seller: int) -> None:
        """Put up what is late; where nobody wants that much at once, a quarter, dearest first."""
        here = self.desks.free & (self.group != NONE) & (self.desks.site_of[self.group] == seller)
        offered = self._late & ~self.sold & self._with(here)
        bidders = {
            site: can
            for site, able in enumerate(self._able)
            if site != seller and (can := offered & ~self._with(here & ~able)).any()
        }
        if not bidders:
            return
        offered &= np.logical_or.reduce(list(bidders.values()))
        ask = self._asked(seller, offered, here)
        worth = np.flatnonzero(offered)
        worth = worth[np.argsort(-ask[worth], kind="stable")]
        while len(worth):
            batch = np.zeros_like(offered)
            batch[worth] = True
            if self._award(seller, here, batch, ask, bidders):
                return
            worth = worth[: len(worth) // 4]

    def _with(self, ops: Flags) -> Flags:
        """bool[trees]: trees that one of some operations belongs to."""
        found: Flags = np.zeros(self.desks.trees, dtype=np.bool_)
        found[self.desks.tree_of_op[ops]] = True
        return found

    def _asked(self, seller: int, offered: Flags, here: Flags) -> Floats:
        """float64[trees]: what keeping each offered tree costs, its share of the harm included."""
        mine = self.desks.touching(self.group, seller)
        keeping, without = self._spent(seller, mine), self._spent(seller, mine & ~offered)
        harm = _difference(keeping, without, mine & ~offered)
        return _burdened(keeping, harm, self._shares(offered, here))

    def _award(
        self, seller: int, here: Flags, batch: Flags, ask: Floats, bidders: Mapping[int, Flags]
    ) -> bool:
        """Take bids for a batch, and give each tree to the lowest that pays."""
        best = np.full(self.desks.trees, np.inf)
        buyer = np.full(self.desks.trees, NONE, dtype=np.int64)
        place: dict[int, Ints] = {}
        for site, can in bidders.items():
            wanted = batch & can
            if not wanted.any():
                continue
            price, place[site] = self._bids(site, wanted, here & wanted[self.desks.tree_of_op])
            lower = price < best
            best[lower], buyer[lower] = price[lower], site
        least = self.problem.weights.margin_fraction * np.abs(ask)
        pays = batch & (best < ask - np.where(np.isfinite(ask), least, 0.0))
        for tree in np.flatnonzero(pays).tolist():
            to = int(buyer[tree])
            ops = here & (self.desks.tree_of_op == tree)
            self.group[ops] = place[to][ops]
            self.trades.append(Trade(tree, seller, to, float(ask[tree]), float(best[tree])))
            self._alone.clear()
        self.sold |= pays
        return bool(pays.any())

    def _bids(self, site: int, wanted: Flags, here: Flags) -> tuple[Floats, Ints]:
        """What a site asks for each tree, infinite: no bid; and where its operations would go.

        Parameters
        ----------
        site
            Who bids.
        wanted
            bool[trees]: trees that it is able to take.
        here
            bool[ops]: what is to be done of them.

        Returns
        -------
        float64[trees], int64[ops]
            Prices and work centres.
        """
        desks = self.desks
        mine = desks.touching(self.group, site)
        before, own = self._spent(site, mine), mine & ~wanted
        decoded = desks.plan(site, self.group, own | wanted, here, anywhere=True)
        after = desks.spent(decoded, own | wanted)
        harm = _difference(after, before, own)
        moves = np.bincount(desks.tree_of_op[here], minlength=desks.trees)
        cost = _burdened(after, harm, self._shares(wanted, here))
        cost += self.problem.weights.stability * moves
        return np.where(wanted, cost, np.inf), decoded.group

    def _spent(self, site: int, trees: Flags) -> Floats:
        """float64[trees]: what some trees cost as the plan stands, by what a site knows."""
        key = (site, trees.tobytes())
        if key not in self._alone:
            found = np.zeros(self.desks.trees)
            if trees.any():
                decoded = self.desks.plan(site, self.group, trees, self._nothing)
                found = self.desks.spent(decoded, trees)
            self._alone[key] = found
        return self._alone[key]

    def _shares(self, trees: Flags, ops: Flags) -> Floats:
        """float64[trees]: share of each tree in the machine time of some operations."""
        work = np.zeros(self.desks.trees)
        np.add.at(work, self.desks.tree_of_op[ops], self._work_ms[ops])
        work[~trees] = 0.0
        shares: Floats = work / max(float(work.sum()), 1.0)
        return shares


def work_ms(model: SimModel, state: SimState) -> Floats:
    """float64[ops]: setup, cycle and unit times of each operation at speed 1, ms."""
    kind = model.optype[state.op["optype"]]
    units = model.lot["quantity"][state.op["lot"]]
    work: Floats = kind["setup_ms"] + kind["cycle_ms"] + kind["unit_ns"] * units / 1e6
    return work


def _late(problem: ReroutingProblem, desks: Desks) -> Flags:
    """bool[trees]: believed to come late if all stays, and that costs something."""
    root, model = desks.root, problem.model
    rate = prices_of(problem.cluster, model.names).lateness_per_ms(model)[root]
    done = np.minimum(problem.present.lot["done_ms"][root], problem.until_ms)
    late: Flags = (done > model.lot["due_ms"][root]) & (rate > 0.0)
    return late


def _difference(after: Floats, before: Floats, trees: Flags) -> float:
    """What some trees cost more; where one gets stuck by it, infinitely more."""
    if np.any(np.isinf(after[trees]) & np.isfinite(before[trees])):
        return float("inf")
    both = trees & np.isfinite(after) & np.isfinite(before)
    return float((after[both] - before[both]).sum())


def _burdened(cost: Floats, harm: float, shares: Floats) -> Floats:
    """Costs with each tree's share of the harm to others."""
    if np.isinf(harm):
        return np.where(shares > 0.0, np.inf, cost)
    return cost + harm * shares
