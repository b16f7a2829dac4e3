"""Which site makes the order and why, or why nobody can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.promise.answer import Alternative, Made
from analytics.promise.place import NewOrder, Placed
from analytics.simulation.layout import FOREVER
from analytics.simulation.model import SimState
from federation.matching import Match

MOST_TRIED = 12
"""Other sites that the order is planned at, for comparison."""


def reason_of(found: Match) -> str:
    """Why nobody can make the product: the operations without a site, and whom they lack."""
    lacking = [step for step in found.steps if not step.qualified]
    sentences = []
    for step in lacking:
        near = [no for no in step.refused if no.requirement != "process"]
        if not near:
            why = f"no site has a machine for {step.process}"
        else:
            why = "; ".join(f"{no.site}: {no.reason}" for no in near)
        sentences.append(f"nobody can do '{step.operation}' of {step.part}: {why}")
    return ". ".join(sentences)


def steps_of(new: NewOrder, placed: Placed, end: SimState, found: Match) -> tuple[Made, ...]:
    """Each operation of the order: where it would be done, when, and who else was asked.

    Parameters
    ----------
    new, placed
        The order, and its plan.
    end
        Its replay.
    found
        Who qualifies for what.
    """
    model = new.problem.model
    names = model.names
    lot = new.problem.state.op["lot"][new.ops]
    step = new.ops - model.lot["first_op"][lot]
    rows = []
    by_part: dict[str, int] = {}
    for one in found.steps:
        number = by_part.get(one.part, 0)
        by_part[one.part] = number + 1
        mine = (model.lot["part"][lot] == names.part_row[found.product, one.part]) & (
            step == number
        )
        groups = np.unique(placed.group[mine]).tolist()
        centres = tuple("/".join(names.groups[group]) for group in groups)
        sites = tuple(dict.fromkeys(names.groups[group][0] for group in groups))
        starts, ends = end.op["start_ms"][new.ops[mine]], end.op["end_ms"][new.ops[mine]]
        rows.append(
            Made(
                part=one.part,
                operation=one.operation,
                process=one.process,
                sites=sites,
                work_centres=centres,
                first=new.moment(int(starts.min())),
                last=new.moment(int(ends.max())),
                others=tuple(site for site in one.sites if site not in sites),
                refused=one.refused,
            )
        )
    return tuple(rows)


@dataclass(frozen=True, eq=False)
class Tried:
    """One way to make the order.

    Parameters
    ----------
    site
        Where all is made for which that site qualifies; empty: each operation where it is best.
    placed
        The plan.
    delivered_ms
        When the last lot is with the customer if all goes as expected; ``FOREVER``: not within the
        horizon.
    """

    site: str
    placed: Placed
    delivered_ms: int


def tried_of(new: NewOrder, found: Match) -> tuple[tuple[Tried, ...], int]:
    """The order planned operation by operation, then at each site that qualifies for some of it.

    Returns
    -------
    tried, left
        The plans, and how many sites were not tried.
    """
    names = new.problem.model.names
    able = dict.fromkeys(site for step in found.steps for site in step.sites)
    every = [site for site in names.sites if site in able]
    tried = (
        _tried(new, "", new.place()),
        *(_tried(new, site, new.place([names.site_row[site]])) for site in every[:MOST_TRIED]),
    )
    return tried, max(len(every) - MOST_TRIED, 0)


def _tried(new: NewOrder, site: str, placed: Placed) -> Tried:
    possible = placed.possible
    return Tried(site, placed, new.delivered_ms(new.replay(placed)) if possible else FOREVER)


def best_of(tried: Sequence[Tried], *, urgent: bool) -> Tried:
    """The soonest plan (``urgent``) or the cheapest one, of those that end within the horizon.

    The other figure parts equals, so that no plan is at once sooner and cheaper than the best.
    """

    def rank(one: Tried) -> tuple[bool, bool, float, float]:
        first, second = float(one.delivered_ms), one.placed.spent
        if not urgent:
            first, second = second, first
        return (not one.placed.possible, one.delivered_ms >= FOREVER, first, second)

    return min(tried, key=rank)  # the first of equals


def alternatives_of(
    new: NewOrder, chosen: Tried, tried: Sequence[Tried]
) -> tuple[Alternative, ...]:
    """The order as planned, then at each other site that qualifies, the soonest first."""

    def told(site: str, one: Tried) -> Alternative:
        return Alternative(site, new.moment(one.delivered_ms), one.placed.spent)

    others = [
        one
        for one in tried
        if one.site and not np.array_equal(one.placed.group, chosen.placed.group)
    ]
    others.sort(key=lambda one: (one.delivered_ms, one.placed.spent))
    return (told("", chosen), *(told(one.site, one) for one in others))
