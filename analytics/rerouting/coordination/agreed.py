"""A shared schedule: a planner proposes, and work moves as far as the sites' policies agree.

Nobody is there to ask in a simulation: what a site's policy does not agree to, it refuses.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analytics.remember import by_identity
from analytics.rerouting.coordination.planner import Planner
from analytics.rerouting.leftover import Wanted, leftover
from analytics.rerouting.offering import dated
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal
from analytics.rerouting.stay import Stay
from analytics.simulation.layout import HOUR_MS
from federation.agreement.hours import WorkHours
from federation.agreement.parts import SAME_DATE_H, SitePart, parts_of, refused
from federation.topology.model import ClusterSpec
from twins.agreement_spec import Change


@dataclass(frozen=True, slots=True)
class Agreed:
    """What is left of a planner's proposal when every site has answered by its policy.

    Parameters
    ----------
    planner
        Who proposes.
    """

    planner: Planner

    def propose(self, problem: ReroutingProblem) -> Proposal:
        """The plan that all sites agree to, or the running one."""
        stay, plan = Stay().propose(problem), self.planner.propose(problem)
        policies = {site.id: site.agreement for site in problem.cluster.sites}
        refusing: dict[str, frozenset[Change]] = {}
        while plan.policy != stay.policy:
            parts = asked_of(problem, plan)
            no = {site: refused(policies[site], part) for site, part in parts.items()}
            more = {
                site: kinds | refusing.get(site, frozenset()) for site, kinds in no.items() if kinds
            }
            if not more:
                return replace(plan, policy="agreed")
            if {**refusing, **more} == refusing:  # it is what moves elsewhere do to their dates
                break
            refusing |= more
            left = leftover(problem, Wanted.of(plan), refusing, "agreed")
            if left.proposal is None:
                break
            plan = left.proposal
        return stay


def asked_of(problem: ReroutingProblem, plan: Proposal) -> dict[str, SitePart]:
    """What a plan asks of each site, against the running plan as it is expected to go."""
    op, present = plan.op, problem.state.op
    group, rank = present["group"][op], present["rank"][op]
    changed = (plan.group != group) | _shifted(problem, plan)
    rows = op[changed]
    hours = work_hours(problem.cluster)
    before = dated(problem, rows, group[changed], rank[changed], problem.present)
    after = dated(problem, rows, plan.group[changed], plan.rank[changed], plan.end)
    return parts_of(
        {step: entry for step, entry in before if entry is not None},
        {step: entry for step, entry in after if entry is not None},
        hours,
    )


def _shifted(problem: ReroutingProblem, plan: Proposal) -> npt.NDArray[np.bool_]:
    """bool[op]: operations that begin or end at another time."""
    until = problem.until_ms
    far = np.zeros(len(plan.op), dtype=np.bool_)
    for name in ("start_ms", "end_ms"):
        then = np.minimum(problem.present.op[name][plan.op], until)
        far |= np.abs(np.minimum(plan.end.op[name][plan.op], until) - then) >= SAME_DATE_H * HOUR_MS
    return far


@by_identity()
def work_hours(cluster: ClusterSpec) -> WorkHours:
    """Machine hours of the operations of a cluster; every plan of a study shares them."""
    return WorkHours(cluster)
