"""The tables of ``twinfed check``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from federation.topology.check import CheckReport
    from federation.topology.model import ClusterSpec
    from federation.topology.provenance import Figure

_FLAG = "!"


def tables(cluster: ClusterSpec, report: CheckReport) -> Iterator[RenderableType]:
    """Everything but the single figures, in the order of reading."""
    yield Text(
        f"{cluster.name}: {len(cluster.sites)} sites, {len(cluster.links)} links, "
        f"{len(cluster.products)} products, {len(cluster.orders)} orders, money in "
        f"{cluster.currency}"
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
    known = report.provenance
    yield Text(
        f"Figures: {known.sourced} with a source, {known.assumed} assumed ({known.assumptions} "
        f"different assumptions), {known.defaults} defaults, {known.undocumented} undocumented."
    )


def hours_table(report: CheckReport) -> Table:
    """Hours needed by week of release against regular hours, by process."""
    weeks = sorted({row.week for row in report.weeks})
    table = Table(title="Machine hours needed by week of release, and regular hours a week")
    table.add_column("process")
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
    table = Table(
        "process", "product / part", "step", "only at", "machines", title="Single-sourced steps"
    )
    for row in report.single_sources:
        table.add_row(
            row.process, f"{row.product} / {row.part}", row.operation, row.site, str(row.machines)
        )
    return table


def unmakeable_table(report: CheckReport) -> Table:
    """Steps that no permitted site can make, and why."""
    table = Table("process", "product / part", "step", "why", title="Steps nobody may make")
    for row in report.unmakeable:
        why = "; ".join(f"{refusal.site}: {refusal.reason}" for refusal in row.refusals)
        table.add_row(row.process, f"{row.product} / {row.part}", row.operation, why)
    return table


def power_table(report: CheckReport) -> Table:
    """Sources against peak load."""
    table = Table(title="Power at full work, and what carries it without the grid")
    for name in (
        "site", "peak kW", "grid kW", "inverter kW", "genset kW", "unbacked kW", "battery kWh",
        "battery h at base", "fuel h base / peak",
    ):  # fmt: skip
        table.add_column(name, justify="left" if name == "site" else "right")
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
            f"{_hours(row.fuel_base_h)} / {_hours(row.fuel_peak_h)}",
        )
    return table


def provenance_table(figures: Iterable[Figure]) -> Table:
    """Every figure with the note behind it."""
    table = Table("figure", "value", "kind", "note", title="Figures and where they come from")
    for figure in figures:
        table.add_row(figure.path, f"{figure.value:g}", figure.kind, figure.note)
    return table


def _share(power_kw: float, share: float | None) -> str:
    if share is None or power_kw <= 0.0:
        return "–"
    return f"{power_kw:.1f} ({share:.0%})"


def _hours(hours: float | None) -> str:
    return "–" if hours is None else f"{hours:.0f}"
