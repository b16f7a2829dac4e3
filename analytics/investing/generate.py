"""Candidates from what was short in a run: machines, people, power, ways."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from analytics.edits.added_battery import AddedBattery
from analytics.edits.added_genset import AddedGenset
from analytics.edits.added_link import AddedLink
from analytics.edits.added_machine import AddedMachine
from analytics.edits.added_pv import AddedPv
from analytics.edits.investment import Investment
from analytics.edits.trained_people import TrainedPeople
from analytics.investing import prices
from analytics.investing.candidate import Candidate, unique
from analytics.investing.prices import INTEREST_FRACTION, UPKEEP_FRACTION, ListPrice
from analytics.investing.ways import missing_link
from analytics.run_table import RunTable
from federation.topology.model import ClusterSpec
from twins.energy_spec import BatterySpec, EnergySpec, GensetSpec, InverterSpec, PvSpec
from twins.spec import MachineSpec, SiteSpec

MOST_MACHINES, MOST_POOLS, MOST_SITES = 4, 2, 2
"""So many candidates of a kind at most: the shortest first."""
BATTERY_H = 4.0
"""A battery carries the site's running machines for so long."""
GENSET_MARGIN = 1.25
PV_SHARE = 0.5
"""Peak power of PV, of the inverter that it hangs on."""
_WORK_YEAR_H = 2_000.0


def generated(
    cluster: ClusterSpec,
    tables: Mapping[str, RunTable],
    fork: datetime,
) -> tuple[Candidate, ...]:
    """Candidates of a cluster, by what one run of it was short of.

    A machine more where lots wait longest behind machines that work; a person more in the pool that
    lots wait for; a battery, and a genset where there is none, at the sites that lose most
    machine-hours to power; PV at the sites that pay most for the grid; a link where most goods are
    reloaded on the way. Sites are not made up: give them.

    Parameters
    ----------
    cluster
        What there is.
    tables
        Of a traced run.
    fork
        From when they stand there.
    """
    rate, remark = prices.in_currency(cluster)
    price = _Price(rate, remark, fork)
    sites = {site.id: site for site in cluster.sites}
    found = [
        *_machines(sites, tables["bottlenecks"], price),
        *_people(sites, tables["bottlenecks"], price),
        *_power(sites, tables["machines"], price),
        *_sun(sites, tables["energy"], price),
    ]
    link = missing_link(cluster, tables["operations"])
    if link is not None:
        spec, tonnes = link
        edit = AddedLink(link=spec, **price.terms(prices.LINK, 1.0, upkeep=False))
        title = f"a direct road {spec.start} to {spec.end} ({tonnes:.1f} t in the window)"
        found.append(price.candidate(f"link:{spec.id}", title, edit, prices.LINK))
    return unique(found)


class _Price:
    """Turns list prices into the terms of an investment."""

    def __init__(self, rate: float, remark: str, fork: datetime) -> None:
        self._rate = rate
        self._remark = remark
        self._fork = fork

    def terms(
        self, price: ListPrice, units: float, *, upkeep: bool = True, wages: float = 0.0
    ) -> dict[str, Any]:
        """Start and money of an investment."""
        capital = price.usd * units * self._rate
        return {
            "start": self._fork,
            "capital_cost": round(capital, 2),
            "life_years": price.life_years,
            "interest_fraction": INTEREST_FRACTION,
            "upkeep_per_year": round((UPKEEP_FRACTION * capital if upkeep else 0.0) + wages, 2),
        }

    def candidate(self, name: str, title: str, edit: Investment, price: ListPrice) -> Candidate:
        """A candidate with what its price rests on."""
        return Candidate(name, title, edit, f"{price.basis}{self._remark}")


def _machines(
    sites: Mapping[str, SiteSpec], bottlenecks: RunTable, price: _Price
) -> Iterator[Candidate]:
    """A machine more at the work centres that lots wait for longest while they work."""
    for site_id, centre, _ in _longest(bottlenecks, "behind_work_h")[:MOST_MACHINES]:
        site = sites[site_id]
        there = next((one for one in site.machines if one.id == centre), None)
        if there is None:  # offered for hire
            continue
        machine = there.model_copy(update={"id": free_name(f"{there.id}-new", site), "count": 1})
        listed = prices.machine_price(there.process)
        edit = AddedMachine(site=site_id, machine=machine, **price.terms(listed, 1.0))
        title = f"one more {centre} at {site_id}"
        yield price.candidate(f"machine:{site_id}:{centre}", title, edit, listed)


def _people(
    sites: Mapping[str, SiteSpec], bottlenecks: RunTable, price: _Price
) -> Iterator[Candidate]:
    """A person more in the pool with the skill that lots wait for."""
    seen: set[tuple[str, str]] = set()
    for site_id, centre, _ in _longest(bottlenecks, "no_operator_h"):
        site = sites[site_id]
        there = next((one for one in site.machines if one.id == centre), None)
        pool = None if there is None else _pool(site, there)
        if pool is None or (site_id, pool) in seen or len(seen) == MOST_POOLS:
            continue
        seen.add((site_id, pool))
        wages = site.labour.wage_per_h * _WORK_YEAR_H if site.labour is not None else 0.0
        terms = price.terms(prices.TRAINING, 1.0, upkeep=False, wages=wages)
        edit = TrainedPeople(site=site_id, pool=pool, people=1, **terms)
        title = f"one more of {pool} at {site_id}"
        yield price.candidate(f"people:{site_id}:{pool}", title, edit, prices.TRAINING)


def _pool(site: SiteSpec, machine: MachineSpec) -> str | None:
    for pool in site.pools:
        if pool.skills.get(machine.process, 0) >= machine.skill_level:
            return pool.id
    return None


def _power(sites: Mapping[str, SiteSpec], machines: RunTable, price: _Price) -> Iterator[Candidate]:
    """A battery and a genset for the sites that lose most machine-hours to power."""
    lost: dict[str, float] = defaultdict(float)
    for name, hours in zip(
        machines.texts("site"), machines.numbers("lost_to_power_h").tolist(), strict=True
    ):
        lost[str(name)] += hours
    worst = sorted((site for site in lost if lost[site] > 0.0), key=lambda site: -lost[site])
    for site_id in worst[:MOST_SITES]:
        site = sites[site_id]
        if site.energy is None:
            continue
        load_kw = math.ceil(_running_kw(site))
        buses = tuple(bus.id for bus in site.energy.buses)
        yield _battery(site_id, site.energy, load_kw, buses, price)
        if site.energy.genset is None:
            rated = float(math.ceil(GENSET_MARGIN * load_kw))
            litres = math.ceil(rated * 10.0)
            genset = GensetSpec(
                rated_kw=rated, backs_up=buses, tank_l=litres, fuel_on_hand_l=litres,
                fuel_price_per_l=_fuel_price(sites.values()),
            )  # fmt: skip
            terms = price.terms(prices.GENSET_KW, rated)
            edit = AddedGenset(site=site_id, genset=genset, **terms)
            title = f"a genset of {rated:.0f} kW at {site_id}"
            yield price.candidate(f"genset:{site_id}", title, edit, prices.GENSET_KW)


def _battery(
    site: str, energy: EnergySpec, load_kw: float, buses: tuple[str, ...], price: _Price
) -> Candidate:
    """A battery for some hours of the running load, beside what the site's holds already."""
    there = energy.inverter.battery if energy.inverter is not None else None
    more_kwh = float(math.ceil(BATTERY_H * load_kw))
    whole_kwh = more_kwh + (there.capacity_kwh if there is not None else 0.0)
    battery = BatterySpec(capacity_kwh=whole_kwh, charge_kw=load_kw, discharge_kw=load_kw)
    if there is not None:
        power = max(there.discharge_kw, load_kw)
        changed = {"capacity_kwh": whole_kwh, "discharge_kw": power}
        battery = there.model_copy(update=changed)
    old_kw = energy.inverter.power_kw if energy.inverter is not None else 0.0
    inverter = None
    if old_kw < load_kw:
        inverter = InverterSpec(power_kw=load_kw, backs_up=buses)
    per_kwh = prices.BATTERY_KWH
    added_kw = load_kw if inverter is not None else 0.0
    usd = per_kwh.usd * more_kwh + prices.INVERTER_KW.usd * added_kw
    listed = ListPrice(
        usd, per_kwh.life_years, f"{per_kwh.basis}; inverter: {prices.INVERTER_KW.basis}"
    )
    edit = AddedBattery(site=site, battery=battery, inverter=inverter, **price.terms(listed, 1.0))
    title = f"a battery of {more_kwh:.0f} kWh more at {site}"
    return price.candidate(f"battery:{site}", title, edit, listed)


def _sun(sites: Mapping[str, SiteSpec], energy: RunTable, price: _Price) -> Iterator[Candidate]:
    """PV at the sites that pay most for the grid and have an inverter."""
    paid = sorted(
        zip(energy.texts("site"), energy.numbers("grid_cost").tolist(), strict=True),
        key=lambda row: -row[1],
    )
    count = 0
    for site_id, cost in paid:
        site = sites[str(site_id)]
        inverter = site.energy.inverter if site.energy is not None else None
        if inverter is None or cost <= 0.0 or count == MOST_SITES:
            continue
        count += 1
        peak = float(max(1, round(PV_SHARE * inverter.power_kw)))
        pv = PvSpec(peak_kw=peak)
        edit = AddedPv(site=site.id, pv=pv, **price.terms(prices.PV_KW, peak))
        title = f"PV of {peak:.0f} kW at {site.id}"
        yield price.candidate(f"pv:{site.id}", title, edit, prices.PV_KW)


def _longest(table: RunTable, column: str) -> list[tuple[str, str, float]]:
    """Site, work centre and hours of a column of bottlenecks, the longest first."""
    rows = zip(
        table.texts("site"),
        table.texts("work_centre"),
        table.numbers(column).tolist(),
        strict=True,
    )
    some = [(str(site), str(centre), hours) for site, centre, hours in rows if hours > 0.0]
    return sorted(some, key=lambda row: (-row[2], row[0], row[1]))


def _running_kw(site: SiteSpec) -> float:
    """All that the site draws when every machine runs."""
    machines = sum(one.count * one.run_kw for one in site.machines)
    base = sum(bus.base_load_kw for bus in site.energy.buses) if site.energy is not None else 0.0
    return machines + base


def _fuel_price(sites: Iterable[SiteSpec]) -> float:
    """Mean price of a litre at the gensets that there are; 1 where there is none."""
    known = [
        site.energy.genset.fuel_price_per_l
        for site in sites
        if site.energy is not None and site.energy.genset is not None
    ]
    return math.fsum(known) / len(known) if known else 1.0


def free_name(wanted: str, site: SiteSpec) -> str:
    """The id for a machine, numbered where the site has it already."""
    taken = {name for one in site.machines for name in (one.id, *one.unit_ids)}
    number, found = 1, wanted
    while found in taken:
        number += 1
        found = f"{wanted}-{number}"
    return found
