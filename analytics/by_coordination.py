"""Key figures of a study by degree of coordination: the same order book, comparable rows."""

from __future__ import annotations

import polars as pl

from analytics.answer import Context, Figures
from analytics.kpis.registry import kpis, unit_of
from analytics.rerouting.coordination.degrees import degree_of


def coordination_rows(figures: Figures, context: Context) -> pl.DataFrame:
    """One row for each response and key figure of the cluster, by degree, then response.

    Parameters
    ----------
    figures, context
        Of one scenario.

    Returns
    -------
    frame
        ``coordination, response, kpi, unit, mean, low, high, replications``: the degree of the
        response's policy, and the mean with its 95 % interval (Student) over the replications in
        which it is defined. Every response has every figure; what is defined in none of its
        replications is null.
    """
    rows: list[tuple[object, ...]] = []
    for one in sorted(context.responses, key=lambda one: (degree_of(one.policy), one.id)):
        for kpi in kpis().values():
            head = (int(degree_of(one.policy)), one.id, kpi.id, unit_of(kpi, context.currency))
            mean = figures.mean(one.id, kpi.id)
            if mean is None:
                rows.append((*head, None, None, None, 0))
            else:
                rows.append((*head, mean.estimate, mean.low, mean.high, mean.count))
    return pl.DataFrame(rows, schema=_COLUMNS, orient="row")


_COLUMNS = {
    "coordination": pl.Int8,
    "response": pl.String,
    "kpi": pl.String,
    "unit": pl.String,
    "mean": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "replications": pl.Int64,
}
