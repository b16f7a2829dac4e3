"""Running a study for the command line: progress, first screen, sentence, result folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from twinfed.cli import progress
from twinfed.cli.output import Output
from twinfed.cli.progress import Phases

if TYPE_CHECKING:
    from analytics.precision import PrecisionOptions
    from analytics.rerouting.response import Response
    from analytics.scenario import Scenario
    from twinfed.client import Engine, LocalCluster


def compare(
    answer: Output,
    fed: LocalCluster,
    scenarios: Sequence[Scenario],
    responses: Sequence[str | Response] | None,
    *,
    horizon_h: float,
    replications: int,
    seed: int,
    engine: Engine,
    workers: int | None,
    out: Path | None,
    phases: Phases,
    **precision: Unpack[PrecisionOptions],
) -> None:
    """Fork, run, print the answer, and write it to ``out``."""
    from twinfed.answers import answer_document
    from twinfed.cli import screen

    with phases.phase("run"), progress.bar("simulating", "runs") as update:
        result = fed.whatif(
            scenarios,
            responses,
            horizon_h=horizon_h,
            replications=replications,
            seed=seed,
            engine=engine,
            workers=workers,
            progress=update,
            **precision,
        )
    document: dict[str, Any] = {"scenarios": [], "out": out, "seconds": phases.seconds}
    for scenario in scenarios:
        shown = result.screen_of(scenario.id)
        answer.show(screen.ScreenTable(shown))
        answer.show(screen.legend(shown))
        answer.show(screen.sentence(shown))
        answer.show(screen.notes(shown))
        verdict = result.verdict_of(scenario.id)
        context = result.context(scenario.id)
        document["scenarios"].append(answer_document(context, shown, verdict, result.choice))
    if out is not None:
        with phases.phase("write"):
            result.write(out)
        answer.show(f"result folder: {out}   report: {out / 'report.html'}")
    answer.show(timing(phases))
    answer.document(document)


def timing(phases: Phases) -> str:
    """The seconds of each phase in one line."""
    return "seconds: " + ", ".join(f"{name} {took:.1f}" for name, took in phases.seconds.items())
