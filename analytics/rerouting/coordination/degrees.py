"""The degrees of coordination, and which policy stands for each."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from analytics.rerouting.errors import ReroutingError


class Degree(IntEnum):
    """How closely the sites of a cluster are coordinated."""

    NONE = 0
    """Each site keeps its own plan; nothing is exchanged."""
    INFORMED = 1
    """Sites see each other's state and re-plan their own order of work; no work moves."""
    SHARED = 2
    """A shared schedule: work moves by proposals that the sites agree to by their policies."""
    CENTRAL = 3
    """One planner decides for the whole cluster."""
    AUCTION = 4
    """Sites bid for each other's late work, and the lowest bid gets it."""


POLICY_AT: Mapping[Degree, str] = {
    Degree.NONE: "stay",
    Degree.INFORMED: "informed",
    Degree.SHARED: "agreed",
    Degree.CENTRAL: "central",
    Degree.AUCTION: "auction",
}
"""The registered policy that stands for each degree where degrees are compared."""


def degree_of(policy: str) -> Degree:
    """The degree that a policy needs; one that is not listed plans for the whole cluster."""
    for degree, name in POLICY_AT.items():
        if name == policy:
            return degree
    return Degree.CENTRAL


def degree(number: int) -> Degree:
    """The degree of that number.

    Raises
    ------
    ReroutingError
        When there is none.
    """
    try:
        return Degree(number)
    except ValueError as error:
        known = ", ".join(f"{one.value} {POLICY_AT[one]}" for one in Degree)
        raise ReroutingError(
            f"there is no degree of coordination {number!r}; choose from {known}"
        ) from error
