"""``twinfed demo``: ten live twins, a grid collapse, four responses, one answer."""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path
from typing import Annotated

import typer

from twinfed.cli import options, progress
from twinfed.cli.output import answers

SAMPLE = "harmattan"
SCENARIO = "nigeria-grid-collapse"


def demo(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for the result.")
    ] = Path("twinfed-demo"),
    replications: Annotated[
        int,
        typer.Option(
            "--replications", min=1, max=10_000, metavar="N", help="Runs of each response."
        ),
    ] = 30,
    workers: Annotated[
        int,
        typer.Option(
            "--workers", min=1, max=1024, metavar="N", help="Processes that simulate at a time."
        ),
    ] = 2,
    seed: options.Seed = 1,
    as_json: options.Json = False,
) -> None:
    """Bring ten microfactories to life, take their grid away, and compare what one can do.

    The sample cluster harmattan runs on Ray, one actor for each microfactory. A day of emulated
    telemetry is told to the twins, which are then forked; the scenario nigeria-grid-collapse is run
    under four responses.
    """
    with answers(as_json=as_json) as answer:
        settings = options.settings()
        from analytics.output import check_output
        from twinfed.cli.answering import compare
        from twinfed.cli.compiling import compile_kernels
        from twinfed.client import LocalCluster
        from twinfed.samples import sample
        from twinfed.scenarios import find_scenario

        check_output(out)
        phases = progress.Phases()
        with phases.phase("compile"):
            compiled = compile_kernels()
        if not compiled:
            progress.note("the simulator is compiled already")
        from federation.topology.load import load_cluster

        folder = sample(SAMPLE)
        spec = load_cluster(folder)
        scenario = find_scenario(SCENARIO, spec, folder)
        with phases.phase("start"), progress.bar(f"starting {len(spec.sites)} twins on Ray"):
            fed = LocalCluster(
                spec, engine="ray", folder=folder, twins_per_host=settings.twins_per_host
            )
        with fed:
            with phases.phase("telemetry"), progress.bar("a day of telemetry", "rows") as update:
                told = fed.emulate(
                    scenario.fork_at,
                    scenario.fork_at - timedelta(days=1),
                    seed,
                    lambda rows: update(rows, 0),
                )
            answer.show(
                f"{spec.name}: {len(spec.sites)} twins, told {told.accepted:,} values of a day, "
                f"forked at {scenario.fork_at.astimezone(UTC):%a %d %b %Y %H:%M} UTC\n"
            )
            compare(
                answer,
                fed,
                [scenario],
                None,
                horizon_h=672.0,
                replications=replications,
                seed=seed,
                engine="ray",
                workers=workers,
                out=out,
                phases=phases,
            )
