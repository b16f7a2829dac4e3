"""The choice as tables: what each response costs by every criterion, and each order's chances."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pyarrow as pa

from analytics.answer import Context, Figures
from analytics.choice.criterion import TAIL
from analytics.choice.robust import robust_of
from analytics.risk import cvar_interval
from analytics.statistics import Interval, wilson, wilson_of_runs
from analytics.tables_choice import CHOICE, ON_TIME
from analytics.verdict import judge


def choice_table(figures: Figures, context: Context) -> pa.Table:
    """One row for each response, in the schema ``CHOICE``."""
    robust = robust_of(figures, context)
    answer = judge(figures, context).response
    rows = []
    for one in context.responses:
        mean = figures.mean(one.id, "cost")
        if mean is None:
            continue
        costs = figures.defined(one.id, "cost")
        worst = None if context.antithetic else cvar_interval(costs, TAIL)
        rows.append(
            {
                "scenario": context.scenario,
                "response": one.id,
                "choose_by": context.choose_by,
                "cost_on_means": context.on_means.get(one.id),
                "mean_cost": mean.estimate,
                "mean_cost_low": mean.low if mean.has_bounds else None,
                "mean_cost_high": mean.high if mean.has_bounds else None,
                "tail_cost": worst.estimate if worst else None,
                "tail_cost_low": worst.low if worst and worst.has_bounds else None,
                "tail_cost_high": worst.high if worst and worst.has_bounds else None,
                "best_on_means": robust is not None and robust.on_means.id == one.id,
                "best_by_choice": robust is not None and robust.chosen.id == one.id,
                "answer": answer == one.id,
            }
        )
    return pa.Table.from_pylist(rows, schema=CHOICE)


def on_time_table(orders: pl.DataFrame, context: Context, horizon_end: datetime) -> pa.Table:
    """Chance of each order that is due before the horizon, in the schema ``ON_TIME``.

    Runs count as independent trials of an order; of an antithetic pair the two share their fate,
    and the effective number of trials is taken (``wilson_of_runs``).

    Parameters
    ----------
    orders
        Table ``orders`` of the result.
    context
        Of the scenario.
    horizon_end
        When the runs end; what is due later is not told.
    """
    mine = orders.filter(
        (pl.col("scenario") == context.scenario) & (pl.col("due") < horizon_end)
    ).with_columns(hit=(pl.col("delivered_at") <= pl.col("due")).fill_null(value=False))
    grouped = mine.sort("replication").group_by("response", "order", maintain_order=True)
    found = {
        (response, order): (product, due, hits)
        for response, order, product, due, hits in grouped.agg(
            pl.col("product").first(), pl.col("due").first(), pl.col("hit")
        ).iter_rows()
    }
    rows = []
    for one in context.responses:
        own = [key for key in found if key[0] == one.id]
        for key in sorted(own, key=lambda key: (found[key][1], key[1])):
            product, due, hits = found[key]
            share = _share(hits, paired=context.antithetic)
            rows.append(
                {
                    "scenario": context.scenario,
                    "response": one.id,
                    "order": key[1],
                    "product": product,
                    "due": due,
                    "runs": len(hits),
                    "on_time_runs": sum(hits),
                    "probability": share.estimate,
                    "probability_low": share.low,
                    "probability_high": share.high,
                }
            )
    return pa.Table.from_pylist(rows, schema=ON_TIME)


def _share(hits: list[bool], *, paired: bool) -> Interval:
    """Share of the runs; those of a pair are no independent trials."""
    if not paired:
        return wilson(sum(hits), len(hits))
    pairs = [first + second for first, second in zip(hits[0::2], hits[1::2], strict=True)]
    return wilson_of_runs(pairs, [2] * len(pairs))
