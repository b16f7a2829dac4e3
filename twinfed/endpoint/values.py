"""Marginal values over HTTP: from the question to the ranked list."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from twinfed.endpoint.jobs import Tell, check_size
from twinfed.endpoint.negotiation import plain
from twinfed.endpoint.whatifs import scenario_of
from twinfed.value_document import value_document

if TYPE_CHECKING:
    from analytics.investing.candidate import Candidate
    from analytics.investing.value import MarginalValue
    from twinfed.client import LocalCluster
    from twinfed.endpoint.models import ValueRequest

_GENERATED = 12
"""About so many candidates come of a run."""


@dataclass(frozen=True)
class ValueAnswer:
    """A finished question."""

    found: MarginalValue

    @cached_property
    def json(self) -> bytes:
        """Sentence, candidates and plan."""
        document = next(iter(plain([value_document(self.found)])))
        return json.dumps(document, allow_nan=False).encode()


class ValueRunner:
    """Answers questions about one cluster.

    Parameters
    ----------
    cluster
        Forked for each question.
    max_runs
        Largest number of runs of one question, those of a plan apart.
    """

    def __init__(self, cluster: LocalCluster, max_runs: int) -> None:
        self._cluster = cluster
        self._max_runs = max_runs

    def check(self, question: ValueRequest) -> None:
        """See that the question can be answered, before it is queued.

        Raises
        ------
        Problem
            422 when a scenario is none.
        UnknownNameError
            When there is no scenario of that id.
        UsageError
            When it asks for too many runs.
        TwinfedError
            When something is named that the cluster does not have, a candidate does not fit or is
            free, or a budget is none.
        """
        from analytics.investing.phases import check_budgets
        from analytics.rerouting.response import response

        response(question.response)
        if question.scenario is not None:
            scenario_of(question.scenario, self._cluster)
        given = self._candidates(question)
        if question.budgets:
            check_budgets(question.budgets)
        count = _GENERATED if given is None else len(given)
        phases = 1 + len(question.budgets)
        check_size(question.replications * (1 + count) * phases, self._max_runs)

    def __call__(self, question: ValueRequest, tell: Tell) -> ValueAnswer:
        """Fork and run; ``tell`` hears of each run."""
        scenario = None
        if question.scenario is not None:
            scenario = scenario_of(question.scenario, self._cluster)
        found = self._cluster.marginal_value(
            scenario,
            self._candidates(question),
            budgets=question.budgets,
            response=question.response,
            horizon_h=question.horizon_h,
            replications=question.replications,
            seed=question.seed,
            progress=lambda done, total: tell(done, total, "running"),
        )
        return ValueAnswer(found)

    def _candidates(self, question: ValueRequest) -> tuple[Candidate, ...] | None:
        from analytics.investing.candidate import check, from_edits

        if question.candidates is None:
            return None
        now = self._cluster.clock.now()
        until = now + timedelta(hours=question.horizon_h)
        given = scenario_of(question.candidates, self._cluster, "candidates")
        found = from_edits(given.edits, self._cluster.spec, now)
        check(found, now, until)
        return found
