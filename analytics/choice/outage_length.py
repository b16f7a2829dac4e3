"""Looks for the length of outage at which rerouting breaks even, and runs it at that length.

A few replications with the draws of the study halve the span of lengths again and again; all of its
replications then decide. Every length meets the same draws, so the saving changes smoothly from
length to length, but for the moves that a policy makes or leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Protocol

from analytics.answer import Context, Criterion, ResponseInfo
from analytics.choice.benefit import best_of
from analytics.choice.break_even import BreakEven, Outcome, Trial
from analytics.choice.criterion import saved, scores
from analytics.choice.lengths import HOUR, begin_of, disruptions, length_h, with_length
from analytics.job import plain_job
from analytics.longer_horizon import observed_costs
from analytics.simulation.layout import HOUR_MS

if TYPE_CHECKING:
    from analytics.longer_horizon import Beyond, Costing
    from analytics.precision import Precision
    from analytics.rerouting.response import Response
    from analytics.rerouting.weights import Weights
    from analytics.result import StudyResult
    from analytics.scenario import Scenario
    from federation.snapshot import ClusterSnapshot

SCREENING = 6
"""Replications of a length while the span is narrowed, at most."""
SHORTEST_H = 1.0
"""Shortest length tried: below it nobody would move anything."""
FINENESS = 0.05
"""Share of the length at which the search ends, but not below half an hour."""
SIDES = 3
"""Lengths beside the break-even that are run with all replications, at most."""
_STEPS = 12


class Asked(Protocol):
    """A study, as far as its answer is looked into; ``Study`` says what each means."""

    snapshot: ClusterSnapshot
    scenarios: tuple[Scenario, ...]
    responses: tuple[Response, ...]
    horizon_h: float
    frozen_h: float
    weights: Weights
    replications: int
    seed: int
    choose_by: Criterion
    precision: Precision


def break_even_runs(study: Asked) -> int:
    """Runs at most, for each scenario: what is not needed counts as done at the end."""
    arms = 1 + sum(not one.reroutes for one in study.responses)
    screening = min(SCREENING, study.replications) * _STEPS
    return arms * (screening + (1 + SIDES) * study.replications) * len(study.scenarios)


def with_break_even(
    study: Asked, result: StudyResult, whole: Beyond, workers: Costing
) -> StudyResult:
    """The result with the break-even in the context of each scenario, where there can be one."""
    contexts = tuple(
        replace(
            context, break_even=break_even_of(study, result, context.scenario, whole.step, workers)
        )
        for context in result.contexts
    )
    return replace(result, contexts=contexts)


def break_even_of(
    study: Asked,
    result: StudyResult,
    scenario: str,
    step: Callable[[], None],
    workers: Costing,
) -> BreakEven | None:
    """The break-even of the best response that reroutes.

    Returns
    -------
    BreakEven | None
        ``None`` where nothing in the scenario can last longer or shorter, or where not both kinds
        of response were run.
    """
    context = result.context(scenario)
    best = best_of(result.figures(scenario), context, reroutes=True)
    asked = next(one for one in study.scenarios if one.id == scenario)
    arms = tuple(one for one in study.responses if best and (one.id == best.id or not one.reroutes))
    if best is None or len(arms) < 2 or not disruptions(asked):
        return None
    return _Lengths(study, asked, context, best, arms, step, workers).found()


@dataclass
class _Lengths:
    """The savings at lengths that were run."""

    study: Asked
    scenario: Scenario
    context: Context
    best: ResponseInfo
    arms: tuple[Response, ...]
    step: Callable[[], None]
    workers: Costing
    _known: dict[tuple[float, int], Trial] = field(default_factory=dict)

    def found(self) -> BreakEven | None:
        """Narrow the span down, then run it."""
        fork, begin = self.context.fork_at, begin_of(self.scenario)
        since_h = max((fork - begin) / HOUR, 0.0)
        low = since_h + SHORTEST_H
        most = (fork - begin) / HOUR + self.study.horizon_h
        high = min(max(length_h(self.scenario), 2.0 * low), most)
        if high <= low:
            return None
        screening = min(SCREENING, self.study.replications)
        every = self.study.replications
        if self._pays(low, screening) and self._pays(low, every):
            return self._told("always", low, [self._trial(low, every)])
        while not self._pays(high, screening):
            if high >= most:
                if not self._pays(high, every):
                    return self._told("never", high, [self._trial(high, every)])
                break
            low, high = high, min(2.0 * high, most)
        while high - low > max(FINENESS * high, 0.5):
            middle = (low + high) / 2.0
            low, high = (low, middle) if self._pays(middle, screening) else (middle, high)
        return self._confirmed(low, high, every)

    def _confirmed(self, low: float, high: float, replications: int) -> BreakEven:
        """Run the break-even, and where that is decided, lengths beside it until the sign turns."""
        width = high - low
        at = round((low + high) / 2.0, 1)
        trials = [self._trial(at, replications)]
        pays = trials[0].saving.estimate > 0.0
        while not trials[0].undecided and len(trials) <= SIDES:
            by = width * 2.0 ** (len(trials) - 1)
            beside = at - by if pays else at + by
            if beside <= 0.0:
                break
            trials.append(self._trial(round(beside, 1), replications))
            if (trials[-1].saving.estimate > 0.0) != pays:
                break
        return self._told("found", at, trials)

    def _told(self, outcome: Outcome, hours: float, trials: list[Trial]) -> BreakEven:
        kinds = {edit.kind for edit in disruptions(self.scenario)}
        return BreakEven(
            outcome=outcome,
            title=self.best.title,
            what="outage" if kinds == {"grid_outage"} else "disruption",
            length_h=hours,
            ends_at=(begin_of(self.scenario) + timedelta(hours=hours)).astimezone(UTC),
            trials=tuple(trials),
        )

    def _pays(self, hours: float, replications: int) -> bool:
        return self._trial(hours, replications).saving.estimate > 0.0

    def _trial(self, hours: float, replications: int) -> Trial:
        """Rerouting against the best other response, which may be another at each length."""
        key = hours, replications
        if key not in self._known:
            costs = self._costs(with_length(self.scenario, hours), replications)
            mine, by = costs.pop(self.best.id), self.study.choose_by
            other = min(costs, key=lambda one: sum(scores(costs[one], by)))
            found = saved(costs[other], mine, by)
            self._known[key] = Trial(hours, found, self.context.response(other).title)
        return self._known[key]

    def _costs(self, scenario: Scenario, replications: int) -> dict[str, list[float]]:
        """Cost of each observation of each response."""
        study = self.study
        job = plain_job(
            scenario,
            study.snapshot,
            self.arms,
            horizon_ms=round(study.horizon_h * HOUR_MS),
            seed=study.seed,
            frozen_ms=round(study.frozen_h * HOUR_MS),
            weights=study.weights,
            antithetic=study.precision.antithetic,
        )
        return observed_costs(job, replications, self.workers, self.step)
