"""``twinfed promise``: from when a new order could be had, how surely, and at what cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from twinfed.cli import failures, options, progress
from twinfed.cli.output import answers

if TYPE_CHECKING:
    from pathlib import Path

    from federation.snapshot import ClusterSnapshot
    from federation.topology.model import ClusterSpec


def promise(
    cluster: options.Cluster,
    product: Annotated[str, typer.Option("--product", metavar="ID", help="What is wanted.")],
    quantity: Annotated[int, typer.Option("--quantity", metavar="N", help="How many.")],
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="CUSTOMER",
            help="To whom it goes; default: the only customer.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="DATE",
            help="The wished date; default: as soon as possible.",
            show_default=False,
        ),
    ] = None,
    variant: Annotated[
        str | None,
        typer.Option("--variant", metavar="ID", help="Of the product.", show_default=False),
    ] = None,
    probability: Annotated[
        float,
        typer.Option(
            "--probability", metavar="P", help="How surely the date is kept, 0.5 to 0.99."
        ),
    ] = 0.9,
    now: Annotated[
        str | None,
        typer.Option(
            "--now",
            metavar="MOMENT",
            help="Run the emulated plant to this moment first; default: the cluster's start.",
            show_default=False,
        ),
    ] = None,
    replications: Annotated[
        int, typer.Option("--replications", metavar="N", help="Runs with and without the order.")
    ] = 100,
    horizon_h: Annotated[
        float, typer.Option("--horizon-h", metavar="HOURS", help="Simulated from now on.")
    ] = 672.0,
    seed: options.Seed = 1,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """Say from when a new order could be delivered, how surely, who makes it, and what it costs.

    The order is planned into what the running schedule leaves, of which nothing is moved, and the
    cluster is simulated with and without it under the same draws. Nothing is changed by asking.
    With --data-dir the state is that of the twins whose journals lie there; else the emulated plant
    is run to --now, with --seed. Exit code 1: nobody can make it.
    """
    with answers(as_json=as_json) as out:
        options.settings()
        from analytics.promise.promise import check_runs
        from analytics.promise.promise import promise as ask
        from analytics.promise.request import PromiseRequest
        from federation.topology.load import load_cluster
        from twinfed.cli import promise_tables
        from twinfed.cli.compiling import compile_kernels
        from twinfed.endpoint.negotiation import plain
        from twinfed.promise_document import promise_document
        from twinfed.samples import find_cluster

        wished = options.moment(by, "--by") if by else None
        request = PromiseRequest(product, quantity, at, wished, variant, probability)
        check_runs(replications, seed)  # what is asked for wrongly is told at once
        spec = load_cluster(find_cluster(cluster))
        request.check(spec, horizon_h)
        compile_kernels()
        snapshot = _snapshot(cluster, spec, data_dir, now, seed)
        with progress.bar("simulating", "runs") as update:
            found = ask(
                snapshot,
                request,
                horizon_h=horizon_h,
                replications=replications,
                seed=seed,
                progress=update,
            )
        for part in promise_tables.parts(found):
            out.show(part)
        out.document(next(iter(plain([promise_document(found)]))))
    if not found.possible:
        raise typer.Exit(failures.BAD_ANSWER)


def _snapshot(
    cluster: str, spec: ClusterSpec, data_dir: Path | None, now: str | None, seed: int
) -> ClusterSnapshot:
    """The state that is asked.

    Raises
    ------
    UsageError
        When two states are named, or there is no such folder.
    """
    from twinfed.cli.snapshots import cluster_snapshot
    from twinfed.client import LocalCluster
    from twinfed.errors import UsageError
    from twinfed.samples import find_cluster

    if data_dir is not None:
        if now is not None:
            raise UsageError(
                "--now and --data-dir cannot be mixed: the twins have a time of their own",
                remedy="leave one of them out",
            )
        return cluster_snapshot(cluster, data_dir)
    with LocalCluster(spec, folder=find_cluster(cluster)) as fed:
        until = options.moment(now, "--now") if now else spec.start
        with progress.bar("emulating the plant", "rows") as update:
            fed.emulate(until, seed=seed, progress=lambda rows: update(rows, 0))
        return fed.fork()
