"""Share of time in which a machine can work, in the mean: breakdowns and unbacked power."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

from twins.distribution_spec import DistributionSpec
from twins.spec import MachineSpec, SiteSpec

MONTH_H = 730.0
_STEPS = 4000


def capped_mean_h(spec: DistributionSpec) -> float:
    """Mean of a duration after its cap: the integral of the survival function up to the cap."""
    if spec.cap_h is None:
        return spec.expected_h
    if spec.kind == "deterministic":
        return min(spec.expected_h, spec.cap_h)
    if spec.kind == "empirical":
        return _capped_points_h(spec, spec.cap_h)
    return _capped_curve_h(spec.kind, spec.expected_h, spec.cv or spec.shape, spec.cap_h)


@lru_cache(maxsize=1024)  # the machines of a cluster share a few distributions
def _capped_curve_h(kind: str, mean_h: float, form: float | None, cap_h: float) -> float:
    """Mean after the cap of a kind with a survival function, by the trapezoidal rule.

    ``form`` is the coefficient of variation, of ``weibull`` the shape.
    """
    width = cap_h / _STEPS
    inner = sum(_survival(kind, mean_h, form, width * step) for step in range(1, _STEPS))
    return width * (0.5 + inner + _survival(kind, mean_h, form, cap_h) / 2.0)


def _capped_points_h(spec: DistributionSpec, cap_h: float) -> float:
    """Mean of an empirical duration after its cap: piece by piece, straight within each."""
    total = 0.0
    chances = [right - left for left, right in pairwise(spec.probabilities)]
    for (low, high), chance in zip(pairwise(spec.points_h), chances, strict=True):
        if high <= cap_h:
            total += chance * (low + high) / 2.0
        elif low >= cap_h:
            total += chance * cap_h
        else:
            share = (cap_h - low) / (high - low)
            total += chance * (share * (low + cap_h) / 2.0 + (1.0 - share) * cap_h)
    return total


def _survival(kind: str, mean_h: float, form: float | None, hours: float) -> float:
    """Probability of lasting longer than ``hours`` (above 0)."""
    if kind == "exponential":
        return math.exp(-hours / mean_h)
    if kind == "gamma":
        from scipy import special

        shape = 1.0 / (form or 1.0) ** 2
        return float(special.gammaincc(shape, hours * shape / mean_h))
    if kind == "weibull":
        shape = form or 1.0
        scale = mean_h / math.gamma(1.0 + 1.0 / shape)
        return math.exp(-((hours / scale) ** shape))
    variance = math.log1p((form or 0.0) ** 2)
    mu = math.log(mean_h) - variance / 2.0
    return 0.5 * math.erfc((math.log(hours) - mu) / math.sqrt(2.0 * variance))


def availability(site: SiteSpec, machine: MachineSpec) -> float:
    """Share of time in which a unit is neither broken down nor without power.

    A machine whose bus a genset, or an inverter with a battery, backs up is taken to have power.
    """
    share = 1.0
    if machine.failure is not None:
        up = capped_mean_h(machine.failure.time_to_failure)
        share = up / (up + capped_mean_h(machine.failure.time_to_repair))
    energy = site.energy
    if energy is None or energy.grid is None or energy.grid.outages is None:
        return share
    backed: set[str] = set(energy.genset.backs_up if energy.genset else ())
    if energy.inverter is not None and energy.inverter.battery is not None:
        backed.update(energy.inverter.backs_up)
    if machine.bus in backed:
        return share
    off = energy.grid.outages.per_month * capped_mean_h(energy.grid.outages.duration) / MONTH_H
    return share * max(1.0 - off, 0.0)
