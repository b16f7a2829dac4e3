"""The first screen: a column for each response, a row for each question, as data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analytics import screen_cells as cells
from analytics.answer import Context, Figures
from analytics.kpis.cost import PARTS
from analytics.screen_cells import Cell, Reader
from analytics.verdict import Verdict

_BASIS = "Basis"
_GREEDY = (
    "Greedy rerouting: whenever news arrives, open orders are planned again, earliest due first; "
    "each step goes to the permitted site where lateness, transport and approval cost least, and "
    "nothing moves unless the whole plan beats staying."
)


@dataclass(frozen=True, slots=True)
class Row:
    """One question.

    Parameters
    ----------
    id, label, unit
        Name, what a reader sees, and the unit of the figures.
    cells
        One for each column.
    group
        Heading that it stands under.
    part
        It is a part of the row above.
    best
        Columns with the best figure, when it makes sense to say so and they differ.
    """

    id: str
    label: str
    unit: str
    cells: tuple[Cell, ...]
    group: str
    part: bool = False
    best: frozenset[int] = frozenset()

    @property
    def unit_beside(self) -> str:
        """What stands beside the label, unless the label, the figures or the row above say it."""
        said = {"h": "hours", "d": "days"}.get(self.unit, "")
        if self.part or self.unit in {"", "%", "1"} or (said and said in self.label):
            return ""
        return said or self.unit

    @property
    def common(self) -> bool:
        """All columns rest on the same."""
        return self.group == _BASIS and len({(cell.text, cell.note) for cell in self.cells}) == 1


@dataclass(frozen=True, slots=True)
class Screen:
    """The first screen.

    Parameters
    ----------
    title
        Of the scenario.
    sentence
        The verdict.
    columns
        Titles of the responses; ``column_ids`` their ids.
    rows
        In the order in which they are read.
    notes
        What all columns rest on.
    legend
        What a newcomer must know to read the rows.
    """

    title: str
    sentence: str
    columns: tuple[str, ...]
    column_ids: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    legend: tuple[str, ...] = ()

    def row(self, row: str) -> Row:
        """A row by its id; ``KeyError`` when there is none."""
        for one in self.rows:
            if one.id == row:
                return one
        raise KeyError(row)


def build_screen(figures: Figures, context: Context, verdict: Verdict) -> Screen:
    """The first screen of a scenario."""
    rows: list[Row] = []
    for line in _lines(context):
        read = tuple(line.read(figures, context, one.id) for one in context.responses)
        if line.optional and all(cell.value == 0.0 for cell in read):
            continue
        best = _best(read, line.better)
        rows.append(Row(line.id, line.label, line.unit, read, line.group, line.part, best))
    return Screen(
        title=context.title,
        sentence=verdict.sentence,
        columns=tuple(one.title for one in context.responses),
        column_ids=tuple(one.id for one in context.responses),
        rows=tuple(rows),
        notes=verdict.reasons,
        legend=_legend(context),
    )


def _legend(context: Context) -> tuple[str, ...]:
    words = (
        "±: 95 % interval of the mean. Extra, change: against the same weeks undisturbed; regular "
        "wages are in both."
    )
    greedy = any(one.policy == "greedy" for one in context.responses)
    return (words, _GREEDY) if greedy else (words,)


@dataclass(frozen=True, slots=True)
class _Line:
    id: str
    label: str
    unit: str
    group: str
    read: Reader
    better: str | None = None
    part: bool = False
    optional: bool = False
    """Left out when all columns are 0."""


def _plain(kpi: str, label: str, unit: str, group: str, *, sign: bool = False) -> _Line:
    """The mean of a figure of which less is better."""
    return _Line(kpi, label, unit, group, cells.mean(kpi, sign=sign), "less")


def _lines(context: Context) -> Sequence[_Line]:
    """The rows in their order."""
    money = context.currency
    service, power, cost, fuel = "Service", "Power", "Cost", "Fuel"
    moves, after, basis = "Moves", "Afterwards", _BASIS
    parts = [
        _Line(
            f"extra_{part}_cost",
            title,
            money,
            cost,
            cells.mean(f"extra_{part}_cost", sign=True),
            part=True,
            optional=part in {"purchase", "hire", "capital", "carbon"},
        )
        for part, title in PARTS.items()
    ]
    return (
        _Line("late_orders", "late orders", "1", service, cells.late_orders, "less"),
        _Line(
            "undelivered_orders",
            "orders undelivered at the end",
            "1",
            service,
            cells.undelivered,
            "less",
        ),
        _Line("on_time_in_full", "orders on time in full", "%", service, cells.on_time, "more"),
        _plain("late_order_days", "late order-days", "d", service),
        _Line("worst_order_days", "worst order", "d", service, cells.worst_order, "less"),
        _Line("units_by_due", "good units delivered by due", "1", service, cells.units, "more"),
        _plain("lost_to_power_h", "machine-hours lost to power", "h", power),
        _plain("power_scrap_units", "units scrapped by power", "1", power),
        _plain("extra_cost", "extra cost", money, cost, sign=True),
        *parts,
        _Line("mean_cost", "mean cost of the runs", money, cost, cells.mean("cost"), "less"),
        _Line("tail_cost", "in the worst tenth of them", money, cost, cells.tail_cost, "less"),
        _Line("cost_on_means", "where all goes as expected", money, cost, cells.on_means, "less"),
        _Line("cash_7d", "cash needed in 7 days", money, cost, cells.cash, "less"),
        _plain("fuel_l", "diesel", "L", fuel),
        _Line("dry_after_h", "hours until dry", "h", fuel, cells.hours_until_dry),
        _Line("lots_moved", "lots moved", "1", moves, cells.lots_moved),
        _Line("sites_gaining", "sites that gain work", "1", moves, cells.sites_gaining),
        _Line("consignments", "consignments", "1", moves, cells.mean("consignments")),
        _Line("border_crossings", "border crossings", "1", moves, cells.mean("border_crossings")),
        _Line("normal_after_h", "half of runs back to normal", "", after, cells.back_to_normal),
        _plain("extra_emission_kg", "change of CO2e", "kg", after, sign=True),
        _Line("decide_by", "decide by", "", basis, cells.decide_by),
        _Line("data_age", "oldest data", "", basis, cells.data_age),
        _Line("assumptions", "assumptions", "1", basis, cells.assumptions),
    )


def _best(cells: tuple[Cell, ...], better: str | None) -> frozenset[int]:
    values = [cell.value for cell in cells]
    if better is None or len(values) < 2 or any(math.isnan(value) for value in values):
        return frozenset()
    target = min(values) if better == "less" else max(values)
    found = frozenset(at for at, value in enumerate(values) if value == target)
    return found if len(found) < len(values) else frozenset()
