"""The choice as tables of the report: costs by every criterion, and each order's chances."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from analytics.answer import Context
from analytics.arithmetic import Table
from analytics.choice.criterion import TAIL
from analytics.wording import day, number, percent

_SHOWN = 40
"""Orders shown, those with the smallest chances first."""


def choice_page(choice: pl.DataFrame, context: Context) -> Table:
    """What each response costs by every criterion, the chosen one strong.

    Parameters
    ----------
    choice
        Table ``choice`` of the result.
    """
    mine = choice.filter(pl.col("scenario") == context.scenario)
    rows = [
        (
            context.response(row["response"]).title,
            _marked(row["cost_on_means"], row["best_on_means"], "cheapest"),
            _money(row, "mean_cost"),
            _money(row, "tail_cost"),
            "cheapest" if row["best_by_choice"] else "",
            "yes" if row["answer"] else "",
        )
        for row in mine.iter_rows(named=True)
    ]
    by = "their mean" if context.choose_by == "mean" else "the mean of their worst tenth"
    worst = f"{100 * (1 - TAIL):.0f} %"
    return Table(
        "The robust choice",
        f"{context.currency}. As expected: one run without breakdowns or other chance. The runs "
        f"are chosen by {by}; the answer takes what is cheaper for certain. Intervals 95 %, "
        "of each response by itself: differences between responses are far sharper, for all meet "
        "the same draws.",
        (
            "response",
            "as expected",
            "mean of the runs",
            f"mean of the worst {worst}",
            "by this choice",
            "the answer",
        ),
        tuple(rows),
        frozenset(at for at, row in enumerate(mine["answer"].to_list()) if row),
    )


def on_time_page(on_time: pl.DataFrame, context: Context) -> Iterator[Table]:
    """The chance of each order with each response; orders that are always on time are counted.

    Parameters
    ----------
    on_time
        Table ``on_time`` of the result.
    """
    mine = on_time.filter(pl.col("scenario") == context.scenario)
    if mine.is_empty():
        return
    least = (mine.group_by("order", "due").agg(pl.col("probability").min().alias("least"))).sort(
        "least", "due", "order"
    )
    risky = least.filter(pl.col("least") < 1.0)
    chances = {(row["response"], row["order"]): row for row in mine.iter_rows(named=True)}
    rows = [
        (
            f"{order}, {day(due)}",
            *(_chance(chances.get((one.id, order))) for one in context.responses),
        )
        for order, due, _ in risky.head(_SHOWN).iter_rows()
    ]
    always = least.height - risky.height
    shown = f" The {_SHOWN} with the smallest chances are shown." if risky.height > _SHOWN else ""
    yield Table(
        "How likely each order is on time",
        f"Share of the runs in which the whole order is with its customer by the day it is due, "
        f"with Wilson's 95 % interval. {number(always)} of {number(least.height)} orders are on "
        f"time in every run of every response.{shown}",
        ("order, due", *(one.title for one in context.responses)),
        tuple(rows),
    )


def _chance(row: dict[str, float] | None) -> str:
    if row is None:
        return "–"
    low, high = percent(row["probability_low"]), percent(row["probability_high"])
    return f"{percent(row['probability'])} ({low} to {high})"


def _money(row: dict[str, float | None], name: str) -> str:
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    if value is None:
        return "–"
    if low is None or high is None:
        return number(value)
    return f"{number(value)} ± {number((high - low) / 2.0)}"


def _marked(value: float | None, best: bool, mark: str) -> str:
    if value is None:
        return "–"
    return f"{number(value)} ({mark})" if best else number(value)
