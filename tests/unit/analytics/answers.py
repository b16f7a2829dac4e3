"""Hand-made long rows of a study, for verdict, screen and report."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import polars as pl

from analytics.answer import Context, Figures, ResponseInfo
from analytics.kpis.cost import PARTS
from analytics.kpis.registry import kpis, unit_of
from analytics.rerouting.coordination.degrees import degree_of
from analytics.tables import KPIS

FORK = datetime(2027, 2, 15, 5, tzinfo=UTC)
STAY = ResponseInfo("stay", "waiting", "stay", waits=True)
OVERTIME = ResponseInfo("stay+sunday-overtime", "waiting with Sunday overtime", "stay")
GREEDY = ResponseInfo("greedy", "greedy rerouting", "greedy", reroutes=True)

Values = Mapping[tuple[str, str], Sequence[float | None]]
"""(response, kpi) or (response, kpi@scope:subject) to values by replication."""


def figures(values: Values) -> Figures:
    columns: dict[str, list[object]] = {field.name: [] for field in KPIS}
    for (response, name), series in values.items():
        kpi, _, where = name.partition("@")
        scope, _, subject = where.partition(":")
        for replication, value in enumerate(series):
            row = {
                "scenario": "collapse",
                "policy": response.partition("+")[0],
                "coordination": degree_of(response.partition("+")[0]),
                "response": response,
                "replication": replication,
                "scope": scope or "cluster",
                "subject": subject or "small",
                "kpi": kpi,
                "value": value,
                "unit": unit_of(kpis()[kpi], "USD"),
            }
            for column, entry in row.items():
                columns[column].append(entry)
    frame = pl.DataFrame(columns, schema_overrides={"value": pl.Float64, "replication": pl.Int32})
    return Figures(frame, "collapse")


def context(*responses: ResponseInfo, replications: int = 4, **more: object) -> Context:
    return Context(
        scenario="collapse",
        title="Grid collapse",
        currency="USD",
        fork_at=FORK,
        horizon_h=672.0,
        replications=replications,
        responses=responses or (STAY, OVERTIME, GREEDY),
        oldest_site="NORTH",
        oldest_age_s=90.0,
        assumptions=12,
        assumed=120,
        sourced=34,
        **more,  # type: ignore[arg-type]
    )


def costs(**by_response: Sequence[float]) -> dict[tuple[str, str], Sequence[float]]:
    """Total cost by response, all of it penalty."""
    found: dict[tuple[str, str], Sequence[float]] = {}
    for response, series in by_response.items():
        name = {"overtime": OVERTIME.id}.get(response, response)
        found[name, "cost"] = series
        found[name, "penalty_cost"] = series
        for part in PARTS:
            if part == "penalty":
                continue
            found[name, f"{part}_cost"] = [0.0] * len(series)
    return found
