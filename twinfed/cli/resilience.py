"""``twinfed resilience``: what a cluster depends on, and what is left of it after losses."""

from __future__ import annotations

from typing import Annotated

import typer

from twinfed.cli import options, progress
from twinfed.cli.output import answers


def resilience(
    cluster: options.Cluster,
    product: Annotated[
        str | None,
        typer.Option(
            "--product",
            help="Judge this product alone, as if nothing else were made.",
            show_default=False,
        ),
    ] = None,
    n2: Annotated[
        bool, typer.Option("--n2", help="Pairs of sites and links too, at most 500 of them.")
    ] = False,
    close: options.Close = None,
    week: Annotated[
        int | None,
        typer.Option(
            "--week",
            min=1,
            help="Demand of the orders released in this week; default: the mean week.",
            show_default=False,
        ),
    ] = None,
    approved_only: Annotated[
        bool, typer.Option("--approved-only", help="Without sites that need a first article.")
    ] = False,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """Say what the cluster loses when a site, a link or a border is lost, and what it hangs on.

    Single points of failure, concentration, the most of each product and what limits it, value
    added by site, imports, supply distance, variety, the type of the network. Nothing is simulated:
    a usual week is judged, in regular hours less mean breakdowns and power cuts. With --data-dir
    permissions and schedule are those of the twins whose journals lie there.
    """
    with answers(as_json=as_json) as out:
        options.settings()
        from federation.resilience.report import resilience as judge
        from federation.resilience.tables import tables
        from twinfed.cli import resilience_tables
        from twinfed.cli.snapshots import cluster_snapshot
        from twinfed.documents import resilience_document
        from twinfed.endpoint.negotiation import plain

        snapshot = cluster_snapshot(cluster, data_dir)
        with progress.bar("taking away", "losses") as update:
            report = judge(
                snapshot,
                product=product,
                n2=n2,
                closed=close or (),
                week=week,
                approved_only=approved_only,
                progress=update,
            )
        for part in resilience_tables.parts(report):
            out.show(part)
        rows = {name: table.to_pylist() for name, table in tables(report).items()}
        document = {**resilience_document(report), "tables": rows}
        out.document(next(iter(plain([document]))))
