"""Concentration of processes and variety of sites, by hand."""

import math

import pytest

from federation.resilience.concentration import (
    entropy_bits,
    herfindahl,
    process_concentration,
    single_steps,
)
from federation.resilience.flows import Flow, Stream
from federation.resilience.shop import Shop
from federation.resilience.variety import changeovers, site_variety
from tests.support.networks import at, link, network, order, part, product, site

FOUR = [product(part(name, [("cutting", 6.0)]), {name: ["A"]}) for name in "WXYZ"]


def shop(sites, products, orders=()):
    cluster = network(
        sites, [link("A", "B")] if len(sites) > 1 else [], products, [at("gate", "A")], orders
    )
    return Shop(cluster)


def test_one_supplier_is_an_index_of_one_and_two_equal_ones_of_a_half():
    """R15: HHI 1.0 for a capability of one supplier."""
    goods = [product(part("W", [("cutting", 6.0), ("bending", 6.0)]), {"W": ["A", "B"]})]
    found = process_concentration(
        shop([site("A", "cutting", "bending"), site("B", "cutting")], goods)
    )
    assert [(row.process, row.hhi, row.single) for row in found] == [
        ("bending", 1.0, True),
        ("cutting", 0.5, False),
    ]
    assert found[1].hours == 96.0
    assert [step.site for step in single_steps(shop([site("A", "cutting", "bending")], goods))] == [
        "A",
        "A",
    ]


def test_shares_are_by_hours_and_speed_and_who_may_not_is_named():
    fast = {"id": "cutting", "process": "cutting", "speed_factor": 3.0}
    goods = [product(part("W", [("cutting", 6.0)]), {"W": ["A", "B"]})]
    sites = [site("A", fast), site("B", "cutting"), site("C", "cutting")]
    (row,) = process_concentration(shop(sites, goods))
    assert (row.sites, row.shares) == (("A", "B"), (0.75, 0.25))
    assert row.hhi == pytest.approx(0.75**2 + 0.25**2)
    assert row.others == ("C",)


def test_a_process_that_nobody_has_is_told_without_hours():
    goods = [product(part("W", [("welding", 6.0)]), {"W": ["A"]})]
    (row,) = process_concentration(shop([site("A", "cutting")], goods))
    assert (row.hours, row.sites, row.hhi, row.single) == (0.0, (), 0.0, False)


def test_entropy_of_equal_shares_is_the_logarithm_of_their_number():
    assert entropy_bits([3.0] * 4) == 2.0
    assert entropy_bits([5.0]) == 0.0
    assert math.copysign(1.0, entropy_bits([5.0])) == 1.0
    assert entropy_bits([]) == entropy_bits([0.0, 0.0]) == 0.0
    assert entropy_bits([3.0, 1.0]) == pytest.approx(2.0 - 0.75 * math.log2(3.0))
    assert herfindahl([]) == 0.0


def test_a_site_of_four_products_alike_has_two_bits():
    """R29: entropy of a uniform site of four products is two bits."""
    wanted = [order(name, "gate", 10) for name in "WXYZ"]
    (row,) = site_variety(shop([site("A", "cutting")], FOUR, wanted))
    assert (row.products, row.parts, row.entropy_bits) == (4, 4, 2.0)
    (unordered,) = site_variety(shop([site("A", "cutting")], FOUR))
    assert unordered.entropy_bits == 2.0
    (skewed,) = site_variety(shop([site("A", "cutting")], FOUR, wanted[:1]))
    assert skewed.entropy_bits == 0.0


def test_a_site_that_the_schedule_gives_one_product_is_specialised():
    """R26: the index rises under a focused plan."""
    floor = shop([site("A", "cutting")], FOUR, [order(name, "gate", 10) for name in "WXYZ"])
    focused = Flow("schedule", (Stream(0, {(0, 0): 40.0}, ()),), 40.0)
    spread = Flow("schedule", tuple(Stream(n, {(n, 0): 10.0}, ()) for n in range(4)), 40.0)
    (one,) = site_variety(floor, focused)
    (all_alike,) = site_variety(floor, spread)
    assert (one.planned_bits, one.specialisation) == (0.0, 1.0)
    assert (all_alike.planned_bits, all_alike.specialisation) == (2.0, 0.0)


def test_the_changeover_matrix_has_every_pair_of_families_that_can_meet():
    """R29: what changing over takes."""
    setups = {
        "default_min": 30.0,
        "same_family_min": 2.0,
        "changeovers": [{"before": "red", "after": "blue", "time_min": 12.0}],
    }
    press = {"id": "press", "process": "pressing", "setups": setups}
    goods = [
        product(part(name, [("pressing", 6.0)], setup_family=name), {name: ["A"]})
        for name in ("red", "blue")
    ]
    rows = changeovers(shop([site("A", press)], goods)).to_pylist()
    assert {(row["before"], row["after"]): row["time_min"] for row in rows} == {
        ("red", "red"): 2.0,
        ("blue", "blue"): 2.0,
        ("red", "blue"): 12.0,
        ("blue", "red"): 30.0,
    }
