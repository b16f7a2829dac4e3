"""From which length of outage on rerouting beats the best response without it: what was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from analytics.statistics import Interval
from analytics.wording import between, moment, number

Outcome = Literal["found", "always", "never"]
_NO_MONEY = 0.5
"""Money that rounds to nothing."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Runs with the outage at one length.

    Parameters
    ----------
    length_h
        Of the outage, from its first begin to its last end.
    saving
        What rerouting saves against the best response without it at this length, paired.
    without
        Title of that response.
    """

    length_h: float
    saving: Interval
    without: str

    @property
    def undecided(self) -> bool:
        """Whether the interval holds zero."""
        return self.saving.has_bounds and self.saving.low <= 0.0 <= self.saving.high


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The length at which rerouting neither saves nor costs.

    Parameters
    ----------
    outcome
        ``always``: it saves even at the shortest length tried; ``never``: not even at the longest.
    title
        The response that reroutes.
    what
        ``outage`` or ``disruption``.
    length_h
        Break-even; of ``always`` and ``never`` the shortest and longest length tried.
    ends_at
        When an outage of that length is over.
    trials
        Runs with the study's replications: at the break-even, then on both sides of it as far as
        they were needed.
    """

    outcome: Outcome
    title: str
    what: str
    length_h: float
    ends_at: datetime
    trials: tuple[Trial, ...]

    @property
    def confirmed(self) -> bool:
        """Whether runs bear it out.

        At the break-even the interval of the saving holds zero, or the saving changes its sign
        between two lengths that were run.
        """
        if self.outcome != "found":
            return True
        signs = {one.saving.estimate > 0.0 for one in self.trials}
        return self.trials[0].undecided or len(signs) == 2

    def words(self, currency: str) -> Iterator[str]:
        """In a sentence."""
        first = self.trials[0]
        title = f"{self.title[:1].upper()}{self.title[1:]}"
        size = f"{number(self.length_h)} h"
        if self.outcome == "always":
            yield (
                f"{title} beats {first.without} even where the {self.what} lasts {size} only: it "
                f"saves {_money(first.saving, currency)} then."
            )
            return
        if self.outcome == "never":
            same = abs(first.saving.estimate) < _NO_MONEY
            more = f"{_money(_turned(first.saving), currency)} more"
            yield (
                f"No {self.what} of up to {size} makes {self.title} beat {first.without}: it costs "
                f"{'the same' if same else more} at that length."
            )
            return
        told = ". ".join(_told(one, currency) for one in self.trials)
        doubt = "" if self.confirmed else ", which the runs do not bear out"
        yield (
            f"Break-even at {self._an()} of {size} (over by {moment(self.ends_at)} UTC){doubt}: "
            f"a longer one makes {self.title} beat the best response without rerouting. {told}."
        )

    def _an(self) -> str:
        return f"an {self.what}" if self.what[0] in "aeiou" else f"a {self.what}"


def _told(one: Trial, currency: str) -> str:
    saved = "saves" if one.saving.estimate >= 0.0 else "costs"
    shown = one.saving if one.saving.estimate >= 0.0 else _turned(one.saving)
    more = "" if one.saving.estimate >= 0.0 else " more"
    return (
        f"Run at {number(one.length_h)} h it {saved} {_money(shown, currency)}{more} against "
        f"{one.without}"
    )


def _money(one: Interval, currency: str) -> str:
    span = f" ({between(one)})" if one.has_bounds else ""
    return f"{number(one.estimate)} {currency}{span}"


def _turned(one: Interval) -> Interval:
    return Interval(-one.estimate, -one.high, -one.low, one.count)
