"""What varying the assumptions did to the verdict: sentence, effects, table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pyarrow as pa

from analytics.answer import ResponseInfo
from analytics.sensitivity.groups import Group, LeftOut
from analytics.statistics import Interval
from analytics.tables_sensitivity import SENSITIVITY
from analytics.verdict import Kind
from analytics.wording import number, spread


@dataclass(frozen=True, slots=True)
class Effect:
    """What a group of figures at a change does to the decision.

    Parameters
    ----------
    group, change
        What was varied, and by what share.
    saving
        What the best response saves against waiting then, in money.
    effect
        That less the saving with the figures as they stand, replication by replication.
    answer
        Verdict and response between these two; ``None``: not enough runs for one.
    flips
        It is another answer than with the figures as they stand; ``None``: not known.
    """

    group: Group
    change: float
    saving: Interval
    effect: Interval
    answer: tuple[Kind, str] | None = None
    flips: bool | None = None

    @property
    def replications(self) -> int:
        """Observations behind the figures."""
        return self.saving.count


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How far a verdict hangs on what is assumed about the cluster.

    Parameters
    ----------
    scenario, title, currency
        What was asked, and the unit of the savings.
    waiting, best
        The two responses that are compared.
    change
        Share by which the figures were lowered and raised.
    base, answer
        Saving, and verdict with its response, with the figures as they stand.
    effects
        Of every group, lowered before raised, those that matter most first.
    confirmed
        So many groups at the beginning were run with all replications.
    left_out
        What was not varied.
    manifest
        What all of it is a function of.
    """

    scenario: str
    title: str
    currency: str
    waiting: ResponseInfo
    best: ResponseInfo
    change: float
    base: Interval
    answer: tuple[Kind, str]
    effects: tuple[Effect, ...]
    confirmed: int
    left_out: tuple[LeftOut, ...]
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ranked(self) -> tuple[tuple[Effect, ...], ...]:
        """The effects of each group, those that matter most first."""
        return tuple(
            tuple(effects)
            for _, effects in groupby(
                self.effects, key=lambda one: (one.group.kind, one.group.note)
            )
        )

    @property
    def most(self) -> tuple[tuple[Effect, ...], ...]:
        """The groups that matter most, confirmed with all replications."""
        return self.ranked[: self.confirmed]

    @property
    def flips(self) -> tuple[Effect, ...]:
        """Effects that turn the verdict."""
        return tuple(effect for effect in self.effects if effect.flips)

    @property
    def holds(self) -> bool:
        """No assumption that was confirmed turns the verdict."""
        return not self.flips

    @property
    def sentence(self) -> str:
        """For a reader in a hurry."""
        base = (
            f"{self.best.title} saves {spread(self.base)} {self.currency} against "
            f"{self.waiting.title}"
        )
        if not self.effects:
            return f"No assumption can be varied: {base}."
        if self.flips:
            turned = "; ".join(
                f"{self.named(one.answer)} under {effect_name(one)}"
                for one in self.flips
                if one.answer
            )
            return f"Flips: {base}, so the verdict is {self.named(self.answer)}, but {turned}."
        top = max(self.most[0], key=lambda one: abs(one.effect.estimate))
        return (
            f"Holds: {base}, and the verdict is {self.named(self.answer)} under "
            f"±{100.0 * self.change:.0f} % of each of the {self.confirmed} assumptions that matter "
            f"most. {effect_name(top)} changes the saving most, by "
            f"{number(top.effect.estimate, sign=True)} {self.currency}."
        )

    def named(self, answer: tuple[Kind, str]) -> str:
        """An answer as a reader sees it."""
        kind, response = answer
        if kind == "too close to call":
            return kind
        return self.best.title if response == self.best.id else self.waiting.title

    def table(self) -> pa.Table:
        """One row for each group and change, in the schema ``SENSITIVITY``."""
        rows = [
            self._row(rank, effect)
            for rank, effects in enumerate(self.ranked, start=1)
            for effect in effects
        ]
        return pa.Table.from_pylist(rows, schema=SENSITIVITY)

    def _row(self, rank: int, effect: Effect) -> dict[str, object]:
        return {
            "scenario": self.scenario,
            "rank": rank,
            "kind": effect.group.kind,
            "assumption": effect.group.note,
            "figures": len(effect.group.figures),
            "example": effect.group.figures[0].path,
            "change": effect.change,
            "replications": effect.replications,
            **_bounds("saving", effect.saving),
            **_bounds("effect", effect.effect),
            "verdict": effect.answer[0] if effect.answer else None,
            "response": effect.answer[1] if effect.answer else None,
            "flips": effect.flips,
        }


def effect_name(effect: Effect) -> str:
    """``machines run kw +30 % (nameplate class of a press)``."""
    change = f"{number(100.0 * effect.change, 0, sign=True)} %"
    return f"{effect.group.title} {change} ({effect.group.note})"


def by_size(effects: Iterator[Effect]) -> tuple[Effect, ...]:
    """Groups by the size of their larger effect; lowered before raised, ties as specified."""
    size: dict[tuple[str, str], float] = {}
    found = list(effects)
    for one in found:
        key = (one.group.kind, one.group.note)
        size[key] = max(size.get(key, 0.0), abs(one.effect.estimate))
    place = {key: at for at, key in enumerate(size)}

    def order(one: Effect) -> tuple[float, int, float]:
        key = (one.group.kind, one.group.note)
        return -size[key], place[key], one.change

    return tuple(sorted(found, key=order))


def _bounds(name: str, interval: Interval) -> dict[str, float | None]:
    low, high = interval.low, interval.high
    return {
        name: interval.estimate,
        f"{name}_low": low if math.isfinite(low) else None,
        f"{name}_high": high if math.isfinite(high) else None,
    }
