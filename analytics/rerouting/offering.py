"""From a policy's proposal to an offer that sites can agree to: the whole schedule with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from analytics.rerouting.objective import declined_lots
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.model import Ints, SimState
from federation.agreement.agreeing import Offer
from federation.schedule import Step, entries_of
from federation.snapshot import ClusterSnapshot
from twins.work import ScheduleEntry


def offer_of(
    snapshot: ClusterSnapshot,
    problem: ReroutingProblem,
    proposal: Proposal,
    reason: str = "",
    question: str = "",
) -> Offer:
    """What the schedule would be with a proposal.

    What the proposal does not speak of keeps its entry. An operation that would start after the
    horizon keeps its dates where it stays, else it is dated at the end of the horizon.

    Parameters
    ----------
    snapshot
        The fork that the problem was made from.
    problem
        The question that the proposal answers.
    proposal
        The answer.
    reason
        For the people who are asked; default: the policy and the money that it saves.
    question
        What the planner was asked, as JSON, so that it can be asked again.
    """
    base = {
        (entry.lot, entry.operation): entry for entry in entries_of(snapshot.tables["schedule"])
    }
    entries = dict(base)
    for step, planned in dated(problem, proposal.op, proposal.group, proposal.rank, proposal.end):
        if planned is None:
            entries.pop(step, None)
        else:
            entries[step] = _beyond(problem, base.get(step), planned)
    op = problem.state.op
    present = dated(
        problem,
        proposal.op,
        op["group"][proposal.op],
        op["rank"][proposal.op],
        problem.present,
    )
    expected = tuple(
        _beyond(problem, base.get(step), planned)
        for step, planned in present
        if planned is not None
    )
    names = problem.model.names
    declined = {names.lots[lot] for lot in declined_lots(problem, proposal.end).tolist()}
    return Offer(
        base=snapshot.schedule_version,
        entries=tuple(entries[step] for step in sorted(entries)),
        declined=frozenset(declined) | frozenset(snapshot.tables["declined"]["lot"].to_pylist()),
        reason=reason or reason_of(problem, proposal),
        policy=proposal.policy,
        expected=expected,
        question=question,
    )


def reason_of(problem: ReroutingProblem, proposal: Proposal) -> str:
    """The policy, its moves and the money that it is believed to save, in words."""
    from analytics.rerouting.stay import Stay

    saved = Stay().propose(problem).total - proposal.total
    currency = problem.cluster.currency
    return f"{proposal.policy}: {proposal.moves} moves, {saved:,.0f} {currency} saved as believed"


def dated(
    problem: ReroutingProblem, op: Ints, group: Ints, rank: Ints, end: SimState
) -> Iterator[tuple[Step, ScheduleEntry | None]]:
    """Lot and operation with an entry that has the dates of a replay; ``None``: it is declined.

    Parameters
    ----------
    problem
        The question.
    op, group, rank
        int64: operations, their work centres, and their order there.
    end
        The replay of that plan; what it does not reach begins and ends at the horizon.
    """
    model, names = problem.model, problem.model.names
    lots = end.op["lot"][op]
    steps = op - model.lot["first_op"][lots]
    for lot, step, to, order, start, finish in zip(
        lots.tolist(), steps.tolist(), group.tolist(), rank.tolist(),
        end.op["start_ms"][op].tolist(), end.op["end_ms"][op].tolist(), strict=True,
    ):  # fmt: skip
        if to == NONE:
            yield (names.lots[lot], step), None
            continue
        site, work_centre = names.groups[to]
        begins = min(start, problem.until_ms)
        ends = finish if finish < FOREVER else max(begins, problem.until_ms)
        yield (
            (names.lots[lot], step),
            ScheduleEntry(
                lot=names.lots[lot],
                operation=step,
                site=site,
                work_centre=work_centre,
                rank=order,
                planned_start=model.fork_at + timedelta(milliseconds=begins),
                planned_finish=model.fork_at + timedelta(milliseconds=ends),
            ),
        )


def _beyond(
    problem: ReroutingProblem, was: ScheduleEntry | None, planned: ScheduleEntry
) -> ScheduleEntry:
    """What does not begin within the horizon keeps the dates that it has, where it stays."""
    until = problem.model.fork_at + timedelta(milliseconds=problem.until_ms)
    if was is None or planned.planned_start < until or was.planned_start < until:
        return planned
    if (was.site, was.work_centre) != (planned.site, planned.work_centre):
        return planned
    return replace(planned, planned_start=was.planned_start, planned_finish=was.planned_finish)
