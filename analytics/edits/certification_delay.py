"""Approvals take longer: the authority, the laboratory or the approver is late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from analytics.edits.base import Change, Disruption, Level, LeverGroup, at, listed
from analytics.simulation.layout import HOUR_MS, P_APPROVAL
from analytics.simulation.model import SimModel
from federation.topology.model import ClusterSpec
from twins.spec_base import Identifier, Positive


class CertificationDelay(Disruption):
    """First articles of a product wait longer for their approval, and certificates come later.

    So do approvals under way. When it ends, what still waits is approved or certified as if it had
    not been; at once where that is past.

    Parameters
    ----------
    product
        Whose approvals.
    part, site
        Only of this part, only at this site; default: all that need a first article or a
        certificate.
    delay_h
        By so much.
    """

    group: ClassVar[LeverGroup] = "Make"
    level: ClassVar[Level] = "meso"

    kind: Literal["certification_delay"] = "certification_delay"
    product: Identifier
    part: Identifier | None = None
    site: Identifier | None = None
    delay_h: Positive

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        products = [product.id for product in cluster.products]
        if self.product not in products:
            return [f"there is no product '{self.product}'; name one of {listed(products)}"]
        if self.gates(cluster):
            return []
        what = f"no part of '{self.product}' that it names needs a first article or a certificate"
        return [f"{what}; name a part and a site whose permission asks for one of them"]

    def gates(self, cluster: ClusterSpec) -> list[tuple[str, str]]:
        """Site and part of the approvals that it means."""
        return [
            (permission.site, permission.part)
            for permission in cluster.product(self.product).permissions
            if (permission.status == "first_article" or permission.certified_at is not None)
            and self.part in {None, permission.part}
            and self.site in {None, permission.site}
        ]

    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes while it holds."""
        gates = self.gates(model.cluster) if model.cluster is not None else []
        longer_ms = round(self.delay_h * HOUR_MS)
        for site, part in gates:
            part_row = model.names.part_row[self.product, part]
            row = model.names.site_row[site] * model.parts + part_row
            yield (at(model, start), P_APPROVAL, row, longer_ms)
            yield (at(model, end), P_APPROVAL, row, -longer_ms)
