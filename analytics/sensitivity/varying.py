"""The verdict under other figures: every assumption with one run, those that matter with more.

Every variant meets the draws of the answer itself, so that what differs is the figures alone. A
variant changes the cluster of the fork and nothing else: its lots, stocks and running schedule
stand, one model is compiled for it, and of its runs only the cost is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol

from analytics.answer import Criterion, StudyError, pair_means
from analytics.basis import info_of, scenario_hash
from analytics.job import Job, plain_job
from analytics.replication import run_cost
from analytics.sensitivity.groups import Group, LeftOut, groups, varied
from analytics.sensitivity.outcome import Effect, Sensitivity, by_size
from analytics.simulation.layout import HOUR_MS
from analytics.statistics import mean_interval, paired_difference, simultaneous_level
from analytics.study_check import check_energy
from analytics.verdict import Kind, decide
from twins.errors import TwinfedError

if TYPE_CHECKING:
    from analytics.precision import Precision
    from analytics.rerouting.response import Response
    from analytics.rerouting.weights import Weights
    from analytics.scenario import Scenario
    from federation.snapshot import ClusterSnapshot
    from federation.topology.model import ClusterSpec

CHANGE = 0.3
"""Share by which assumed figures are lowered and raised."""
TOP = 5
"""Assumptions that are confirmed and listed."""
Progress = Callable[[int, int], None]
Costs = dict[str, list[float]]
"""Cost of each observation by response."""


class Asked(Protocol):
    """A study, as far as its assumptions are varied; ``Study`` says what each means."""

    snapshot: ClusterSnapshot
    scenarios: tuple[Scenario, ...]
    responses: tuple[Response, ...]
    horizon_h: float
    replications: int
    seed: int
    frozen_h: float
    weights: Weights
    choose_by: Criterion
    precision: Precision

    def raise_if_cancelled(self) -> None:
        """Stop where the study was cancelled."""


def sensitivity(
    study: Asked,
    scenario: str | None = None,
    *,
    change: float = CHANGE,
    top: int = TOP,
    progress: Progress | None = None,
) -> Sensitivity:
    """Lower and raise every assumed figure of the cluster and see what becomes of the verdict.

    All responses are run with the figures as they stand; waiting and the best other response then
    meet each group of figures once (one antithetic pair), lowered and raised, and the groups that
    change the saving most with the study's replications.

    Parameters
    ----------
    study
        What was asked; it is run here, in this process.
    scenario
        Default: the first.
    change
        Share by which figures are lowered and raised.
    top
        Groups that are confirmed.
    progress
        Called with the runs that are done and the runs in all.

    Raises
    ------
    StudyError
        When there is nothing to compare, or a figure means nothing.
    StudyCancelledError
        When the study was cancelled.
    """
    if study.choose_by != "mean":
        raise StudyError(
            "the sensitivity of a verdict is judged by the mean cost",
            remedy="leave choose_by out",
        )
    if not 0.0 < change < 1.0 or top < 1:
        raise StudyError(
            f"a change of {change} and {top} assumptions mean nothing",
            remedy="give a change between 0 and 1, and at least one assumption",
        )
    return _Question(study, _scenario(study, scenario), change, progress).answer(top)


@dataclass
class _Question:
    """The runs of a question, counted."""

    study: Asked
    scenario: Scenario
    change: float
    progress: Progress | None
    done: int = 0
    total: int = 0

    def answer(self, top: int) -> Sensitivity:
        study, cluster = self.study, self.study.snapshot.cluster
        infos = [info_of(one) for one in study.responses]
        waiting = next((one for one in infos if one.waits), infos[0])
        others = [one for one in infos if one.id != waiting.id]
        pair = 2 if study.precision.antithetic else 1
        if not others or study.replications < 2 * pair:
            raise StudyError(
                "the sensitivity of a verdict needs two responses, and two observations of each",
                remedy=f"give 'stay', another response and at least {2 * pair} replications",
            )
        known, left = groups(cluster)
        variants = [(one, share) for one in known for share in (-self.change, self.change)]
        confirming = 2 * min(top, len(known))
        self.total = study.replications * (len(infos) + 2 * confirming) + 2 * pair * len(variants)
        base = self._costs(cluster, study.responses, study.replications)
        saved = {one.id: _less(base[waiting.id], base[one.id]) for one in others}
        best = max(others, key=lambda one: sum(saved[one.id]))
        arms = [one for one in study.responses if one.id in {waiting.id, best.id}]
        refused: dict[LeftOut, None] = dict.fromkeys(left)

        level = simultaneous_level(len(others))  # that of the answer itself

        def judged(saving: Sequence[float], waits: Sequence[float]) -> tuple[Kind, str]:
            whole = abs(sum(waits) / len(waits))
            kind, chosen = decide(mean_interval(saving, level), best, waiting, whole)
            return kind, chosen.id

        standing = judged(saved[best.id], base[waiting.id])

        def effects(
            wanted: Sequence[tuple[Group, float]], replications: int, *, final: bool
        ) -> Iterator[Effect]:
            for group, share in wanted:
                found = self._varied(group, share, arms, replications)
                if isinstance(found, LeftOut):
                    refused[found] = None
                    continue
                saving = _less(found[waiting.id], found[best.id])
                answer = judged(saving, found[waiting.id]) if final else None
                yield Effect(
                    group=group,
                    change=share,
                    saving=mean_interval(saving, level),
                    effect=paired_difference(saving, saved[best.id][: len(saving)]),
                    answer=answer,
                    flips=answer != standing if final else None,
                )

        screened = by_size(effects(variants, pair, final=False))
        first = list(dict.fromkeys(one.group for one in screened))[:top]
        again = [(one.group, one.change) for one in screened if one.group in first]
        self.total = self.done + 2 * study.replications * len(again)
        confirmed = by_size(effects(again, study.replications, final=True))
        return Sensitivity(
            scenario=self.scenario.id,
            title=self.scenario.title,
            currency=cluster.currency,
            waiting=waiting,
            best=best,
            change=self.change,
            base=mean_interval(saved[best.id], level),
            answer=standing,
            effects=(*confirmed, *(one for one in screened if one.group not in first)),
            confirmed=len(first),
            left_out=tuple(refused),
            manifest=self._manifest(),
        )

    def _manifest(self) -> dict[str, Any]:
        study, snapshot = self.study, self.study.snapshot
        return {
            "format": "twinfed.sensitivity/1",
            "scenario": {"id": self.scenario.id, "hash": scenario_hash(self.scenario)},
            "responses": [one.id for one in study.responses],
            "change": self.change,
            "horizon_h": study.horizon_h,
            "replications": study.replications,
            "antithetic": study.precision.antithetic,
            "seed": study.seed,
            "snapshot": {
                "cluster": snapshot.cluster.id,
                "taken_at": snapshot.taken_at.isoformat(),
                "content_hash": snapshot.content_hash,
            },
            "versions": {"twinfed": version("twinfed")},
        }

    def _varied(
        self, group: Group, share: float, arms: Sequence[Response], replications: int
    ) -> Costs | LeftOut:
        """Costs with a group at a change; why not, where that cannot be run."""
        cluster = varied(group, self.study.snapshot.cluster, share)
        before = self.done
        if not isinstance(cluster, LeftOut):
            try:
                return self._costs(cluster, arms, replications)
            except TwinfedError as error:
                self.study.raise_if_cancelled()
                reason = f"at {share:+.0%}: {error}"
                cluster = LeftOut(group.kind, group.note, len(group.figures), reason)
        self._tell(before + replications * len(arms))
        return cluster

    def _costs(
        self, cluster: ClusterSpec, responses: Sequence[Response], replications: int
    ) -> Costs:
        """Cost of each observation (a replication, or an antithetic pair) of each response."""
        job = self._job(cluster, responses)
        found: Costs = {}
        for one in responses:
            costs: list[float | None] = []
            for replication in range(replications):
                self.study.raise_if_cancelled()
                costs.append(run_cost(job, one, replication))
                self._tell(self.done + 1)
            values = pair_means(costs) if job.antithetic else costs
            found[one.id] = [value for value in values if value is not None]
        return found

    def _job(self, cluster: ClusterSpec, responses: Sequence[Response]) -> Job:
        """One scenario on the fork of another cluster, without undisturbed runs and controls."""
        study = self.study
        check_energy(cluster, study.horizon_h)
        return plain_job(
            self.scenario,
            replace(study.snapshot, cluster=cluster),
            tuple(responses),
            horizon_ms=round(study.horizon_h * HOUR_MS),
            seed=study.seed,
            frozen_ms=round(study.frozen_h * HOUR_MS),
            weights=study.weights,
            antithetic=study.precision.antithetic,
        )

    def _tell(self, done: int) -> None:
        self.done = done
        if self.progress is not None:
            self.progress(done, self.total)


def _scenario(study: Asked, wanted: str | None) -> Scenario:
    for one in study.scenarios:
        if wanted in {None, one.id}:
            return one
    known = ", ".join(one.id for one in study.scenarios)
    raise StudyError(f"the study has no scenario '{wanted}'", remedy=f"choose one of {known}")


def _less(first: Sequence[float], second: Sequence[float]) -> list[float]:
    return [a - b for a, b in zip(first, second, strict=True)]
