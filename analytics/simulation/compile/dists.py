"""Distributions of the specifications as rows of ``DIST_C``, equal ones once."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from analytics.simulation import distributions, layout
from analytics.simulation.expectation import mean_residual
from analytics.simulation.layout import HOUR_MS, NONE
from analytics.simulation.model import Records
from twins.distribution_spec import DistributionSpec

_Row = tuple[int, float, float, float, float]


@dataclass(frozen=True)
class Steps:
    """A duration that takes a few values only, such as whole numbers of slots.

    Parameters
    ----------
    values_ms
        In ascending order.
    probabilities
        One for each value, with the sum 1.
    """

    values_ms: tuple[float, ...]
    probabilities: tuple[float, ...]


class DistTable:
    """Collects rows; durations are in ms, factors have the mean 1."""

    def __init__(self) -> None:
        self._rows: dict[_Row, int] = {}
        self._curve: list[float] = []
        self._pieces: dict[tuple[float, ...], int] = {}

    def duration(self, spec: DistributionSpec | Steps | None) -> int:
        """Row of a duration; ``NONE`` for ``None``."""
        if spec is None:
            return NONE
        if isinstance(spec, Steps):
            return self._steps(spec)
        cap = math.inf if spec.cap_h is None else spec.cap_h * HOUR_MS
        mean = spec.expected_h * HOUR_MS
        if spec.kind == "empirical":
            points = [point * HOUR_MS for point in spec.points_h]
            first = self._keep([*points, *spec.probabilities])
            return self._row(distributions.EMPIRICAL, first, len(points), mean, cap)
        return self._row(*_parameters(spec.kind, mean, spec.cv, spec.shape), mean, cap)

    def factor(self, kind: str, cv: float = 0.0) -> int:
        """Row of a factor with the mean 1; ``NONE`` where it is always 1."""
        if kind in {"lognormal", "gamma"} and cv == 0.0:
            return NONE
        return self._row(*_parameters(kind, 1.0, cv, None), 1.0, math.inf)

    def relative(self, spec: DistributionSpec) -> int:
        """Row of a factor: a duration over its mean, which is that before a cap."""
        scale = spec.expected_h
        cap = math.inf if spec.cap_h is None else spec.cap_h / scale
        if spec.kind == "empirical":
            points = [point / scale for point in spec.points_h]
            first = self._keep([*points, *spec.probabilities])
            return self._row(distributions.EMPIRICAL, first, len(points), 1.0, cap)
        return self._row(*_parameters(spec.kind, 1.0, spec.cv, spec.shape), 1.0, cap)

    def mean_ms(self, row: int) -> float:
        """Mean of a row after its cap."""
        return float(self.table()["mean"][row])

    def table(self) -> Records:
        """All rows so far."""
        table: Records = np.array(list(self._rows), dtype=layout.DIST_C)
        return table

    def curve(self) -> npt.NDArray[np.float64]:
        """Points and probabilities of all empirical rows so far."""
        return np.array(self._curve, dtype=np.float64)

    def _steps(self, spec: Steps) -> int:
        """Row of values of their own: each value twice, nothing between two of them."""
        points = [value for value in spec.values_ms for _ in range(2)]
        below = [0.0, *accumulate(spec.probabilities)]
        below[-1] = 1.0
        levels = [level for pair in pairwise(below) for level in pair]
        first = self._keep([*points, *levels])
        mean = math.fsum(map(operator.mul, spec.values_ms, spec.probabilities))
        return self._row(distributions.EMPIRICAL, first, len(points), mean, math.inf)

    def _keep(self, piece: list[float]) -> int:
        """Where a piece of the curve begins; equal pieces stand there once."""
        key = tuple(piece)
        if key not in self._pieces:
            self._pieces[key] = len(self._curve)
            self._curve.extend(piece)
        return self._pieces[key]

    def _row(self, kind: int, a: float, b: float, mean: float, cap: float) -> int:
        row = np.zeros(1, layout.DIST_C)
        row["kind"], row["a"], row["b"], row["cap"] = kind, a, b, cap
        row["mean"] = mean_residual(row[0], self.curve(), 0.0) if cap < math.inf else mean
        key: _Row = row[0].item()
        return self._rows.setdefault(key, len(self._rows))


def _parameters(
    kind: str, mean: float, cv: float | None, shape: float | None
) -> tuple[int, float, float]:
    """Kind, a and b of a distribution with this mean before its cap."""
    if kind == "exponential":
        return distributions.EXPONENTIAL, mean, 0.0
    if kind == "lognormal":
        variance = math.log1p((cv or 0.0) ** 2)
        return distributions.LOGNORMAL, math.log(mean) - variance / 2.0, math.sqrt(variance)
    if kind == "weibull":
        k = shape or 1.0
        return distributions.WEIBULL, mean / math.gamma(1.0 + 1.0 / k), k
    if kind == "gamma":
        squared = (cv or 1.0) ** 2
        return distributions.GAMMA, mean * squared, 1.0 / squared
    return distributions.DETERMINISTIC, mean, 0.0
