"""Edits of one work centre: whether it exists, and shares that it drifts to in steps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from analytics.edits.base import Change, listed, share
from analytics.simulation.model import SimModel
from federation.topology.model import ClusterSpec

_STEPS = 8
"""In which a drift is taken."""


def centre_problems(cluster: ClusterSpec, site: str, machine: str) -> list[str]:
    """That the cluster does not have a work centre, a sentence with the remedy."""
    sites = {one.id: one for one in cluster.sites}
    if site not in sites:
        return [f"there is no site '{site}'; name one of {listed(sites)}"]
    centres = [one.id for one in sites[site].machines]
    if machine in centres:
        return []
    return [f"{site} has no work centre '{machine}'; name one of {listed(centres)}"]


def drifting(
    model: SimModel,
    kind: int,
    centre: tuple[str, str],
    start: datetime,
    end: datetime,
    held: float,
    drift_h: float,
) -> Iterator[Change]:
    """A share of the usual at a work centre until ``end``, reached in equal steps from ``start``.

    Parameters
    ----------
    kind
        A kind of timed change of work centres that sets a share.
    centre
        Site and work centre.
    held
        The share when it has drifted all the way.
    drift_h
        How long that takes; 0: at once.
    """
    row = model.names.group_row[centre]
    steps = _STEPS if drift_h > 0.0 else 1
    step = timedelta(hours=drift_h / _STEPS)
    for number in range(1, steps + 1):
        begin = start + (number - 1) * step
        close = end if number == steps else min(begin + step, end)
        if begin < close:
            yield from share(model, kind, [row], begin, close, 1.0 - (1.0 - held) * number / steps)
