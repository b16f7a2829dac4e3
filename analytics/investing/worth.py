"""What candidates are worth: the same runs with and without each, under the same draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from analytics.investing.candidate import YEAR, Candidate, with_bought
from analytics.investing.errors import InvestingError
from analytics.job import Job, fork_decision, make_case
from analytics.kpis.registry import UNDISTURBED
from analytics.replication import run_cost, run_traced
from analytics.rerouting.response import Response
from analytics.rerouting.response import response as find_response
from analytics.rerouting.weights import Weights
from analytics.run_table import RunTable
from analytics.scenario import Scenario
from analytics.simulation.layout import HOUR_MS
from analytics.statistics import Interval, paired_difference, simultaneous_level
from analytics.study_check import LARGEST_SEED, check_energy, check_figures, is_whole
from federation.snapshot import ClusterSnapshot
from federation.topology.model import ClusterSpec

Progress = Callable[[int, int], None]
Verdict = Literal["pays", "open", "does not pay"]


@dataclass(frozen=True, slots=True)
class Worth:
    """What one candidate is worth in the window.

    Parameters
    ----------
    candidate
        What would be bought.
    charge
        Annuity and upkeep for the window.
    benefit
        What the cluster pays less with it, the charge apart: paired difference with its interval.
    window
        Length of the runs.
    """

    candidate: Candidate
    charge: float
    benefit: Interval
    window: timedelta

    @property
    def ratio(self) -> float:
        """Benefit for each unit of money that it costs in the window: above 1 it pays."""
        return self.benefit.estimate / self.charge

    @property
    def net(self) -> Interval:
        """Benefit less charge."""
        return replace(
            self.benefit,
            estimate=self.benefit.estimate - self.charge,
            low=self.benefit.low - self.charge,
            high=self.benefit.high - self.charge,
        )

    @property
    def verdict(self) -> Verdict:
        """Whether it pays, by the interval of ``net``."""
        if self.net.low > 0.0:
            return "pays"
        return "does not pay" if self.net.high < 0.0 else "open"

    @property
    def saved_per_year(self) -> float:
        """The benefit as if the whole year were like the window."""
        return self.benefit.estimate * (YEAR / self.window)

    @property
    def net_present_value(self) -> float:
        """Worth today of a life of such years, less all that it costs."""
        return self.candidate.net_present_value(self.saved_per_year)

    @property
    def payback_years(self) -> float | None:
        """Years until the savings less upkeep have paid the capital; ``None``: never."""
        yearly = self.saved_per_year - self.candidate.edit.upkeep_per_year
        if self.candidate.capital_cost == 0.0:
            return 0.0 if yearly >= 0.0 else None
        return self.candidate.capital_cost / yearly if yearly > 0.0 else None


class Arms:
    """Runs of one fork with different things bought.

    The candidates stand there from the fork on, and the response may plan anew at the fork and at
    each piece of news, with them as without: what re-planning alone brings is no benefit of theirs.

    Parameters
    ----------
    snapshot
        The fork. It is only read.
    scenario
        What happens; ``None``: nothing but what chance brings.
    response
        How work is planned, in every run.
    horizon_h
        The window.
    seed
        Of all draws.
    weights
        What counts in a plan.
    progress
        Called with the runs that are done, and the runs that are asked for so far.

    Raises
    ------
    StudyError
        When a figure means nothing.
    ScenarioError
        When the scenario names what the cluster does not have.
    """

    def __init__(
        self,
        snapshot: ClusterSnapshot,
        scenario: Scenario | None = None,
        *,
        response: str | Response = "greedy",
        horizon_h: float = 672.0,
        seed: int = 1,
        weights: Weights | None = None,
        progress: Progress | None = None,
    ) -> None:
        check_figures(
            replications=1, seed=seed, horizon_h=horizon_h, frozen_h=0.0, engine="local",
            workers=None,
        )  # fmt: skip
        check_energy(snapshot.cluster, horizon_h)
        self.snapshot = snapshot
        self.scenario = scenario or Scenario(
            id=UNDISTURBED, title="no disruption", fork_at=snapshot.taken_at, edits=()
        )
        self.scenario.check(snapshot.cluster)
        self.response = find_response(response) if isinstance(response, str) else response
        self.window = timedelta(hours=horizon_h)
        self.seed = seed
        self._weights = weights or Weights()
        self._horizon_ms = round(horizon_h * HOUR_MS)
        self._progress = progress
        self._asked = self._done = 0
        self._costs: dict[tuple[tuple[str, ...], int], float] = {}

    @property
    def since(self) -> datetime:
        """Begin of the window."""
        return self.snapshot.taken_at

    @property
    def until(self) -> datetime:
        """End of the window."""
        return self.since + self.window

    def charge(self, bought: Sequence[Candidate]) -> float:
        """Annuity and upkeep of some candidates for the window."""
        return math.fsum(one.charge(self.since, self.until) for one in bought)

    def cluster(self, bought: Sequence[Candidate]) -> ClusterSpec:
        """The cluster with some candidates."""
        return with_bought(self.scenario, bought).transform(self.snapshot).cluster

    def expect(self, runs: int) -> None:
        """Tell the progress of runs that will be asked for."""
        self._asked += runs
        self._tell()

    def costs(self, bought: Sequence[Candidate], replications: range) -> list[float]:
        """What each replication costs with some candidates, their charge apart.

        Raises
        ------
        CompileError
            When the cluster with them cannot be simulated.
        """
        key = tuple(sorted(one.id for one in bought))
        charge = self.charge(bought)
        found = []
        job: Job | None = None
        for number in replications:
            if (key, number) not in self._costs:
                job = job or self._job(bought)
                cost = run_cost(job, self.response, number)
                self._costs[key, number] = cost - charge
                self._done += 1
                self._tell()
            found.append(self._costs[key, number])
        return found

    def traced(self) -> dict[str, RunTable]:
        """The tables of one traced run with nothing bought: where work and power are short."""
        return run_traced(self._job(()), self.response)

    def _job(self, bought: Sequence[Candidate]) -> Job:
        scenario = with_bought(self.scenario, bought)
        case = make_case(scenario, self.snapshot, self._horizon_ms)
        news = self.scenario.news_times(self.since)
        asked = {0, *(moment for moment in news if moment < self._horizon_ms)}
        case = replace(case, news_ms=tuple(sorted(asked)))
        job = Job(
            cases=(case,),
            undisturbed=case,
            responses=(self.response,),
            setting=case.setting,
            horizon_ms=self._horizon_ms,
            seed=self.seed,
            frozen_ms=0,
            weights=self._weights,
        )
        decision = fork_decision(job, case, self.response)
        if decision is None:
            return job
        return replace(job, fork_plans={(scenario.id, self.response.id): decision})

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self._done, max(self._asked, self._done))


def worths(
    arms: Arms,
    candidates: Sequence[Candidate],
    replications: range,
    bought: Sequence[Candidate] = (),
) -> tuple[Worth, ...]:
    """What each candidate is worth beside what is bought, the most for the money first.

    All intervals hold together at 95 % (Bonferroni): the best of many looks better than it is.
    """
    without = arms.costs(bought, replications)
    level = simultaneous_level(max(len(candidates), 1))
    found = [
        Worth(
            one,
            arms.charge([one]),
            paired_difference(without, arms.costs([*bought, one], replications), level),
            arms.window,
        )
        for one in candidates
    ]
    return tuple(sorted(found, key=lambda one: (-one.ratio, one.candidate.id)))


def check_replications(replications: int, seed: int) -> None:
    """See that there are enough runs for an interval.

    Raises
    ------
    InvestingError
        When there are not.
    """
    for name, value in (("replications", replications), ("seed", seed)):
        if not is_whole(value):
            raise InvestingError(f"{name} is {value!r}", remedy="give a whole number")
    if not 2 <= replications <= 10_000:
        raise InvestingError(
            f"{replications} replications give no interval", remedy="ask for 2 to 10,000"
        )
    if not 0 <= seed <= LARGEST_SEED:
        raise InvestingError(f"the seed {seed} is none", remedy="use one from 0 to 2**63 - 1")
