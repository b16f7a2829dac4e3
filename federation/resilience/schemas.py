"""The Arrow schemas of a resilience report: columns, units and meanings in the field metadata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import pyarrow as pa

ResilienceTable = Literal[
    "sites",
    "processes",
    "products",
    "single_steps",
    "losses",
    "pairs",
    "values",
    "imports",
    "supply",
    "changeovers",
]
RESILIENCE_TABLES: tuple[ResilienceTable, ...] = get_args(ResilienceTable)

MEANINGS: Mapping[ResilienceTable, str] = {
    "sites": "one row for each site",
    "processes": "one row for each process of the routings",
    "products": "one row for each product",
    "single_steps": "steps that one site alone can and may do",
    "losses": "one row for each site, link and border that is lost, and for all borders at once",
    "pairs": "pairs of sites and links that lose anything together; empty unless asked for",
    "values": "value added by site",
    "imports": "imports of the customers of each country",
    "supply": "how far each product and its parts travel",
    "changeovers": "one row for each ordered pair of setup families that a work centre can meet",
}
"""What the rows of each table are."""

_TEXT, _F64, _I64 = pa.string(), pa.float64(), pa.int64()
_TEXTS, _F64S = pa.list_(_TEXT), pa.list_(_F64)
_WEEKLY, _MONEY = "1/wk", "[money]/wk"


def _schema(*columns: tuple[str, pa.DataType, str, str]) -> pa.Schema:
    fields = []
    for name, kind, unit, meaning in columns:
        notes = {"unit": unit, "meaning": meaning}
        metadata = {key: text for key, text in notes.items() if text}
        fields.append(pa.field(name, kind, metadata=metadata or None))
    return pa.schema(fields)


_BASIS = ("basis", _TEXT, "", "`schedule`, or `shortest`: the shortest ways that hours allow")
_LOSS = (
    ("units", _F64, _WEEKLY, "no longer delivered, at the best"),
    ("share", _F64, "1", "of what is delivered without the loss"),
    ("stranded", _F64, _WEEKLY, "part for which no site or no way is left"),
    ("products", _TEXTS, "", "that lose, the largest loss first"),
    ("product_units", _F64S, _WEEKLY, "of these"),
    ("gone", _TEXTS, "", "products that nobody gets any more"),
    ("cut_off_customers", _TEXTS, "", "who no longer get a product that others still get"),
)

SCHEMAS: Mapping[ResilienceTable, pa.Schema] = {
    "sites": _schema(
        ("site", _TEXT, "", ""),
        ("country", _TEXT, "", ""),
        ("region", _TEXT, "", ""),
        ("organisation", _TEXT, "", ""),
        ("role", _TEXT, "", "`isolated`, `leaf`, `hub`, `gateway` or `peer`"),
        ("articulation", pa.bool_(), "", "its loss cuts others off from each other"),
        ("loss_units", _F64, _WEEKLY, "no longer delivered when it is lost"),
        ("loss_share", _F64, "1", ""),
        ("single_steps", _I64, "1", "steps that it alone can do"),
        ("value_added", _F64, _MONEY, "by the schedule where there is one"),
        ("value_share", _F64, "1", "of all sites"),
        ("processes", _I64, "1", "of its machines"),
        ("products", _I64, "1", "of which it qualifies for a step"),
        ("parts", _I64, "1", "of which it qualifies for a step"),
        ("entropy_bits", _F64, "bit", "of the work it qualifies for, by product"),
        ("planned_bits", _F64, "bit", "of the work that the schedule gives it; null: none"),
        ("specialisation", _F64, "1", "1: planned for one product; 0: for all alike"),
    ),
    "processes": _schema(
        ("process", _TEXT, "", ""),
        ("hours", _F64, "h/wk", "at speed factor 1, of the machines that may do a step"),
        ("hhi", _F64, "1", "sum of squared shares of the sites"),
        ("sites", _TEXTS, "", "the largest share first"),
        ("shares", _F64S, "1", "of these"),
        ("others", _TEXTS, "", "sites that have a machine for it and qualify for no step"),
    ),
    "products": _schema(
        ("product", _TEXT, "", ""),
        ("wanted", _F64, _WEEKLY, "ordered"),
        ("served", _F64, _WEEKLY, "by the best plan for all products"),
        ("most", _F64, _WEEKLY, "if nothing else were made"),
        ("limits", _TEXTS, "", "minimum cut: `site/work centre`, `place/link` or `site/pool`"),
        ("limit_shares", _F64S, "1", "of these in the throughput"),
        ("missing", _TEXT, "", "why it cannot be made; null: it can"),
        ("single_sites", _TEXTS, "", "without any one of them nobody gets it"),
        ("single_links", _TEXTS, "", "without any one of them nobody gets it"),
    ),
    "single_steps": _schema(
        ("product", _TEXT, "", ""),
        ("part", _TEXT, "", ""),
        ("operation", _TEXT, "", ""),
        ("process", _TEXT, "", ""),
        ("site", _TEXT, "", "that alone can and may do it"),
    ),
    "losses": _schema(
        ("kind", _TEXT, "", "`site`, `link`, `border` or `all_borders`"),
        ("id", _TEXT, "", "of a border `BJ:NG`; `*`: all borders"),
        *_LOSS,
    ),
    "pairs": _schema(
        ("first_kind", _TEXT, "", ""),
        ("first", _TEXT, "", ""),
        ("second_kind", _TEXT, "", ""),
        ("second", _TEXT, "", ""),
        *_LOSS,
    ),
    "values": _schema(
        _BASIS,
        ("site", _TEXT, "", ""),
        ("region", _TEXT, "", ""),
        ("country", _TEXT, "", ""),
        ("value_added", _F64, _MONEY, "sale value less material, shared by standard hours"),
        ("share", _F64, "1", "of all sites"),
        ("material", _F64, _MONEY, "bought in and worked there"),
    ),
    "imports": _schema(
        _BASIS,
        ("country", _TEXT, "", "of the customers"),
        ("sale_value", _F64, _MONEY, "what they get"),
        ("imported_value", _F64, _MONEY, "added, or worked as material, in other countries"),
        ("dependence", _F64, "1", "the latter over the former"),
    ),
    "supply": _schema(
        _BASIS,
        ("product", _TEXT, "", ""),
        ("units", _F64, _WEEKLY, "delivered"),
        ("tonne_km", _F64, "t.km/wk", "of all that moves for it inside the cluster"),
        ("tonne_km_per_unit", _F64, "t.km", "supply distance"),
    ),
    "changeovers": _schema(
        ("site", _TEXT, "", ""),
        ("work_centre", _TEXT, "", ""),
        ("before", _TEXT, "", "setup family"),
        ("after", _TEXT, "", "setup family"),
        ("time_min", _F64, "min", ""),
    ),
}
"""Schema of each table. ``[money]`` is the cluster's reporting currency."""
