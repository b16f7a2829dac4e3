"""Which site makes the order and why, or why nobody can."""

from __future__ import annotations

import numpy as np

from analytics.promise.answer import Alternative, Made
from analytics.promise.place import NewOrder, Placed
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


def alternatives_of(
    new: NewOrder, placed: Placed, found: Match
) -> tuple[tuple[Alternative, ...], int]:
    """The order as planned, then at each other site that qualifies, the soonest first.

    Returns
    -------
    alternatives, left
        What was tried, and how many sites were not.
    """
    names = new.problem.model.names
    able = dict.fromkeys(site for step in found.steps for site in step.sites)
    every = [site for site in names.sites if site in able]
    base = Alternative("", new.moment(new.delivered_ms(new.replay(placed))), placed.spent)
    tried: list[Alternative] = []
    for site in every[:MOST_TRIED]:
        other = new.place([names.site_row[site]])
        if np.array_equal(other.group, placed.group):
            continue  # it is made there already
        delivered = None
        if other.possible:
            delivered = new.moment(new.delivered_ms(new.replay(other)))
        tried.append(Alternative(site, delivered, other.spent))
    far = [one for one in tried if one.delivered is None]
    near = [one for one in tried if one.delivered is not None]
    near.sort(key=lambda one: (one.delivered is None, one.delivered, one.cost))
    return (base, *near, *far), max(len(every) - MOST_TRIED, 0)
