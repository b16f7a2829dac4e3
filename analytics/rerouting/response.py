"""Responses: a policy, and the levers that are pulled with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from analytics.rerouting.coordination.degrees import POLICY_AT, Degree, degree, degree_of
from analytics.rerouting.errors import ReroutingError
from analytics.rerouting.levers.air_freight import AirFreight
from analytics.rerouting.levers.base import Lever, LeverCost, LeverPlan, no_primitives
from analytics.rerouting.levers.hired_genset import HiredGenset
from analytics.rerouting.levers.rented_capacity import RentedCapacity
from analytics.rerouting.levers.sunday_overtime import SundayOvertime
from analytics.rerouting.policy import POLICIES, policy
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal
from analytics.simulation.model import Records
from federation.topology.model import ClusterSpec

LEVERS: dict[str, Lever] = {
    "sunday-overtime": SundayOvertime(),
    "hired-genset": HiredGenset(),
    "rented-capacity": RentedCapacity(),
    "air-freight": AirFreight(),
}
"""Registered levers by name."""


@dataclass(frozen=True, eq=False)
class Decision:
    """What a response decides at one piece of news.

    Parameters
    ----------
    proposal
        Where the open work is to be done from now on.
    levers
        The whole plan of each lever, by name, what it decided earlier included.
    """

    proposal: Proposal
    levers: dict[str, LeverPlan] = field(default_factory=dict)

    @property
    def primitives(self) -> Records:
        """Timed changes of all levers (``PRIMITIVE_C``), past ones included, sorted by time.

        They take the place of those of the decision before.
        """
        plans = [plan.primitives for plan in self.levers.values()]
        return np.sort(np.concatenate([no_primitives(), *plans]), order=["time_ms", "kind"])

    @property
    def costs(self) -> tuple[LeverCost, ...]:
        """Money of all levers that no other account holds."""
        return tuple(cost for plan in self.levers.values() for cost in plan.costs)


@dataclass(frozen=True, slots=True)
class Response:
    """A policy plus levers.

    Parameters
    ----------
    id
        Name in tables.
    policy
        Name of a registered policy.
    levers
        Names of registered levers, in the order in which they are pulled.

    Raises
    ------
    ReroutingError
        When the policy or a lever does not exist, or a lever is named twice.
    """

    id: str
    policy: str = "stay"
    levers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        policy(self.policy)
        for lever in self.levers:
            if lever not in LEVERS:
                raise ReroutingError(
                    f"there is no lever '{lever}'; choose from {', '.join(LEVERS)}"
                )
        if len(set(self.levers)) != len(self.levers):
            raise ReroutingError(f"response '{self.id}' names a lever twice; name it once")

    @property
    def coordination(self) -> Degree:
        """How closely the sites are coordinated by its policy."""
        return degree_of(self.policy)

    @property
    def reroutes(self) -> bool:
        """Whether work may move."""
        return self.policy != "stay"

    def decide(self, problem: ReroutingProblem, before: Decision | None = None) -> Decision:
        """Pull the levers, then let the policy plan in the world that they make.

        Parameters
        ----------
        problem
            What is believed now. Its timed changes to come are those of the world alone: what
            levers decided before is in ``before`` and, as far as it has happened, in the state.
        before
            The decision before this one.
        """
        plans: dict[str, LeverPlan] = {}
        ahead = [no_primitives()]
        for name in self.levers:
            earlier = before.levers.get(name, LeverPlan()) if before is not None else LeverPlan()
            plans[name] = LEVERS[name].act(problem, earlier)
            rows = plans[name].primitives
            ahead.append(rows[rows["time_ms"] > problem.now_ms])
        changed = problem.with_primitives(np.concatenate(ahead))
        return Decision(policy(self.policy).propose(changed), plans)


RESPONSES: dict[str, Response] = {
    response.id: response
    for response in (
        Response("stay"),
        Response("stay+sunday-overtime", "stay", ("sunday-overtime",)),
        Response("stay+hired-genset", "stay", ("hired-genset",)),
        Response("stay+air-freight", "stay", ("air-freight",)),
        Response("greedy", "greedy"),
        Response("greedy+rented-capacity", "greedy", ("rented-capacity",)),
    )
}
"""The built-in responses."""


def default_responses(cluster: ClusterSpec) -> tuple[str, ...]:
    """The built-in responses whose levers the cluster has something for."""
    return tuple(
        one.id
        for one in RESPONSES.values()
        if all(LEVERS[lever].offered(cluster) for lever in one.levers)
    )


def coordinated(degrees: Iterable[int]) -> tuple[Response, ...]:
    """The response that stands for each degree of coordination, in their order.

    Raises
    ------
    ReroutingError
        When there is no such degree.
    """
    return tuple(response(POLICY_AT[degree(number)]) for number in degrees)


def chosen_responses(
    cluster: ClusterSpec,
    given: str | Response | Sequence[str | Response] | None = None,
    degrees: int | Iterable[int] | None = None,
) -> tuple[Response, ...]:
    """What a study compares: the given responses, then those that stand for degrees.

    Parameters
    ----------
    cluster
        Where neither is given, the built-in responses that it has something for.
    given
        Names or values.
    degrees
        Of coordination; a response that is given already is not added.

    Raises
    ------
    ReroutingError
        When there is no such response or degree.
    """
    if given is None:
        given = () if degrees is not None else default_responses(cluster)
    named = (given,) if isinstance(given, (str, Response)) else tuple(given)
    found = [response(one) if isinstance(one, str) else one for one in named]
    wanted = () if degrees is None else (degrees,) if isinstance(degrees, int) else tuple(degrees)
    return (*found, *(one for one in coordinated(wanted) if one not in found))


def response(name: str) -> Response:
    """The response called ``name``: built in, or a policy and levers joined by ``+``.

    Raises
    ------
    ReroutingError
        When a part of the name is unknown.
    """
    if name in RESPONSES:
        return RESPONSES[name]
    head, *levers = name.split("+")
    if head not in POLICIES:
        raise ReroutingError(
            f"there is no response '{name}'; write a policy ({', '.join(POLICIES)}), "
            f"and levers ({', '.join(LEVERS)}) after a '+'"
        )
    return Response(name, head, tuple(levers))
