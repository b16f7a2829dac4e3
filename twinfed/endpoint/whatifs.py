"""What-ifs over HTTP: from the question to the study, and the answer in its representations."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pydantic import ValidationError

from twinfed.answers import answer_document
from twinfed.endpoint.jobs import Tell, check_size
from twinfed.endpoint.problems import Problem
from twinfed.errors import UnknownNameError

if TYPE_CHECKING:
    from analytics.result import StudyResult
    from analytics.scenario import Scenario
    from twinfed.client import LocalCluster
    from twinfed.endpoint.models import WhatIfRequest


@dataclass(frozen=True)
class WhatIfAnswer:
    """A finished what-if."""

    result: StudyResult

    @cached_property
    def json(self) -> bytes:
        """Sentence, decision and first screen."""
        result = self.result
        document = answer_document(result.contexts[0], result.screen, result.verdict, result.choice)
        document["manifest"] = dict(self.result.manifest)
        return json.dumps(document, allow_nan=False, default=str).encode()

    def table(self, name: str) -> pa.Table:
        """A result table."""
        return self.result.table(name)


class WhatIfRunner:
    """Answers questions about one cluster.

    Parameters
    ----------
    cluster
        Forked for each question.
    max_runs
        Largest number of runs of one question.
    """

    def __init__(self, cluster: LocalCluster, max_runs: int) -> None:
        self._cluster = cluster
        self._max_runs = max_runs

    def check(self, question: WhatIfRequest) -> None:
        """See that the question can be answered, before it is queued.

        Raises
        ------
        Problem
            422 when an inline scenario is none.
        UnknownNameError
            When there is no scenario of that id.
        UsageError
            When it asks for too many runs.
        TwinfedError
            When the scenario names what the cluster does not have, or a response does not exist or
            comes twice.
        """
        from analytics.rerouting.response import chosen_responses
        from analytics.study_check import check_names

        check_names("scenario", [scenario_of(question.scenario, self._cluster).id])
        named = chosen_responses(self._cluster.spec, question.responses, question.coordination)
        check_names("response", [one.id for one in named])
        check_size(question.replications * (1 + len(named)), self._max_runs)

    def __call__(self, question: WhatIfRequest, tell: Tell) -> WhatIfAnswer:
        """Fork and run; ``tell`` hears of each run."""
        result = self._cluster.whatif(
            scenario_of(question.scenario, self._cluster),
            question.responses,
            coordination=question.coordination,
            horizon_h=question.horizon_h,
            choose_by=question.choose_by,
            break_even=question.break_even,
            replications=question.replications,
            seed=question.seed,
            progress=lambda done, total: tell(done, total, "running"),
        )
        return WhatIfAnswer(result)


def scenario_of(
    given: str | dict[str, Any], cluster: LocalCluster, member: str = "scenario"
) -> Scenario:
    """The scenario that a request names or holds.

    Parameters
    ----------
    given
        Id of one that travels with the cluster, or a whole one.
    cluster
        Must have all that the edits name.
    member
        Of the request's body, for what is wrong in it.

    Raises
    ------
    Problem
        422 when an inline scenario is none.
    UnknownNameError
        When there is no scenario of that id.
    ScenarioError
        When it names what the cluster does not have.
    """
    from analytics.scenario import Scenario
    from twinfed.scenarios import find_scenario

    if isinstance(given, str):
        # By id only: a client must not make the server read files.
        if given not in cluster.scenarios:
            known = ", ".join(cluster.scenarios) or "none"
            raise UnknownNameError(f"there is no scenario '{given}'", remedy=f"known: {known}")
        return find_scenario(given, cluster.spec, cluster.folder)
    try:
        scenario = Scenario.model_validate_json(json.dumps(given), strict=True)
    except ValidationError as error:
        what = "the scenario is" if member == "scenario" else f"{member} are"
        raise Problem(
            422, f"{what} not as it should be; see errors", extra=_errors(error, member)
        ) from error
    scenario.check(cluster.spec)
    return scenario


def _errors(error: ValidationError, member: str) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for detail in error.errors(include_url=False, include_context=False):
        pointer = "/".join(["", member, *(str(part) for part in detail["loc"])])
        found.setdefault(pointer, []).append(detail["msg"])
    return {"errors": found}
