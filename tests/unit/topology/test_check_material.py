"""Material needed against stock and standing receipts, followed by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from federation.topology.check import check_cluster
from federation.topology.check_material import MaterialWeek, material_weeks, site_sets
from federation.topology.load import load_cluster
from federation.topology.model import ClusterSpec

HARMATTAN = Path(__file__).parents[3] / "configs" / "harmattan"


@pytest.fixture(scope="module")
def cluster() -> ClusterSpec:
    return load_cluster(HARMATTAN)


def stocked(cluster: ClusterSpec, site_id: str, material: str, **changes: Any) -> ClusterSpec:
    """The cluster with another stock of a material at a site."""
    site = cluster.site(site_id)
    stock = tuple(
        entry.model_copy(update=changes) if entry.material == material else entry
        for entry in site.stock
    )
    sites = tuple(
        one.model_copy(update={"stock": stock}) if one.id == site_id else one
        for one in cluster.sites
    )
    return cluster.model_copy(update={"sites": sites})


def rows_of(cluster: ClusterSpec, material: str, *sites: str) -> list[MaterialWeek]:
    return [
        row
        for row in material_weeks(cluster)
        if row.material == material and (not sites or set(row.sites) == set(sites))
    ]


def test_the_need_counts_units_that_will_be_rejected(cluster: ClusterSpec) -> None:
    first, *_ = rows_of(cluster, "returned_board")
    assert first.sites == ("WA-COO",)
    assert first.needed == pytest.approx(120 / 0.72)
    assert (first.on_hand, first.weekly_receipt) == (400, 180)
    assert first.left == pytest.approx(400 + 180 - 120 / 0.72)


def test_the_sample_keeps_enough_of_everything(cluster: ClusterSpec) -> None:
    assert check_cluster(cluster).short == ()
    weeks = {row.week for row in check_cluster(cluster).material}
    assert weeks == set(range(1, 13))


def test_what_runs_short_is_flagged_from_the_week_in_which_it_is_missing(
    cluster: ClusterSpec,
) -> None:
    """400 on hand, 100 a week, 166.67 needed: used up at the end of week 6, missing from week 7."""
    scarce = stocked(cluster, "WA-COO", "returned_board", weekly_receipt=100)
    short = check_cluster(scarce).short
    assert {row.material for row in short} == {"returned_board"}
    assert [row.week for row in short] == [7, 8, 9, 10, 11, 12]
    assert short[-1].left == pytest.approx(400 + 12 * (100 - 120 / 0.72))
    assert short[0].monday.isoformat() == "2027-02-15"


def test_a_set_of_sites_can_be_short_although_all_sites_together_are_not(
    cluster: ClusterSpec,
) -> None:
    """Solar kits are packed in Accra and Lagos alone; cartons in Kisumu do not help them."""
    scarce = cluster
    for site in ("WA-ACC", "WA-LOS"):
        scarce = stocked(scarce, site, "carton", on_hand=0, weekly_receipt=10)
    scarce = stocked(scarce, "EA-KIS", "carton", on_hand=50_000)
    confined = rows_of(scarce, "carton", "WA-ACC", "WA-LOS")
    anywhere = rows_of(scarce, "carton", "WA-ACC", "WA-LOS", "EA-KIS")
    assert all(row.short for row in confined)
    assert not any(row.short for row in anywhere)
    assert all(a.needed > c.needed for a, c in zip(anywhere, confined, strict=True))


def test_what_is_won_back_from_rejected_units_counts_where_it_may_happen(
    cluster: ClusterSpec,
) -> None:
    printing = rows_of(cluster, "filament")
    assert {row.recovered for row in printing} == {0.0}  # nobody prints in Cotonou
    p3 = cluster.product("P3")
    board = p3.root.components[0]
    steps = tuple(
        step.model_copy(
            update={
                "recovers": tuple(
                    won.model_copy(update={"material": "repair_kit"}) for won in step.recovers
                )
            }
        )
        for step in board.operations
    )
    root = p3.root.model_copy(
        update={"components": (board.model_copy(update={"operations": steps}),)}
    )
    others = tuple(product for product in cluster.products if product.id != "P3")
    changed = cluster.model_copy(
        update={"products": (*others, p3.model_copy(update={"root": root}))}
    )
    first, *_ = rows_of(changed, "repair_kit")
    assert first.recovered == pytest.approx(120 / 0.72 * 0.28 * 0.09)
    assert first.left == pytest.approx(400 + 180 - 120 / 0.72 + first.recovered)


def test_orders_before_the_start_take_from_the_stock_alone(cluster: ClusterSpec) -> None:
    from datetime import timedelta

    early = tuple(
        order.model_copy(update={"release": order.release - timedelta(days=7)})
        for order in cluster.orders
    )
    first, second, *_ = rows_of(cluster.model_copy(update={"orders": early}), "returned_board")
    assert (first.week, first.left) == (0, pytest.approx(400 - 120 / 0.72))
    assert second.left == pytest.approx(first.left + 180 - 120 / 0.72)


def test_sets_that_overlap_are_also_looked_at_together() -> None:
    a, b, c = frozenset("xy"), frozenset("yz"), frozenset("w")
    assert site_sets({a, b, c}) == (c, a, b, frozenset("xyz"))
    assert site_sets({a}) == (a,)
    chain = {frozenset("ab"), frozenset("cd"), frozenset("bc")}
    assert frozenset("abcd") in site_sets(chain)


def test_a_step_that_nobody_may_make_is_not_told_as_a_want_of_material(
    cluster: ClusterSpec,
) -> None:
    p3 = cluster.product("P3")
    lost = p3.model_copy(
        update={"permissions": tuple(p for p in p3.permissions if p.site != "WA-COO")}
    )
    others = tuple(product for product in cluster.products if product.id != "P3")
    report = check_cluster(cluster.model_copy(update={"products": (*others, lost)}))
    assert report.unmakeable
    assert report.short == ()


def test_a_cluster_without_orders_needs_nothing(cluster: ClusterSpec) -> None:
    assert material_weeks(cluster.model_copy(update={"orders": ()})) == ()
