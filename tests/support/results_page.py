"""Writes docs/reference/results.md from the schemas: ``python -m tests.support.results_page``."""

from pathlib import Path

from analytics.kpis.registry import families
from analytics.rerouting.explained.tables import MEANINGS as PLAN_MEANINGS
from analytics.rerouting.explained.tables import PLAN_TABLES
from analytics.result import WRITTEN
from analytics.tables import KPIS, PREFIX, RUN
from analytics.tables_choice import CHOICE, ON_TIME
from analytics.tables_sensitivity import SENSITIVITY
from analytics.wording import MINUS
from federation.resilience.schemas import MEANINGS, SCHEMAS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "results.md"

HEAD = """\
# Results

<!-- Written by `python -m tests.support.results_page`; a test fails when it is stale. -->

`twinfed whatif --out DIR`, `twinfed demo` and `result.write(DIR)` write a folder that is whole or
not there:

| file | |
|---|---|
| `manifest.json` | what the result is a function of; the same manifest gives the same bytes |
| `report.html` | sentence, first screen and charts, one page that needs no network |
| `*.parquet` | the tables below |

The manifest holds scenarios with their hashes, seed, snapshot with revisions and ages, versions. In
Python the tables are `result.kpis`, `.orders`, `.operations`, `.energy`, `.transports`, `.labour`
(polars), any of them `result.frame(name)`; over HTTP `GET /api/v1/whatifs/{id}/tables/{name}`.
Units are UCUM and stand in the metadata of the Arrow fields; `[money]` is the cluster's reporting
currency. Times are in UTC.

Every table of the runs begins with `scenario`, `response` and `replication`. The response
`undisturbed` is the same fork without the disruption, with the same draws: an `extra_` figure is
the difference to it, replication by replication. A response that moves work has a control beside
it, such as `undisturbed+greedy`: the same response asked at the same moments, also without the
disruption. What it saves against `undisturbed` repairs the running schedule and answers no
disruption. The manifest lists the controls.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD, "## kpis\n", "Long rows: one figure each.\n", _columns(KPIS), _figures()]
    for name in WRITTEN:
        if name in RUN:
            parts += [f"## {name}\n", _columns(RUN[name])]
    parts += ["## choice\n", CHOSEN, _columns(CHOICE)]
    parts += ["## on_time\n", CHANCES, _columns(ON_TIME)]
    parts += ["## What is traced\n", TRACED]
    parts += ["## sensitivity\n", VARIED, _columns(SENSITIVITY)]
    parts += ["## plan\n", PLAN]
    for name, schema in PLAN_TABLES.items():
        parts += [
            f"### {name} of a plan\n",
            f"{PLAN_MEANINGS[name].capitalize()}.\n",
            _columns(schema),
        ]
    parts += ["## resilience\n", RESILIENCE]
    for name, schema in SCHEMAS.items():
        parts += [f"### {name}\n", f"{MEANINGS[name].capitalize()}.\n", _columns(schema)]
    return "\n".join(parts)


TRACED = """\
`lead_time`, `bottlenecks`, `wip`, `lot_series`, `machine_series` and `energy_series` tell what
happened in replication 0 alone, moment by moment: `result.lead_time`, `.bottlenecks`, `.wip`, and
`result.frame("lot_series")`. How they are made, and what "waiting caused" means, stands in
[what the simulator does](../guide/simulation.md#what-the-trace-shows).
"""


CHOSEN = """\
Read out of the runs: one row for each response, [which can be relied on](../guide/whatif.md). Like
`on_time` it has no `replication`.
"""

CHANCES = """\
Read out of the runs: one row for each response and order, the earliest due first.
"""

VARIED = """\
Of `twinfed sensitivity --out DIR` and `Study.sensitivity().table()`: one row for each group of
assumed figures and change, [those that matter most](../guide/whatif.md) first.
"""

PLAN = """\
Of `fed.reroute()` ([how to read it](../guide/rerouting.md)): `answer.costs`, `.lots` and `.sites`
in Python, `tables` of `twinfed reroute --json`.
"""

RESILIENCE = """\
Of `fed.resilience()` ([how to read it](../guide/resilience.md)):
`federation.resilience.tables.tables(report)` in Python, `twinfed resilience --json`,
`GET /api/v1/resilience/tables/{name}`. All volumes and values are those of a usual week.
"""


def _columns(schema) -> str:
    lines = ["| column | type | unit | |", "|---|---|---|---|"]
    for field in schema:
        if field.name in PREFIX.names and schema not in (KPIS, CHOICE, ON_TIME, SENSITIVITY):
            continue
        notes = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
        cells = (
            f"`{field.name}`",
            str(field.type),
            notes.get("unit", ""),
            notes.get("meaning", ""),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _figures() -> str:
    lines = ["| kpi | | unit | better | scopes |", "|---|---|---|---|---|"]
    for family in families().values():
        lines += [
            f"| `{kpi.id}` | {kpi.title} | {kpi.unit} | {kpi.better or MINUS} | "
            f"{', '.join(kpi.scopes)} |"
            for kpi in family.kpis
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
