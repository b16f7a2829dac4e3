"""A capability is not a permission: candidates need both, and refusals say which one fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from federation.topology.capability import Candidate, CapabilityIndex
from federation.topology.load import load_cluster

HARMATTAN = Path(__file__).parents[3] / "configs" / "harmattan"


@pytest.fixture(scope="module")
def index() -> CapabilityIndex:
    return CapabilityIndex(load_cluster(HARMATTAN))


def test_candidates_come_in_the_order_of_sites_with_their_permission(
    index: CapabilityIndex,
) -> None:
    assert index.candidates("P1", "enclosure", 0) == (
        Candidate("WA-IBA", "laser_fiber", "approved"),
        Candidate("WA-TKD", "laser_fiber", "first_article"),
    )
    assert index.candidates("P1", "enclosure", 1) == (
        Candidate("WA-KAD", "press_brake", "approved"),
        Candidate("WA-TKD", "press_brake", "first_article"),
    )


def test_a_co2_laser_is_refused_for_sheet_steel(index: CapabilityIndex) -> None:
    refusals = {refusal.site: refusal for refusal in index.refusals("P1", "enclosure", 0)}
    assert refusals["EA-KIS"].requirement == "material_worked"
    assert refusals["EA-KIS"].work_centre == "laser_co2"
    assert "sheet_steel" in refusals["EA-KIS"].reason
    assert refusals["WA-LOS"].requirement == "process"
    assert "WA-IBA" not in refusals


def test_a_site_that_can_but_may_not_is_refused_for_its_permission(index: CapabilityIndex) -> None:
    refusals = {refusal.site: refusal for refusal in index.refusals("P3", "board", 0)}
    assert refusals["WA-ACC"].requirement == "permission"
    assert refusals["WA-ACC"].work_centre == "test_bench"


def test_every_site_either_qualifies_or_says_why_not(index: CapabilityIndex) -> None:
    cluster = load_cluster(HARMATTAN)
    for product in cluster.products:
        for part in product.parts:
            for number in range(len(part.operations)):
                able = {c.site for c in index.candidates(product.id, part.id, number)}
                refused = {r.site for r in index.refusals(product.id, part.id, number)}
                assert able.isdisjoint(refused)
                assert able | refused == {site.id for site in cluster.sites}


def test_what_does_not_exist_is_a_key_error(index: CapabilityIndex) -> None:
    with pytest.raises(KeyError):
        index.candidates("P9", "lantern", 0)
