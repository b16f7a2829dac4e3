"""What is left of a plan when only some sites agree to it, and whether that is still a plan.

A tree of lots moves as a whole or not at all: it stays where a site would gain or lose one of its
operations, or would have to do one an hour or more sooner or later, and refuses that. Sites that
refuse a thing keep their order of work. What results is replayed like every plan, and refused with
its reasons where it is none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.rerouting.errors import PlanError
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal, make_proposal, open_operations
from analytics.rerouting.stay import Stay
from analytics.rerouting.trees import roots
from analytics.simulation.layout import FOREVER, HOUR_MS, NONE, WEEK_MS
from analytics.simulation.model import Ints
from federation.agreement.parts import SAME_DATE_H
from twins.agreement_spec import Change
from twins.work import ScheduleEntry

Flags = npt.NDArray[np.bool_]

_NAMED = 3
"""So many lots are named in a reason."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """A plan that some sites may not agree to.

    Parameters
    ----------
    op
        int64: rows of the operations.
    group
        int64, of the same length: work centre of each; ``NONE``: it is declined.
    start_ms
        int64, of the same length: when each begins in the plan's replay.
    """

    op: Ints
    group: Ints
    start_ms: Ints

    @classmethod
    def of(cls, proposal: Proposal) -> Wanted:
        """The plan of a proposal."""
        return cls(proposal.op, proposal.group, proposal.start_ms())

    @classmethod
    def of_entries(
        cls,
        problem: ReroutingProblem,
        entries: Iterable[ScheduleEntry],
        declined: Collection[str],
    ) -> Wanted:
        """The plan of schedule entries, where they speak of operations that are still open.

        Operations that no entry speaks of stay; those of ``declined`` lots go nowhere.
        """
        op = open_operations(problem)
        group = problem.state.op["group"][op].astype(np.int64)
        start = problem.present.op["start_ms"][op].astype(np.int64)
        names, model = problem.model.names, problem.model
        at = np.full(len(problem.state.op), NONE, dtype=np.int64)
        at[op] = np.arange(len(op))
        for entry in entries:
            lot = names.lot_row.get(entry.lot)
            to = names.group_row.get((entry.site, entry.work_centre))
            if lot is None or to is None:
                continue
            row = at[int(model.lot["first_op"][lot]) + entry.operation]
            if row != NONE:
                group[row] = to
                begins = (entry.planned_start - model.fork_at).total_seconds()
                start[row] = max(round(begins * 1000.0), problem.now_ms)
        gone = [names.lot_row[lot] for lot in declined if lot in names.lot_row]
        group[np.isin(roots(model)[problem.state.op["lot"][op]], gone)] = NONE
        return cls(op, group, start)


@dataclass(frozen=True, eq=False)
class Leftover:
    """What is left: a smaller proposal, or the reasons why there is none."""

    proposal: Proposal | None
    reasons: tuple[str, ...] = ()


def leftover(
    problem: ReroutingProblem,
    wanted: Wanted,
    refusing: Mapping[str, Collection[Change]],
    policy: str,
) -> Leftover:
    """Keep the moves that ask no site for what it refuses, and check what results.

    Parameters
    ----------
    problem
        What is believed now.
    wanted
        The whole plan.
    refusing
        Sites that did not agree to their part of it: the kinds of change that they refuse.
    policy
        Name of the smaller proposal.
    """
    kept = _kept(problem, wanted, refusing)
    op, present = wanted.op, problem.state.op
    group = np.where(kept, wanted.group, present["group"][op]).astype(np.int64)
    if np.array_equal(group, present["group"][op]):
        needs = ", ".join(sorted(refusing)) or "work that has begun by now"
        return Leftover(None, (f"nothing could move without {needs}",))
    rank = _ranks(problem, wanted, group, kept, _at(problem, refusing))
    try:
        found = make_proposal(problem, policy, op, group, rank)
    except PlanError as error:
        return Leftover(None, (str(error),))
    reasons = _unfinished(problem, found)
    stay = Stay().propose(problem)
    margin = problem.weights.plan_margin_fraction * abs(stay.total)
    if found.total >= stay.total - margin:
        dear = (
            f"what is left costs {found.total:,.0f} {problem.cluster.currency} as believed and the "
            f"running plan {stay.total:,.0f}: it does not pay"
        )
        reasons = (*reasons, dear)
    return Leftover(None, reasons) if reasons else Leftover(found)


def _at(problem: ReroutingProblem, sites: Collection[str]) -> Flags:
    """bool[sites]."""
    return np.array([site in sites for site in problem.model.names.sites], dtype=np.bool_)


def _kept(
    problem: ReroutingProblem, wanted: Wanted, refusing: Mapping[str, Collection[Change]]
) -> Flags:
    """bool[op]: the tree of lots of an operation may move as the plan wants it."""

    def no(kind: Change) -> Flags:
        return _at(problem, [site for site, kinds in refusing.items() if kind in kinds])

    site = problem.model.group["site"]
    before, after = problem.state.op["group"][wanted.op], wanted.group
    across = (before == NONE) | (after == NONE) | (site[before] != site[after])
    shift_ms = np.abs(wanted.start_ms - problem.present.op["start_ms"][wanted.op])
    shifts = (before != after) | (shift_ms >= SAME_DATE_H * HOUR_MS)
    refused = across & (before != NONE) & no("losses")[site[before]]
    refused |= across & (after != NONE) & no("gains")[site[after]]
    refused |= ~across & shifts & no("shifts")[site[after]]
    root = roots(problem.model)[problem.state.op["lot"][wanted.op]]
    return ~np.isin(root, root[refused])


def _ranks(problem: ReroutingProblem, wanted: Wanted, group: Ints, kept: Flags, no: Flags) -> Ints:
    """Order at each work centre: as it is at sites that refuse, else by the starts of the plan.

    What stays against the plan stands where it would begin without it.
    """
    op, rank = wanted.op, problem.state.op["rank"][wanted.op].astype(np.int64)
    start = np.where(kept, wanted.start_ms, problem.present.op["start_ms"][op])
    free = (group != NONE) & ~no[problem.model.group["site"][group]]
    order = np.lexsort((op[free], rank[free], start[free]))
    placed = np.empty(len(order), dtype=np.int64)
    placed[order] = np.arange(len(order))
    rank[free] = placed
    return rank


def _unfinished(problem: ReroutingProblem, found: Proposal) -> tuple[str, ...]:
    """Lots that would begin without the plan and do not with it, though nobody declines them.

    Those of the last week of the horizon may as well begin a little after it.
    """
    op = found.op
    by = problem.until_ms - WEEK_MS
    lost = (problem.present.op["start_ms"][op] < by) & (found.start_ms() >= FOREVER)
    lost &= found.group != NONE
    names = problem.model.names.lots
    lots = [names[lot] for lot in np.unique(problem.state.op["lot"][op[lost]]).tolist()]
    if not lots:
        return ()
    more = f" and {len(lots) - _NAMED} more" if len(lots) > _NAMED else ""
    why = (
        f"without the moves of the other sites {', '.join(lots[:_NAMED])}{more} would not begin "
        "within the horizon: material, machines or components are lacking"
    )
    return (why,)
