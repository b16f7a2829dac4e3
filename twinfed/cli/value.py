"""``twinfed value``: what one more machine, battery, link or site would be worth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twinfed.cli import options, progress
from twinfed.cli.output import answers


def value(
    cluster: options.Cluster,
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario",
            metavar="FILE|ID",
            help="What happens; default: nothing but what chance brings.",
            show_default=False,
        ),
    ] = None,
    candidates: Annotated[
        Path | None,
        typer.Option(
            "--candidates",
            metavar="FILE",
            help="Scenario file whose investments are compared, instead of generated ones.",
            show_default=False,
        ),
    ] = None,
    budget: Annotated[
        list[float] | None,
        typer.Option(
            "--budget",
            metavar="MONEY",
            help="Plan what to buy: capital of a phase; repeatable, one for each.",
            show_default=False,
        ),
    ] = None,
    response: Annotated[
        str,
        typer.Option("--response", metavar="NAME", help="How work is planned in all runs."),
    ] = "greedy",
    replications: Annotated[
        int, typer.Option("--replications", metavar="N", help="Runs of each candidate.")
    ] = 30,
    horizon_h: Annotated[
        float, typer.Option("--horizon-h", metavar="HOURS", help="The window, from the fork on.")
    ] = 672.0,
    now: Annotated[
        str | None,
        typer.Option(
            "--now",
            metavar="MOMENT",
            help="Run the emulated plant to this moment first; default: the scenario's fork_at, "
            "else the cluster's start.",
            show_default=False,
        ),
    ] = None,
    seed: options.Seed = 1,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """Rank what could be bought by what it saves for its money, and plan it in phases.

    Candidates are generated from what one run is short of (machines, people, power, links), with
    the investments of the cluster's own scenarios, or given. Each stands there from the fork on and
    is compared under the same draws; its charge is the annuity of its capital and its upkeep for
    the window. With --budget a plan is made, purchase by purchase, each simulated beside those
    before. Generated prices are orders of magnitude; the basis of each is told.
    """
    with answers(as_json=as_json) as out:
        settings = options.settings()
        from analytics.investing.phases import check_budgets
        from analytics.investing.worth import check_replications
        from analytics.rerouting.response import response as response_of
        from analytics.scenario import load_scenario
        from federation.topology.load import load_cluster
        from twinfed.cli import value_tables
        from twinfed.cli.compiling import compile_kernels
        from twinfed.client import LocalCluster
        from twinfed.endpoint.negotiation import plain
        from twinfed.errors import UsageError
        from twinfed.samples import find_cluster
        from twinfed.scenarios import find_scenario
        from twinfed.value_document import value_document

        if data_dir is not None and now is not None:
            raise UsageError(
                "--now and --data-dir cannot be mixed: the twins have a time of their own",
                remedy="leave one of them out",
            )
        check_replications(replications, seed)  # what is asked for wrongly is told at once
        response_of(response)
        if budget:
            check_budgets(budget)
        folder = find_cluster(cluster)
        spec = load_cluster(folder)
        asked = None if scenario is None else find_scenario(scenario, spec, folder)
        if candidates is not None:
            load_scenario(candidates, spec)
        compile_kernels()
        with LocalCluster(
            spec, data_dir=data_dir, folder=folder, twins_per_host=settings.twins_per_host
        ) as fed:
            if data_dir is None:
                moment = asked.fork_at if asked is not None else spec.start
                until = options.moment(now, "--now") if now else moment
                with progress.bar("emulating the plant", "rows") as update:
                    fed.emulate(until, seed=seed, progress=lambda rows: update(rows, 0))
            with progress.bar("simulating", "runs") as update:
                found = fed.marginal_value(
                    asked,
                    candidates,
                    budgets=tuple(budget or ()),
                    response=response,
                    horizon_h=horizon_h,
                    replications=replications,
                    seed=seed,
                    progress=update,
                )
        for part in value_tables.parts(found):
            out.show(part)
        out.document(next(iter(plain([value_document(found)]))))
