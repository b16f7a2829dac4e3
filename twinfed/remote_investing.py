"""What one more machine, battery, link or site would be worth to a cluster that is served."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analytics.scenario import Scenario


class RemoteInvesting(ABC):
    """The question as a job of the server."""

    @abstractmethod
    def _job(
        self,
        kind: str,
        question: Mapping[str, Any],
        progress: Callable[[int, int], None] | None,
    ) -> tuple[str, Any]:
        """Address and result of a job, once it is done."""

    def marginal_value(
        self,
        scenario: Scenario | Path | str | None = None,
        candidates: Scenario | Path | None = None,
        *,
        budgets: Sequence[float] = (),
        response: str = "greedy",
        horizon_h: float = 672.0,
        replications: int = 30,
        seed: int = 1,
        progress: Callable[[int, int], None] | None = None,
    ) -> Mapping[str, Any]:
        """Ask the server what could be bought; it forks its own twins. Ctrl-C cancels there too.

        Parameters
        ----------
        scenario
            A scenario, the path of its file here, or the id of one that the server knows. ``None``:
            nothing but what chance brings.
        candidates
            A scenario, or the path of its file here, whose investments are compared. ``None``:
            those that the server finds.
        budgets
            Capital of each phase; none: no plan is made.
        response
            How work is planned in all runs.
        horizon_h
            Simulated hours from the fork.
        replications, seed
            Runs of each candidate, and their seed.
        progress
            Called with runs done and runs asked for so far.

        Returns
        -------
        mapping
            The document of ``GET /values/{id}/result``: ``sentence``, ``candidates``, ``plan``.

        Raises
        ------
        UsageError
            When the server does not understand the question.
        WhatIfError
            When it fails there.
        """
        question = {
            "scenario": None if scenario is None else question_of(scenario),
            "candidates": None if candidates is None else question_of(candidates),
            "budgets": list(budgets),
            "response": response,
            "replications": replications,
            "seed": seed,
            "horizon_h": horizon_h,
        }
        found: Mapping[str, Any] = self._job("values", question, progress)[1]
        return found


def question_of(scenario: Scenario | Path | str) -> str | dict[str, Any]:
    """A scenario as a request holds it: whole, or the id of one that the server knows."""
    from analytics.scenario import Scenario, load_scenario

    if isinstance(scenario, Scenario):
        found: dict[str, Any] = scenario.model_dump(mode="json", exclude_unset=True)
        return found
    if isinstance(scenario, Path) or scenario.endswith((".yaml", ".yml")):
        return question_of(load_scenario(scenario))
    return scenario
