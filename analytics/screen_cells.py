"""The cells of the first screen: how each figure of a response reads."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from analytics.answer import Context, Figures
from analytics.choice.criterion import TAIL
from analytics.risk import cvar_interval
from analytics.statistics import Interval, wilson_of_runs
from analytics.wording import day, duration, moment, number, percent, spread


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row says of a response.

    Parameters
    ----------
    text
        The figure as it reads.
    note
        What belongs beside it in a smaller hand.
    value, low, high
        The figure itself with its interval; NaN where it is none.
    """

    text: str
    note: str = ""
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan


Reader = Callable[[Figures, Context, str], Cell]
"""Figures, context and the id of a response to its cell."""


def _cell(interval: Interval | None, text: str | None = None, note: str = "") -> Cell:
    if interval is None:
        return Cell("–", note)
    shown = spread(interval) if text is None else text
    return Cell(shown, note, interval.estimate, interval.low, interval.high)


def mean(kpi: str, *, sign: bool = False) -> Reader:
    """The mean of a figure with its interval."""

    def read(figures: Figures, context: Context, response: str) -> Cell:
        del context
        interval = figures.mean(response, kpi)
        return _cell(interval, None if interval is None else spread(interval, sign=sign))

    return read


def late_orders(figures: Figures, context: Context, response: str) -> Cell:
    """Orders late, of those due."""
    del context
    due = figures.mean(response, "orders_due")
    note = f"of {number(due.estimate)}" if due is not None else ""
    return _cell(figures.mean(response, "late_orders"), note=note)


def undelivered(figures: Figures, context: Context, response: str) -> Cell:
    """Orders due that are not delivered whole when the runs end, and the units they lack."""
    del context
    units = figures.mean(response, "undelivered_units")
    note = f"{number(units.estimate)} units" if units is not None else ""
    return _cell(figures.mean(response, "undelivered_orders"), note=note)


def on_time(figures: Figures, context: Context, response: str) -> Cell:
    """Share of the orders due that were complete in time, over all runs."""
    del context
    hits = [round(value) for value in figures.defined(response, "on_time_in_full_orders")]
    due = [round(value) for value in figures.defined(response, "orders_due")]
    share = wilson_of_runs(hits, due)
    if not share.has_bounds:
        return Cell("–", "no order is due")
    note = f"{percent(share.low)} to {percent(share.high)}"
    return _cell(share, percent(share.estimate), note)


def worst_order(figures: Figures, context: Context, response: str) -> Cell:
    """Mean of the worst order of each run, and the order that is the latest over all of them."""
    del context
    late = figures.subjects(response, "late_order_days", "order")
    sums = {order: sum(v for v in values if v is not None) for order, values in late.items()}
    note = max(sums, key=lambda order: sums[order]) if sums else ""
    return _cell(figures.mean(response, "worst_order_days"), note=note)


def units(figures: Figures, context: Context, response: str) -> Cell:
    """Units with the customer by their due date, of those due."""
    del context
    due = figures.mean(response, "units_due")
    note = f"of {number(due.estimate)}" if due is not None else ""
    return _cell(figures.mean(response, "units_by_due"), note=note)


def tail_cost(figures: Figures, context: Context, response: str) -> Cell:
    """Mean cost of the worst tenth of the runs; antithetic runs have none."""
    costs = figures.defined(response, "cost")
    if not costs or context.antithetic:
        return Cell("–")
    return _cell(cvar_interval(costs, TAIL))


def on_means(figures: Figures, context: Context, response: str) -> Cell:
    """Cost of the one run without breakdowns or other chance."""
    del figures
    cost = context.on_means.get(response)
    return Cell("–") if cost is None else Cell(number(cost), value=cost)


def cash(figures: Figures, context: Context, response: str) -> Cell:
    """Outlays of a week, and what the disruption adds to them."""
    del context
    extra = figures.mean(response, "extra_cash_7d")
    note = "" if extra is None else f"{number(extra.estimate, sign=True)} by the disruption"
    return _cell(figures.mean(response, "cash_7d"), note=note)


def hours_until_dry(figures: Figures, context: Context, response: str) -> Cell:
    """Sites whose tank runs dry in at least one run: median hours, and in how many runs."""
    del context
    found: list[str] = []
    for site, hours in figures.subjects(response, "dry_after_h", "site").items():
        dry = sorted(value for value in hours if value is not None)
        if dry:
            often = "" if len(dry) == len(hours) else f" ({len(dry)} of {len(hours)} runs)"
            found.append(f"{site} {number(dry[(len(dry) - 1) // 2])}{often}")
    return Cell(" · ".join(found) if found else "no tank runs dry")


def lots_moved(figures: Figures, context: Context, response: str) -> Cell:
    """Lots made elsewhere than planned at the fork."""
    del context
    operations = figures.mean(response, "operations_moved")
    lots = figures.mean(response, "lots_moved")
    some = operations is not None and operations.estimate > 0.0
    note = f"{number(operations.estimate)} operations" if some and operations else ""
    return _cell(lots, note=note)


def sites_gaining(figures: Figures, context: Context, response: str) -> Cell:
    """Sites that make what was planned for others, those with most first."""
    del context
    gaining = {
        site: sum(v for v in values if v is not None)
        for site, values in figures.subjects(response, "operations_moved", "site").items()
    }
    names = sorted((s for s in gaining if gaining[s] > 0.0), key=lambda site: -gaining[site])
    note = " · ".join(names[:4]) + (" · ..." if len(names) > 4 else "")
    return _cell(figures.mean(response, "sites_gaining"), note=note)


def back_to_normal(figures: Figures, context: Context, response: str) -> Cell:
    """When half, and nine in ten, of the runs are back to normal."""
    half = figures.quantile(response, "normal_after_h", 0.5)
    most = figures.quantile(response, "normal_after_h", 0.9)
    if math.isnan(half):
        return Cell("–")
    value = half if math.isfinite(half) else math.nan
    return Cell(_date(half, context), f"9 in 10: {_date(most, context)}", value=value)


def _date(hours: float, context: Context) -> str:
    if math.isinf(hours):
        return f"after {day(context.fork_at + timedelta(hours=context.horizon_h))}"
    return "at once" if hours == 0.0 else day(context.fork_at + timedelta(hours=hours))


def decide_by(figures: Figures, context: Context, response: str) -> Cell:
    """Until when the response keeps what it brings."""
    del figures
    limit = context.decide_by.get(response)
    if limit is None:
        return Cell("–")
    later = " or later" if limit.open_end else ""
    return Cell(f"{moment(limit.by)} UTC", f"pays until {moment(limit.pays_until)}{later}")


def data_age(figures: Figures, context: Context, response: str) -> Cell:
    """Age of the oldest news, and whose it is."""
    del figures, response
    return Cell(duration(context.oldest_age_s), context.oldest_site, context.oldest_age_s)


def assumptions(figures: Figures, context: Context, response: str) -> Cell:
    """Assumptions about the cluster, and how many figures rest on them."""
    del figures, response
    note = f"behind {number(context.assumed)} figures, {number(context.sourced)} have a source"
    untold = len(context.untold)
    if untold:
        note += f"; {number(untold)} of them of what was not told at the fork"
    count = context.assumptions + untold
    return Cell(number(count), note, float(count))
