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
        response's policy, and the mean with its 95 % interval (Student). Figures that are not
        defined are left out.
    """
    rows = []
    for one in sorted(context.responses, key=lambda one: (degree_of(one.policy), one.id)):
        for kpi in kpis().values():
            mean = figures.mean(one.id, kpi.id)
            if mean is not None:
                unit = unit_of(kpi, context.currency)
                interval = (mean.estimate, mean.low, mean.high, mean.count)
                rows.append((int(degree_of(one.policy)), one.id, kpi.id, unit, *interval))
    names = ("coordination", "response", "kpi", "unit", "mean", "low", "high", "replications")
    return pl.DataFrame(rows, schema=names, orient="row")
