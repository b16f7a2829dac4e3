"""``twinfed whatif``: what happens if ..., and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twinfed.cli import options, progress
from twinfed.cli.output import answers


def whatif(
    cluster: options.Cluster,
    scenario: Annotated[
        list[str],
        typer.Option(
            "--scenario",
            metavar="FILE|ID",
            help="Scenario file, or id of one of the cluster's; repeatable.",
        ),
    ],
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            metavar="NAME",
            help="Policy to compare: stay, reactive, greedy, ...; repeatable.",
        ),
    ] = None,
    response: Annotated[
        list[str] | None,
        typer.Option(
            "--response",
            metavar="NAME",
            help="Policy, with levers or without, such as stay+sunday-overtime; repeatable.",
        ),
    ] = None,
    coordination: Annotated[
        str | None,
        typer.Option(
            "--coordination",
            metavar="0,1,2,3,4",
            help="Degrees to compare: 0 none, 1 informed, 2 agreed, 3 central, 4 auction.",
            show_default=False,
        ),
    ] = None,
    replications: Annotated[
        int,
        typer.Option(
            "--replications", min=1, max=100_000, metavar="N", help="Runs of each response."
        ),
    ] = 30,
    target_half_width: Annotated[
        float | None,
        typer.Option(
            "--target-half-width",
            metavar="X",
            help="Go on until the interval of --target-kpi is +-X for every response.",
            show_default=False,
        ),
    ] = None,
    target_kpi: Annotated[
        str, typer.Option("--target-kpi", metavar="KPI", help="Key figure that must be so sharp.")
    ] = "cost",
    max_replications: Annotated[
        int,
        typer.Option(
            "--max-replications", min=1, max=100_000, metavar="N", help="Stop there, sharp or not."
        ),
    ] = 1000,
    antithetic: Annotated[
        bool, typer.Option("--antithetic", help="Replications in pairs of opposite draws.")
    ] = False,
    seed: options.Seed = 1,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            min=1,
            max=1024,
            metavar="N",
            help="Processes at a time; default: all cores.",
            show_default=False,
        ),
    ] = None,
    engine: options.EngineOption = "ray",
    horizon_h: Annotated[
        float,
        typer.Option(
            "--horizon-h", min=1.0, max=8784.0, metavar="HOURS", help="Simulated from the fork on."
        ),
    ] = 672.0,
    horizon_check: Annotated[
        bool,
        typer.Option(
            "--horizon-check/--no-horizon-check",
            help="Ask too what becomes of the answer with a horizon half as long again.",
        ),
    ] = True,
    choose_by: Annotated[
        str,
        typer.Option(
            "--choose-by",
            metavar="mean|cvar",
            help="By the mean cost of the runs, or by that of their worst tenth.",
        ),
    ] = "mean",
    break_even: Annotated[
        bool,
        typer.Option(
            "--break-even/--no-break-even",
            help="Ask too from which length of outage on rerouting pays.",
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Folder for manifest, tables and report.",
            show_default=False,
        ),
    ] = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """Fork the twins and compare responses under a scenario.

    Without --data-dir no telemetry is at hand: the cluster's emulated plant is run to the
    scenario's fork_at, with --seed, and tells its state to the twins, which are then forked.
    """
    with answers(as_json=as_json) as answer:
        settings = options.settings()
        from analytics.output import check_output
        from analytics.rerouting.response import chosen_responses
        from federation.topology.load import load_cluster
        from twinfed.cli.answering import compare
        from twinfed.cli.compiling import compile_kernels
        from twinfed.client import LocalCluster
        from twinfed.errors import UsageError
        from twinfed.samples import find_cluster
        from twinfed.scenarios import find_scenario

        if policy and response:
            raise UsageError(
                "--policy and --response cannot be mixed",
                remedy="give policies as responses too: --response stay --response greedy",
            )
        where = options.engine(engine)
        criterion = options.criterion(choose_by)
        if out is not None:
            check_output(out)
        folder = find_cluster(cluster)
        spec = load_cluster(folder)
        scenarios = [find_scenario(one, spec, folder) for one in scenario]
        degrees = options.degrees(coordination) if coordination else None
        chosen = chosen_responses(spec, policy or response or None, degrees)
        moments = {one.fork_at for one in scenarios}
        if data_dir is None and len(moments) > 1:
            raise UsageError(
                "the scenarios ask at different moments, so they have no common fork",
                remedy="ask them one by one",
            )
        phases = progress.Phases()
        with phases.phase("compile"):
            compile_kernels()
        # The twins of a question asked once live in this process: only the runs need workers.
        with LocalCluster(
            spec, data_dir=data_dir, folder=folder, twins_per_host=settings.twins_per_host
        ) as fed:
            if data_dir is None:
                with phases.phase("emulate"), progress.bar("emulating the plant") as update:
                    fed.emulate(moments.pop(), seed=seed, progress=lambda rows: update(rows, 0))
            compare(
                answer,
                fed,
                scenarios,
                chosen,
                horizon_h=horizon_h,
                replications=replications,
                seed=seed,
                engine=where,
                workers=workers,
                out=out,
                phases=phases,
                target_half_width=target_half_width,
                target_kpi=target_kpi,
                max_replications=max_replications,
                antithetic=antithetic,
                horizon_check=horizon_check,
                choose_by=criterion,
                break_even=break_even,
            )
