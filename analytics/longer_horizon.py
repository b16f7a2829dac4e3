"""The check of an answer with a horizon half as long again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, Self

from analytics.answer import ResponseInfo, StudyError, pair_means
from analytics.choice.criterion import score
from analytics.horizon import GROWTH, REPLICATIONS, HorizonCheck, grown
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


class Costing(Protocol):
    """Whoever runs the check's runs; ``analytics.workers`` has two."""

    def costs(
        self, job: Job, arms: Sequence[Response], replications: int
    ) -> Iterator[tuple[str, int, float]]:
        """Response, replication and cost of single runs to the first scenario, in any order."""


def check_runs(study: Asked) -> int:
    """Runs of the check in all: waiting and one other response, for each scenario."""
    return 2 * min(REPLICATIONS, study.replications) * len(study.scenarios)


class Beyond:
    """Progress of a study whose answer is checked by further runs.

    Called with the results that are there and those that were asked for, it tells ``progress`` of
    a whole that has the further runs in it; ``step`` tells of one of these.

    Parameters
    ----------
    progress
        Told what is done, and the whole; ``None``: nobody.
    further
        Runs that follow.
    """

    def __init__(self, progress: Callable[[int, int], None] | None, further: int) -> None:
        self._progress = progress
        self._further = further
        self._done = self._whole = 0

    def __call__(self, done: int, total: int) -> None:
        """Results so far, and those asked for without the further runs."""
        self._tell(done, total + self._further)

    def step(self, runs: int = 1) -> None:
        """Further runs are done."""
        self._tell(self._done + runs, self._whole)

    def close(self) -> None:
        """Nothing follows: runs that were not needed count as done."""
        self._tell(self._whole, self._whole)

    def _tell(self, done: int, whole: int) -> None:
        self._done, self._whole = done, whole
        if self._progress is not None:
            self._progress(done, whole)


def with_longer_horizon(
    study: Asked, result: StudyResult, whole: Beyond, workers: Costing
) -> StudyResult:
    """The result with the check in the context of each scenario, where one can be made."""
    contexts = tuple(
        replace(
            context, longer=longer_horizon(study, result, context.scenario, whole.step, workers)
        )
        for context in result.contexts
    )
    return replace(result, contexts=contexts)


def longer_horizon(
    study: Asked,
    result: StudyResult,
    scenario: str,
    step: Callable[[], None],
    workers: Costing,
) -> HorizonCheck | None:
    """Waiting and the best other response again, for longer, under the same draws.

    What the longer horizon changes is taken from a few replications, each against itself in the
    answer, and added to the answer's saving: the mean change, also where the choice goes by the
    worst runs, of which a few replications have none. Rerouting is compared with waiting here,
    whatever it was compared with at last.

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
    found = observed_costs(longer.job, longer.replications, workers, step)
    waits, others = found[context.waiting.id], found[best.id]
    before = [figures.defined(one, "cost")[: len(waits)] for one in (context.waiting.id, best.id)]
    savings = [a - b for a, b in zip(waits, others, strict=True)]
    change = paired_difference(savings, [a - b for a, b in zip(*before, strict=True)])
    saving = grown(asked.saving, change)
    whole = abs(score(figures, context, context.waiting.id).estimate)
    as_asked, taken = decide(asked.saving, best, context.waiting, whole)
    kind, chosen = decide(saving, best, context.waiting, abs(sum(waits) / len(waits)))
    return HorizonCheck(
        horizon_h=study.horizon_h,
        longer_h=longer.horizon_h,
        replications=longer.replications,
        answer=_named(as_asked, taken),
        longer_answer=_named(kind, chosen),
        title=best.title,
        saving=saving,
    )


def _named(kind: Kind, chosen: ResponseInfo) -> str:
    return kind if kind == "too close to call" else chosen.title


def observed_costs(
    job: Job, replications: int, workers: Costing, step: Callable[[], None]
) -> dict[str, list[float]]:
    """By response of a job the cost of each observation: a replication, or an antithetic pair."""
    runs: dict[str, dict[int, float | None]] = {one.id: {} for one in job.responses}
    for response, replication, cost in workers.costs(job, job.responses, replications):
        runs[response][replication] = cost
        step()
    found: dict[str, list[float]] = {}
    for response, costs in runs.items():
        values = [costs[replication] for replication in sorted(costs)]
        observed = pair_means(values) if job.antithetic else values
        found[response] = [value for value in observed if value is not None]
    return found
