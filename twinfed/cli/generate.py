"""``twinfed generate``: a synthetic cluster of any size."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twinfed.cli import options, progress
from twinfed.cli.output import answers
from twinfed.errors import UsageError


def generate(
    out: Annotated[
        Path,
        typer.Argument(metavar="OUT", help="Folder to write; new or empty.", show_default=False),
    ],
    preset: Annotated[
        str | None,
        typer.Option("--preset", help="mesh-10, mesh-100, mesh-300 or mesh-1000."),
    ] = None,
    sites: Annotated[
        int | None, typer.Option("--sites", help="Number of sites, 2 to 5000.", show_default=False)
    ] = None,
    network: Annotated[
        str,
        typer.Option("--network", help="mesh, hub_spoke, chain, hierarchical or small_world."),
    ] = "mesh",
    seed: Annotated[int, typer.Option("--seed", help="Of every draw.")] = 20260101,
    days: Annotated[int, typer.Option("--days", help="Length of the order book.")] = 7,
    orders_per_day: Annotated[
        float | None,
        typer.Option(
            "--orders-per-day", help="Mean arrivals; default: 5 for each site.", show_default=False
        ),
    ] = None,
    products: Annotated[
        int | None,
        typer.Option(
            "--products", help="Default: a fifth of the sites, 8 to 200.", show_default=False
        ),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Draw a synthetic cluster from a seed and write its folder.

    The same options give the same files, byte for byte. No such sites exist: every figure is an
    assumption, and says so.
    """
    with answers(as_json=as_json) as out_:
        options.settings()
        from federation.generator.folder import write_cluster
        from federation.generator.parameters import PRESETS, Parameters

        if preset is not None and preset not in PRESETS:
            raise UsageError(
                f"there is no preset '{preset}'",
                where="--preset",
                remedy=f"choose one of {', '.join(PRESETS)}",
            )
        if preset is not None and sites is not None:
            raise UsageError(
                "a preset says how many sites there are",
                where="--sites",
                remedy="give --preset or --sites",
            )
        count = PRESETS[preset or "mesh-10"] if sites is None else sites
        parameters = Parameters(
            sites=count,
            network=network,  # type: ignore[arg-type]  # checked there
            seed=seed,
            days=days,
            orders_per_day=orders_per_day,
            products=products,
        )
        with progress.bar(f"drawing {parameters.id}", "files") as update:
            digest = write_cluster(parameters, out, update)
        out_.show(f"{parameters.id} in {out}, SHA-256 {digest}")
        out_.show(f"look at it with: twinfed check {out}")
        out_.document({"cluster": parameters.id, "folder": str(out), "sha256": digest})
