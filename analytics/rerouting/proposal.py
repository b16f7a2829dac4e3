"""Proposal: where the open operations are to be done, when, at what price, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.remember import by_identity
from analytics.rerouting.errors import PlanError
from analytics.rerouting.money import prices_of
from analytics.rerouting.objective import Objective, Stability, measure, stability
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.rerouting.redirect import Redirect
from analytics.rerouting.trees import roots
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.model import Ints, SimModel, SimState, copied
from analytics.simulation.placing import number_sequences, put
from federation.topology.capability import Refusal
from federation.topology.model import ClusterSpec
from federation.topology.product_model import PartSpec
from twins.work import ScheduleEntry


@dataclass(frozen=True, slots=True)
class Move:
    """One operation that a proposal takes to another work centre.

    Parameters
    ----------
    lot, operation
        Id, and position in the routing.
    process
        What the operation is.
    from_site, from_work_centre, to_site, to_work_centre
        Where it was to be done, and where it is to be done now.
    qualified
        Sites that could do it, in the order of the cluster.
    failed
        The other sites, each with the first requirement that it fails.
    """

    lot: str
    operation: int
    process: str
    from_site: str
    from_work_centre: str
    to_site: str
    to_work_centre: str
    qualified: tuple[str, ...]
    failed: tuple[Refusal, ...]


@dataclass(frozen=True, eq=False)
class Proposal:
    """A plan for the open operations.

    Parameters
    ----------
    policy
        Who proposes it.
    op
        int64: rows of the operations.
    group, rank
        int64, of the same length: work centre, and order there (smaller is sooner).
    objective
        Cost of the plan by part, from its replay.
    total
        Weighted sum of the parts.
    told
        Makes ``explanation``, when it is first asked for.
    end
        State at the end of the horizon in the plan's own replay, which dates it.
    change
        How much it changes the running plan.
    lower_bound
        No plan costs less than this (weighted sum); ``None``: none was asked for.
    ended
        How the policy came to an end, in words; empty where there is nothing to say.
    redirect
        A rule of the shop floor. Where a run goes on with it, the running plan is kept, and the
        rule moves what it moves; the plan is then what is expected of it.
    """

    policy: str
    op: Ints
    group: Ints
    rank: Ints
    objective: Objective
    total: float
    told: Callable[[], tuple[Move, ...]] = field(repr=False)
    end: SimState
    change: Stability
    lower_bound: float | None = None
    ended: str = ""
    redirect: Redirect | None = None

    @property
    def gap(self) -> float | None:
        """Share of its cost by which the plan may lie above the best one; ``None``: unknown."""
        if self.lower_bound is None:
            return None
        return max(0.0, self.total - self.lower_bound) / max(abs(self.total), 1e-9)

    @cached_property
    def explanation(self) -> tuple[Move, ...]:
        """One row for each operation that moves."""
        return self.told()

    def __getstate__(self) -> dict[str, Any]:
        # the explanation travels, the question does not; ``tuple`` makes an empty one
        return {**self.__dict__, "explanation": self.explanation, "told": tuple}

    @property
    def moves(self) -> int:
        """Number of operations that move."""
        return self.change.moves

    def start_ms(self) -> Ints:
        """int64: start of each operation of ``op`` in the replay; ``FOREVER``: later."""
        starts: Ints = self.end.op["start_ms"][self.op]
        return starts

    def entries(self, problem: ReroutingProblem) -> tuple[ScheduleEntry, ...]:
        """Schedule entries of the operations that start within the horizon, by lot and operation.

        The finish of an operation that ends later is its start and the planned work, at least.
        """
        names, model = problem.model.names, problem.model
        found: list[ScheduleEntry] = []
        ends = self.end.op["end_ms"][self.op]
        starts = self.start_ms()
        for op, group, rank, start, end in zip(
            self.op.tolist(), self.group.tolist(), self.rank.tolist(), starts.tolist(),
            ends.tolist(), strict=True,
        ):  # fmt: skip
            if start >= FOREVER:
                continue
            lot = int(self.end.op["lot"][op])
            site, work_centre = names.groups[group]
            finish = end if end < FOREVER else max(start, problem.until_ms)
            found.append(
                ScheduleEntry(
                    lot=names.lots[lot],
                    operation=op - int(model.lot["first_op"][lot]),
                    site=site,
                    work_centre=work_centre,
                    rank=rank,
                    planned_start=model.fork_at + timedelta(milliseconds=start),
                    planned_finish=model.fork_at + timedelta(milliseconds=finish),
                )
            )
        return tuple(sorted(found, key=lambda entry: (entry.lot, entry.operation)))


def open_operations(problem: ReroutingProblem) -> Ints:
    """Rows of the operations that a plan speaks of: not started, of orders that are known."""
    pins = problem.pins
    return np.flatnonzero((pins != Pin.STARTED) & (pins != Pin.UNKNOWN))


def make_proposal(
    problem: ReroutingProblem, policy: str, op: Ints, group: Ints, rank: Ints
) -> Proposal:
    """Replay a plan and measure it.

    Raises
    ------
    PlanError
        When the plan moves an operation that must stay, or to a work centre that does not qualify.
    """
    state = problem.state
    moved = np.flatnonzero((group != state.op["group"][op]) & (group != NONE))
    _check_declined(problem, op[group == NONE])
    _check_moves(problem, op[moved], group[moved])
    end, change, objective = priced(problem, op, group, rank)
    total = objective.total(problem)

    def told() -> tuple[Move, ...]:
        return tuple(explain(problem, int(op[at]), int(group[at])) for at in moved.tolist())

    return Proposal(policy, op, group, rank, objective, total, told, end, change)


def priced(
    problem: ReroutingProblem, op: Ints, group: Ints, rank: Ints
) -> tuple[SimState, Stability, Objective]:
    """The replay of a plan to the end of the horizon, what it changes, and what it costs."""
    state = problem.state
    same = np.array_equal(group, state.op["group"][op])
    if same and np.array_equal(rank, state.op["rank"][op]):
        end = problem.present
    else:
        planned = replace(  # all it writes to
            state, op=copied(state.op), clock=state.clock.copy(), group=copied(state.group)
        )
        _write(problem.model, planned, op, group, rank)
        end = problem.replayer(problem.model, planned, problem.until_ms)
    change = Stability() if end is problem.present else stability(problem, op, group, end)
    objective = measure(problem, end, change)
    return end, change, objective


def apply_proposal(model: SimModel, state: SimState, proposal: Proposal) -> None:
    """Make a proposal the plan of a state: the kernel sends the lots on anew when it goes on.

    Operations that have started since the proposal was made stay where they are.

    Raises
    ------
    PlanError
        When the proposal was made for a state with other lots.
    """
    if len(proposal.op) and int(proposal.op.max()) >= len(state.op):
        raise PlanError(
            f"the proposal speaks of operation {int(proposal.op.max())} and the state has "
            f"{len(state.op)}; make the proposal from this state"
        )
    _write(model, state, proposal.op, proposal.group, proposal.rank)


def _write(model: SimModel, state: SimState, op: Ints, group: Ints, rank: Ints) -> None:
    waiting = state.op["start_ms"][op] >= FOREVER
    rows, group, rank = op[waiting], group[waiting], rank[waiting]
    if np.array_equal(state.op["group"][rows], group) and np.array_equal(
        state.op["rank"][rows], rank
    ):
        return  # sending lots on anew would do nothing but disturb their queues
    put(model, state, rows, group)
    state.op["rank"][rows] = rank
    number_sequences(model, state)
    state.clock["replan"] = 1


def _check_moves(problem: ReroutingProblem, ops: Ints, groups: Ints) -> None:
    """See that operations are free to move and that the work centres qualify."""
    first, candidates = problem.table.rows
    width = len(problem.model.group)
    known = np.repeat(np.arange(len(first) - 1), np.diff(first)) * width + candidates
    wanted = problem.state.op["optype"][ops].astype(np.int64) * width + groups
    wrong = (problem.pins[ops] != Pin.FREE) | ~np.isin(wanted, known)
    for at in np.flatnonzero(wrong).tolist():
        _refuse_move(problem, int(ops[at]), int(groups[at]))


def _refuse_move(problem: ReroutingProblem, op: int, group: int) -> None:
    names, lot = problem.model.names, int(problem.state.op["lot"][op])
    what = f"operation {op - int(problem.model.lot['first_op'][lot])} of lot {names.lots[lot]}"
    why = problem.why_pinned(op)
    if why is not None:
        raise PlanError(f"{what} cannot move: {why}; leave it where it is")
    site, work_centre = names.groups[group]
    reasons = [row.reason for row in problem.refusals(op) if row.site == site]
    raise PlanError(
        f"{what} cannot go to {site}/{work_centre}: "
        f"{'; '.join(reasons) or 'the work centre has another process'}; choose a candidate"
    )


def can_decline(problem: ReroutingProblem) -> npt.NDArray[np.bool_]:
    """bool[lots]: lots for customers that a plan may decline, or that nobody makes so far.

    Nothing of such a lot has begun or must stay, and declining it has a price.
    """
    model, state = problem.model, problem.state
    root = roots(model)[state.op["lot"]]
    prices = prices_of(problem.cluster, model.names)
    able = prices.sale_price(model) * problem.weights.unassigned > 0.0
    able[root[problem.pins != Pin.FREE]] = False
    able[root[state.op["group"] == NONE]] = True
    able[model.lot["parent"] != NONE] = False
    return able


def _check_declined(problem: ReroutingProblem, ops: Ints) -> None:
    """Only whole trees of lots that had a place and have not begun can be declined, at a price."""
    before = problem.state.op["group"][ops]
    ops = ops[before != NONE]
    if len(ops) == 0:
        return
    root = roots(problem.model)[problem.state.op["lot"]]
    for tree in np.unique(root[ops]).tolist():
        mine = np.flatnonzero(root == tree)
        name = problem.model.names.lots[tree]
        for op in mine[problem.pins[mine] != Pin.FREE].tolist():
            raise PlanError(f"lot {name} cannot be declined: {problem.why_pinned(op)}; keep it")
        if not np.isin(mine, ops).all():
            raise PlanError(f"lot {name} is declined in part; decline all its operations, or none")
        if not can_decline(problem)[tree]:
            raise PlanError(
                f"lot {name} cannot be declined: that would cost nothing; give its product a "
                "price and the weight 'unassigned' a value above 0"
            )


@by_identity(256)
def _parts(cluster: ClusterSpec, product: str) -> dict[str, PartSpec]:
    return {part.id: part for part in cluster.product(product).parts}


def part_of(problem: ReroutingProblem, lot: int) -> PartSpec:
    """What a lot is made to."""
    product, part = problem.model.names.parts[int(problem.model.lot["part"][lot])]
    return _parts(problem.cluster, product)[part]


def explain(problem: ReroutingProblem, op: int, group: int) -> Move:
    """The move of one operation, with who qualifies for it and who does not."""
    names, model = problem.model.names, problem.model
    lot = int(problem.state.op["lot"][op])
    step = op - int(model.lot["first_op"][lot])
    before = int(problem.state.op["group"][op])
    from_site, from_work_centre = names.groups[before] if before != NONE else ("", "")
    to_site, to_work_centre = names.groups[group]
    sites = sorted({problem.sites[row] for row in problem.candidates(op)})
    return Move(
        lot=names.lots[lot],
        operation=step,
        process=part_of(problem, lot).operations[step].process,
        from_site=from_site,
        from_work_centre=from_work_centre,
        to_site=to_site,
        to_work_centre=to_work_centre,
        qualified=tuple(names.sites[site] for site in sites),
        failed=problem.refusals(op),
    )
