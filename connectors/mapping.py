"""Tag maps: what a device calls a value, in the catalogue's words and units. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Self

from pydantic import Field, model_validator

from connectors.errors import MappingError
from twins.signals import CATALOGUE, SignalKind
from twins.spec_base import Spec
from twins.telemetry import Quality, TelemetryBatch, build_batch

FACTORS: dict[tuple[str | None, str | None], float] = {
    ("W", "kW"): 1e-3,
    ("MW", "kW"): 1e3,
    ("W.h", "kW.h"): 1e-3,
    ("MW.h", "kW.h"): 1e3,
    ("MJ", "kW.h"): 1 / 3.6,
    ("s", "h"): 1 / 3600,
    ("min", "h"): 1 / 60,
    ("mL", "L"): 1e-3,
    ("m3", "L"): 1e3,
}
"""(unit of the device, unit of the catalogue) to factor; UCUM codes."""


class Row(NamedTuple):
    """One observation in the catalogue's words: a row of a telemetry batch."""

    asset: str
    signal: str
    time_us: int
    value: float | None
    text: str | None
    quality: int


class TagRule(Spec):
    """What one tag means.

    A number becomes ``factor x number + offset``; the factor is that of the units where none is
    given. A word becomes its code in ``codes``.
    """

    tag: str = Field(min_length=1)
    asset: str = Field(min_length=1)
    signal: str = Field(min_length=1)
    unit: str | None = None
    """Unit of the device; default: the catalogue's."""
    factor: float | None = Field(default=None, allow_inf_nan=False)
    offset: float = Field(default=0.0, allow_inf_nan=False)
    codes: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _means_something(self) -> Self:
        signal = CATALOGUE.get(self.signal)
        if signal is None:
            raise ValueError(
                f"tag '{self.tag}' is mapped to '{self.signal}', which is no signal of the "
                f"catalogue; signals: {', '.join(sorted(CATALOGUE))}"
            )
        converts = self.unit in {None, signal.unit} or (self.unit, signal.unit) in FACTORS
        if self.factor is None and not converts:
            raise ValueError(
                f"tag '{self.tag}' is in '{self.unit}' and '{self.signal}' in '{signal.unit}': "
                "no conversion is known; give the factor"
            )
        return self

    @property
    def scale(self) -> float:
        """Catalogue units per unit of the device."""
        if self.factor is not None:
            return self.factor
        if self.unit is None:
            return 1.0
        return FACTORS.get((self.unit, CATALOGUE[self.signal].unit), 1.0)


class TagMap:
    """The rules of a connector by tag.

    Raises
    ------
    MappingError
        When two rules are for the same tag.
    """

    def __init__(self, rules: Iterable[TagRule]) -> None:
        self._rules: dict[str, TagRule] = {}
        for rule in rules:
            if rule.tag in self._rules:
                raise MappingError(f"two rules map the tag '{rule.tag}'; keep one of them")
            self._rules[rule.tag] = rule

    def __contains__(self, tag: str) -> bool:
        return tag in self._rules

    def row(
        self, tag: str, time_us: int, said: float | str | None, quality: int = Quality.GOOD
    ) -> Row:
        """The observation that ``said`` under ``tag`` is.

        What cannot be understood keeps its text and is of bad quality, with no number: the twin
        puts it in quarantine, where it can be seen.

        Raises
        ------
        KeyError
            When no rule is for the tag.
        """
        rule = self._rules[tag]
        signal = CATALOGUE[rule.signal]
        if signal.kind is SignalKind.TEXT:
            words = "" if said is None else str(said)
            return Row(rule.asset, rule.signal, time_us, None, words, quality)
        number = _number(said, rule)
        if number is None:
            text = None if said is None else str(said)
            return Row(rule.asset, rule.signal, time_us, None, text, Quality.BAD)
        value = number * rule.scale + rule.offset
        return Row(rule.asset, rule.signal, time_us, value, None, quality)


def _number(said: float | str | None, rule: TagRule) -> float | None:
    if isinstance(said, str):
        if said in rule.codes:
            # A code is in catalogue terms already: undo what the scale will do to it.
            return (rule.codes[said] - rule.offset) / rule.scale if rule.scale else None
        try:
            said = float(said)
        except ValueError:
            return None
    return said if said is not None and math.isfinite(said) else None


def batches_of(
    rows: Iterable[Row], site: str, source: str, source_epoch: int, batch_rows: int, first: int = 1
) -> Iterator[TelemetryBatch]:
    """Rows cut into batches of up to ``batch_rows``, numbered from ``first``."""
    waiting: list[Row] = []
    sequence = first
    for row in rows:
        waiting.append(row)
        if len(waiting) == batch_rows:
            yield build_batch(site, source, source_epoch, sequence, waiting)
            waiting, sequence = [], sequence + 1
    if waiting:
        yield build_batch(site, source, source_epoch, sequence, waiting)
