"""Whether an answer outlives its horizon: the same question, half as long again."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analytics.statistics import Interval
from analytics.wording import between, number

GROWTH = 1.5
"""The longer horizon over that of the answer."""
REPLICATIONS = 6
"""Runs of the check, at most (three antithetic pairs): the change of a run varies little."""


@dataclass(frozen=True, slots=True)
class HorizonCheck:
    """The verdict on the best response against waiting, with a longer horizon.

    Parameters
    ----------
    horizon_h, longer_h
        Of the answer, and of the check.
    replications
        Of the check.
    answer, longer_answer
        Title of the response to take, or that it is too close to call.
    title
        The response that is compared with waiting.
    saving
        What it saves with the longer horizon, in money: the saving of the answer plus the mean
        change over the replications of the check, with the uncertainty of both.
    """

    horizon_h: float
    longer_h: float
    replications: int
    answer: str
    longer_answer: str
    title: str
    saving: Interval

    @property
    def holds(self) -> bool:
        """The answer is the same."""
        return self.answer == self.longer_answer

    def words(self, currency: str) -> str:
        """What becomes of the answer, without a full stop."""
        days = f"{number(self.horizon_h / 24.0)} to {number(self.longer_h / 24.0)} days"
        saved = (
            f"{self.title} saves {between(self.saving)} {currency}"
            if self.saving.has_bounds
            else f"{self.title} saves {number(self.saving.estimate)} {currency}"
        )
        if self.holds:
            return f"The answer holds when the horizon grows from {days}: {saved} against waiting"
        return (
            f"The answer flips when the horizon grows from {days}: "
            f"then {self.longer_answer} instead of {self.answer}, for {saved} against waiting"
        )


def grown(answer: Interval, change: Interval) -> Interval:
    """The answer's saving plus its change: two estimates, their half-widths added as squares."""
    estimate = answer.estimate + change.estimate
    if not (answer.has_bounds and change.has_bounds):
        return Interval(estimate, math.nan, math.nan, change.count)
    half = math.hypot(answer.half_width, change.half_width)
    return Interval(estimate, estimate - half, estimate + half, change.count)
