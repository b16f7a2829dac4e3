"""The names of what tells telemetry at a site."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from twins.signals import AssetClass
from twins.spec import SiteSpec

SITE = "site"
"""The asset that stands for the site as a whole."""

POOL = "pool:"
"""Before the id of a pool of people."""

# Lots, gates, materials and links belong to orders, products and the cluster, which a site's
# specification does not name: any well-formed id of theirs is known. A lot is
# "order/number/part", a gate "product/part", a direction of a link "link/start".
_DYNAMIC = re.compile(
    r"(lot|gate|material|link):([^\s\x00-\x1f\x7f](?:.{0,198}[^\s\x00-\x1f\x7f])?)"
)
_DYNAMIC_CLASS = {
    "lot": AssetClass.LOT,
    "gate": AssetClass.GATE,
    "material": AssetClass.MATERIAL,
    "link": AssetClass.LINK,
}


@dataclass(frozen=True)
class Assets:
    """What is known at one site.

    Parameters
    ----------
    site
        Id of the site.
    machines
        Names of its work units.
    pools
        Names of its pools of people.
    """

    site: str
    machines: frozenset[str]
    pools: frozenset[str] = frozenset()

    @classmethod
    def of(cls, spec: SiteSpec) -> Self:
        """The assets of a specification."""
        machines = frozenset(unit for machine in spec.machines for unit in machine.unit_ids)
        return cls(spec.id, machines, frozenset(POOL + pool.id for pool in spec.pools))

    def classify(self, asset: str) -> AssetClass | None:
        """The class of ``asset``; ``None`` when it is unknown."""
        if asset in self.machines:
            return AssetClass.MACHINE
        if asset == SITE:
            return AssetClass.SITE
        if asset in self.pools:
            return AssetClass.POOL
        match = _DYNAMIC.fullmatch(asset)
        return _DYNAMIC_CLASS[match[1]] if match else None
