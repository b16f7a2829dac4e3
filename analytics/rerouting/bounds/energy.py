"""Energy that is bought whatever the plan: base loads and machines that stand ready on the grid.

A site buys at each moment at least what its base load and its idle machines draw beyond its PV
power, as long as the public grid is there and its battery does not serve before the grid. What
machines draw beyond that when they work is bought too, less all PV surplus and what the battery
holds: over the horizon, energy neither comes from nowhere nor is stored twice. Demand charges are
left out; PV surplus that could be sold is counted as sold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.rerouting.intervals import Intervals, both, within, without
from analytics.rerouting.money import prices_of
from analytics.rerouting.problem import ReroutingProblem
from analytics.simulation.extract_energy import energy_prices
from analytics.simulation.layout import (
    P_BATTERY_ABSENT,
    P_GRID_LIMIT,
    P_GRID_VOLTAGE,
    P_MACHINE_ABSENT,
    P_MACHINE_DOWN,
    P_PV_SHARE,
    P_SITE_DOWN,
    P_TARIFF,
    PPM,
    UJ_PER_KWH,
)
from analytics.simulation.model import Ints, Records
from analytics.simulation.sources import BY_TARIFF, SELF_CONSUMPTION

Floats = npt.NDArray[np.float64]

_MICRO = 1e6


@dataclass(frozen=True, eq=False)
class EnergyFloor:
    """What energy costs at least, weighted, carbon included.

    Parameters
    ----------
    sites
        float64[sites]: what a site spends from the decision to the horizon if nothing is made;
        below 0 where it may sell more than it has to buy.
    price
        float64[sites]: what a kWh of work costs on top where it is bought.
    free_kwh
        float64[sites]: energy of work that sun and battery may give.
    work_kw
        float64[groups]: what a machine draws more than when it stands ready.
    """

    sites: Floats
    price: Floats
    free_kwh: Floats
    work_kw: Floats


def energy_floor(problem: ReroutingProblem) -> EnergyFloor:
    """What energy costs at least."""
    model = problem.model
    sites = len(model.site)
    found = EnergyFloor(
        np.zeros(sites), np.zeros(sites), np.zeros(sites), np.zeros(len(model.group))
    )
    ahead = _ahead(problem)
    for site in range(sites):
        if int(model.site["ideal_power"][site]) == 0:
            _Site(problem, site, ahead).write(found)
    return found


def _ahead(problem: ReroutingProblem) -> Records:
    return problem.model.primitive[int(problem.state.clock["next_primitive"][0]) :]


class _Site:
    """One site with a power supply of its own."""

    def __init__(self, problem: ReroutingProblem, site: int, ahead: Records) -> None:
        self._problem = problem
        self._site = site
        self._constant = problem.model.site[site]
        self._state = problem.state.site[site]
        self._ahead = ahead
        first, count = (int(self._constant[name]) for name in ("first_group", "groups"))
        self._groups = np.arange(first, first + count)
        first, count = (int(self._constant[name]) for name in ("first_bus", "buses"))
        self._buses = problem.model.bus[first : first + count]

    def write(self, found: EnergyFloor) -> None:
        """Write the figures of this site and of its work centres."""
        price, held = self._grid_price(), self._held()
        idle = self._idle_mw() if held else np.zeros(len(self._groups), dtype=np.int64)
        step, begin, pv = self._sun()
        usable = np.minimum(pv, int(self._constant["inverter_mw"])).astype(np.float64)
        on_grid = self._on_grid() if held else ()
        groups = self._problem.model.group[self._groups]
        always = int(self._buses["base_mw"].sum()) + int(idle[groups["unattended"] == 1].sum())
        in_hours = always + int(idle[groups["unattended"] == 0].sum())
        hours = self._problem.outlook.hours[self._site]
        bought, spare = 0.0, 0.0
        for load, times in (
            (in_hours, both(on_grid, hours)),
            (always, without(on_grid, hours)),
            (0, without(((self._problem.now_ms, self._problem.until_ms),), on_grid)),
        ):
            spans = within(times, begin, step, len(pv)).astype(np.float64)
            bought += float(
                np.dot(np.minimum(np.maximum(load - usable, 0.0), self._grid_mw()), spans)
            )
            spare += float(np.dot(np.maximum(usable - load, 0.0), spans))
        found.sites[self._site] = bought / UJ_PER_KWH * price - self._sold(usable, step, begin)
        if held and int(self._constant["export_mw"]) == 0 and in_hours <= self._grid_mw():
            stored = max(0, int(self._state["soc_uj"]) - int(self._constant["soc_min_uj"]))
            found.free_kwh[self._site] = (spare + stored) / UJ_PER_KWH
            found.price[self._site] = min(price, self._fuel_price())
            ready = idle // np.maximum(groups["machines"], 1)
            found.work_kw[self._groups] = np.maximum(groups["run_mw"] - ready, 0) / _MICRO

    def _now(self, *kinds: int) -> bool:
        """Whether a timed change of the site of one of these kinds is ahead."""
        rows = self._ahead
        return bool(np.any((rows["entity"] == self._site) & np.isin(rows["kind"], kinds)))

    def _held(self) -> bool:
        """Whether the grid serves first as long as it is there."""
        plain = int(self._constant["dispatch"]) not in {SELF_CONSUMPTION, BY_TARIFF}
        weak = int(self._state["voltage_drop_ppm"]) != 0 or int(self._state["grid_drop_ppm"]) != 0
        changing = self._now(P_GRID_VOLTAGE, P_GRID_LIMIT, P_BATTERY_ABSENT)
        return plain and not weak and not changing and int(self._constant["grid_mw"]) > 0

    def _on_grid(self) -> Intervals:
        problem = self._problem
        off = problem.outlook.grid_off[self._site]
        late = int(self._constant["transfer_ms"])  # what runs lives on its own ride-through
        # As the grid comes and goes; the first milliseconds of the decision may be such a moment.
        gone = tuple((begin, end + late) for begin, end in off)
        since = ((problem.now_ms + late, problem.until_ms),)
        return without(since, gone)

    def _grid_mw(self) -> int:
        share = int(self._constant["feeder_share_mw"])
        limit = int(self._constant["grid_mw"])
        return min(limit, share) if int(self._constant["feeder"]) > 0 else limit

    def _idle_mw(self) -> Ints:
        """int64[groups]: what the machines draw at least while people are there.

        Nothing where a machine may be refused its power, or may not be there.
        """
        model, state = self._problem.model, self._problem.state
        groups = model.group[self._groups]
        none = np.zeros(len(groups), dtype=np.int64)
        peak = np.maximum(groups["run_mw"], groups["start_mw"]) * groups["machines"]
        peak = np.maximum(peak, groups["idle_mw"] * groups["machines"])
        loads = self._buses["base_mw"].astype(np.int64).copy()
        np.add.at(loads, groups["bus"] - int(self._constant["first_bus"]), peak)
        narrow = np.any(loads > self._buses["limit_mw"]) or int(loads.sum()) > self._grid_mw()
        if narrow or self._now(P_SITE_DOWN) or int(self._state["down"]) > 0:
            return none
        idle = np.minimum(groups["idle_mw"], groups["run_mw"]) * groups["machines"]
        idle[groups["checks"] != 0] = 0
        idle[groups["upkeep_every_ms"] != 0] = 0
        changing = np.isin(self._ahead["kind"], (P_MACHINE_DOWN, P_MACHINE_ABSENT))
        absent = set(self._ahead["entity"][changing].tolist())
        for at, group in enumerate(groups):
            first, count = int(group["first_machine"]), int(group["machines"])
            mine = range(first, first + count)
            if state.machine["down"][first : first + count].any() or absent & set(mine):
                idle[at] = 0
        kept: Ints = idle.astype(np.int64)
        return kept

    def _sun(self) -> tuple[int, int, Ints]:
        """Length of the steps, begin of the first, and PV power of each at most, mW."""
        problem = self._problem
        scalar = problem.model.scalar
        step, phase = int(scalar["pv_step_ms"][0]), int(scalar["pv_phase_ms"][0])
        first = (problem.now_ms + phase) // step
        count = -(-(problem.until_ms + phase) // step) - first
        last = problem.model.pv.shape[1] - 1
        rows = np.minimum(first + np.arange(count), last)
        power = problem.model.pv[self._site, rows].astype(np.float64)
        shares = self._ahead["kind"] == P_PV_SHARE
        shares &= self._ahead["entity"] == self._site
        most = max([PPM, *self._ahead["value"][shares].tolist()])
        bright = max(most / PPM, 1.0 - int(self._state["pv_drop_ppm"]) / PPM)
        return step, first * step - phase, np.ceil(power * bright).astype(np.int64)

    def _grid_price(self) -> float:
        """Least money for a kWh, with its carbon, weighted."""
        problem = self._problem
        prices, weights = prices_of(problem.cluster, problem.model.names), problem.weights
        grid = float(energy_prices(problem.cluster, len(problem.model.site))[0, self._site])
        if int(self._constant["bands"]) > 0:
            first, count = int(self._constant["first_band"]), int(self._constant["bands"])
            bands = problem.model.band["price_micro_per_kwh"][first : first + count]
            grid = float(bands.min()) / _MICRO
        steps = (self._ahead["kind"] == P_TARIFF) & (self._ahead["entity"] == self._site)
        factors = [0, int(self._state["tariff_change_ppm"])]
        factors += [value - PPM for value in self._ahead["value"][steps].tolist()]
        cheapest = grid * max(0.0, 1.0 + min(factors) / PPM) * weights.energy
        kg = float(prices.energy_kg[self._site, 0])
        return float(cheapest + kg * prices.carbon_per_kg * weights.carbon)

    def _fuel_price(self) -> float:
        """Least money for a kWh of a genset, with its carbon, weighted; infinite without one."""
        problem = self._problem
        spec = problem.cluster.sites[self._site]
        own = spec.energy.genset if spec.energy is not None else None
        hired = [hire.genset for hire in problem.cluster.genset_hire if hire.site == spec.id]
        weights, carbon = problem.weights, problem.cluster.carbon_price_per_t / 1000.0
        return min(
            (
                one.fuel_slope_l_per_kwh
                * (one.fuel_price_per_l * weights.energy
                   + one.emission_kg_per_l * carbon * weights.carbon)
                for one in ([own] if own is not None else hired)
            ),
            default=math.inf,
        )  # fmt: skip

    def _sold(self, usable: Floats, step: int, begin: int) -> float:
        """Most money for PV power that the grid takes."""
        most = int(self._constant["export_mw"])
        if most == 0:
            return 0.0
        problem = self._problem
        paid = energy_prices(problem.cluster, len(problem.model.site))[5, self._site]
        whole = ((problem.now_ms, problem.until_ms),)
        spans = within(whole, begin, step, len(usable)).astype(np.float64)
        energy = float(np.dot(np.minimum(usable, most), spans))
        return energy / UJ_PER_KWH * float(paid) * problem.weights.energy
