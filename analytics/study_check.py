"""What a study can be asked: refused before anything is compiled, with the remedy."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import TypeVar

from analytics.answer import StudyError
from analytics.kpis.registry import UNDISTURBED
from federation.topology.model import ClusterSpec
from twins.spec import SiteSpec

T = TypeVar("T")

LARGEST_SEED = 2**63 - 1
LONGEST_HORIZON_H = 8784.0
"""A leap year."""
LARGEST_ENERGY_KWH = 2.5e6
"""What fits into a counter: 2**63 uJ are 2.56e6 kWh."""
_SUN = 1.5
"""Bound on the output of PV above its rating, of cold modules under broken clouds."""


def several(kind: type[T], given: T | Iterable[T], word: str, remedy: str) -> tuple[T, ...]:
    """One or several values of a kind as a tuple.

    Raises
    ------
    StudyError
        When one of them is something else.
    """
    if isinstance(given, kind):
        return (given,)
    found = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else (given,)
    for one in found:
        if not isinstance(one, kind):
            raise _refused(f"{one!r} is no {word}", f"give {remedy}")
    return tuple(one for one in found if isinstance(one, kind))


def check_names(word: str, names: Sequence[str]) -> None:
    """See that there are scenarios, or responses, with names of their own.

    Raises
    ------
    StudyError
        When there is none, one comes twice, or one has the name of the undisturbed runs.
    """
    if not names:
        example = ", such as 'stay'" if word == "response" else ""
        raise _refused(f"there is no {word}", f"give at least one{example}")
    if len(set(names)) != len(names):
        raise _refused(f"a {word} twice", "give it once")
    for name in names:
        if name.partition("+")[0] == UNDISTURBED:
            what = f"a {word} called '{name}', which is the name of a baseline"
            raise _refused(what, "give it another name")


def check_figures(
    *,
    replications: int,
    seed: int,
    horizon_h: float,
    frozen_h: float,
    engine: str,
    workers: int | None,
) -> None:
    """See that the figures of a study mean something.

    Raises
    ------
    StudyError
        When one does not.
    """
    _whole("replications", replications)
    _whole("seed", seed)
    _number("horizon_h", horizon_h)
    _number("frozen_h", frozen_h)
    if workers is not None:
        _whole("workers", workers)
    problems = [
        (replications < 1, f"{replications} replications", "ask for at least one"),
        (not 0 <= seed <= LARGEST_SEED, f"the seed {seed}", "use one from 0 to 2**63 - 1"),
        (not horizon_h > 0.0, f"a horizon of {horizon_h} h", "give one above 0"),
        (
            horizon_h > LONGEST_HORIZON_H,
            f"a horizon of {horizon_h} h",
            f"give at most {LONGEST_HORIZON_H:.0f}, a year",
        ),
        (not frozen_h >= 0.0, f"{frozen_h} frozen hours", "give 0 or more"),
        (workers is not None and workers < 1, "no worker", "give at least one"),
        (engine not in {"ray", "local"}, f"engine '{engine}'", "use ray or local"),
    ]
    for wrong, what, remedy in problems:
        if wrong:
            raise _refused(what, remedy)


def check_choice(choose_by: str, *, antithetic: bool) -> None:
    """See that a choice can go by this.

    Raises
    ------
    StudyError
        When it cannot.
    """
    if choose_by not in {"mean", "cvar"}:
        raise _refused(f"choose_by is '{choose_by}'", "choose by mean or cvar")
    if choose_by == "cvar" and antithetic:
        raise _refused(
            "antithetic runs are drawn to sharpen means, and a choice by cvar takes none",
            "leave antithetic out, or choose by mean",
        )


def check_energy(cluster: ClusterSpec, horizon_h: float) -> None:
    """See that the energy of every site can be counted to the end of the runs.

    The simulator counts whole microjoules in 64 bits.

    Raises
    ------
    StudyError
        When the largest power of a site over the horizon is more than that.
    """
    for site in cluster.sites:
        power_kw = largest_power_kw(site)
        if power_kw * horizon_h > LARGEST_ENERGY_KWH:
            raise _refused(
                f"{site.id} may take or give {power_kw:,.0f} kW, which over {horizon_h:,.0f} h is "
                "more energy than the simulator counts",
                f"ask for at most {int(LARGEST_ENERGY_KWH / power_kw):,} h, or correct its figures",
            )


def largest_power_kw(site: SiteSpec) -> float:
    """A bound on every flow of energy at a site: all it can consume, or all its sun."""
    machines = sum(one.count * max(one.run_kw, one.idle_kw) for one in site.machines)
    energy = site.energy
    if energy is None:
        return machines
    used = machines + sum(bus.base_load_kw for bus in energy.buses)
    inverter = energy.inverter
    if inverter is None:
        return used
    battery, pv = inverter.battery, inverter.pv
    charge = max(battery.charge_kw, battery.discharge_kw) if battery is not None else 0.0
    return max(used + charge, _SUN * pv.peak_kw if pv is not None else 0.0)


def is_whole(value: object) -> bool:
    """Whether it is a whole number, of Python or numpy."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    """Whether it is a real number, of Python or numpy; one that is not finite too."""
    return isinstance(value, Real) and not isinstance(value, bool)


def _whole(name: str, value: object) -> None:
    if not is_whole(value):
        raise _refused(f"{name} is {value!r}", "give a whole number")


def _number(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, Real) or math.isnan(value):
        raise _refused(f"{name} is {value!r}", "give a number of hours")


def _refused(what: str, remedy: str) -> StudyError:
    return StudyError(f"the study cannot run: {what}", remedy=remedy)
