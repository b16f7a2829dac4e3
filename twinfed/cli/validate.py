"""``twinfed validate``: published answers, and what the simulator makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twinfed.cli import failures, options, progress
from twinfed.cli.output import Output, answers

if TYPE_CHECKING:
    from analytics.validation.case import Case, Outcome


def validate(
    case: Annotated[
        list[str] | None,
        typer.Option("--case", metavar="ID", help="Case to run, such as V1; repeatable."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            min=1,
            max=64,
            metavar="N",
            help="Cases at a time; default: all cores.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help="Page of Markdown to write.", show_default=False
        ),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Run every case of the validation report and say which figures are reproduced.

    Ends with exit code 1 when a case fails.
    """
    with answers(as_json=as_json) as answer:
        options.settings()
        from datetime import UTC, datetime

        import twinfed
        from analytics.validation.page import document, page
        from analytics.validation.registry import chosen_cases
        from twinfed.cli.compiling import compile_kernels
        from twinfed.errors import UsageError

        cases = chosen_cases(case or ())
        if out is not None and not out.parent.is_dir():
            raise UsageError(
                f"{out}: the folder {out.parent} does not exist", remedy="make it, or name another"
            )
        compile_kernels()
        outcomes: list[Outcome] = []
        with progress.bar("validating", "cases") as update:
            for outcome in _run(cases, workers):
                outcomes.append(outcome)
                update(len(outcomes), len(cases))
        outcomes.sort(key=lambda one: cases.index(one.case))
        _show(answer, outcomes)
        today = datetime.now(UTC).date()
        answer.document(document(outcomes, day=today, version=twinfed.__version__))
        if out is not None:
            command = " ".join(["twinfed validate", *(f"--case {one}" for one in case or ())])
            text = page(outcomes, day=today, version=twinfed.__version__, command=command)
            out.write_text(text, encoding="utf-8")
            progress.note(f"wrote {out}")
    if any(outcome.verdict == "fail" for outcome in outcomes):
        raise typer.Exit(failures.BAD_ANSWER)


def _run(cases: Sequence[Case], workers: int | None) -> Iterator[Outcome]:
    """Outcomes as they come: here, or from as many processes as there are cores."""
    import os

    from analytics.validation.registry import run_case

    count = min(workers or os.cpu_count() or 1, len(cases))
    if count == 1:
        yield from map(run_case, cases)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed

    context = multiprocessing.get_context("spawn")  # a fork would copy threads half
    pool = ProcessPoolExecutor(count, mp_context=context)
    try:
        for done in as_completed([pool.submit(run_case, case) for case in cases]):
            yield done.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _show(answer: Output, outcomes: Sequence[Outcome]) -> None:
    from rich.table import Table

    from analytics.validation.page import error_text, number_text

    table = Table(box=None, pad_edge=False)
    for title in ("case", "figure"):
        table.add_column(title, overflow="fold")
    for title in ("expected", "simulated", "std. error", "deviation"):
        table.add_column(title, justify="right")
    table.add_column("verdict")
    for outcome in outcomes:
        for number, figure in enumerate(outcome.figures):
            table.add_row(
                outcome.case.id if number == 0 else "",
                figure.name,
                number_text(figure.expected),
                number_text(figure.simulated),
                *error_text(figure),
                "pass" if figure.verdict == "pass" else "FAIL",
            )
    answer.show(table)
    verdicts = [outcome.verdict for outcome in outcomes]
    answer.show(f"{verdicts.count('pass')} cases pass, {verdicts.count('fail')} fail")
