"""The arithmetic behind an answer, as small tables a reader can follow with a pocket calculator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from analytics.answer import Context
from analytics.kpis.cost import PARTS
from analytics.kpis.registry import UNDISTURBED
from analytics.kpis.time_elements import ELEMENTS
from analytics.wording import number, words
from twins.energy_spec import EnergySpec
from twins.spec import MachineSpec, SiteSpec

if TYPE_CHECKING:
    from analytics.result import StudyResult


@dataclass(frozen=True, slots=True)
class Table:
    """A small table: the first column names the row, the others are figures.

    Parameters
    ----------
    title, note
        What it shows, and how to read it.
    head
        Names of the columns, with units.
    rows
        Texts; ``strong`` are the numbers of the rows that sum up.
    """

    title: str
    note: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    strong: frozenset[int] = frozenset()


def capacity_table(result: StudyResult, context: Context, sites: Sequence[str]) -> Table:
    """Machine-hours by work centre: planned, used, lost to power; means of the runs."""
    titles = {UNDISTURBED: "undisturbed"} | {one.id: one.title for one in context.responses}
    shown = [UNDISTURBED, context.waiting.id] + [
        one.id for one in context.responses if one.reroutes
    ]
    machines, labour = (_mine(result.frame(name), context) for name in ("machines", "labour"))
    calm = pl.col("response") == UNDISTURBED
    rows = []
    for site in sites:
        spec = result.setting.cluster.site(site)
        paid = labour.filter((pl.col("site") == site) & calm)
        for machine in spec.machines:
            here = machines.filter((pl.col("site") == site) & (pl.col("work_centre") == machine.id))
            cells = [f"{site} {words(machine.id)}", str(machine.count)]
            if machine.unattended:
                cells.append(number(machine.count * context.horizon_h))
            elif spec.labour is not None and spec.labour.headcount:
                people_h = _mean(paid, ("paid_h",), context)
                cells.append(number(machine.count * people_h / spec.labour.headcount))
            else:
                cells.append(number(_mean(here.filter(calm), _PLANNED, context)))
            for response in dict.fromkeys(shown):
                run = here.filter(pl.col("response") == response)
                lost = _mean(run, ("lost_to_power_h",), context)
                cells += [number(_mean(run, ("run_h",), context)), number(lost)]
            rows.append(tuple(cells))
    head = ["work centre", "machines", "hours on shift"]
    for response in dict.fromkeys(shown):
        head += [f"{titles[response]}: ran, h", "lost to power, h"]
    return Table(
        "Capacity",
        f"Machine-hours in {number(context.horizon_h / 24)} days, means of the runs. Hours on "
        "shift are those of the undisturbed weeks; what is lost to power had work waiting.",
        tuple(head),
        tuple(rows),
    )


_NOT_ALWAYS = frozenset({PARTS["capital"], PARTS["carbon"]})
"""Kinds of cost that are named where there is one."""
_PLANNED = tuple(column for columns in ELEMENTS.values() for column in columns)
"""Columns of the machines' table that make up the planned busy time."""


def power_table(site: SiteSpec) -> list[Table]:
    """What a site's buses carry without the grid; none for a site without energy data."""
    energy = site.energy
    if energy is None:
        return []
    rows: list[tuple[str, ...]] = []
    for bus in energy.buses:
        machines = [machine for machine in site.machines if machine.bus == bus.id]
        running = bus.base_load_kw + sum(one.count * one.run_kw for one in machines)
        listed = ", ".join(_machine(machine) for machine in machines) or "none"
        cells = (number(bus.base_load_kw), listed, number(running), _backup(energy, bus.id))
        rows.append((bus.id, *cells))
    limit = f"{number(energy.grid.limit_kw)} kW" if energy.grid is not None else "none"
    table = Table(
        f"Power at {site.name}",
        f"Grid connection: {limit}. Without the grid, a bus has what backs it up and no more.",
        ("bus", "base load, kW", "machines, kW running", "all running, kW", "backed up by"),
        tuple(rows),
    )
    return [table]


def _backup(energy: EnergySpec, bus: str) -> str:
    found = []
    inverter, genset = energy.inverter, energy.genset
    if inverter is not None and bus in inverter.backs_up:
        text = f"inverter {number(inverter.power_kw)} kW"
        if inverter.battery is not None:
            text += f", battery {number(inverter.battery.capacity_kwh)} kWh"
        if inverter.pv is not None:
            text += f", PV {number(inverter.pv.peak_kw)} kWp"
        found.append(text)
    if genset is not None and bus in genset.backs_up:
        found.append(f"genset {number(genset.rated_kw)} kW, tank {number(genset.tank_l)} L")
    return "; ".join(found) or "nothing"


def _machine(machine: MachineSpec) -> str:
    count = f"{machine.count} × " if machine.count > 1 else ""
    return f"{count}{words(machine.id)} {number(machine.run_kw)}"


def cost_table(result: StudyResult, context: Context) -> Table:
    """Quantities and what they cost, means of the runs; the last rows give the extra cost."""
    columns = [UNDISTURBED, *(one.id for one in context.responses)]
    titles = ["undisturbed", *(one.title for one in context.responses)]
    figures, money = result.figures(context.scenario), context.currency
    lines: list[tuple[str, list[float | None]]] = []

    def line(label: str, kpi: str) -> None:
        means = [figures.mean(column, kpi) for column in columns]
        lines.append((label, [None if mean is None else mean.estimate for mean in means]))

    for label, kpi in (
        ("late unit-days", "late_unit_days"),
        (f"penalty, {money}", "penalty_cost"),
        (f"wages of regular hours in work, {money}", "regular_wages"),
        (f"wages of regular hours without work, {money}", "idle_wages"),
        (f"wages of overtime, {money}", "overtime_wages"),
        ("consignments", "consignments"),
        ("mass carried, t", "mass_moved_t"),
        (f"transport, {money}", "transport_cost"),
        ("grid energy, kWh", "grid_kwh"),
        ("diesel, L", "fuel_l"),
        (f"energy, {money}", "energy_cost"),
        ("units scrapped", "scrap_units"),
        (f"scrapped material, {money}", "scrap_cost"),
        (f"approval of first articles, {money}", "approval_cost"),
        (f"material from suppliers, {money}", "purchase_cost"),
        (f"hired equipment, {money}", "hire_cost"),
        (f"investments by the year, {money}", "capital_cost"),
        (f"carbon price, {money}", "carbon_cost"),
        (f"all costs, {money}", "cost"),
    ):
        line(label, kpi)
    kept = [entry for entry in lines if any(entry[1])]
    base = next(values for label, values in lines if label.startswith("all costs"))[0] or 0.0
    extra = [None if value is None else value - base for value in kept[-1][1]]
    rows = [(label, *(_text(value) for value in values)) for label, values in kept]
    rows.append((f"extra against undisturbed, {money}", *(_text(v, sign=True) for v in extra)))
    strong = frozenset({len(rows) - 2, len(rows) - 1})
    minimum = _at_minimum_charge(result, context)
    return Table(
        "Cost",
        f"Means of {context.replications} runs. The sum of "
        f"{', '.join(title for title in PARTS.values() if title not in _NOT_ALWAYS)}.{minimum}",
        ("", *titles),
        tuple(rows),
        strong,
    )


def _text(value: float | None, *, sign: bool = False) -> str:
    return "–" if value is None else number(value, sign=sign)


def _at_minimum_charge(result: StudyResult, context: Context) -> str:
    """How many consignments pay the minimum charge, while one waits."""
    links = result.setting.cluster.links
    charges = pl.DataFrame(
        {
            "link": [link.id for link in links],
            "minimum": [link.minimum_charge for link in links],
            "per_t": [link.cost_per_t for link in links],
        },
        schema={"link": pl.String, "minimum": pl.Float64, "per_t": pl.Float64},
    )
    sent = _mine(result.frame("transports"), context).filter(
        pl.col("response") == context.waiting.id
    )
    if sent.is_empty():
        return ""
    joined = sent.join(charges, on="link")
    small = joined.filter(pl.col("mass_kg") / 1000.0 * pl.col("per_t") < pl.col("minimum"))
    share = 100.0 * small.height / joined.height
    return (
        " A consignment pays by mass, at least the link's minimum charge: with "
        f"{context.waiting.title}, {share:.0f} % of them pay that."
    )


def moves_table(result: StudyResult, context: Context, response: str) -> list[Table]:
    """From where to where work moves, means of the runs; none where nothing moves."""
    operations = _mine(result.frame("operations"), context).filter(pl.col("response") == response)
    moved = operations.join(result.setting.planned, on=["lot", "operation"]).filter(
        pl.col("site") != pl.col("planned_site")
    )
    if moved.is_empty():
        return []
    names = {
        (product.id, part.id, number_): operation.process
        for product in result.setting.cluster.products
        for part in product.parts
        for number_, operation in enumerate(part.operations)
    }
    keys = zip(moved["product"], moved["part"], moved["operation"], strict=True)
    grouped = (
        moved.with_columns(process=pl.Series([names[key] for key in keys], dtype=pl.String))
        .group_by("planned_site", "site", "process")
        .agg(
            operations=pl.len(),
            lots=pl.struct("replication", "lot").n_unique(),
            units=pl.sum("units"),
        )
        .sort("operations", "process", descending=[True, False])
    )
    runs = context.replications
    rows = tuple(
        (
            words(row["process"]),
            row["planned_site"],
            row["site"],
            number(row["lots"] / runs),
            number(row["units"] / runs),
        )
        for row in grouped.head(12).iter_rows(named=True)
    )
    table = Table(
        f"What moves with {context.response(response).title}",
        "Means of the runs, the largest first; operations begun elsewhere than the schedule at the "
        "fork said.",
        ("process", "from", "to", "lots", "units"),
        rows,
    )
    return [table]


def _mine(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    return frame.filter(pl.col("scenario") == context.scenario)


def _mean(frame: pl.DataFrame, columns: Sequence[str], context: Context) -> float:
    """Sum of columns over all rows, by run."""
    return float(sum(frame.get_column(name).sum() for name in columns)) / context.replications
