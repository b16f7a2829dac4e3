"""The most that a cluster can deliver in a usual week, with or without some of its sites and links.

What is best is found by a linear programme, see ``federation.resilience.programme``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from federation.resilience.shop import Demand, Shop
from federation.resilience.zones import Ground, Zones

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

TINY = 1e-6
"""Units a week below which nothing is meant."""


@dataclass(frozen=True, eq=False)
class Disturbed:
    """The cluster without some sites and legs.

    Parameters
    ----------
    usual, careful
        Zones for harmless and for dangerous goods.
    lost
        bool[sites]: nothing is made there.
    """

    usual: Zones
    careful: Zones
    lost: Bools

    def zones(self, *, dangerous: bool) -> Zones:
        """Those for a kind of goods."""
        return self.careful if dangerous else self.usual


@dataclass(frozen=True, eq=False)
class Plan:
    """What is delivered at most, and how.

    Parameters
    ----------
    units
        float64[demand]: delivered, units a week.
    made
        float64[options]: good units a week at each option, in the order of steps.
    hour_worth, order_worth
        float64[centres], float64[demand]: units a week that one more hour, or one more unit wanted,
        would bring.
    link_worth
        Row of a leg to units a week that one more kg of its capacity would bring.
    pool_worth
        float64[pools]: units a week that one more hour of people would bring.
    """

    units: Floats
    made: Floats
    hour_worth: Floats
    order_worth: Floats
    link_worth: dict[int, float]
    pool_worth: Floats


class Planner:
    """Linear programmes over one shop.

    Parameters
    ----------
    shop
        Steps, work centres and demand.
    ground
        Places and legs.
    """

    def __init__(self, shop: Shop, ground: Ground) -> None:
        self.shop = shop
        self.ground = ground
        flat = [(row, one) for row, step in enumerate(shop.steps) for one in step.options]
        self.option_step = np.array([row for row, _ in flat], dtype=np.int64)
        self.option_centre = np.array([one.centre for _, one in flat], dtype=np.int64)
        self.option_site = np.array([one.site for _, one in flat], dtype=np.int64)
        self.option_hours: Floats = np.array([one.hours for _, one in flat], dtype=np.float64)
        self.option_approved = np.array([one.approved for _, one in flat], dtype=np.bool_)
        step_product = np.array([step.product for step in shop.steps], dtype=np.int64)
        self.option_product = step_product[self.option_step]
        self.site_place = np.array(
            [ground.place_row[site.id] for site in shop.sites], dtype=np.int64
        )
        self._steps_of: list[list[int]] = [[] for _ in shop.products]
        self._options_of: list[list[int]] = [[] for _ in shop.steps]
        self.entry_place = np.array(
            [ground.place_row[entry.place] for entry in shop.demand], dtype=np.int64
        )
        self._entries_of: list[list[int]] = [[] for _ in shop.products]
        for row, entry in enumerate(shop.demand):
            self._entries_of[entry.product].append(row)
        for row, step in enumerate(shop.steps):
            self._steps_of[step.product].append(row)
        for option, row in enumerate(self.option_step.tolist()):
            self._options_of[row].append(option)

    def undisturbed(self) -> Disturbed:
        """With every site, over all open links."""
        return self.disturbed()

    def disturbed(
        self, lost: Iterable[int] = (), closed: frozenset[int] = frozenset()
    ) -> Disturbed:
        """Without the rows of some sites and legs."""
        gone = np.zeros(len(self.shop.sites), dtype=np.bool_)
        gone[list(lost)] = True
        usual = self.ground.zones(closed)
        return Disturbed(usual, self.ground.zones(closed, dangerous=True), gone)

    def reached(self, product: int, state: Disturbed) -> Bools:
        """bool[places]: where units of a product can get to, hours apart."""
        nowhere = np.zeros(len(self.ground.places), dtype=np.bool_)
        here: dict[int, Bools] = {}
        arriving: dict[int, list[Bools]] = {}
        for row in self._steps_of[product]:
            step = self.shop.steps[row]
            sites = self.option_site[self._options_of[row]]
            able = nowhere.copy()
            able[self.site_place[sites[~state.lost[sites]]]] = True
            for before in arriving.get(row, ()):
                able &= before
            here[row] = able
            zones = state.zones(dangerous=step.dangerous)
            begun = np.zeros(len(zones.reach), dtype=np.bool_)
            begun[zones.of[able]] = True
            out = np.asarray(zones.reach[begun].any(axis=0))[zones.of]
            if step.after < 0:
                return out
            arriving.setdefault(step.after, []).append(out)
        return nowhere

    def deliverable(self, state: Disturbed, products: Iterable[int] | None = None) -> Bools:
        """bool[demand]: whether it can be met at all; of other products: true."""
        found = np.ones(len(self.shop.demand), dtype=np.bool_)
        for product in self._products() if products is None else products:
            rows = self._entries_of[product]
            found[rows] = self.reached(product, state)[self.entry_place[rows]]
        return found

    def best(
        self,
        state: Disturbed,
        products: Iterable[int] | None = None,
        hours: Floats | None = None,
        demand: tuple[Demand, ...] | None = None,
    ) -> Plan:
        """The plan that delivers most.

        Parameters
        ----------
        state
            What is there.
        products
            Rows of the products that may be made; default: all.
        hours
            float64[centres]: what is left for them; default: all.
        demand
            What is wanted, without end where ``units`` is infinite; default: that of the shop.

        Raises
        ------
        ResilienceError
            When the programme is too large, or the solver gives up.
        """
        from federation.resilience.programme import Programme

        chosen = list(self._products()) if products is None else sorted(products)
        return Programme(self, state, chosen, hours, demand).solve()

    def _products(self) -> range:
        return range(len(self.shop.products))

    def entries_of(self, product: int) -> list[int]:
        """Rows of the demand for a product."""
        return self._entries_of[product]

    def steps_of(self, product: int) -> list[int]:
        """Rows of the steps of a product, in their order."""
        return self._steps_of[product]

    def options_of(self, step: int) -> list[int]:
        """Rows of the options of a step."""
        return self._options_of[step]
