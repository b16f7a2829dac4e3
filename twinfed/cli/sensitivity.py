"""``twinfed sensitivity``: does the verdict outlive what is assumed about the cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twinfed.cli import options, progress
from twinfed.cli.output import Output, answers

if TYPE_CHECKING:
    from analytics.sensitivity.outcome import Sensitivity


def sensitivity(
    cluster: options.Cluster,
    scenario: Annotated[
        str,
        typer.Option(
            "--scenario", metavar="FILE|ID", help="Scenario file, or id of one of the cluster's."
        ),
    ],
    response: Annotated[
        list[str] | None,
        typer.Option(
            "--response", metavar="NAME", help="Response to compare, such as greedy; repeatable."
        ),
    ] = None,
    replications: Annotated[
        int,
        typer.Option(
            "--replications",
            min=2,
            max=100_000,
            metavar="N",
            help="Runs behind the answer and the five assumptions that matter most.",
        ),
    ] = 10,
    change: Annotated[
        float,
        typer.Option(
            "--change",
            min=0.01,
            max=0.99,
            metavar="SHARE",
            help="Share by which figures are lowered and raised.",
        ),
    ] = 0.3,
    seed: options.Seed = 1,
    horizon_h: Annotated[
        float,
        typer.Option(
            "--horizon-h", min=1.0, max=8784.0, metavar="HOURS", help="Simulated from the fork on."
        ),
    ] = 672.0,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Folder for table and report.", show_default=False
        ),
    ] = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """Lower and raise every assumed figure of the cluster and see what becomes of the verdict.

    The twins come from --data-dir, or from the emulated plant, as for twinfed whatif.
    """
    with answers(as_json=as_json) as answer:
        settings = options.settings()
        from analytics.output import check_output
        from analytics.rerouting.response import response as find_response
        from analytics.sensitivity.page import write_sensitivity
        from analytics.study import Study
        from federation.topology.load import load_cluster
        from twinfed.cli.answering import timing
        from twinfed.cli.compiling import compile_kernels
        from twinfed.client import LocalCluster
        from twinfed.samples import find_cluster
        from twinfed.scenarios import find_scenario

        if out is not None:
            check_output(out)
        folder = find_cluster(cluster)
        spec = load_cluster(folder)
        what = find_scenario(scenario, spec, folder)
        for name in response or ():
            find_response(name)
        phases = progress.Phases()
        with phases.phase("compile"):
            compile_kernels()
        with LocalCluster(
            spec, data_dir=data_dir, folder=folder, twins_per_host=settings.twins_per_host
        ) as fed:
            if data_dir is None:
                with phases.phase("emulate"), progress.bar("emulating the plant") as update:
                    fed.emulate(what.fork_at, seed=seed, progress=lambda rows: update(rows, 0))
            study = Study(
                fed.fork(),
                what,
                response or None,
                horizon_h=horizon_h,
                replications=replications,
                seed=seed,
                engine="local",
            )
        with phases.phase("run"), progress.bar("varying the assumptions", "runs") as run_update:
            found = study.sensitivity(change=change, progress=run_update)
        _show(answer, found)
        if out is not None:
            with phases.phase("write"):
                write_sensitivity(found, out)
            answer.show(f"result folder: {out}   report: {out / 'report.html'}")
        answer.show(timing(phases))
        answer.document({**_document(found), "out": out, "seconds": phases.seconds})


def _show(answer: Output, found: Sensitivity) -> None:
    from rich.table import Table
    from rich.text import Text

    from analytics.wording import number, spread

    table = Table(box=None, pad_edge=False)
    table.add_column("assumption", overflow="fold")
    for title in ("figures", "change", f"effect, {found.currency}", f"saving, {found.currency}"):
        table.add_column(title, justify="right")
    table.add_column("verdict")
    for effects in found.most:
        for at, effect in enumerate(effects):
            group = effect.group
            table.add_row(
                f"{group.title}: {group.note}" if at == 0 else "",
                number(len(group.figures)) if at == 0 else "",
                f"{number(100.0 * effect.change, 0, sign=True)} %",
                spread(effect.effect, sign=True),
                spread(effect.saving, sign=True),
                f"{'flips: ' if effect.flips else ''}"
                f"{found.named(effect.answer) if effect.answer else ''}",
            )
    answer.show(table)
    answer.show()
    answer.show(Text(found.sentence, "bold"))
    rest = len(found.ranked) - found.confirmed
    answer.show(
        f"{rest} other groups of figures change the saving less, by one run each; "
        f"{len(found.left_out)} were not varied, or not both ways (--json or --out says why)."
    )


def _document(found: Sensitivity) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "scenario": found.scenario,
        "title": found.title,
        "sentence": found.sentence,
        "holds": found.holds,
        "verdict": found.answer[0],
        "response": found.answer[1],
        "compared": [found.waiting.id, found.best.id],
        "currency": found.currency,
        "change": found.change,
        "saving": found.base.estimate,
        "saving_low": found.base.low,
        "saving_high": found.base.high,
        "most": [
            {"kind": effects[0].group.kind, "assumption": effects[0].group.note}
            for effects in found.most
        ],
        "effects": found.table().to_pylist(),
        "left_out": [asdict(one) for one in found.left_out],
    }
