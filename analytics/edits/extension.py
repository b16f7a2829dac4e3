"""A snapshot of a larger cluster: what is new in it is as specified, all else as observed."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from federation.cut import planned
from federation.snapshot import ClusterSnapshot
from federation.tables import KEYS
from federation.topology.model import ClusterSpec
from federation.topology.product_model import PermissionSpec, ProductSpec
from twins.spec import SiteSpec
from twins.spec_base import Identifier, NonNegative, Spec

_TABLES = ("sites", "machines", "stock", "approvals")


class NewPermission(Spec):
    """What a site that is new to it may make.

    Parameters
    ----------
    product, part
        What.
    approval_h, approver, approval_cost
        Where a first article is needed; without approver the part is approved at once.
    """

    product: Identifier
    part: Identifier
    approver: Identifier | None = None
    approval_h: NonNegative = 0.0
    approval_cost: NonNegative = 0.0

    def at(self, site: str) -> PermissionSpec:
        """As a permission of the product."""
        return PermissionSpec(
            part=self.part,
            site=site,
            status="approved" if self.approver is None else "first_article",
            approval_h=self.approval_h,
            approver=self.approver,
            approval_cost=self.approval_cost,
        )


def permission_problems(
    wanted: tuple[NewPermission, ...], site: str, cluster: ClusterSpec
) -> list[str]:
    """What is wrong with the permissions of a site, a sentence with the remedy each."""
    sites = {known.id for known in cluster.sites} | {site}
    for one in wanted:
        product = next((known for known in cluster.products if known.id == one.product), None)
        if product is None:
            names = ", ".join(known.id for known in cluster.products) or "none"
            return [f"there is no product '{one.product}'; name one of {names}"]
        parts = [part.id for part in product.parts]
        if one.part not in parts:
            return [f"{one.product} has no part '{one.part}'; name one of {', '.join(parts)}"]
        if any((known.part, known.site) == (one.part, site) for known in product.permissions):
            return [f"{site} may make {one.product}/{one.part} already; leave the permission out"]
        if one.approver is not None and one.approver not in sites:
            return [f"there is no site '{one.approver}' to approve it; name one of the sites"]
    return []


def permitted(
    products: tuple[ProductSpec, ...], wanted: tuple[NewPermission, ...], site: str
) -> tuple[ProductSpec, ...]:
    """The products with the new permissions of a site."""
    return tuple(
        product.model_copy(
            update={
                "permissions": (
                    *product.permissions,
                    *(one.at(site) for one in wanted if one.product == product.id),
                )
            }
        )
        for product in products
    )


def with_site(cluster: ClusterSpec, changed: SiteSpec) -> ClusterSpec:
    """The cluster with a changed site in the place of the one with its id."""
    sites = tuple(changed if site.id == changed.id else site for site in cluster.sites)
    return cluster.model_copy(update={"sites": sites})


def extend(snapshot: ClusterSnapshot, larger: ClusterSpec) -> ClusterSnapshot:
    """The snapshot of a cluster that has sites, machines, stores or permissions more.

    Rows of what is new are those of the plan; rows come in the order of the larger cluster.
    """
    plan = planned(larger.model_copy(update={"orders": ()}), snapshot.taken_at).tables
    tables = dict(snapshot.tables)
    for name in _TABLES:
        observed = {_key(name, row): row for row in tables[name].to_pylist()}
        rows = [observed.pop(_key(name, row), row) for row in plan[name].to_pylist()]
        # What was told of without being specified stays, at the end.
        rows += observed.values()
        schema = tables[name].schema
        tables[name] = pa.Table.from_pylist(rows, schema=schema)
    known = snapshot.revisions
    revisions = {site.id: known.get(site.id, 0) for site in larger.sites}
    return replace(snapshot, cluster=larger, tables=tables, revisions=revisions)


def _key(name: str, row: dict[str, object]) -> tuple[object, ...]:
    return tuple(row[column] for column in KEYS[name])
