"""The distributions a specification can name: by mean and shape, or by points observed."""

from __future__ import annotations

import math
from itertools import accumulate, pairwise
from typing import Literal, Self

from pydantic import Field, model_validator

from twins.spec_base import NonNegative, Positive, Spec

_LEAST_GAMMA_CV = 0.001
"""Below it a gamma variate is its mean to three digits."""


class DistributionSpec(Spec):
    """A positive duration in hours.

    ``exponential`` and ``deterministic`` need the mean alone, ``lognormal`` and ``gamma`` their
    coefficient of variation ``cv``, ``weibull`` its ``shape`` (the scale follows from the mean).
    ``empirical`` has ``points_h`` in place of a mean, and ``weights`` where they do not count
    alike. ``cap_h`` cuts the draw at a largest value (the mean stated is that before the cut).
    """

    kind: Literal["deterministic", "exponential", "lognormal", "weibull", "gamma", "empirical"]
    mean_h: Positive | None = None
    """Mean before the cut; left out for ``empirical``, whose points say it."""
    cv: float | None = Field(default=None, gt=0.0, le=10.0)
    shape: float | None = Field(default=None, gt=0.0, le=50.0)
    cap_h: Positive | None = None
    points_h: tuple[NonNegative, ...] = Field(default=(), max_length=10_000)
    """Of ``empirical``: at least two, in ascending order. Between two the quantile function is a
    straight line, so that any value from the first to the last can come."""
    weights: tuple[Positive, ...] | None = None
    """One for each point; a piece between two points has the mean of their weights. Default: all
    alike."""

    @model_validator(mode="after")
    def _shape_fits_kind(self) -> Self:
        if (self.kind in {"lognormal", "gamma"}) != (self.cv is not None):
            raise ValueError("cv belongs to the kinds lognormal and gamma, and they need it")
        if (self.kind == "weibull") != (self.shape is not None):
            raise ValueError("shape belongs to kind weibull, and weibull needs it")
        if (self.kind == "empirical") != bool(self.points_h):
            raise ValueError("points_h belong to kind empirical, and empirical needs them")
        if (self.kind == "empirical") == (self.mean_h is not None):
            raise ValueError(
                f"kind {self.kind} "
                + (
                    "takes its mean from its points; leave mean_h out"
                    if self.points_h
                    else "needs mean_h"
                )
            )
        return self

    @model_validator(mode="after")
    def _has_a_mean(self) -> Self:
        if self.kind == "gamma" and (self.cv or 1.0) < _LEAST_GAMMA_CV:
            raise ValueError(
                f"cv of a gamma distribution is below {_LEAST_GAMMA_CV}; it hardly varies: use "
                "kind deterministic"
            )
        if self.kind == "weibull":
            try:
                math.gamma(1.0 + 1.0 / (self.shape or 1.0))
            except OverflowError:
                raise ValueError(
                    f"a Weibull distribution of shape {self.shape} has no finite mean that can be "
                    "computed with; give a shape of at least 0.01"
                ) from None
        return self

    @model_validator(mode="after")
    def _points_in_order(self) -> Self:
        if self.weights is not None and len(self.weights) != len(self.points_h):
            raise ValueError(
                f"{len(self.weights)} weights for {len(self.points_h)} points_h; give one each"
            )
        if self.kind != "empirical":
            return self
        if len(self.points_h) < 2:
            raise ValueError("one point is no distribution; give two, or use kind deterministic")
        if any(right < left for left, right in pairwise(self.points_h)):
            raise ValueError("points_h are not in ascending order; sort them, and weights alike")
        if self.points_h[-1] == 0.0:
            raise ValueError("all points_h are 0; at least the last must be a positive duration")
        if any(right <= left for left, right in pairwise(self.probabilities)):
            raise ValueError("weights differ by more than numbers can tell; leave the least out")
        return self

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Of each point: 0 at the first, 1 at the last; empty for other kinds than empirical."""
        if not self.points_h:
            return ()
        weights = self.weights or (1.0,) * len(self.points_h)
        masses = [left / 2.0 + right / 2.0 for left, right in pairwise(weights)]
        sums = list(accumulate(masses))
        return (0.0, *(part / sums[-1] for part in sums[:-1]), 1.0)

    @property
    def expected_h(self) -> float:
        """The mean before the cut."""
        if self.mean_h is not None:
            return self.mean_h
        chances = (right - left for left, right in pairwise(self.probabilities))
        middles = (left / 2.0 + right / 2.0 for left, right in pairwise(self.points_h))
        return math.fsum(chance * middle for chance, middle in zip(chances, middles, strict=True))
