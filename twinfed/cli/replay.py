"""``twinfed replay``: tell a recording to the twins of a cluster."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from twinfed.cli import options, progress
from twinfed.cli.output import Output, answers


def replay(
    cluster: options.Cluster,
    recording: Annotated[
        Path,
        typer.Argument(metavar="RECORDING", help="Parquet file, or YAML list of recordings."),
    ],
    data_dir: options.DataDir = None,
    engine: options.EngineOption = "local",
    as_json: options.Json = False,
) -> None:
    """Tell recorded telemetry to the twins, and show what they know afterwards.

    With --data-dir the twins keep it: a later 'twinfed serve' with the same folder shows them.
    """
    with answers(as_json=as_json) as out:
        settings = options.settings()
        from twinfed.client import open_cluster

        with open_cluster(
            cluster, options.engine(engine), data_dir, twins_per_host=settings.twins_per_host
        ) as fed:
            with progress.bar("replaying", "rows") as update:
                told = fed.replay(recording, progress=lambda rows: update(rows, 0))
            sites = fed.fork().tables["sites"].to_pylist()
        _show(out, sites)
        out.show(
            f"{told.rows:,} rows in {told.batches} batches: {told.accepted:,} folded, "
            f"{told.quarantined:,} in quarantine; {told.duplicates} batches were known already"
        )
        out.document(
            {
                "batches": told.batches,
                "rows": told.rows,
                "accepted": told.accepted,
                "quarantined": told.quarantined,
                "duplicates": told.duplicates,
                "until": told.until,
                "sites": [
                    {key: row[key] for key in ("site", "revision", "last_time", "state_hash")}
                    for row in sites
                ],
            }
        )


def _show(out: Output, sites: list[dict[str, object]]) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("site")
    table.add_column("entries", justify="right")
    table.add_column("last value (UTC)")
    table.add_column("hash of the state")
    for row in sites:
        last = row["last_time"]
        table.add_row(
            str(row["site"]),
            str(row["revision"]),
            f"{last:%Y-%m-%d %H:%M:%S}" if isinstance(last, datetime) else "never",
            str(row["state_hash"] or "")[:12],
        )
    out.show(table)
