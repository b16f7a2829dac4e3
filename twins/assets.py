"""The names of what tells telemetry at a site."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from twins.signals import AssetClass
from twins.spec import SiteSpec

SITE = "site"
"""The asset that stands for the site as a whole."""

# Lots, gates and materials come and go with orders and products, which a site's specification does
# not name: any well-formed id of theirs is known. A lot is "order/number/part", a gate
# "product/part".
_DYNAMIC = re.compile(r"(lot|gate|material):([^\s\x00-\x1f\x7f](?:.{0,198}[^\s\x00-\x1f\x7f])?)")
_DYNAMIC_CLASS = {
    "lot": AssetClass.LOT,
    "gate": AssetClass.GATE,
    "material": AssetClass.MATERIAL,
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
    """

    site: str
    machines: frozenset[str]

    @classmethod
    def of(cls, spec: SiteSpec) -> Self:
        """The assets of a specification."""
        return cls(spec.id, frozenset(u for machine in spec.machines for u in machine.unit_ids))

    def classify(self, asset: str) -> AssetClass | None:
        """The class of ``asset``; ``None`` when it is unknown."""
        if asset in self.machines:
            return AssetClass.MACHINE
        if asset == SITE:
            return AssetClass.SITE
        match = _DYNAMIC.fullmatch(asset)
        return _DYNAMIC_CLASS[match[1]] if match else None
