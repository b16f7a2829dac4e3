"""The tables of a run that hold money: transports, labour, approvals; those of energy apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analytics.remember import by_identity
from analytics.run_table import RunTable
from analytics.simulation.columns import RunColumns, hours
from analytics.simulation.extract_people import call_in_hours
from analytics.simulation.freight import freight_cost, freight_prices
from analytics.simulation.layout import FOREVER, HOUR_MS, NONE, PPM, WEEK_MS
from analytics.simulation.model import Ints, Names, Records, SimModel, SimState
from federation.routes import legs
from twins.states import MachineState

if TYPE_CHECKING:
    from federation.topology.model import ClusterSpec

_APPROVED = 1
_FIRST_ARTICLE = 2
_BEGUN = (1, 3, 4)


def transports(columns: RunColumns, model: SimModel, state: SimState) -> RunTable:
    """Consignments that left since the fork."""
    goods = state.consignment[: int(state.clock["consignments"][0])]
    goods = goods[goods["depart_ms"] >= 0]
    row = goods["link"]
    prices, (kg_per_t, border) = _link_prices(model.cluster)
    tonnes = goods["mass_g"] / 1e6
    return RunTable(
        "transports",
        {
            "consignment": columns.consignments(row, goods["depart_ms"]),
            "link": columns.take("links", row),
            "start": columns.take("places", model.link["start"][row]),
            "end": columns.take("places", model.link["end"][row]),
            "mode": columns.take("link_modes", row),
            "depart": columns.moments(goods["depart_ms"]),
            "arrive": columns.moments(goods["arrive_ms"]),
            "mass_kg": goods["mass_g"] / 1000.0,
            "lots": goods["lots"].astype(np.int32),
            "cost": freight_cost(prices, goods),
            "emission_kg": tonnes * kg_per_t[row],
            "border": border[row] == 1.0,
        },
    )


@by_identity()
def _link_prices(
    cluster: ClusterSpec | None,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Prices of each direction of a link, and float64[2, directions].

    The latter: kg CO2e per tonne, 1 where it crosses a border.
    """
    links = [leg.link for leg in legs(cluster)] if cluster is not None else []
    figures = [
        (link.emission_kg_per_t, float(link.border_h > 0.0 or link.customs is not None))
        for link in links
    ]
    return freight_prices(links), np.array(figures, dtype=np.float64).reshape(-1, 2).T.copy()


def labour(columns: RunColumns, model: SimModel, state: SimState) -> RunTable:
    """Hours and wages: everybody is paid for all regular hours, and for overtime that is ordered.

    Work is what the machines ran times their operators, at most the hours paid; it is split between
    regular hours and overtime as the hours paid are.
    """
    _, wage, premium = _wages(model.cluster)
    regular_h, paid_h, worked_h, share = _person_hours(model, state)
    overtime_h = paid_h - regular_h
    return RunTable(
        "labour",
        {
            "site": columns.take("sites"),
            "paid_h": paid_h,
            "worked_h": worked_h,
            "overtime_h": overtime_h,
            "regular_cost": worked_h * share * wage,
            "idle_cost": (regular_h - worked_h * share) * wage,
            "overtime_cost": overtime_h * wage * premium,
            "call_in_cost": call_in_hours(model, state) * wage * premium,
        },
    )


def idle_wages(model: SimModel, state: SimState) -> npt.NDArray[np.float64]:
    """float64[sites]: wages of regular hours without work since the fork."""
    regular_h, _, worked_h, share = _person_hours(model, state)
    wage = _wages(model.cluster)[1]
    return np.asarray((regular_h - worked_h * share) * wage, dtype=np.float64)


def _person_hours(model: SimModel, state: SimState) -> tuple[npt.NDArray[np.float64], ...]:
    """float64[sites] each: regular, paid, and worked hours, regular share of those paid."""
    people = _wages(model.cluster)[0]
    now = int(state.clock["now_ms"][0])
    before_ms = _before_opening_ms(model, now)
    regular_h = people * hours(regular_open_ms(model, now) - before_ms)
    paid_h = np.maximum(people * hours(state.site["open_time_ms"] - before_ms), regular_h)
    worked_h = np.minimum(_operator_hours(model, state), paid_h)
    share = np.divide(regular_h, paid_h, out=np.zeros(len(paid_h)), where=paid_h > 0.0)
    return regular_h, paid_h, worked_h, share


@by_identity()
def _wages(cluster: ClusterSpec | None) -> npt.NDArray[np.float64]:
    """float64[3, sites]: people, wage of an hour, and premium of overtime."""
    labour = [site.labour for site in (cluster.sites if cluster is not None else ())]
    rows = [
        (float(one.headcount), one.wage_per_h, one.overtime_premium) if one else (0.0, 0.0, 1.0)
        for one in labour
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 3).T.copy()


def _before_opening_ms(model: SimModel, until_ms: int) -> Ints:
    """int64[sites]: regular hours before a site that opens after the fork has people."""
    before = np.zeros(len(model.site), np.int64)
    for row, opens_ms in model.opens_ms:
        before[row] = regular_open_ms(model, min(opens_ms, until_ms))[row]
    return before


def _operator_hours(model: SimModel, state: SimState) -> npt.NDArray[np.float64]:
    """Hours of work that the running machines of each site took."""
    run_ms = state.machine_time[:, MachineState.SETUP] + state.machine_time[:, MachineState.RUN]
    now_in = state.machine["state"]
    running = (now_in == MachineState.SETUP) | (now_in == MachineState.RUN)
    since = np.maximum(state.machine["since_ms"], 0)
    run_ms[running] += (state.clock["now_ms"][0] - since)[running]
    site, operators = _operators(model.group, model.machine)
    work = run_ms * operators
    return np.bincount(site, weights=work, minlength=len(model.site)) / HOUR_MS


@by_identity()
def _operators(group: Records, machine: Records) -> tuple[Ints, npt.NDArray[np.float64]]:
    """Site of each machine, and the people that it takes while it runs."""
    of = machine["group"]
    return group["site"][of], group["operators_ppm"][of] / PPM


def regular_open_ms(model: SimModel, until_ms: int) -> Ints:
    """int64[sites]: regular hours from the fork to a moment; each site's row of the calendar."""
    offset = int(model.scalar["week_offset_ms"][0])
    return _open_ms(
        model.calendar, model.interval, model.closure, len(model.site), offset, until_ms
    )


@by_identity(64)
def _open_ms(
    calendars: Records,
    intervals: Records,
    closures: Records,
    sites: int,
    offset: int,
    until_ms: int,
) -> Ints:
    found = np.zeros(sites, np.int64)
    for row in range(sites):
        calendar = calendars[2 * row]
        first, last = int(calendar["first"]), int(calendar["first"] + calendar["intervals"])
        opens, closes = (intervals[name][first:last] for name in ("open_ms", "close_ms"))
        first = int(calendar["first_closure"])
        closed = closures[first : first + int(calendar["closures"])]
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


def approvals(columns: RunColumns, model: SimModel, state: SimState) -> RunTable:
    """First articles under way at the fork or begun since; only the latter cost."""
    before, after = model.permission["status"], state.gate["status"]
    rows = np.flatnonzero((before >= _FIRST_ARTICLE) & np.isin(after, _BEGUN))
    site, part = np.divmod(rows, model.parts)
    prices = _approval_prices(model.cluster, model.names)
    approved = np.where(after[rows] == _APPROVED, state.gate["approved_at_ms"][rows], FOREVER)
    return RunTable(
        "approvals",
        {
            "site": columns.take("sites", site),
            "product": columns.take("products", part),
            "part": columns.take("parts", part),
            "lot": columns.take("lots", _first_articles(model, state, rows)),
            "approved_at": columns.moments(approved),
            "cost": np.where(before[rows] == _FIRST_ARTICLE, prices[rows], 0.0),
        },
    )


@by_identity()
def _approval_prices(cluster: ClusterSpec | None, names: Names) -> npt.NDArray[np.float64]:
    """float64[sites x parts]: money for the approval of a first article."""
    parts = len(names.parts)
    prices = np.zeros(len(names.sites) * parts)
    for product in cluster.products if cluster is not None else ():
        for permission in product.permissions:
            gate = names.site_row[permission.site] * parts
            prices[gate + names.part_row[product.id, permission.part]] = permission.approval_cost
    return prices


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
