"""The tables of ``twinfed resilience``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from analytics.wording import number

if TYPE_CHECKING:
    from rich.console import RenderableType

    from federation.resilience.report import ProductRisk, Resilience
    from federation.resilience.survival import Loss

_ROWS = 12
"""So many losses are shown; ``--json`` has all."""
_NAMES = 4
"""So many names stand in a cell; the rest is counted."""
_NETWORKS = {
    "isolated": "isolated sites",
    "chain": "a chain",
    "hub_and_spoke": "hub and spoke",
    "hierarchical": "hierarchical",
    "mesh": "a mesh",
}


def parts(report: Resilience) -> Iterator[RenderableType]:
    """Everything in the order of reading."""
    yield Text(_head(report))
    if report.products:
        yield losses_table(report)
        yield Text(_survived(report))
    if report.pairs is not None:
        yield pairs_table(report)
        yield Text(_pairs(report))
    if report.products:
        yield products_table(report)
        yield processes_table(report)
    yield sites_table(report)
    yield Text(
        "Bits: entropy of the work a site qualifies for, by product; planned: of the work that the "
        "schedule gives it; special: 1 when that is for one product only.\n"
    )
    if report.supply:
        yield supply_table(report)
        yield imports_table(report)
        yield Text(
            f"Import dependence of the whole: {report.import_dependence:.0%} of the sale value.\n"
        )
    if report.notes:
        yield Text("\n".join(report.notes))


def _head(report: Resilience) -> str:
    shape = report.shape
    lines = [report.cluster.name]
    apart = len(shape.parts)
    held = "in one part" if apart == 1 else f"in {apart} parts (of {_list(map(str, shape.parts))})"
    lines.append(
        f"Network: {_NETWORKS[shape.type]}, {_count(sum(shape.parts), 'site')} {held}, "
        f"{_count(shape.pairs, 'linked pair')}, {shape.mean_hops:.1f} links on the mean way"
    )
    if shape.articulation:
        lines.append(f"Sites whose loss cuts others off: {_list(shape.articulation)}")
    if shape.bridges:
        lines.append(f"Links without a way round: {_list(shape.bridges)}")
    if report.closed:
        lines.append(f"Taken as closed: {_list(report.closed)}")
    if report.weeks:
        weeks = f"mean of {report.weeks} weeks" if report.weeks > 1 else "one week"
        lines.append(
            f"Wanted: {number(report.wanted)} units a week ({weeks}); served by the best plan: "
            f"{number(report.served)}"
        )
    return "\n".join(lines) + "\n"


def losses_table(report: Resilience) -> Table:
    """What single losses take away, the worst first."""
    title = "What one loss takes away, in units a week"
    table = _table(title, "lost", "units", "share", "stranded")
    table.add_column("nobody gets any more", overflow="fold")
    rows = sorted(report.losses, key=lambda loss: (-loss.units, -len(loss.gone)))
    for loss in [row for row in rows if row.units > 0.0 or row.gone][:_ROWS]:
        cells = (number(loss.units), f"{loss.share:.0%}", number(loss.stranded))
        table.add_row(_loss_name(loss), *cells, _list(loss.gone))
    return table


def _loss_name(loss: Loss) -> str:
    event = loss.events[0]
    if event.kind == "all_borders":
        return "all borders"
    return event.id if event.kind == "site" else f"{event.kind} {event.id}"


def _survived(report: Resilience) -> str:
    counts = []
    for kind in ("site", "link", "border"):
        good, of = report.survived(kind)
        if of:
            counts.append(f"{good} of {_count(of, kind)}")
    listed = " and ".join([*([", ".join(counts[:-1])] if counts[1:] else []), counts[-1]])
    lines = [f"{listed} can be lost without losing a unit."]
    shown = sum(1 for loss in report.losses if loss.units > 0.0 or loss.gone)
    if shown > _ROWS:
        lines.append(f"{shown - _ROWS} more losses take something away (--json).")
    lines.append(
        "Stranded: no site or no way is left for it; the rest is lost for want of hours.\n"
    )
    return "\n".join(lines)


def pairs_table(report: Resilience) -> Table:
    """What pairs of losses take away, the worst first."""
    title = "What two losses take away at once"
    table = _table(title, "lost", "units", "worse alone", "share")
    table.add_column("nobody gets any more", overflow="fold")
    alone = {loss.events[0]: loss.units for loss in report.losses}
    for loss in (report.pairs.losses if report.pairs is not None else ())[:_ROWS]:
        worse = max(alone[event] for event in loss.events)
        cells = (number(loss.units), number(worse), f"{loss.share:.0%}")
        table.add_row(loss.name, *cells, _list(loss.gone))
    return table


def _pairs(report: Resilience) -> str:
    survey = report.pairs
    if survey is None:
        return ""
    whole = survey.examined - len(survey.losses)
    text = f"{whole} of {survey.examined:,} pairs lose nothing."
    if survey.examined < survey.possible:
        text += (
            f" Of {survey.possible:,} pairs only those of the {survey.elements} sites and links "
            "were looked at that take most away alone or that most passes through."
        )
    return text + "\n"


def products_table(report: Resilience) -> Table:
    """Demand, throughput, its limit, single points of failure."""
    table = _table("Products, in units a week", "product", "wanted", "served", "most alone")
    table.add_column("limited by", overflow="fold")
    table.add_column("single points of failure", overflow="fold")
    for row in report.products:
        limits = [f"{limit.site} {limit.id}" for limit in row.most.limits]
        table.add_row(
            row.product,
            number(row.wanted),
            number(row.served),
            number(row.most.units),
            row.most.missing or _list(limits, 2),
            _points(row),
        )
    return table


def _points(row: ProductRisk) -> str:
    return _list([*row.sites, *row.links], 2 * _NAMES)


def processes_table(report: Resilience) -> Table:
    """Concentration of each process."""
    table = _table("Processes: who has the hours", "process", "h/week", "sites", "HHI")
    table.add_column("largest share", overflow="fold")
    table.add_column("has it, may not", overflow="fold")
    for row in report.processes:
        largest = f"{row.sites[0]} {row.shares[0]:.0%}" if row.sites else "no site"
        table.add_row(
            row.process,
            number(row.hours),
            str(len(row.sites)),
            Text(f"{row.hhi:.2f}", "bold red" if row.single else ""),
            largest,
            _list(row.others),
        )
    return table


def sites_table(report: Resilience) -> Table:
    """Role, value added and variety of each site."""
    by = "by the schedule" if report.basis == "schedule" else "on the shortest ways"
    money = report.cluster.currency
    table = _table(f"Sites; value added {by}", "site")
    table.add_column("role")
    for title in (f"{money}/week", "share", "products", "bits", "planned", "special"):
        table.add_column(title, justify="right")
    values = {row.site: row for row in report.values if row.basis == report.basis}
    shown = report.variety[:50]
    for row in shown:
        value = values.get(row.site)
        table.add_row(
            row.site,
            report.shape.roles[row.site],
            number(value.value_added) if value is not None else "–",
            f"{value.share:.0%}" if value is not None else "–",
            str(row.products),
            f"{row.entropy_bits:.2f}",
            "–" if row.planned_bits is None else f"{row.planned_bits:.2f}",
            "–" if row.specialisation is None else f"{row.specialisation:.2f}",
        )
    if len(report.variety) > len(shown):
        table.caption = f"{len(report.variety) - len(shown)} more sites (--json)"
    return table


def supply_table(report: Resilience) -> Table:
    """Tonne-kilometres a unit, by the schedule and on the shortest ways."""
    table = _table("Supply distance", "product")
    bases = tuple(dict.fromkeys(row.basis for row in report.supply))
    for basis in bases:
        table.add_column(f"t.km a unit, {basis}", justify="right")
    found = {(row.product, row.basis): row.tonne_km_per_unit for row in report.supply}
    for product in dict.fromkeys(row.product for row in report.supply):
        cells = [found.get((product, basis)) for basis in bases]
        table.add_row(product, *("–" if cell is None else f"{cell:.3f}" for cell in cells))
    return table


def imports_table(report: Resilience) -> Table:
    """Imports of each country's customers."""
    money = report.cluster.currency
    table = _table("What customers get over borders", "country")
    for title in (f"sales, {money}/week", "imported", "dependence"):
        table.add_column(title, justify="right")
    for row in report.imports:
        if row.basis == report.basis:
            cells = (number(row.sale_value), number(row.imported_value), f"{row.dependence:.0%}")
            table.add_row(row.country, *cells)
    return table


def _count(number_of: int, name: str) -> str:
    return f"{number_of} {name}{'' if number_of == 1 else 's'}"


def _table(title: str, first: str, *numbers: str) -> Table:
    table = Table(
        title=title,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column(first, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right")
    return table


def _list(names: Iterable[str], most: int = _NAMES) -> str:
    found = list(names)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more
