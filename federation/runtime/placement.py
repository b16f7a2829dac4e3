"""Which twin lives in which actor. Pure.

One actor is one operating-system process of 60 to 90 MiB that takes most of a second to start. Up
to sixteen sites each gets its own, so that a crash takes one site's twin; larger clusters are
packed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

OWN_PROCESS_LIMIT = 16
"""Clusters up to this many sites get one actor per site."""
LARGEST_HOST = 25
"""Twins that one actor holds at most, unless it is asked for more."""


@dataclass(frozen=True, slots=True)
class HostPlan:
    """One actor and the sites whose twins it keeps."""

    name: str
    sites: tuple[str, ...]


def twins_per_host(sites: int, cores: int) -> int:
    """Twins in one actor when nothing else is asked for."""
    if sites <= OWN_PROCESS_LIMIT:
        return 1
    return min(LARGEST_HOST, max(1, math.ceil(sites / (2 * max(1, cores)))))


def place(sites: Sequence[str], cores: int, per_host: int | None = None) -> tuple[HostPlan, ...]:
    """The actors of a cluster: neighbours in ``sites`` share one.

    Parameters
    ----------
    sites
        In the order of the cluster.
    cores
        Of the machine or machines.
    per_host
        Twins in one actor; default ``twins_per_host``.

    Raises
    ------
    ValueError
        When ``per_host`` is not positive.
    """
    size = twins_per_host(len(sites), cores) if per_host is None else per_host
    if size < 1:
        raise ValueError(f"twins_per_host is {size}; an actor holds at least one twin")
    return tuple(
        HostPlan(f"host-{number}", tuple(sites[start : start + size]))
        for number, start in enumerate(range(0, len(sites), size))
    )
