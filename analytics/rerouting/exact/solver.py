"""CP-SAT with its limits: the one place that knows the solver's parameters."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from analytics.rerouting.errors import ReroutingError

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

KEPT = 12
"""Plans that are told: the replay may like an earlier one better than the last."""

Ending = Literal["proven", "gap", "effort", "time", "nothing found"]
"""Why the solver ended: its plan cannot be beaten, is within the gap, or what it had is used up."""


@dataclass(frozen=True, slots=True)
class SolverLimits:
    """When the solver ends.

    Parameters
    ----------
    effort_s
        Work of the solver, by its own count; about seconds of a free core. The same effort, seed
        and workers give the same plan.
    time_s
        Seconds of the clock; what ends by them may differ from time to time. Default: none.
    gap
        Share by which the plan may lie above the solver's bound.
    workers
        Threads, where the search is broad.
    seed
        Of the random numbers.

    Raises
    ------
    ReroutingError
        When a limit means nothing.
    """

    effort_s: float = 10.0
    time_s: float | None = None
    gap: float = 0.0
    workers: int = 1
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("effort_s", "time_s", "workers"):
            value = getattr(self, name)
            if value is not None and (not math.isfinite(value) or value <= 0):
                raise ReroutingError(f"the limit {name} is {value}; give a number above 0")
        if not math.isfinite(self.gap) or self.gap < 0.0:
            raise ReroutingError(f"the gap is {self.gap}; give a share of at least 0")


@dataclass(frozen=True, eq=False)
class Solved:
    """What the solver found.

    Parameters
    ----------
    ending
        Why it ended.
    bound
        No plan of the model is better than this.
    plans
        Values of the variables that were watched, in the plans that were better than all before
        them; the best is the last.
    """

    ending: Ending
    bound: float
    plans: tuple[tuple[int, ...], ...]


def complete_hint(model: cp_model.CpModel, effort_s: float = 1.0) -> bool:
    """Turn a hint of what matters in a plan into one of all variables; whether it is a plan.

    A solver begins with a plan only if it knows all of it.
    """
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.fix_variables_to_their_hinted_value = True
    solver.parameters.max_deterministic_time = effort_s
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return False
    model.clear_hints()  # type: ignore[no-untyped-call]
    for row in range(len(model.proto.variables)):
        variable = model.get_int_var_from_proto_index(row)
        model.add_hint(variable, solver.value(variable))
    return True


def solve(
    model: cp_model.CpModel,
    limits: SolverLimits,
    watched: Sequence[cp_model.IntVar],
    *,
    broad: bool = False,
) -> Solved:
    """Minimise a model.

    Parameters
    ----------
    model, limits
        What, and for how long.
    watched
        Variables whose values are told.
    broad
        Try many ways of searching in turn, large neighbourhoods of the best plan among them; else
        one that proves fast where the model is tight. Either is the same on any number of workers.
    """
    from ortools.sat.python import cp_model

    class Plans(cp_model.CpSolverSolutionCallback):
        """The last plans."""

        def __init__(self) -> None:
            super().__init__()
            self.kept: deque[tuple[int, ...]] = deque(maxlen=KEPT)

        def on_solution_callback(self) -> None:
            """Called by the solver at each plan that is better than all before it."""
            self.kept.append(tuple(self.value(variable) for variable in watched))

    solver, plans = cp_model.CpSolver(), Plans()
    parameters = solver.parameters
    parameters.num_workers = limits.workers if broad else 1
    parameters.interleave_search = broad
    parameters.random_seed = limits.seed % 2**31
    parameters.max_deterministic_time = limits.effort_s
    parameters.relative_gap_limit = limits.gap
    if limits.time_s is not None:
        parameters.max_time_in_seconds = limits.time_s
    status = solver.solve(model, plans)
    bound = float(solver.best_objective_bound)
    ending: Ending = "nothing found"
    if status == cp_model.OPTIMAL:
        ending = "gap" if limits.gap > 0.0 else "proven"
    elif status == cp_model.FEASIBLE:
        used_up = solver.response_proto.deterministic_time >= 0.99 * limits.effort_s
        ending = "effort" if used_up else "time"
    return Solved(ending, bound if math.isfinite(bound) else -math.inf, tuple(plans.kept))
