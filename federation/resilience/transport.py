"""The linear programme of the shortest plan: units on pairs of sites, at their kilometres."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from federation.errors import ResilienceError
from federation.resilience.flows import Distances, Move
from federation.resilience.plan import TINY

if TYPE_CHECKING:
    from federation.resilience.plan import Planner

Floats = npt.NDArray[np.float64]
_LEAST_KG = 1e-3
"""What weighs nothing takes the short way too."""
Made = dict[int, dict[tuple[int, int], float]]
Moved = dict[int, list[Move]]


class Transport:
    """Deliver given units with the least tonne-kilometres, within the hours of the machines.

    Parameters
    ----------
    planner
        Steps, options and hours.
    distances
        Kilometres between places.
    units
        float64[demand]: what is delivered.
    """

    def __init__(self, planner: Planner, distances: Distances, units: Floats) -> None:
        self._planner = planner
        self._distances = distances
        self._units = units
        self._cost: list[float] = []
        self._even: list[tuple[int, int, float]] = []
        self._even_values: list[float] = []
        self._hours: list[tuple[int, int, float]] = []
        self._option_column: dict[int, int] = {}
        self._move_column: dict[tuple[int, int, int, int], int] = {}
        # Of several machines of a site any gives to the next step: rows are by step and place.
        self._given: dict[tuple[int, int], int] = {}
        self._taken: dict[tuple[int, int], int] = {}
        self._order: dict[int, int] = {}
        for product in range(len(planner.shop.products)):
            wanted = [row for row in planner.entries_of(product) if units[row] > TINY]
            if wanted:
                self._product(product, wanted)

    def _column(self, cost: float) -> int:
        self._cost.append(cost)
        return len(self._cost) - 1

    def _row(self, value: float = 0.0) -> int:
        self._even_values.append(value)
        return len(self._even_values) - 1

    def _product(self, product: int, wanted: list[int]) -> None:
        planner = self._planner
        dear = 1.0 + self._farthest(product)
        for step in planner.steps_of(product):
            for option in planner.options_of(step):
                first_article = not planner.option_approved[option]
                column = self._option_column[option] = self._column(dear * first_article)
                place = int(planner.site_place[planner.option_site[option]])
                given = self._given.setdefault((step, place), -1)
                if given < 0:
                    given = self._given[step, place] = self._row()
                self._even.append((given, column, -1.0))
                for before in self._before(product, step):
                    taken = self._taken.setdefault((before, place), -1)
                    if taken < 0:
                        taken = self._taken[before, place] = self._row()
                    self._even.append((taken, column, -1.0))
                hours = float(planner.option_hours[option])
                self._hours.append((int(planner.option_centre[option]), column, hours))
        for entry in wanted:
            self._order[entry] = self._row(float(self._units[entry]))
        for step in planner.steps_of(product):
            self._moves(step, wanted)

    def _farthest(self, product: int) -> float:
        """More tonne-kilometres than any way of a unit has."""
        total = 0.0
        for row in self._planner.steps_of(product):
            step = self._planner.shop.steps[row]
            km = self._distances.km(dangerous=step.dangerous)
            total += max(step.mass_kg, _LEAST_KG) / 1000.0 * float(km[np.isfinite(km)].max())
        return total

    def _before(self, product: int, step: int) -> list[int]:
        steps = self._planner.shop.steps
        return [row for row in self._planner.steps_of(product) if steps[row].after == step]

    def _moves(self, step: int, wanted: list[int]) -> None:
        planner, spec = self._planner, self._planner.shop.steps[step]
        km = self._distances.km(dangerous=spec.dangerous)
        starts = self._places(step)
        if spec.after < 0:
            ends = [(int(planner.entry_place[entry]), entry) for entry in wanted]
        else:
            ends = [(place, -1) for place in self._places(spec.after)]
        for start in starts:
            for end, entry in ends:
                if not np.isfinite(km[start, end]):
                    continue
                tonnes = max(spec.mass_kg, _LEAST_KG) / 1000.0
                column = self._column(tonnes * float(km[start, end]))
                self._move_column[step, start, end, entry] = column
                self._even.append((self._given[step, start], column, 1.0))
                row = self._order[entry] if entry >= 0 else self._taken[step, end]
                self._even.append((row, column, 1.0))

    def _places(self, step: int) -> list[int]:
        planner = self._planner
        sites = planner.option_site[planner.options_of(step)]
        return sorted(set(planner.site_place[sites].tolist()))

    def solve(self) -> tuple[Made, Moved]:
        """Units by product: made at a site by step, and moved."""
        made: Made = defaultdict(dict)
        moved: Moved = defaultdict(list)
        if not self._order:
            return made, moved
        values = self._run()
        planner = self._planner
        for option, column in self._option_column.items():
            if values[column] > TINY:
                step, site = int(planner.option_step[option]), int(planner.option_site[option])
                own = made[planner.shop.steps[step].product]
                own[step, site] = own.get((step, site), 0.0) + float(values[column])
        for (step, start, end, entry), column in self._move_column.items():
            if values[column] > TINY:
                customer = planner.shop.demand[entry].customer if entry >= 0 else None
                move = Move(step, start, end, customer, float(values[column]))
                moved[planner.shop.steps[step].product].append(move)
        return made, moved

    def _run(self) -> Floats:
        from scipy.optimize import linprog
        from scipy.sparse import csr_array

        from federation.resilience.programme import triplets

        columns, hours = len(self._cost), self._planner.shop.hours
        found = linprog(
            np.array(self._cost),
            A_ub=csr_array(triplets(self._hours), shape=(len(hours), columns)),
            # What was found best to the last digit must fit once more.
            b_ub=hours * (1.0 + 1e-9) + 1e-9,
            A_eq=csr_array(triplets(self._even), shape=(len(self._even_values), columns)),
            b_eq=np.array(self._even_values),
            method="highs",
        )
        if found.status != 0:
            raise ResilienceError(f"the solver gave up: {found.message}")
        values: Floats = found.x
        return values
