"""Orders become lots: as many units as ordered, components before what they are joined into."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.topology.load import load_cluster
from federation.topology.lots import explode, split
from federation.topology.model import ClusterSpec

HARMATTAN = Path(__file__).parents[3] / "configs" / "harmattan"


@pytest.fixture(scope="module")
def cluster() -> ClusterSpec:
    return load_cluster(HARMATTAN)


def test_a_lantern_order_becomes_six_lots_a_split(cluster: ClusterSpec) -> None:
    order = next(order for order in cluster.orders if order.id == "P1-W01-LAG-5")
    small = cluster.model_copy(update={"orders": (order,)})
    lots = explode(small)
    assert order.quantity == 40
    assert [lot.quantity for lot in lots if lot.part == "lantern"] == [16, 16, 8]
    assert [lot.id for lot in lots[:6]] == [
        f"P1-W01-LAG-5/01/{part}"
        for part in ("enclosure", "pcb", "lens", "strap", "bracket", "lantern")
    ]
    root = lots[5]
    assert (root.parent, root.children, root.customer) == (None, 5, "lagos")
    assert root.mass_kg == pytest.approx(16 * 0.45)
    assert {lot.parent for lot in lots[:5]} == {root.id}
    assert {lot.children for lot in lots[:5]} == {0}
    assert {(lot.release, lot.due) for lot in lots} == {(order.release, order.due)}


@given(quantity=st.integers(1, 10_000), lot_size=st.integers(1, 500))
def test_splits_sum_to_the_order_and_only_the_last_is_short(quantity: int, lot_size: int) -> None:
    lots = split(quantity, lot_size)
    assert sum(lots) == quantity
    assert all(lot == lot_size for lot in lots[:-1])
    assert 1 <= lots[-1] <= lot_size


@given(quantity=st.integers(1, 10_000), lot_size=st.integers(1, 500), share=st.floats(0.0, 1.0))
def test_no_lot_is_below_the_minimum_unless_the_order_is(
    quantity: int, lot_size: int, share: float
) -> None:
    minimum = max(1, int(lot_size * share))
    lots = split(quantity, lot_size, minimum)
    assert sum(lots) == quantity
    assert min(lots) >= min(minimum, quantity)
    assert list(lots) == sorted(lots, reverse=True) or lots[-1] > lot_size
    if any(count * minimum <= quantity <= count * lot_size for count in (len(lots), len(lots) + 1)):
        assert max(lots) <= lot_size
    assert max(lots) < lot_size + minimum


def test_a_rest_is_made_up_from_the_lots_before_it_or_joins_the_last_of_them() -> None:
    assert split(36, 16, 4) == (16, 16, 4)
    assert split(36, 16, 8) == (16, 12, 8)
    assert split(33, 16, 12) == (16, 17)
    assert split(37, 16, 12) == (13, 12, 12)
    assert split(5, 16, 8) == (5,)


def test_a_product_may_have_a_lot_size_of_its_own(cluster: ClusterSpec) -> None:
    products = tuple(
        product.model_copy(update={"lot_size": 20, "minimum_lot": 15})
        if product.id == "P1"
        else product
        for product in cluster.products
    )
    orders = tuple(
        next(one for one in cluster.orders if one.product == name) for name in ("P1", "P3")
    )
    orders = tuple(order.model_copy(update={"quantity": 50}) for order in orders)
    lots = explode(cluster.model_copy(update={"products": products, "orders": orders}))
    made = {order.product: [] for order in orders}
    for lot in lots:
        if lot.parent is None:
            made[lot.product].append(lot.quantity)
    assert made == {"P1": [20, 15, 15], "P3": [16, 16, 16, 2]}


@given(quantities=st.lists(st.integers(1, 60), min_size=1, max_size=5), lot_size=st.integers(1, 64))
def test_every_part_of_an_order_is_made_as_often_as_it_is_ordered(
    cluster: ClusterSpec, quantities: list[int], lot_size: int
) -> None:
    orders = tuple(
        order.model_copy(update={"quantity": quantity})
        for order, quantity in zip(cluster.orders, quantities, strict=False)
    )
    book = cluster.model_copy(update={"orders": orders, "lot_size": lot_size})
    lots = explode(book)
    assert lots == explode(book)
    assert len({lot.id for lot in lots}) == len(lots)
    position = {lot.id: number for number, lot in enumerate(lots)}
    joined = Counter(lot.parent for lot in lots)
    for order in orders:
        for part in book.product(order.product).parts:
            made = sum(lot.quantity for lot in lots if (lot.order, lot.part) == (order.id, part.id))
            assert made == order.quantity
    for lot in lots:
        assert lot.parent is None or position[lot.id] < position[lot.parent]
        assert lot.children == joined[lot.id]
