"""The check of an answer with a horizon half as long again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, Self

from analytics.answer import ResponseInfo, StudyError, pair_means
from analytics.horizon import GROWTH, REPLICATIONS, HorizonCheck, grown
from analytics.replication import run_cost
from analytics.statistics import paired_difference
from analytics.verdict import Kind, best_alternative, decide

if TYPE_CHECKING:
    from analytics.job import Job
    from analytics.precision import Precision
    from analytics.rerouting.response import Response
    from analytics.result import StudyResult
    from analytics.scenario import Scenario


class Asked(Protocol):
    """A study, as far as its answer is checked; ``Study`` says what each means."""

    scenarios: tuple[Scenario, ...]
    responses: tuple[Response, ...]
    horizon_h: float
    replications: int
    precision: Precision

    @property
    def job(self) -> Job:
        """Everything the replications have in common."""

    def variant(self, **changes: Any) -> Self:
        """A study like this one, with other arguments."""

    def raise_if_cancelled(self) -> None:
        """Stop where the study was cancelled."""


def with_longer_horizon(study: Asked, result: StudyResult) -> StudyResult:
    """The result with the check in the context of each scenario, where one can be made."""
    contexts = tuple(
        replace(context, longer=longer_horizon(study, result, context.scenario))
        for context in result.contexts
    )
    return replace(result, contexts=contexts)


def longer_horizon(
    study: Asked, result: StudyResult, scenario: str | None = None
) -> HorizonCheck | None:
    """Waiting and the best other response again, for longer, under the same draws.

    What the longer horizon changes is taken from a few replications, each against itself in the
    answer, and added to the answer's saving.

    Returns
    -------
    HorizonCheck | None
        ``None`` where there is nothing to compare, or the longer horizon is more than can be
        simulated.
    """
    context, figures = result.context(scenario), result.figures(scenario)
    asked = result.verdict_of(scenario)
    if asked.saving is None:
        return None
    best = best_alternative(figures, context)
    try:
        longer = study.variant(
            scenarios=[one for one in study.scenarios if one.id == context.scenario],
            responses=[one for one in study.responses if one.id in {best.id, context.waiting.id}],
            horizon_h=GROWTH * study.horizon_h,
            replications=min(REPLICATIONS, study.replications),
        )
    except StudyError:  # beyond a year, or more energy than can be counted
        return None
    waits, others = (_costs(study, longer, one) for one in (context.waiting.id, best.id))
    before = [figures.defined(one, "cost")[: len(waits)] for one in (context.waiting.id, best.id)]
    savings = [a - b for a, b in zip(waits, others, strict=True)]
    change = paired_difference(savings, [a - b for a, b in zip(*before, strict=True)])
    saving = grown(asked.saving, change)
    kind, chosen = decide(saving, best, context.waiting, abs(sum(waits) / len(waits)))
    return HorizonCheck(
        horizon_h=study.horizon_h,
        longer_h=longer.horizon_h,
        replications=longer.replications,
        answer=_named(asked.kind, context.response(asked.response)),
        longer_answer=_named(kind, chosen),
        title=best.title,
        saving=saving,
    )


def _named(kind: Kind, chosen: ResponseInfo) -> str:
    return kind if kind == "too close to call" else chosen.title


def _costs(study: Asked, longer: Asked, response: str) -> list[float]:
    """Cost of each observation of a response: a replication, or an antithetic pair."""
    job = longer.job
    arm = next(one for one in job.responses if one.id == response)
    found: list[float | None] = []
    for replication in range(longer.replications):
        study.raise_if_cancelled()
        found.append(run_cost(job, arm, replication))
    if longer.precision.antithetic:
        found = pair_means(found)
    return [value for value in found if value is not None]
