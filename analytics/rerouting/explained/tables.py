"""The tables of a plan: what it costs by part, what each lot does, and which sites qualify."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from analytics.rerouting.explained.lots import LotAnswer

_TIME = pa.timestamp("us", tz="UTC")
_TEXT = pa.string()


def _field(name: str, kind: pa.DataType, meaning: str = "", unit: str = "") -> pa.Field:
    notes = {key: value for key, value in (("unit", unit), ("meaning", meaning)) if value}
    return pa.field(name, kind, metadata=notes or None)


COSTS = pa.schema(
    [
        _field("part", _TEXT, "of the objective"),
        _field("stay", pa.float64(), "weighted, if all stays", "[money]"),
        _field("plan", pa.float64(), "weighted, with the plan", "[money]"),
    ]
)
LOTS = pa.schema(
    [
        _field("lot", _TEXT),
        _field("order", _TEXT),
        _field("product", _TEXT),
        _field("part", _TEXT),
        _field("outcome", _TEXT, "`moved`, `stays` or `declined`"),
        _field("due", _TIME),
        _field("delivered", _TIME, "its order, by the replay; null: not within the horizon"),
        _field("delivered_if_stays", _TIME),
        _field("why", _TEXT),
    ]
)
SITES = pa.schema(
    [
        _field("lot", _TEXT),
        _field("operation", pa.int64(), "position in the routing"),
        _field("step", _TEXT),
        _field("process", _TEXT),
        _field("site", _TEXT),
        _field("work_centre", _TEXT, "empty where no machine has the process"),
        _field("role", _TEXT, "`from` and `to` of a move, `stays`, `could` or `refused`"),
        _field("qualified", pa.bool_(), "it meets every requirement"),
        _field("requirement", _TEXT, "the first that fails; of who qualifies: what stops it"),
        _field("reason", _TEXT),
        _field("further", pa.list_(_TEXT), "the other requirements that fail"),
    ]
)
PLAN_TABLES: Mapping[str, pa.Schema] = {"costs": COSTS, "lots": LOTS, "sites": SITES}
"""Schema of each table by name."""
MEANINGS: Mapping[str, str] = {
    "costs": "a row for each part of the objective",
    "lots": "a row for each lot with operations that have not begun",
    "sites": "a row for each of these operations and each site; work centres that qualify each "
    "have their own",
}


def costs_table(stay: Mapping[str, float], plan: Mapping[str, float]) -> pa.Table:
    """Weighted money by part; parts that are nothing in both are left out."""
    rows = [
        {"part": part, "stay": stay[part], "plan": plan[part]}
        for part in plan
        if stay[part] != 0.0 or plan[part] != 0.0
    ]
    return pa.Table.from_pylist(rows, schema=COSTS)


def lots_table(lots: Iterable[LotAnswer]) -> pa.Table:
    """A row for each lot."""
    rows = [{name: getattr(lot, name) for name in LOTS.names} for lot in lots]
    return pa.Table.from_pylist(rows, schema=LOTS)


def sites_table(lots: Iterable[LotAnswer]) -> pa.Table:
    """A row for each operation and site."""
    rows: list[dict[str, Any]] = []
    for lot in lots:
        for step in lot.steps:
            head = {
                "lot": lot.lot,
                "operation": step.operation,
                "step": step.id,
                "process": step.process,
            }
            rows += [
                {
                    **head,
                    "site": one.site,
                    "work_centre": one.work_centre,
                    "role": one.role,
                    "qualified": one.qualified,
                    "requirement": one.requirement,
                    "reason": one.reason,
                    "further": list(one.further),
                }
                for one in step.sites
            ]
    return pa.Table.from_pylist(rows, schema=SITES)
