"""``twinfed check``: what is wrong with a cluster, and what can be said without simulating it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from twinfed.cli import failures, options
from twinfed.cli.output import Output, answers

if TYPE_CHECKING:
    from pathlib import Path

    from federation.topology.problems import Problem


def check(
    cluster: options.Cluster,
    provenance: Annotated[
        bool, typer.Option("--provenance", help="Every figure with its source or assumption.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Read a cluster and say what is wrong with it, what is scarce, and what its figures rest on.

    All problems of all files are told at once, with the exit code 2. Then: hours needed and
    available per process and week, material needed against stock and standing receipts, processes
    with a single source, steps nobody may make, power.
    """
    with answers(as_json=as_json) as out:
        options.settings()
        from federation.topology.load import ClusterError, load_cluster
        from twinfed.samples import find_cluster

        folder = find_cluster(cluster)
        try:
            spec = load_cluster(folder)
        except ClusterError as error:
            _fail(out, str(folder), error.problems)
        problems = _scenario_problems(folder, spec)
        if problems:
            _fail(out, str(folder), problems)

        from dataclasses import asdict

        from federation.topology.check import check_cluster
        from federation.topology.provenance import figures
        from twinfed.cli import check_tables
        from twinfed.endpoint.negotiation import plain

        report = check_cluster(spec)
        for table in check_tables.tables(spec, report):
            out.show(table)
        notes = figures(spec) if provenance else ()
        if provenance:
            out.show(check_tables.provenance_lines(notes))
        found = asdict(report) | {
            "full": [asdict(row) for row in report.full],
            "strained": [asdict(row) for row in report.strained],
            "short": [asdict(row) for row in report.short],
        }
        document: dict[str, Any] = {"cluster": spec.id, "problems": [], "report": found}
        if provenance:
            document["provenance"] = [asdict(figure) for figure in notes]
        out.document(next(iter(plain([document]))))
    if report.unmakeable:
        raise typer.Exit(failures.BAD_ANSWER)


def _scenario_problems(folder: Path, spec: object) -> list[Problem]:
    from analytics.scenario import load_scenario
    from federation.topology.load import ClusterError
    from federation.topology.model import ClusterSpec
    from twinfed.scenarios import scenario_files

    found: list[Problem] = []
    for path in scenario_files(folder).values():
        try:
            load_scenario(path, spec if isinstance(spec, ClusterSpec) else None)
        except ClusterError as error:
            found += error.problems
    return found


def _fail(out: Output, where: str, problems: list[Problem] | tuple[Problem, ...]) -> None:
    """Tell all problems and end."""
    from federation.topology.load import ClusterError

    out.document({"cluster": where, "problems": [problem.to_dict() for problem in problems]})
    raise ClusterError(where, problems)
