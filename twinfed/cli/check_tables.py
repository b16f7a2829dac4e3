"""The tables of ``twinfed check``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from analytics.wording import number

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from federation.topology.check import CheckReport
    from federation.topology.check_hours import ProcessWeek
    from federation.topology.check_material import MaterialWeek
    from federation.topology.model import ClusterSpec
    from federation.topology.provenance import Figure

_FLAG = "!"
_STRAINED = "~"
_PLURAL = {"piece": "pieces"}


def _table(title: str, *columns: str) -> Table:
    """An empty table."""
    table = Table(
        title=title or None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for column in columns:
        table.add_column(column)
    return table


def tables(cluster: ClusterSpec, report: CheckReport) -> Iterator[RenderableType]:
    """Everything but the single figures, in the order of reading."""
    yield Text(
        f"{cluster.name}\nsites {len(cluster.sites)}, links {len(cluster.links)}, products "
        f"{len(cluster.products)}, orders {len(cluster.orders)}, money in {cluster.currency}\n"
    )
    if report.weeks:
        yield HoursTable(report)
        yield Text(f"{_flagged(report)}\n{_strained(report)}\n")
    if report.material:
        yield material_table(report)
        yield Text(_short(report))
    if report.single_sources:
        yield single_table(report)
    yield (
        unmakeable_table(report)
        if report.unmakeable
        else Text("Every routing step can be made at a permitted site.")
    )
    if report.power:
        yield power_table(report)
        yield Text(
            "A share in brackets is the part of the peak that the source carries alone. Battery "
            "hours are at the base load without sun, fuel hours from the peak load to the base "
            "load.\n"
        )
    known = report.provenance
    yield Text(
        f"Figures: {known.sourced} with a source, {known.assumed} assumed ({known.assumptions} "
        f"different assumptions), {known.defaults} defaults, {known.undocumented} undocumented."
    )


@dataclass(frozen=True, slots=True)
class HoursTable:
    """Hours needed by week of release against regular hours, by process.

    Where the terminal is narrow, the weeks stand in several tables below each other.

    Parameters
    ----------
    report
        What to show.
    """

    report: CheckReport

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        weeks = sorted({row.week for row in self.report.weeks})
        name = max(len(row.process) for row in self.report.weeks)
        cell = max(len(_need(row)) for row in self.report.weeks)
        fit = max((options.max_width - name - len("  regular  expected")) // (max(cell, 3) + 2), 1)
        parts = -(-len(weeks) // fit)
        size = -(-len(weeks) // parts)
        for first in range(0, len(weeks), size):
            yield _hours_part(self.report, weeks[first : first + size], titled=first == 0)


def _hours_part(report: CheckReport, weeks: list[int], *, titled: bool) -> Table:
    title = "Machine hours a week, and needed by week of release"
    table = _table(title if titled else "", "process")
    table.add_column("regular", justify="right")
    table.add_column("expected", justify="right")
    for week in weeks:
        table.add_column(f"w{week}", justify="right", no_wrap=True)
    processes = dict.fromkeys(row.process for row in report.weeks)
    for process in processes:
        rows = {row.week: row for row in report.weeks if row.process == process}
        cells = [_need(rows[week]) if week in rows else Text("–") for week in weeks]
        there = next(iter(rows.values()))
        table.add_row(process, f"{there.available_h:.0f}", f"{there.expected_h:.0f}", *cells)
    return table


def _need(row: ProcessWeek) -> Text:
    if row.full:
        return Text(f"{row.needed_h:.0f}{_FLAG}", "bold red")
    return Text(f"{row.needed_h:.0f}{_STRAINED if row.strained else ''}")


def _flagged(report: CheckReport) -> str:
    full = report.full
    if not full:
        return "No process needs more than 95 % of its regular hours in any week."
    worst = max(full, key=lambda row: row.load)
    count = len({row.process for row in full})
    return (
        f"{_FLAG} above 95 % of the regular hours: {len(full)} weeks of {count} processes; worst: "
        f"{worst.process} in week {worst.week} ({worst.load:.0%})"
    )


def _strained(report: CheckReport) -> str:
    expected = (
        "the expected hours (regular hours of approved sites, less the mean of breakdowns and of "
        "power cuts)"
    )
    strained = report.strained
    if not strained:
        return f"No process needs more than 95 % of {expected} in any week."
    by_process: dict[str, list[ProcessWeek]] = {}
    for row in strained:
        by_process.setdefault(row.process, []).append(row)
    listed = "; ".join(
        f"{process} in {_weeks([row.week for row in rows])}" for process, rows in by_process.items()
    )
    return f"{_STRAINED} above 95 % of {expected}: {listed}"


def material_table(report: CheckReport) -> Table:
    """Need against stock and standing receipts, by material and set of permitted sites."""
    table = _table("Material needed by week of release, and what there is at the permitted sites")
    table.add_column("material", no_wrap=True)
    table.add_column("at")
    for name in ("at the start", "receipts a week", "needed a week", "least left"):
        table.add_column(name, justify="right")
    for rows in _by_sites(report.material):
        first, least = rows[0], min(rows, key=lambda row: row.left)
        needed = list(dict.fromkeys(number(x) for x in sorted(row.needed for row in rows)))
        left = f"{number(least.left)} in w{least.week}{_FLAG if least.short else ''}"
        table.add_row(
            f"{first.material}, {_PLURAL.get(first.unit, first.unit)}",
            " ".join(first.sites),
            number(first.on_hand),
            number(first.weekly_receipt),
            needed[0] if len(needed) == 1 else f"{needed[0]} to {needed[-1]}",
            Text(left, "bold red" if least.short else ""),
        )
    return table


def _by_sites(rows: Iterable[MaterialWeek]) -> Iterator[list[MaterialWeek]]:
    """The weeks of each material and set of sites."""
    for _, group in groupby(rows, key=lambda row: (row.material, row.sites)):
        yield list(group)


def _short(report: CheckReport) -> str:
    if not report.short:
        return "Stock and standing receipts cover what the orders need at every set of sites.\n"
    lines = []
    for rows in _by_sites(report.short):
        worst = min(rows, key=lambda row: row.left)
        where, when = " ".join(worst.sites), _weeks([row.week for row in rows])
        lines.append(
            f"{_FLAG} {worst.material} runs short at {where} in {when}: {number(-worst.left)} "
            f"{_PLURAL.get(worst.unit, worst.unit)} missing at the end of week {worst.week}"
        )
    return "\n".join(lines) + "\n"


def _weeks(weeks: list[int]) -> str:
    """``week 3`` or ``weeks 1, 6 to 9``: weeks in a row as a span."""
    spans: list[list[int]] = []
    for week in weeks:
        if spans and week == spans[-1][-1] + 1:
            spans[-1].append(week)
        else:
            spans.append([week])
    texts = [f"{s[0]} to {s[-1]}" if len(s) > 1 else f"{s[0]}" for s in spans]
    return f"week{'s' if len(weeks) > 1 else ''} {', '.join(texts)}"


def single_table(report: CheckReport) -> Table:
    """Steps that hang on one site."""
    table = _table(
        "Single-sourced steps", "process", "product / part", "step", "only at", "machines"
    )
    for row in report.single_sources:
        table.add_row(
            row.process, f"{row.product} / {row.part}", row.operation, row.site, str(row.machines)
        )
    return table


def unmakeable_table(report: CheckReport) -> Table:
    """Steps that no permitted site can make, and why."""
    table = _table("Steps nobody may make", "process", "product / part", "step", "why")
    for row in report.unmakeable:
        why = "; ".join(f"{refusal.site}: {refusal.reason}" for refusal in row.refusals)
        table.add_row(row.process, f"{row.product} / {row.part}", row.operation, why)
    return table


def power_table(report: CheckReport) -> Table:
    """Sources against peak load."""
    table = _table("Power at full work in kW, and what carries it without the grid", "site")
    for name in (
        "peak",
        "grid",
        "inverter",
        "genset",
        "unbacked",
        "battery kWh",
        "battery h",
        "fuel h",
    ):
        table.add_column(name, justify="right")
    for row in report.power:
        table.add_row(
            row.site,
            f"{row.peak_kw:.1f}",
            _share(row.grid_kw, row.grid_share),
            _share(row.inverter_kw, row.inverter_share),
            _share(row.genset_kw, row.genset_share),
            f"{row.dark_kw:.1f}",
            f"{row.battery_kwh:.1f}",
            _hours(row.battery_base_h),
            _fuel(row.fuel_base_h, row.fuel_peak_h),
        )
    return table


def provenance_lines(figures: Iterable[Figure]) -> Text:
    """Every figure with the note behind it, one to a line."""
    lines = []
    for figure in figures:
        note = f": {figure.note}" if figure.note else ""
        lines.append(f"{figure.path} = {figure.value:g}  ({figure.kind}{note})")
    return Text("\n".join(lines), overflow="ignore", no_wrap=True)


def _share(power_kw: float, share: float | None) -> str:
    if share is None or power_kw <= 0.0:
        return "–"
    return f"{power_kw:.1f}" if share >= 1.0 else f"{power_kw:.1f} ({share:.0%})"


def _hours(hours: float | None) -> str:
    return "–" if hours is None else f"{hours:.0f}"


def _fuel(base_h: float | None, peak_h: float | None) -> str:
    return "–" if base_h is None else f"{_hours(peak_h)} to {_hours(base_h)}"
