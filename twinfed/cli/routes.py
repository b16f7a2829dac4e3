"""``twinfed routes``: the best ways between two places by time, cost or carbon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

import typer

from twinfed.cli import failures, options
from twinfed.cli.output import answers

if TYPE_CHECKING:
    from rich.table import Table

    from federation.journeys import Criterion, Route


def routes(
    cluster: options.Cluster,
    origin: Annotated[str, typer.Argument(metavar="FROM", help="Site or customer.")],
    destination: Annotated[str, typer.Argument(metavar="TO", help="Site or customer.")],
    by: Annotated[
        str, typer.Option("--by", metavar="time|cost|carbon", help="What they are ranked by.")
    ] = "time",
    count: Annotated[int, typer.Option("--count", min=1, max=100, help="So many at most.")] = 3,
    ready: Annotated[
        str | None,
        typer.Option(
            "--ready",
            metavar="T",
            help="When the goods are at the dock; default: the start of the cluster.",
            show_default=False,
        ),
    ] = None,
    mass_kg: Annotated[
        float, typer.Option("--mass-kg", min=1e-6, max=1e9, help="Of the consignment.")
    ] = 1000.0,
    dangerous: Annotated[
        bool, typer.Option("--dangerous", help="Only where dangerous goods may go.")
    ] = False,
    expedited: Annotated[
        bool, typer.Option("--expedited", help="Links kept for expedited lots too.")
    ] = False,
    close: options.Close = None,
    as_json: options.Json = False,
) -> None:
    """Show the best routes of a consignment, with departures, border hours, price and CO2e.

    Exit code 1: there is none; the answer says why.
    """
    with answers(as_json=as_json) as out:
        options.settings()
        from federation.journeys import best_routes
        from federation.topology.load import load_cluster
        from twinfed.documents import routes_document
        from twinfed.endpoint.negotiation import plain
        from twinfed.samples import find_cluster

        spec = load_cluster(find_cluster(cluster))
        found = best_routes(
            spec,
            origin,
            destination,
            by=cast("Criterion", by),
            count=count,
            ready=options.moment(ready, "--ready") if ready else None,
            mass_kg=mass_kg,
            dangerous=dangerous,
            expedited=expedited,
            closed=close or (),
        )
        goods = f"{found.mass_kg:g} kg{' of dangerous goods' if dangerous else ''}"
        out.show(
            f"{found.origin} to {found.destination}: {goods}, ready {found.ready:%a %d %b %H:%M} "
            f"UTC, by {found.by}\n"
        )
        if found.origin == found.destination:
            out.show("it is there already")
        for number, route in enumerate((one for one in found.routes if one.rides), start=1):
            out.show(route_table(number, route, spec.currency))
            out.show()
        if found.no_way is not None:
            out.show(f"no route: {found.no_way.reason}")
        out.document(next(iter(plain([routes_document(found)]))))
    if found.no_way is not None:
        raise typer.Exit(failures.BAD_ANSWER)


def route_table(number: int, route: Route, currency: str) -> Table:
    """A route: a line of its sums, and a line for each leg."""
    from rich.table import Table

    from analytics.wording import number as figure

    table = Table(
        title=f"{number}. {route.hours:.1f} h, {figure(route.distance_km)} km, "
        f"{figure(route.cost)} {currency}, {figure(route.emission_kg)} kg CO2e",
        title_justify="left",
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        show_header=False,
    )
    for ride in route.rides:
        table.add_row(
            f"   {ride.start} to {ride.end}",
            f"{ride.link} ({ride.mode})",
            f"{ride.depart:%a %d %b %H:%M} to {ride.arrive:%a %d %b %H:%M}",
        )
    return table
