"""``twinfed verify``: whether the journals are what was written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twinfed.cli import failures, options
from twinfed.cli.output import answers


def verify(
    data_dir: Annotated[
        Path, typer.Argument(metavar="DATA_DIR", help="Folder of the twins' journals.")
    ],
    as_json: options.Json = False,
) -> None:
    """Check every journal of a data directory, hash by hash, and name the first bad entry."""
    with answers(as_json=as_json) as out:
        options.settings()
        from twinfed.journals import verify_directory

        reports = verify_directory(data_dir)
        for report in reports:
            out.show(report.sentence)
        bad = [report for report in reports if not report.good]
        out.document({"good": not bad, "streams": [report.to_dict() for report in reports]})
        if not bad:
            out.show(f"{len(reports)} streams are whole")
    if bad:
        raise typer.Exit(failures.BAD_ANSWER)
