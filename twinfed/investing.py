"""What one more machine, battery, link or site would be worth to an opened cluster."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from twinfed.scenarios import find_scenario, scenario_files

if TYPE_CHECKING:
    from datetime import datetime

    from analytics.edits.base import Edit
    from analytics.investing.candidate import Candidate
    from analytics.investing.value import MarginalValue
    from analytics.rerouting.response import Response
    from analytics.scenario import Scenario
    from federation.snapshot import ClusterSnapshot
    from federation.topology.model import ClusterSpec


class InvestingQuestions(ABC):
    """Questions to a fork of the twins of a cluster whose folder is here."""

    folder: Path | None

    @abstractmethod
    def fork(self) -> ClusterSnapshot:
        """One cut of all twins as immutable Arrow tables."""

    def marginal_value(
        self,
        scenario: Scenario | Path | str | None = None,
        candidates: Iterable[Candidate | Edit] | Path | str | None = None,
        *,
        budgets: Sequence[float] = (),
        response: str | Response = "greedy",
        horizon_h: float = 672.0,
        replications: int = 30,
        seed: int = 1,
        progress: Callable[[int, int], None] | None = None,
    ) -> MarginalValue:
        """Fork, rank what could be bought by what it saves for its money, and plan in phases.

        Parameters
        ----------
        scenario
            What happens: a scenario, its file, or the id of one that travels with the cluster.
            ``None``: nothing but what chance brings.
        candidates
            Investments, or the file of a scenario that holds some. ``None``: those that one run
            shows the want of, and those of the scenarios that travel with the cluster.
        budgets
            Capital of each phase; none: no plan is made.
        response
            How work is planned, with and without them.
        horizon_h
            Simulated hours from the fork.
        replications, seed
            Runs of each candidate, and their seed.
        progress
            Called with runs done, and runs asked for so far.

        Raises
        ------
        InvestingError
            When there is nothing to buy, a candidate is free or does not fit, or a figure means
            nothing.
        """
        from analytics.investing.value import marginal_value

        snapshot = self.fork()
        cluster = snapshot.cluster
        found = None if scenario is None else find_scenario(scenario, cluster, self.folder)
        known: Sequence[Candidate] = ()
        if candidates is None:
            known = known_candidates(cluster, self.folder, snapshot.taken_at)
        elif isinstance(candidates, (str, Path)):
            candidates = candidates_of(candidates, cluster, snapshot.taken_at)
        return marginal_value(
            snapshot,
            found,
            candidates,
            known=known,
            budgets=budgets,
            response=response,
            horizon_h=horizon_h,
            replications=replications,
            seed=seed,
            progress=progress,
        )


def candidates_of(path: Path | str, cluster: ClusterSpec, fork: datetime) -> tuple[Candidate, ...]:
    """The investments in a scenario file.

    Raises
    ------
    ClusterError
        With everything that is wrong in the file.
    InvestingError
        When no edit of it is an investment, or one does not fit.
    """
    from analytics.investing.candidate import from_edits
    from analytics.investing.errors import InvestingError
    from analytics.scenario import load_scenario

    found = from_edits(load_scenario(path, cluster).edits, cluster, fork)
    if not found:
        raise InvestingError(
            "no edit of it is an investment",
            where=str(path),
            remedy="give edits such as added_machine, with their capital_cost",
        )
    return found


def known_candidates(
    cluster: ClusterSpec, folder: Path | None, fork: datetime
) -> tuple[Candidate, ...]:
    """The investments in the scenarios that travel with a cluster, those that cost something."""
    from analytics.edits.investment import Investment
    from analytics.investing.candidate import at_fork, from_edits
    from analytics.scenario import load_scenario

    edits = [
        edit
        for path in scenario_files(folder).values()
        for edit in load_scenario(path, cluster).edits
        if isinstance(edit, Investment) and edit.cost_per_year > 0.0
    ]
    fitting = [edit for edit in edits if not at_fork(edit, fork).check(cluster)]
    return from_edits(fitting, cluster, fork, "given by a scenario of the cluster")
