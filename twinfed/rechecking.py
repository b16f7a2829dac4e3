"""A partly accepted plan, checked again: the rest is proposed, or it is said why there is none."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from twins.errors import TwinfedError

if TYPE_CHECKING:
    from federation.agreement.agreeing import Offer
    from federation.agreement.proposal import PlanProposal
    from federation.runtime.federation import Federation
    from federation.snapshot import ClusterSnapshot


def recheck(
    federation: Federation,
    snapshot: ClusterSnapshot,
    partly: PlanProposal,
    deadline: datetime | None = None,
) -> PlanProposal:
    """Propose what the sites that accepted can do among themselves, by the beliefs of the plan.

    Parameters
    ----------
    federation
        Keeps the proposals.
    snapshot
        A fork of now.
    partly
        Refused or expired, with at least one yes.
    deadline
        Of the rest; default: that of ``partly`` where it lies ahead, else as long again from now,
        and never after the rest would begin.

    Returns
    -------
    PlanProposal
        The rest; or ``partly`` with its ``leftover``.
    """
    try:
        return _rest(federation, snapshot, partly, deadline)
    except TwinfedError as error:
        return federation.agreeing.nothing_left(partly.id, [str(error)])


def _rest(
    federation: Federation,
    snapshot: ClusterSnapshot,
    partly: PlanProposal,
    deadline: datetime | None,
) -> PlanProposal:
    from analytics.rerouting.leftover import Wanted, leftover
    from analytics.rerouting.offering import offer_of
    from analytics.rerouting.questions import Question

    if snapshot.schedule_version != partly.delta.base:
        why = (
            f"the plan was made from version {partly.delta.base} of the schedule, and version "
            f"{snapshot.schedule_version} runs by now: plan again from that"
        )
        return federation.agreeing.nothing_left(partly.id, [why])
    problem = Question.from_json(partly.question).problem(snapshot)
    wanted = Wanted.of_entries(problem, partly.delta.put, partly.delta.declined)
    refusing = {site: partly.parts[site].changes for site in partly.refusing}
    left = leftover(problem, wanted, refusing, partly.policy)
    if left.proposal is None:
        return federation.agreeing.nothing_left(partly.id, left.reasons)
    reason = f"what is left of {partly.id} with {', '.join(partly.accepted)}: {partly.delta.reason}"
    offer = offer_of(snapshot, problem, left.proposal, reason, partly.question)
    until = deadline or _deadline(snapshot, partly, offer)
    return federation.agreeing.propose(offer, until, replaces=partly.id)


def _deadline(snapshot: ClusterSnapshot, partly: PlanProposal, offer: Offer) -> datetime:
    now = snapshot.taken_at
    until = partly.deadline
    if until <= now:
        until = now + (partly.deadline - partly.made_at)
    home = {
        (row["lot"], row["operation"]): row["site"]
        for row in snapshot.tables["schedule"].select(["lot", "operation", "site"]).to_pylist()
    }
    begins = (
        entry.planned_start
        for entry in offer.entries
        if home.get((entry.lot, entry.operation)) != entry.site
    )
    return min([until, *begins])
