"""What an answer rests on, and the figures of one scenario read from long rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal

import polars as pl

from analytics.choice.break_even import BreakEven
from analytics.horizon import HorizonCheck
from analytics.kpis.base import Scope
from analytics.statistics import LEVEL, Interval, mean_interval, paired_difference, quantile
from twins.errors import TwinfedError

KEPT_FRACTION = 0.9
"""Share of a response's gain that a decision in time keeps."""


Criterion = Literal["mean", "cvar"]
"""What a choice goes by: the mean cost of the runs, or the mean of their worst tenth."""


class StudyError(TwinfedError, ValueError):
    """A study is not stated properly, or its result does not hold what is asked of it."""


@dataclass(frozen=True, slots=True)
class ResponseInfo:
    """A response as the answer speaks of it.

    Parameters
    ----------
    id
        As in the rows.
    title
        As a reader sees it.
    policy
        Name of its policy.
    waits
        It neither reroutes nor uses a lever.
    reroutes
        Its policy may move work between sites.
    """

    id: str
    title: str
    policy: str
    waits: bool = False
    reroutes: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """Until when a response can wait for its decision, by what is believed at some news.

    Parameters
    ----------
    news_at
        The news at which the response gains most.
    by
        The latest moment, of those tried, at which ``KEPT_FRACTION`` of its gain is left.
    pays_until
        The latest moment at which it still beats waiting.
    open_end
        It does so at the last moment tried: the true answer may lie later.
    """

    news_at: datetime
    by: datetime
    pays_until: datetime
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What an answer rests on.

    Parameters
    ----------
    scenario, title
        Id and title.
    currency
        ISO 4217 code.
    fork_at
        Moment of the fork, UTC.
    horizon_h
        Length of the runs.
    replications
        Runs of each response.
    responses
        In the order of the columns; the undisturbed baseline is not one of them.
    disrupted
        First begin and last end of the scenario's edits; ``None`` without any.
    decide_by
        By response; missing: no limit is known, or it does not pay at any time.
    oldest_site, oldest_age_s
        The site whose newest value is the oldest, and its age at the fork; infinite: never spoke.
    antithetic
        Replications are pairs whose mean is one observation.
    assumptions, assumed, sourced
        Assumptions about the cluster, the figures that rest on them, and those that have a source.
    untold
        What sites did not tell at the fork and is assumed: fact to how often.
    longer
        What becomes of the answer when the horizon grows by half; ``None``: not looked at.
    choose_by
        What the choice goes by.
    on_means
        By response: what it costs where all goes as expected, without breakdowns or other chance.
    break_even
        From which length of outage on rerouting pays; ``None``: not looked for.
    """

    scenario: str
    title: str
    currency: str
    fork_at: datetime
    horizon_h: float
    replications: int
    responses: tuple[ResponseInfo, ...]
    disrupted: tuple[datetime, datetime] | None = None
    decide_by: Mapping[str, Limit] = field(default_factory=dict)
    oldest_site: str = ""
    oldest_age_s: float = math.nan
    antithetic: bool = False
    assumptions: int = 0
    assumed: int = 0
    sourced: int = 0
    untold: Mapping[str, int] = field(default_factory=dict)
    longer: HorizonCheck | None = None
    choose_by: Criterion = "mean"
    on_means: Mapping[str, float] = field(default_factory=dict)
    break_even: BreakEven | None = None

    @property
    def waiting(self) -> ResponseInfo:
        """The response that others are compared with: the one that waits, else the first."""
        return next((one for one in self.responses if one.waits), self.responses[0])

    def response(self, response: str) -> ResponseInfo:
        """A response by its id.

        Raises
        ------
        StudyError
            When there is none.
        """
        for one in self.responses:
            if one.id == response:
                return one
        known = ", ".join(one.id for one in self.responses)
        raise StudyError(f"the study has no response '{response}'", remedy=f"choose one of {known}")


def pair_means(values: list[float | None]) -> list[float | None]:
    """Means of antithetic pairs; undefined where one of the pair is."""
    firsts, seconds = values[0::2], values[1::2]
    return [
        None if first is None or second is None else (first + second) / 2.0
        for first, second in zip(firsts, seconds, strict=True)
    ]


@dataclass(frozen=True, eq=False)
class Figures:
    """The figures of one scenario.

    Parameters
    ----------
    rows
        In the schema ``analytics.tables.KPIS``.
    scenario
        Whose rows are read.
    antithetic
        Replications are pairs; their mean is one observation.
    """

    rows: pl.DataFrame
    scenario: str
    antithetic: bool = False

    @cached_property
    def _by_key(self) -> dict[tuple[str, str, str, str], list[float | None]]:
        """Observations in the order of the replications, by response, kpi, scope and subject."""
        mine = self.rows.filter(pl.col("scenario") == self.scenario).sort("replication")
        keys = ["response", "kpi", "scope", "subject"]
        grouped = mine.group_by(keys, maintain_order=True).agg("value")
        found = {tuple(row[:4]): row[4] for row in grouped.iter_rows()}
        if self.antithetic:
            return {key: pair_means(values) for key, values in found.items()}
        return found

    def values(
        self, response: str, kpi: str, scope: Scope = "cluster", subject: str | None = None
    ) -> list[float | None]:
        """Values by replication; empty where there is no such figure."""
        if subject is not None:
            return self._by_key.get((response, kpi, scope, subject), [])
        for (of, name, where, _), found in self._by_key.items():
            if (of, name, where) == (response, kpi, scope):
                return found
        return []

    def defined(self, response: str, kpi: str) -> list[float]:
        """Values of the cluster where they are defined."""
        return [value for value in self.values(response, kpi) if value is not None]

    def mean(self, response: str, kpi: str) -> Interval | None:
        """Mean over the replications with its t interval; ``None`` where nothing is defined."""
        found = self.defined(response, kpi)
        return mean_interval(found) if found else None

    def paired(self, first: str, second: str, kpi: str, level: float = LEVEL) -> Interval:
        """Mean difference ``first - second`` over the replications that both have.

        Raises
        ------
        StudyError
            When one of them has no such figure.
        """
        left, right = self.values(first, kpi), self.values(second, kpi)
        pairs = [
            (a, b)
            for a, b in zip(left, right, strict=len(left) == len(right))
            if a is not None and b is not None
        ]
        if not pairs:
            raise StudyError(
                f"'{kpi}' is defined in no replication of both '{first}' and '{second}'",
                where=f"scenario '{self.scenario}'",
                remedy="compare a figure that both responses have",
            )
        return paired_difference([a for a, _ in pairs], [b for _, b in pairs], level)

    def quantile(self, response: str, kpi: str, probability: float) -> float:
        """Quantile over the replications; undefined values are the largest (infinite)."""
        found = self.values(response, kpi)
        return quantile(found, probability) if found else math.nan

    def subjects(self, response: str, kpi: str, scope: Scope) -> dict[str, list[float | None]]:
        """Values by replication of every subject of a scope, in the order of the subjects."""
        return {
            subject: found
            for (of, name, where, subject), found in sorted(
                self._by_key.items(), key=lambda item: item[0]
            )
            if (of, name, where) == (response, kpi, scope)
        }
