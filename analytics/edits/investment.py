"""Investments: what is bought, when it is there, and what it costs a year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field

from analytics.edits.base import Change, Edit, at
from analytics.simulation.model import SimModel
from federation.topology.model import FIRST_YEAR, LAST_YEAR, Moment
from twins.spec_base import NonNegative, Positive

FOR_GOOD = datetime(LAST_YEAR, 12, 31, tzinfo=UTC)
_ALWAYS_KNOWN = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
_YEAR = timedelta(days=365.25)
LARGEST_MONEY = 1e15
"""Of an investment, and of a budget: beside more, what a cluster pays is lost in rounding."""
Money = Annotated[NonNegative, Field(le=LARGEST_MONEY)]


class Investment(Edit):
    """Something that is there from ``start`` on, and is paid by the year.

    A decision of one's own is known from the fork on; with ``announced_at`` it is believed of
    nobody before. The answer is charged the annuity of the capital and the upkeep for the time in
    which the investment is there.

    Parameters
    ----------
    end
        When it is given up again; default: never.
    capital_cost
        What is paid for it, in the reporting currency; at most 1e15.
    life_years, interest_fraction
        Over which it is paid off, at which interest a year.
    upkeep_per_year
        Rent, insurance, maintenance; at most 1e15.
    """

    end: Moment = FOR_GOOD
    capital_cost: Money = 0.0
    life_years: Positive = 10.0
    interest_fraction: float = Field(default=0.0, ge=0.0, le=1.0)
    upkeep_per_year: Money = 0.0

    @property
    def known_from(self) -> datetime:
        """When it becomes known."""
        return self.announced_at or _ALWAYS_KNOWN

    @property
    def cost_per_year(self) -> float:
        """Annuity of the capital, C i / (1 - (1 + i)^-n), and upkeep."""
        rate, years = self.interest_fraction, self.life_years
        if rate == 0.0:
            return self.capital_cost / years + self.upkeep_per_year
        annuity: float = self.capital_cost * rate / (1.0 - (1.0 + rate) ** -years)
        return annuity + self.upkeep_per_year

    def costs(self, since: datetime, until: datetime) -> Mapping[str, float]:
        """Annuity and upkeep of the time from ``since`` to ``until`` in which it is there."""
        there = min(self.end, until) - max(self.start, since)
        return {"capital": self.cost_per_year * max(there / _YEAR, 0.0)}

    def there(
        self, model: SimModel, kind: int, entities: Iterable[int], *, known: bool = True
    ) -> Iterator[Change]:
        """Absent but from ``start`` to ``end``; all the time where it is not known.

        ``kind`` counts the reasons for which an entity is absent or closed.
        """
        for entity in entities:
            yield (0, kind, entity, 1)
            if known:
                yield (at(model, self.start), kind, entity, -1)
            if known and self.end < FOR_GOOD:
                yield (at(model, self.end), kind, entity, 1)
