"""The linear programme behind a plan, and the proof that comes with its answer.

A unit of a product takes, at each step, its hours at one of the work centres that can do it. What a
step gives in a zone is taken by the next step in that zone, or passes on to another; goods move
freely within a zone. The sum of the deliveries is made as large as hours, people, capacities of
links and demand allow. By the duality theorem the worth of an hour, of a link's capacity and of an
order at the optimum prove that no plan delivers more, and name what stands in its way: for a chain
of steps without shared machines they are the minimum cut of Ford and Fulkerson (1956).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from federation.errors import ResilienceError
from federation.resilience.plan import Disturbed, Plan
from federation.resilience.shop import Demand
from federation.resilience.zones import Zones

if TYPE_CHECKING:
    from federation.resilience.plan import Planner

Floats = npt.NDArray[np.float64]
Key = tuple[str, int]

_MOST_COLUMNS = 1_000_000


class Programme:
    """One linear programme: columns, rows, and what they stand for."""

    def __init__(
        self,
        planner: Planner,
        state: Disturbed,
        products: list[int],
        hours: Floats | None,
        demand: tuple[Demand, ...] | None,
    ) -> None:
        self._planner, self._state = planner, state
        self._shop = planner.shop
        self._hours = planner.shop.hours if hours is None else hours
        self._demand = planner.shop.demand if demand is None else demand
        self._upper: list[float] = []
        self._balance: dict[tuple[int, int], int] = {}
        self._limits: dict[Key, int] = {}
        self._limit_values: list[float] = []
        self._even: list[tuple[int, int, float]] = []
        self._most: list[tuple[int, int, float]] = []
        self._option_column: dict[int, int] = {}
        self._demand_column: dict[int, int] = {}
        wanted = set(products)
        for product in products:
            for row in planner.steps_of(product):
                self._step(row)
        rows = (
            [row for product in products for row in planner.entries_of(product)]
            if demand is None
            else [row for row, entry in enumerate(demand) if entry.product in wanted]
        )
        for row in rows:
            self._delivery(row, self._demand[row])
        self._people()

    def _column(self, upper: float = float("inf")) -> int:
        if len(self._upper) >= _MOST_COLUMNS:
            raise ResilienceError(
                "with so many limited links the network is too large to be judged",
                remedy="take capacity_kg off links that are never full, or ask for one product",
            )
        self._upper.append(upper)
        return len(self._upper) - 1

    def _in_balance(self, step: int, zone: int, column: int, sign: float) -> None:
        row = self._balance.setdefault((step, zone), len(self._balance))
        self._even.append((row, column, sign))

    def _limit(self, key: Key, value: float, column: int, share: float) -> None:
        row = self._limits.get(key)
        if row is None:
            row = self._limits[key] = len(self._limits)
            self._limit_values.append(value)
        self._most.append((row, column, share))

    def _step(self, row: int) -> None:
        """Columns of a step's options, and of the passages of what it gives."""
        planner, step = self._planner, self._shop.steps[row]
        zones = self._state.zones(dangerous=step.dangerous)
        before = [at for at in planner.steps_of(step.product) if self._shop.steps[at].after == row]
        for option in planner.options_of(row):
            site = planner.option_site[option]
            if self._state.lost[site]:
                continue
            column = self._option_column[option] = self._column()
            place = planner.site_place[site]
            self._in_balance(row, int(zones.of[place]), column, 1.0)
            for at in before:
                theirs = self._state.zones(dangerous=self._shop.steps[at].dangerous)
                self._in_balance(at, int(theirs.of[place]), column, -1.0)
            centre = int(planner.option_centre[option])
            hours = float(planner.option_hours[option])
            self._limit(("hours", centre), max(float(self._hours[centre]), 0.0), column, hours)
        if not zones.passages:
            return
        useful = self._useful(row, zones)
        for passage in zones.passages:
            if not zones.reach[passage.end, useful].any():
                continue
            column = self._column()
            self._in_balance(row, passage.start, column, -1.0)
            self._in_balance(row, passage.end, column, 1.0)
            if passage.leg >= 0 and step.mass_kg > 0.0:
                most = float(planner.ground.capacity_kg[passage.leg])
                self._limit(("leg", passage.leg), most, column, step.mass_kg)

    def _useful(self, row: int, zones: Zones) -> list[int]:
        """Zones in which what a step gives is taken."""
        planner, step = self._planner, self._shop.steps[row]
        if step.after >= 0:
            sites = planner.option_site[planner.options_of(step.after)]
            places = planner.site_place[sites[~self._state.lost[sites]]]
        else:
            ends = {entry.place for entry in self._demand if entry.product == step.product}
            places = np.array([planner.ground.place_row[place] for place in ends], dtype=np.int64)
        return sorted(set(zones.of[places].tolist()))

    def _delivery(self, row: int, entry: Demand) -> None:
        final = self._planner.steps_of(entry.product)[-1]
        zones = self._state.zones(dangerous=self._shop.steps[final].dangerous)
        column = self._demand_column[row] = self._column(entry.units)
        zone = int(zones.of[self._planner.ground.place_row[entry.place]])
        self._in_balance(final, zone, column, -1.0)

    def _people(self) -> None:
        """People who stand at running machines: from which pool, and no more than there are."""
        shop, planner = self._shop, self._planner
        manned: dict[int, int] = {}
        for option, column in self._option_column.items():
            centre = int(planner.option_centre[option])
            if shop.operators[centre] > 0.0:
                row = self._balance.setdefault((-1, centre), len(self._balance))
                manned[centre] = row
                need = float(shop.operators[centre] * planner.option_hours[option])
                self._even.append((row, column, -need))
        for number, pool in enumerate(shop.pools):
            for centre in pool.centres:
                if centre in manned:
                    column = self._column()
                    self._even.append((manned[centre], column, 1.0))
                    self._limit(("people", number), pool.hours, column, 1.0)

    def solve(self) -> Plan:
        """The optimum, with the worth of what limits it."""
        shop, planner = self._shop, self._planner
        units = np.zeros(len(self._demand))
        made = np.zeros(len(planner.option_step))
        worth = {"hours": np.zeros(len(shop.centres)), "people": np.zeros(len(shop.pools))}
        order_worth, link_worth = np.zeros(len(self._demand)), dict[int, float]()
        if self._demand_column:
            found = self._run()
            for row, column in self._demand_column.items():
                units[row] = max(found.x[column], 0.0)
                order_worth[row] = max(-found.upper.marginals[column], 0.0)
            for option, column in self._option_column.items():
                made[option] = max(found.x[column], 0.0)
            for (kind, at), row in self._limits.items():
                value = max(-float(found.ineqlin.marginals[row]), 0.0)
                if kind == "leg":
                    link_worth[at] = value
                else:
                    worth[kind][at] = value
        return Plan(units, made, worth["hours"], order_worth, link_worth, worth["people"])

    def _run(self) -> Any:
        from scipy.optimize import linprog
        from scipy.sparse import csr_array

        columns = len(self._upper)
        gain = np.zeros(columns)
        gain[list(self._demand_column.values())] = -1.0
        limits = np.array(self._limit_values)
        found = linprog(
            gain,
            A_ub=csr_array(triplets(self._most), shape=(len(limits), columns)),
            b_ub=limits,
            A_eq=csr_array(triplets(self._even), shape=(len(self._balance), columns)),
            b_eq=np.zeros(len(self._balance)),
            bounds=np.column_stack((np.zeros(columns), self._upper)),
            method="highs",
        )
        if found.status == _UNBOUNDED:
            raise ResilienceError("nothing limits what is made", remedy="give the steps a time")
        if found.status != 0:
            raise ResilienceError(f"the solver gave up: {found.message}")
        return found


_UNBOUNDED = 3


def triplets(
    entries: list[tuple[int, int, float]],
) -> tuple[Floats, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Entries ``(row, column, value)`` as scipy takes them."""
    rows = np.array([row for row, _, _ in entries], dtype=np.int64)
    columns = np.array([column for _, column, _ in entries], dtype=np.int64)
    return np.array([value for _, _, value in entries], dtype=np.float64), (rows, columns)
