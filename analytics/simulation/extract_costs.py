"""The tables of a run that hold money: energy, transports, labour, approvals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analytics.simulation.columns import RunColumns, energy_kwh, hours, take
from analytics.simulation.layout import FOREVER, HOUR_MS, NONE, PL_PER_L, PPM, WEEK_MS
from analytics.simulation.model import Ints, SimModel, SimState
from federation.routes import legs
from federation.topology.model import LinkSpec
from twins.energy_spec import GensetSpec
from twins.spec import SiteSpec
from twins.states import MachineState

_FLOWS = ("pv_available", "pv", "grid", "discharge", "charge", "genset", "dumped")
_APPROVED = 1
_FIRST_ARTICLE = 2
_BEGUN = (1, 3, 4)


def energy(columns: RunColumns, model: SimModel, state: SimState) -> pa.Table:
    """Energy, fuel, their cost and emission of each site; zero where power has no limit."""
    site = state.site
    load, served = energy_kwh(site["load_uj"]), energy_kwh(site["served_uj"])
    grid, fuel = energy_kwh(site["grid_uj"]), site["fuel_used_pl"] / PL_PER_L
    tariff = _of_grids(model, lambda grid: grid.tariff_per_kwh)
    grid_kg = grid * _of_grids(model, lambda grid: grid.emission_g_per_kwh) / 1000.0
    fuel_price = _of_gensets(model, lambda genset: genset.fuel_price_per_l)
    fuel_kg = fuel * _of_gensets(model, lambda genset: genset.emission_kg_per_l)
    return columns.table(
        "energy",
        {
            "site": columns.sites,
            "load_kwh": load,
            "served_kwh": served,
            "unserved_kwh": load - served,
            **{f"{flow}_kwh": energy_kwh(site[f"{flow}_uj"]) for flow in _FLOWS},
            "grid_off_h": hours(site["grid_off_ms"]),
            "fuel_l": fuel,
            "fuel_dry_at": columns.moments(site["dry_ms"]),
            "grid_cost": grid * tariff,
            "fuel_cost": fuel * fuel_price,
            "grid_emission_kg": grid_kg,
            "fuel_emission_kg": fuel_kg,
            "emission_kg": grid_kg + fuel_kg,
        },
    )


def _sites(model: SimModel) -> tuple[SiteSpec, ...]:
    return model.cluster.sites if model.cluster is not None else ()


def _of_grids(model: SimModel, figure: Callable[[Any], float]) -> npt.NDArray[np.float64]:
    values = np.zeros(len(model.site))
    for row, site in enumerate(_sites(model)):
        if site.energy is not None and site.energy.grid is not None:
            values[row] = figure(site.energy.grid)
    return values


def _of_gensets(model: SimModel, figure: Callable[[GensetSpec], float]) -> npt.NDArray[np.float64]:
    """A figure of each site's own genset, or of the one that can be hired where it has none."""
    values = np.zeros(len(model.site))
    cluster = model.cluster
    hired = {hire.site: hire.genset for hire in cluster.genset_hire} if cluster else {}
    for row, site in enumerate(_sites(model)):
        genset = site.energy.genset if site.energy is not None else None
        genset = genset or hired.get(site.id)
        if genset is not None:
            values[row] = figure(genset)
    return values


def transports(columns: RunColumns, model: SimModel, state: SimState) -> pa.Table:
    """Consignments that left since the fork; each pays by mass, and at least the minimum charge."""
    goods = state.consignment[: int(state.clock["consignments"][0])]
    goods = goods[goods["depart_ms"] >= 0]
    row = goods["link"]
    links = [leg.link for leg in legs(model.cluster)] if model.cluster is not None else []
    tonnes = goods["mass_g"] / 1e6
    by_mass = tonnes * _of_links(links, row, lambda link: link.cost_per_t)
    border = _of_links(links, row, lambda link: link.border_h > 0.0 or link.customs is not None)
    return columns.table(
        "transports",
        {
            "consignment": _consignments(model, goods),
            "link": take(columns.links, row),
            "start": take(columns.places, model.link["start"][row]),
            "end": take(columns.places, model.link["end"][row]),
            "mode": take(pa.array([link.mode for link in links], type=pa.string()), row),
            "depart": columns.moments(goods["depart_ms"]),
            "arrive": columns.moments(goods["arrive_ms"]),
            "mass_kg": goods["mass_g"] / 1000.0,
            "lots": goods["lots"].astype(np.int32),
            "cost": np.maximum(by_mass, _of_links(links, row, lambda link: link.minimum_charge)),
            "emission_kg": tonnes * _of_links(links, row, lambda link: link.emission_kg_per_t),
            "border": border == 1.0,
        },
    )


def _of_links(
    links: list[LinkSpec], rows: Ints, figure: Callable[[LinkSpec], float]
) -> npt.NDArray[np.float64]:
    """A figure of each of the link directions."""
    return np.array([figure(link) for link in links], dtype=np.float64)[rows]


def _consignments(model: SimModel, goods: Any) -> pa.Array:
    """Link, destination and minute of departure name a consignment: nothing else leaves then."""
    ends = [f"{link}>{end}+" for link, _, end in model.names.links]
    departures = zip(goods["link"].tolist(), goods["depart_ms"].tolist(), strict=True)
    texts = [f"{ends[row]}{depart // 60_000}min" for row, depart in departures]
    return pa.array(texts, type=pa.string())


def labour(columns: RunColumns, model: SimModel, state: SimState) -> pa.Table:
    """Hours and wages: everybody is paid for all regular hours, and for overtime that is ordered.

    Work is what the machines ran times their operators, at most the hours paid; it is split between
    regular hours and overtime as the hours paid are.
    """
    people = np.array([site.labour.headcount if site.labour else 0 for site in _sites(model)])
    wage = np.array([site.labour.wage_per_h if site.labour else 0.0 for site in _sites(model)])
    premium = np.array(
        [site.labour.overtime_premium if site.labour else 1.0 for site in _sites(model)]
    )
    regular_h = people * hours(regular_open_ms(model, int(state.clock["now_ms"][0])))
    paid_h = np.maximum(people * hours(state.site["open_time_ms"]), regular_h)
    worked_h = np.minimum(_operator_hours(model, state), paid_h)
    share = np.divide(regular_h, paid_h, out=np.zeros(len(paid_h)), where=paid_h > 0.0)
    overtime_h = paid_h - regular_h
    return columns.table(
        "labour",
        {
            "site": columns.sites,
            "paid_h": paid_h,
            "worked_h": worked_h,
            "overtime_h": overtime_h,
            "regular_cost": worked_h * share * wage,
            "idle_cost": (regular_h - worked_h * share) * wage,
            "overtime_cost": overtime_h * wage * premium,
        },
    )


def _operator_hours(model: SimModel, state: SimState) -> npt.NDArray[np.float64]:
    """Hours of work that the running machines of each site took."""
    run_ms = state.machine_time[:, MachineState.RUN].copy()
    running = state.machine["state"] == MachineState.RUN
    since = np.maximum(state.machine["since_ms"], 0)
    run_ms[running] += (state.clock["now_ms"][0] - since)[running]
    group = model.group[model.machine["group"]]
    work = run_ms * (group["operators_ppm"] / PPM)
    return np.bincount(group["site"], weights=work, minlength=len(model.site)) / HOUR_MS


def regular_open_ms(model: SimModel, until_ms: int) -> Ints:
    """int64[sites]: regular hours from the fork to a moment; each site's row of the calendar."""
    offset = int(model.scalar["week_offset_ms"][0])
    found = np.zeros(len(model.site), np.int64)
    for row in range(len(found)):
        calendar = model.calendar[2 * row]
        first, last = int(calendar["first"]), int(calendar["first"] + calendar["intervals"])
        opens, closes = (model.interval[name][first:last] for name in ("open_ms", "close_ms"))
        first = int(calendar["first_closure"])
        closed = model.closure[first : first + int(calendar["closures"])]
        begins = np.clip(closed["open_ms"], 0, until_ms)
        ends = np.clip(closed["close_ms"], 0, until_ms)
        since = np.append(0, ends) + offset
        until = np.append(begins, until_ms) + offset
        found[row] = np.sum(_weekly_ms(until, opens, closes) - _weekly_ms(since, opens, closes))
    return found


def _weekly_ms(moments: Ints, opens: Ints, closes: Ints) -> Ints:
    """int64[moments]: open time of a week's intervals from the beginning of a week to a moment."""
    weeks, rest = np.divmod(moments, WEEK_MS)
    begun = np.clip(rest[:, None] - opens[None, :], 0, closes - opens).sum(axis=1)
    whole: Ints = weeks * np.sum(closes - opens) + begun
    return whole


def approvals(columns: RunColumns, model: SimModel, state: SimState) -> pa.Table:
    """First articles under way at the fork or begun since; only the latter cost."""
    before, after = model.permission["status"], state.gate["status"]
    rows = np.flatnonzero((before >= _FIRST_ARTICLE) & np.isin(after, _BEGUN))
    site, part = np.divmod(rows, model.parts)
    prices = np.zeros(len(before))
    for product in model.cluster.products if model.cluster is not None else ():
        for permission in product.permissions:
            place = model.names.site_row[permission.site]
            gate = place * model.parts + model.names.part_row[product.id, permission.part]
            prices[gate] = permission.approval_cost
    approved = np.where(after[rows] == _APPROVED, state.gate["approved_at_ms"][rows], FOREVER)
    return columns.table(
        "approvals",
        {
            "site": take(columns.sites, site),
            "product": take(columns.products, part),
            "part": take(columns.parts, part),
            "lot": take(columns.lots, _first_articles(model, state, rows)),
            "approved_at": columns.moments(approved),
            "cost": np.where(before[rows] == _FIRST_ARTICLE, prices[rows], 0.0),
        },
    )


def _first_articles(model: SimModel, state: SimState, gates: Ints) -> Ints:
    """int64[gates]: the lot that is the first article; ``NONE``: it was made before the fork.

    A gate forgets it when it opens. Until then nothing else of the part was begun at the site.
    """
    lots: Ints = state.gate["lot"][gates].astype(np.int64)
    for at in np.flatnonzero((lots == NONE) & (state.gate["status"][gates] == _APPROVED)).tolist():
        site, part = divmod(int(gates[at]), model.parts)
        there = model.group["site"][state.op["group"]] == site
        there &= model.lot["part"][state.op["lot"]] == part
        there &= state.op["start_ms"] < state.gate["approved_at_ms"][gates[at]]
        begun = np.flatnonzero(there)
        if len(begun):
            first = begun[np.argmin(state.op["start_ms"][begun])]
            lots[at] = state.op["lot"][first]
    return lots
