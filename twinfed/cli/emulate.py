"""``twinfed emulate``: a recording of a cluster's emulated plant."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from twinfed.cli import options, progress
from twinfed.cli.output import answers


def emulate(
    cluster: options.Cluster,
    until: Annotated[
        str, typer.Option("--until", help="End of the recording, such as 2027-01-08T06:00Z.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Parquet file to write.")],
    since: Annotated[
        str | None,
        typer.Option(
            "--since", help="Its beginning; default: a day before the end.", show_default=False
        ),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario",
            metavar="FILE|ID",
            help="Scenario file, or id of one of the cluster's, that happens to the plant.",
            show_default=False,
        ),
    ] = None,
    seed: options.Seed = 1,
    as_json: options.Json = False,
) -> None:
    """Run the cluster's machines on the simulator and record what they tell, as Parquet.

    The plant works from the start of the order book under the greedy schedule from empty.
    ``twinfed replay`` tells the recording to twins.
    """
    with answers(as_json=as_json) as out_:
        options.settings()
        from federation.topology.load import load_cluster
        from twinfed.cli.compiling import compile_kernels
        from twinfed.emulation import Emulation, first_schedule
        from twinfed.files import writable_file
        from twinfed.samples import find_cluster
        from twinfed.scenarios import find_scenario

        end = options.moment(until, "--until")
        begin = options.moment(since, "--since") if since else end - timedelta(days=1)
        folder = find_cluster(cluster)
        spec = load_cluster(folder)
        happens = find_scenario(scenario, spec, folder) if scenario else None
        with writable_file(out, "--out") as target:
            compile_kernels()
            from connectors.replay.connector import write_recording

            plant = Emulation(spec, first_schedule(spec), seed, scenario=happens)
            with progress.bar(f"emulating {spec.id} until {end.isoformat()}"):
                rows = write_recording(target, plant.tell(end, begin))
        out_.show(f"{rows:,} rows of telemetry in {out}")
        out_.document({"rows": rows, "file": str(out), "until": end, "seed": seed})
