"""How the charts look: a few calm colours, dark text on white, thin lines, units in the titles.

Colours of one chart differ for readers without red, green or blue cones too; a test measures it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import altair as alt

INK = "#1f2933"
SOFT = "#616e7c"
RULE = "#d9dee4"
ALARM = "#b4452f"
"""Without power, late."""
CALM = "#b9c2cc"
"""The undisturbed weeks."""
HOME = "#9aa8b7"
"""Made where it was planned."""
MOVED = "#2f6690"
"""Made elsewhere."""
SHADE = "#f6e3de"
"""Behind times without grid or power."""

RESPONSES = ("#46535f", "#c8963e", "#8388bf", "#2f6690", "#5b8e7d", "#b4452f")
"""Of the responses, in the order of the columns; the first waits."""

PARTS = {
    "penalty for lateness": "#b4452f",
    "labour": "#c8963e",
    "transport": "#8aadcf",
    "energy": "#4e877c",
    "scrapped material": "#5f4a3c",
    "approval of first articles": "#747daf",
    "material from suppliers": "#e0c79b",
    "hired equipment": "#46535f",
    "investments by the year": "#878556",
    "carbon price": "#c6cad1",
}
"""Of the kinds of cost."""

SOURCES = {
    "grid": "#aebac6",
    "PV": "#e0b94f",
    "battery": "#5b8e7d",
    "genset": "#5f4a3c",
}
"""Of the sources of power."""

PHASE = {
    "run": "#2f6690",
    "setup": "#7db5d3",
    "behind work": "#c8963e",
    "off shift": "#d5dbe1",
    "down, unmanned": "#5f4a3c",
    "no power": "#b4452f",
    "on hold": "#ad80a6",
    "at the dock": "#aedab4",
    "transport": "#5b8e7d",
    "border": "#14302a",
}
"""Of what a lot goes through. Neighbours in a bar differ in lightness, not in hue alone."""

STATE = {
    "run": PHASE["run"],
    "setup": PHASE["setup"],
    "idle": "#dfe5eb",
    "no power": PHASE["no power"],
    "re-warms": "#f0bda8",
    "down": PHASE["down, unmanned"],
    "maintenance": "#95907c",
    "no operator": "#c8963e",
    "blocked": PHASE["on hold"],
}
"""Of what a machine does in its planned hours."""

FONT = "'Inter', 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"


def config() -> dict[str, Any]:
    """Vega-Lite configuration of every chart."""
    return {
        "font": FONT,
        "background": "#ffffff",
        "view": {"stroke": None},
        "axis": {
            "domainColor": RULE,
            "gridColor": "#eceff3",
            "tickColor": RULE,
            "labelColor": SOFT,
            "titleColor": SOFT,
            "labelFontSize": 11,
            "titleFontSize": 11,
            "titleFontWeight": "normal",
            "labelPadding": 6,
            "titlePadding": 8,
        },
        "legend": {
            "labelColor": INK,
            "titleColor": SOFT,
            "labelFontSize": 11,
            "titleFontSize": 11,
            "titleFontWeight": "normal",
            "symbolType": "square",
            "symbolSize": 90,
            "orient": "top",
            "direction": "horizontal",
            "columnPadding": 16,
            "offset": 8,
        },
        "title": {
            "anchor": "start",
            "color": INK,
            "fontSize": 13,
            "fontWeight": 600,
            "offset": 10,
            "subtitleColor": SOFT,
            "subtitleFontSize": 11,
            "subtitlePadding": 4,
        },
        "header": {"labelColor": INK, "titleColor": SOFT},
        "text": {"color": INK, "fontSize": 11},
    }


def legend_columns(count: int) -> alt.ExprRef:
    """So many columns of a legend, and one on a phone."""
    return alt.ExprRef(expr=f"windowSize()[0] < 600 ? 1 : {count}")


def layers(*charts: alt.Chart) -> alt.LayerChart:
    """Charts on top of each other, the first one below."""
    return cast("alt.LayerChart", alt.layer(*charts))


def inline(rows: Sequence[dict[str, Any]]) -> alt.Data:
    """Rows as data of a chart; times as text, which every reader of JSON understands alike."""
    values = [
        {name: entry.isoformat() if isinstance(entry, datetime) else entry for name, entry in row}
        for row in (row.items() for row in rows)
    ]
    return alt.Data(values=values)  # type: ignore[no-untyped-call]
