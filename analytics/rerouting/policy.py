"""Policies: how work is rerouted. One method, one registered value, one file each."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from analytics.rerouting.coordination.agreed import Agreed
from analytics.rerouting.coordination.auction import Auction
from analytics.rerouting.coordination.central import Central
from analytics.rerouting.coordination.informed import Informed
from analytics.rerouting.errors import ReroutingError
from analytics.rerouting.exact.policy import Exact
from analytics.rerouting.greedy import Greedy
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal
from analytics.rerouting.reactive import Reactive
from analytics.rerouting.search.policy import Search
from analytics.rerouting.stay import Stay


@runtime_checkable
class Policy(Protocol):
    """Answers a rerouting problem. It sees beliefs only: the problem holds nothing else."""

    def propose(self, problem: ReroutingProblem) -> Proposal:
        """A plan for the open operations, dated and priced by its own replay."""
        ...


POLICIES: dict[str, Policy] = {
    "stay": Stay(),
    "reactive": Reactive(),
    "greedy": Greedy(),
    "search": Search(),
    "exact": Exact(),
    "informed": Informed(),
    "agreed": Agreed(Greedy()),
    "central": Central((Greedy(), Informed(), Agreed(Greedy()), Auction())),
    "auction": Auction(),
}
"""Registered policies by name."""


def policy(name: str) -> Policy:
    """The policy called ``name``.

    Raises
    ------
    ReroutingError
        When there is none.
    """
    # what cannot be a key is no name either
    found = next((one for key, one in POLICIES.items() if key == name), None)
    if found is None:
        raise ReroutingError(f"there is no policy '{name}'; choose one of {', '.join(POLICIES)}")
    return found
