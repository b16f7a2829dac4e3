"""Figures that people ask with: refused before anything is compiled, with the remedy."""

from __future__ import annotations

from numbers import Integral, Real

from analytics.rerouting.errors import ReroutingError
from analytics.study_check import LARGEST_SEED, LONGEST_HORIZON_H


def check_hours(horizon_h: float, frozen_h: float) -> None:
    """See that a plan can be so long, and so much of it frozen.

    Raises
    ------
    ReroutingError
        When the horizon is not from an hour to a year, or the frozen one does not lie within it.
    """
    check_number("horizon_h", horizon_h)
    check_number("frozen_h", frozen_h)
    if not 1.0 <= horizon_h <= LONGEST_HORIZON_H:
        raise ReroutingError(
            f"a plan cannot have a horizon of {horizon_h:g} h",
            remedy=f"give 1 to {LONGEST_HORIZON_H:g}, a year",
        )
    if not frozen_h >= 0.0:
        raise ReroutingError(
            f"the frozen horizon of {frozen_h:g} h ends before now", remedy="give 0 or more"
        )
    if frozen_h > horizon_h:
        raise ReroutingError(
            f"the frozen horizon of {frozen_h:g} h is longer than the horizon of {horizon_h:g} h",
            remedy="shorten it, or plan for longer",
        )


def check_number(name: str, value: object) -> None:
    """See that a figure is a number.

    Raises
    ------
    ReroutingError
        When it is something else.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ReroutingError(f"{value!r} is no number", where=name, remedy="give a number")


def check_whole(name: str, value: object) -> None:
    """See that a figure is a whole number.

    Raises
    ------
    ReroutingError
        When it is something else.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ReroutingError(
            f"{value!r} is no whole number", where=name, remedy="give a whole number"
        )


def check_seed(seed: int) -> None:
    """See that random numbers can begin with a seed.

    Raises
    ------
    ReroutingError
        When they cannot.
    """
    check_whole("seed", seed)
    if not 0 <= seed <= LARGEST_SEED:
        raise ReroutingError(f"there is no seed {seed}", remedy="use one from 0 to 2**63 - 1")
