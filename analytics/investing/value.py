"""Marginal value: a ranked list of what could be bought, and a phased plan within budgets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from analytics.edits.base import Edit
from analytics.investing.candidate import Candidate, check, from_edits, unique
from analytics.investing.generate import generated
from analytics.investing.phases import Plan, check_budgets, phased
from analytics.investing.worth import Arms, Progress, Worth, check_replications, worths
from analytics.rerouting.response import Response
from analytics.rerouting.weights import Weights
from analytics.scenario import Scenario
from analytics.statistics import Interval, mean_interval
from analytics.wording import number, spread
from federation.snapshot import ClusterSnapshot


@dataclass(frozen=True)
class MarginalValue:
    """What candidates are worth.

    Parameters
    ----------
    scenario, title
        What happens in the runs.
    currency
        Of all money.
    taken_at, horizon_h
        Begin and length of the window.
    replications, seed, response
        Of the runs.
    cost
        What the cluster pays in the window with nothing bought.
    worths
        The candidates, the most for the money first.
    plan
        What to buy in which phase; ``None``: no budget was given.
    """

    scenario: str
    title: str
    currency: str
    taken_at: datetime
    horizon_h: float
    replications: int
    seed: int
    response: str
    cost: Interval
    worths: tuple[Worth, ...]
    plan: Plan | None = None

    @property
    def paying(self) -> tuple[Worth, ...]:
        """Those that surely pay, the most for the money first."""
        return tuple(one for one in self.worths if one.verdict == "pays")

    @property
    def sentence(self) -> str:
        """What to buy first, or that nothing is worth it."""
        if self.paying:
            best = self.paying[0]
            return (
                f"Buy {best.candidate.title} first: it saves {spread(best.benefit)} "
                f"{self.currency} in {self.horizon_h:g} h for {number(best.charge)}, "
                f"{number(best.ratio)} for each {self.currency}."
            )
        near = [one for one in self.worths if one.verdict == "open" and one.net.estimate > 0.0]
        if near:
            return (
                f"Nothing surely pays: {near[0].candidate.title} may ({spread(near[0].benefit)} "
                f"{self.currency} for {number(near[0].charge)}); more replications may tell."
            )
        return f"Nothing is worth its money within {self.horizon_h:g} h."


def marginal_value(
    snapshot: ClusterSnapshot,
    scenario: Scenario | None = None,
    candidates: Iterable[Candidate | Edit] | None = None,
    *,
    known: Iterable[Candidate] = (),
    budgets: Sequence[float] = (),
    response: str | Response = "greedy",
    horizon_h: float = 672.0,
    replications: int = 30,
    seed: int = 1,
    weights: Weights | None = None,
    progress: Progress | None = None,
) -> MarginalValue:
    """Rank what could be bought by what it saves for its money, and plan within budgets.

    Each candidate stands there from the fork on. Its benefit is what the cluster pays less with it
    than without it in the window, under the same draws and re-planned alike; its charge the annuity
    of its capital and its upkeep for the window.

    Parameters
    ----------
    snapshot
        The fork. It is only read.
    scenario
        What happens; ``None``: nothing but what chance brings.
    candidates
        What can be bought: investments, or candidates. ``None``: what ``generate`` makes of one
        traced run, and ``known``.
    known
        Candidates that are compared with the generated ones.
    budgets
        Capital of each phase; none: no plan is made.
    response
        How work is planned in all runs.
    horizon_h
        The window.
    replications, seed
        Runs of each candidate, and their seed.
    weights
        What counts in a plan.
    progress
        Called with runs done, and runs asked for so far.

    Raises
    ------
    InvestingError
        When there is nothing to buy, a candidate is free or does not fit, or a figure means
        nothing.
    StudyError
        When the horizon means nothing.
    ScenarioError
        When the scenario names what the cluster does not have.
    """
    check_replications(replications, seed)
    if budgets:
        check_budgets(budgets)
    arms = Arms(
        snapshot,
        scenario,
        response=response,
        horizon_h=horizon_h,
        seed=seed,
        weights=weights,
        progress=progress,
    )
    if candidates is None:
        made = generated(snapshot.cluster, arms.traced(), arms.since)
        fitting = [one for one in made if not one.edit.check(snapshot.cluster)]
        found = unique([*known, *fitting])
    else:
        found = _given(candidates, snapshot)
    check(found, arms.since, arms.until)
    runs = range(replications)
    arms.expect(replications * (len(found) + 1))
    ranked = worths(arms, found, runs)
    return MarginalValue(
        scenario=arms.scenario.id,
        title=arms.scenario.title,
        currency=snapshot.cluster.currency,
        taken_at=snapshot.taken_at,
        horizon_h=horizon_h,
        replications=replications,
        seed=seed,
        response=arms.response.id,
        cost=mean_interval(arms.costs((), runs)),
        worths=ranked,
        plan=phased(arms, found, budgets, replications) if budgets else None,
    )


def _given(
    candidates: Iterable[Candidate | Edit], snapshot: ClusterSnapshot
) -> tuple[Candidate, ...]:
    found: list[Candidate] = []
    for one in candidates:
        if isinstance(one, Candidate):
            found.append(one)
        else:
            found += from_edits([one], snapshot.cluster, snapshot.taken_at)
    return unique(found)
