"""Capacity for hire: work centres that a site can have for some time, at a price by the hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twins.spec import MachineSpec
from twins.spec_base import Identifier, NonNegative, Spec

if TYPE_CHECKING:
    from federation.topology.model import ClusterSpec


class CapacityHireSpec(Spec):
    """A work centre that can be hired for a site; it is not there unless a response hires it."""

    id: Identifier
    site: Identifier
    machine: MachineSpec
    """A work centre of its own, as in ``sites/*.yaml``; what the site may make is made on it."""
    price_per_h: NonNegative
    """For all its units together, whether they work or not."""
    minimum_h: NonNegative = 0.0
    """Paid at least."""
    notice_h: NonNegative = 0.0
    """From the order until it stands at the site; a longer hire is asked for so long before its
    end."""


def with_offers(cluster: ClusterSpec) -> ClusterSpec:
    """The cluster whose sites have what can be hired for them, behind their own machines."""
    if not cluster.capacity_hire:
        return cluster
    sites = []
    for site in cluster.sites:
        own = {machine.id for machine in site.machines}
        offered = tuple(
            offer.machine
            for offer in cluster.capacity_hire
            if offer.site == site.id and offer.machine.id not in own
        )
        sites.append(site.model_copy(update={"machines": (*site.machines, *offered)}))
    return cluster.model_copy(update={"sites": tuple(sites)})
