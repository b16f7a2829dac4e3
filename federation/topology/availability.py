"""Share of time in which a machine can work, in the mean: breakdowns and unbacked power."""

from __future__ import annotations

import math

from twins.distribution_spec import DistributionSpec
from twins.spec import MachineSpec, SiteSpec

MONTH_H = 730.0
_STEPS = 4000


def capped_mean_h(spec: DistributionSpec) -> float:
    """Mean of a duration after its cap: the integral of the survival function up to the cap."""
    if spec.cap_h is None:
        return spec.mean_h
    if spec.kind == "deterministic":
        return min(spec.mean_h, spec.cap_h)
    width = spec.cap_h / _STEPS
    inner = sum(_survival(spec, width * step) for step in range(1, _STEPS))
    return width * (0.5 + inner + _survival(spec, spec.cap_h) / 2.0)


def _survival(spec: DistributionSpec, hours: float) -> float:
    """Probability of lasting longer than ``hours`` (above 0)."""
    if spec.kind == "exponential":
        return math.exp(-hours / spec.mean_h)
    if spec.kind == "weibull":
        shape = spec.shape or 1.0
        scale = spec.mean_h / math.gamma(1.0 + 1.0 / shape)
        return math.exp(-((hours / scale) ** shape))
    variance = math.log1p((spec.cv or 0.0) ** 2)
    mu = math.log(spec.mean_h) - variance / 2.0
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
