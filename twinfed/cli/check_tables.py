"""The tables of ``twinfed check``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from federation.topology.check import CheckReport
    from federation.topology.model import ClusterSpec
    from federation.topology.provenance import Figure

_FLAG = "!"


def _table(title: str, *columns: str) -> Table:
    """An empty table."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
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
        yield hours_table(report)
        yield Text(_flagged(report))
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
            "hours are at\nthe base load without sun, fuel hours from the peak load to the base "
            "load.\n"
        )
    known = report.provenance
    yield Text(
        f"Figures: {known.sourced} with a source, {known.assumed} assumed ({known.assumptions} "
        f"different assumptions), {known.defaults} defaults, {known.undocumented} undocumented."
    )


def hours_table(report: CheckReport) -> Table:
    """Hours needed by week of release against regular hours, by process."""
    weeks = sorted({row.week for row in report.weeks})
    table = _table("Machine hours needed by week of release, and regular hours a week", "process")
    table.add_column("regular", justify="right")
    for week in weeks:
        table.add_column(f"w{week}", justify="right")
    processes = dict.fromkeys(row.process for row in report.weeks)
    for process in processes:
        rows = {row.week: row for row in report.weeks if row.process == process}
        cells = []
        for week in weeks:
            row = rows.get(week)
            if row is None:
                cells.append(Text("–"))
            else:
                flag = _FLAG if row.full else ""
                cells.append(Text(f"{row.needed_h:.0f}{flag}", "bold red" if row.full else ""))
        available = max(row.available_h for row in rows.values())
        table.add_row(process, f"{available:.0f}", *cells)
    return table


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
