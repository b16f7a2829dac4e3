"""Until when the decision to reroute can wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analytics.rerouting.objective import measure
from analytics.rerouting.policy import policy
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.stay import Stay
from analytics.simulation.layout import HOUR_MS

DELAYS_H = (0.0, 3.0, 6.0, 12.0, 24.0, 36.0, 48.0, 72.0, 96.0, 120.0, 168.0, 240.0, 336.0)
"""Delays that are tried unless others are given, h."""


@dataclass(frozen=True, slots=True)
class Delay:
    """What a decision that comes so late is worth.

    Parameters
    ----------
    delay_h
        Hours between the news and the decision.
    waiting, rerouting
        Weighted cost from the news to the horizon without rerouting, and with rerouting from then
        on.
    """

    delay_h: float
    waiting: float
    rerouting: float

    @property
    def gain(self) -> float:
        """Money that rerouting saves."""
        return self.waiting - self.rerouting


@dataclass(frozen=True, slots=True)
class DecideBy:
    """The latest delay, of those tried, at which rerouting still beats waiting.

    Parameters
    ----------
    delay_h
        Hours after the news; ``None``: rerouting does not beat waiting even at once.
    beyond_grid
        Whether it still does at the last delay tried, so that the true answer lies later.
    delays
        All that were tried, ascending.
    """

    delay_h: float | None
    beyond_grid: bool
    delays: tuple[Delay, ...]


def decide_by(
    problem: ReroutingProblem,
    delays_h: Sequence[float] = DELAYS_H,
    policy_name: str = "greedy",
) -> DecideBy:
    """Find it by deterministic replays under the beliefs at the news.

    For each delay the running plan is replayed until then, the policy plans from there, and its
    plan is replayed to the same horizon.

    Parameters
    ----------
    problem
        The question at the moment of the news.
    delays_h
        Delays to try; those beyond the horizon are left out.
    policy_name
        The policy that reroutes.

    Raises
    ------
    ReroutingError
        When there is no such policy.
    """
    chosen = policy(policy_name)
    waiting = Stay().propose(problem).total
    tried: list[Delay] = []
    for delay_h in sorted(set(delays_h)):
        delay_ms = int(delay_h * HOUR_MS)
        if not 0 <= delay_ms < problem.horizon_ms - problem.frozen_ms:
            continue
        later = problem
        if delay_ms > 0:
            moment = problem.now_ms + delay_ms
            later = replace(
                problem,
                state=problem.replayer(problem.model, problem.state, moment),
                now_ms=moment,
                horizon_ms=problem.horizon_ms - delay_ms,
            )
        proposal = chosen.propose(later)
        cost = measure(problem, proposal.end, proposal.change).total(problem)
        tried.append(Delay(delay_h, waiting, cost))
    latest: float | None = None
    for delay in tried:
        if delay.gain <= 0.0:
            break
        latest = delay.delay_h
    beyond = bool(tried) and latest == tried[-1].delay_h
    return DecideBy(latest, beyond, tuple(tried))
