"""``twinfed reroute``: where the open work should be done, why, and how good the plan is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from twinfed.cli import options, progress
from twinfed.cli.output import answers

if TYPE_CHECKING:
    from rich.table import Table

    from analytics.rerouting.explained.lots import LotAnswer, StepAnswer
    from analytics.rerouting.rerouted import Rerouting
    from twinfed.cli.output import Output

_SHOWN = 12
"""So many lots are explained unless all are asked for."""


def reroute(
    cluster: options.Cluster,
    scenario: Annotated[
        str | None,
        typer.Argument(
            metavar="[SCENARIO]",
            help="Scenario file, or id of one of the cluster's; default: nothing is disturbed.",
            show_default=False,
        ),
    ] = None,
    policy: Annotated[
        str,
        typer.Option(
            "--policy",
            metavar="NAME",
            help="stay, reactive, greedy, search, exact, informed, agreed, central or auction.",
        ),
    ] = "search",
    seconds: Annotated[
        float | None,
        typer.Option(
            "--seconds",
            metavar="S",
            help="End the policy after so long (search, exact); default: by its own count of work, "
            "which finds the same plan again.",
            show_default=False,
        ),
    ] = None,
    gap: Annotated[
        float | None,
        typer.Option(
            "--gap",
            metavar="SHARE",
            help="End it as soon as the plan is so near to the bound (search, exact).",
            show_default=False,
        ),
    ] = None,
    lot: Annotated[
        list[str] | None,
        typer.Option(
            "--lot", metavar="ID", help="Explain this lot; repeatable.", show_default=False
        ),
    ] = None,
    all_lots: Annotated[
        bool, typer.Option("--all", help="Explain every lot with work to begin.")
    ] = False,
    horizon_h: Annotated[
        float, typer.Option("--horizon-h", metavar="HOURS", help="Length of the plan.")
    ] = 672.0,
    frozen_h: Annotated[
        float, typer.Option("--frozen-h", metavar="HOURS", help="What begins within so much stays.")
    ] = 4.0,
    seed: options.Seed = 1,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """Plan where the open work should be done, with costs, bound, gap and the reason of each move.

    Without --data-dir the cluster's emulated plant is run to the scenario's fork_at, with --seed,
    and forked there; with it the twins whose journals lie there are forked as they are.
    """
    with answers(as_json=as_json) as out:
        options.settings()
        from analytics.rerouting.limited import limited
        from analytics.rerouting.questions import Question
        from federation.topology.load import load_cluster
        from twinfed.cli.compiling import compile_kernels
        from twinfed.cli.snapshots import cluster_snapshot
        from twinfed.client import LocalCluster
        from twinfed.documents import rerouting_document
        from twinfed.rerouting import reroute as plan
        from twinfed.samples import find_cluster
        from twinfed.scenarios import find_scenario

        limited(policy, seconds=seconds, gap=gap)  # what is asked for wrongly is told at once
        Question(horizon_h=horizon_h, frozen_h=frozen_h)
        folder = find_cluster(cluster)
        spec = load_cluster(folder)
        believed = find_scenario(scenario, spec, folder) if scenario is not None else None
        phases = progress.Phases()
        with phases.phase("compile"):
            compile_kernels()
        if data_dir is not None:
            snapshot = cluster_snapshot(cluster, data_dir)
        else:
            moment = believed.fork_at if believed is not None else spec.start
            with (
                LocalCluster(spec, folder=folder) as fed,
                phases.phase("emulate"),
                progress.bar("emulating the plant") as update,
            ):
                fed.emulate(moment, seed=seed, progress=lambda rows: update(rows, 0))
                snapshot = fed.fork()
        with phases.phase("plan"):
            found = plan(
                snapshot,
                believed,
                policy,
                seconds=seconds,
                gap=gap,
                horizon_h=horizon_h,
                frozen_h=frozen_h,
            )
        explained = _chosen(found, lot, all_lots=all_lots)
        out.document(rerouting_document(found))
        if not as_json:
            _tell(out, found, explained, len(explained) if lot or all_lots else _SHOWN)


def _chosen(found: Rerouting, lot: list[str] | None, *, all_lots: bool) -> Sequence[LotAnswer]:
    """Lots that are explained: those asked for, else those that move or are not served."""
    if lot:
        return found.explained(lot)
    if all_lots:
        return found.explained()
    named = {one.lot: one for one in (*found.moved, *found.declined, *found.unserved)}
    return tuple(named.values())


def _tell(out: Output, found: Rerouting, explained: Sequence[LotAnswer], shown: int) -> None:
    out.show(found.sentence)
    out.show(found.certificate)
    for note in found.notes:
        out.show(f"note: {note}")
    out.show()
    out.show(cost_table(found))
    for one in explained[:shown]:
        out.show(f"\n{one.lot} {one.outcome}: {one.why}")
        for step in one.steps:
            out.show(step_lines(step))
    if len(explained) > shown:
        out.show(f"\n{len(explained) - shown} more lots: --all explains every lot, --lot one")
    if found.unserved:
        orders = sorted({one.order for one in found.unserved})
        some = f"{', '.join(orders[:_SHOWN])}{' ...' if len(orders) > _SHOWN else ''}"
        out.show(f"\nnot delivered within the horizon: {len(orders)} orders ({some})")


def cost_table(found: Rerouting) -> Table:
    """Weighted money by part: if all stays, with the plan, and the difference."""
    from rich.table import Table

    from analytics.wording import number

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(found.currency)
    for column in ("stay", "plan", "difference"):
        table.add_column(column, justify="right")
    for row in found.costs.to_pylist():
        change = row["plan"] - row["stay"]
        table.add_row(
            row["part"], number(row["stay"]), number(row["plan"]), number(change, sign=True)
        )
    stay, plan = found.stay.total, found.proposal.total
    table.add_row("in all", number(stay), number(plan), number(plan - stay, sign=True))
    return table


def step_lines(step: StepAnswer) -> str:
    """An operation: why it is where it is, who could do it, and who cannot."""
    from twinfed.cli.match import words

    able = ", ".join(
        f"{one.site}/{one.work_centre}"
        + f" ({one.reason})" * (one.role != "from" and bool(one.reason))
        for one in step.qualified
    )
    lines = [f"  {step.id}: {step.why}", f"    could be done at: {able or 'no site'}"]
    other = [one for one in step.refused if one.requirement != "process"]
    lines += [
        f"    not at {one.site} ({words(one.requirement)}): {one.reason}"
        + (f"; also: {', '.join(words(name) for name in one.further)}" if one.further else "")
        for one in other
    ]
    lacking = len(step.refused) - len(other)
    if lacking:
        sites = "1 other site has" if lacking == 1 else f"{lacking} other sites have"
        lines.append(f"    {sites} no machine for {words(step.process)}")
    return "\n".join(lines)
