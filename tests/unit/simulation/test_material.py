"""Suppliers, substitutes and material that customers own, in whole runs of one site."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from analytics.simulation.belief import believe
from analytics.simulation.extract import extract
from analytics.simulation.layout import DAY_MS, FOREVER, HOUR_MS, P_SUPPLY_SHARE, WEEK_MS
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.run import SimulationError, run
from analytics.validation.one_site import build, compile_one
from federation.topology.check_material import material_weeks
from federation.topology.model import ClusterSpec
from twins.spec import StockSpec

FIXED = {"kind": "deterministic", "mean_h": 10.0}


def shop(
    *stock: dict[str, Any],
    lots: int = 8,
    consumes: tuple[dict[str, Any], ...] = ({"material": "sheet", "quantity_per_unit": 1.0},),
    customers: tuple[str, ...] = ("C",),
) -> ClusterSpec:
    """One machine that takes half an hour and a sheet for each of ``lots`` units."""
    data = build(None, lots=lots).model_dump(mode="json")
    data["materials"] = [
        {"id": "sheet", "unit": "kg", "price": 2.0},
        {"id": "plate", "unit": "kg", "price": 3.0},
    ]
    data["sites"][0]["stock"] = list(stock)
    data["products"][0]["root"]["operations"][0]["consumes"] = list(consumes)
    data["customers"] = [
        {"id": name, "name": name, "country": "KE", "at_site": "S"} for name in customers
    ]
    for number, order in enumerate(data["orders"]):
        order["customer"] = customers[number % len(customers)]
    return ClusterSpec.model_validate(data)


def supplied(**changes: Any) -> dict[str, Any]:
    supplier = {
        "id": "mill",
        "reorder_point": 1.0,
        "order_quantity": 4.0,
        "lead": FIXED,
        "price": 5.0,
        **changes,
    }
    return {"material": "sheet", "on_hand": 3.0, "supplier": supplier}


def after(
    cluster: ClusterSpec, until_ms: int = FOREVER, *changes: tuple[int, int, int, int]
) -> tuple[SimModel, SimState]:
    model, state = compile_one(cluster, list(changes))
    before = state.stock["on_hand"].copy()
    run(model, state, until_ms)
    moved = state.stock["received"] + state.stock["recovered"] - state.stock["issued"]
    assert np.array_equal(before + moved, state.stock["on_hand"])
    assert np.all(state.stock["reserved"] >= 0)
    assert np.all(state.stock["reserved"] <= state.stock["on_hand"])
    return model, state


def done_h(state: SimState) -> list[float]:
    return sorted((state.lot["done_ms"] / HOUR_MS).tolist())


def test_a_supplier_is_asked_at_the_reorder_point_and_when_lots_wait() -> None:
    model, state = after(shop(supplied()))
    # 3 in hand: three lots by 1.5 h; four come at 10 h, four at 20 h
    assert done_h(state) == [0.5, 1.0, 1.5, 10.5, 11.0, 11.5, 12.0, 20.5]
    (row,) = extract(model, state)["stock"].to_pylist()
    assert row["orders"] >= 2
    assert row["received"] == row["purchased"] == 4.0 * (row["orders"] - (row["on_order"] > 0))
    assert row["purchase_cost"] == 5.0 * row["purchased"]


def test_what_is_on_order_counts_and_the_smallest_order_is_kept() -> None:
    model, state = after(shop(supplied(minimum_order=20.0)), 9 * HOUR_MS)
    (row,) = extract(model, state)["stock"].to_pylist()
    assert (row["orders"], row["on_order"], row["reserved"]) == (1, 20.0, 0.0)
    assert done_h(state)[:4] == [0.5, 1.0, 1.5, FOREVER / HOUR_MS]


def test_a_supplier_keeps_its_hours() -> None:
    # asked on Monday at 00:00, open from 08:00; 10 h later it is closed until Tuesday, 08:00
    hours = {"open": "08:00", "close": "16:00"}
    _, state = after(shop(supplied(hours=hours)))
    assert done_h(state)[3] == 32.5


def test_more_orders_than_one_can_be_under_way() -> None:
    lead = {"kind": "deterministic", "mean_h": 100.0}
    supplier = supplied(order_quantity=1.0, reorder_point=5.0, lead=lead)
    _, state = after(shop(supplier, lots=3), 50 * HOUR_MS)
    assert state.supply["milli"].tolist() == [3000, 1000, 1000, 1000, 0, 0, 0, 0]


def test_lead_times_are_drawn_by_supplier_and_order() -> None:
    lead = {"kind": "exponential", "mean_h": 10.0}
    runs = [after(shop(supplied(lead=lead)))[1] for _ in range(2)]
    assert done_h(runs[0]) == done_h(runs[1])
    # the dates of an order do not depend on what is made
    model, busy = compile_one(shop(supplied(lead=lead), lots=8))
    other, idle = compile_one(shop({**supplied(lead=lead, reorder_point=3.0)}, lots=0))
    run(model, busy, HOUR_MS // 4)
    run(other, idle, HOUR_MS // 4)
    assert busy.supply["due_ms"][0] == idle.supply["due_ms"][0]


def test_half_of_a_delivery_is_missing_and_ordered_again() -> None:
    _, state = after(shop(supplied()), FOREVER, (0, P_SUPPLY_SHARE, 0, 500_000))
    assert done_h(state) == [0.5, 1.0, 1.5, 10.5, 11.0, 20.5, 21.0, 30.5]


def test_a_planner_expects_what_is_left_of_the_lead_time() -> None:
    model, state = compile_one(shop(supplied(lead={"kind": "exponential", "mean_h": 10.0})))
    run(model, state, HOUR_MS)
    _, view = believe(model, state, model.primitive)
    assert view.supply["due_ms"][0] == 11 * HOUR_MS  # exponential: always ten hours more
    assert state.supply["due_ms"][0] != view.supply["due_ms"][0]


SUBSTITUTE = (
    {
        "material": "sheet",
        "quantity_per_unit": 1.0,
        "substitute": {"material": "plate", "quantity_per_unit": 2.0},
    },
)


def test_a_substitute_is_taken_when_the_first_choice_is_short() -> None:
    stock = ({"material": "sheet", "on_hand": 2.0}, {"material": "plate", "on_hand": 5.0})
    model, state = after(shop(*stock, lots=5, consumes=SUBSTITUTE), 5 * HOUR_MS)
    rows = {row["material"]: row for row in extract(model, state)["stock"].to_pylist()}
    assert rows["sheet"]["issued"] == 2.0
    assert rows["plate"]["issued"] == 4.0
    assert np.count_nonzero(state.lot["done_ms"] < FOREVER) == 4


def test_a_substitute_that_comes_in_wakes_what_waits() -> None:
    stock = (
        {"material": "sheet", "on_hand": 0.0},
        {"material": "plate", "on_hand": 0.0, "weekly_receipt": 6.0, "receipt_day": "tue"},
    )
    _, state = after(shop(*stock, lots=3, consumes=SUBSTITUTE), WEEK_MS)
    assert done_h(state) == [31.5, 32.0, 32.5]


def test_a_customer_s_own_material_is_used_for_its_orders_alone_and_first() -> None:
    stock = (
        {"material": "sheet", "on_hand": 1.0},
        {"material": "sheet", "on_hand": 3.0, "owner": "D"},
    )
    model, state = after(shop(*stock, lots=8, customers=("C", "D")), DAY_MS)
    rows = {row["owner"]: row for row in extract(model, state)["stock"].to_pylist()}
    assert (rows[None]["issued"], rows["D"]["issued"]) == (1.0, 3.0)
    done = extract(model, state)["lots"].to_pylist()
    delivered = [row["order"] for row in done if row["delivered_at"] is not None]
    assert delivered == ["O0000", "O0001", "O0003", "O0005"]


def test_two_materials_are_reserved_together_or_not_at_all() -> None:
    consumes = (
        {"material": "sheet", "quantity_per_unit": 1.0},
        {"material": "plate", "quantity_per_unit": 1.0},
    )
    stock = ({"material": "sheet", "on_hand": 9.0}, {"material": "plate", "on_hand": 1.0})
    _, state = after(shop(*stock, lots=4, consumes=consumes), DAY_MS)
    assert state.stock["reserved"].tolist() == [0, 0]
    assert state.stock["issued"].tolist() == [1000, 1000]


def test_the_check_calls_nothing_short_that_a_supplier_brings() -> None:
    bare = shop({"material": "sheet", "on_hand": 3.0})
    assert any(week.short for week in material_weeks(bare))
    assert not any(week.short for week in material_weeks(shop(supplied())))
    stock = ({"material": "sheet", "on_hand": 2.0}, {"material": "plate", "on_hand": 50.0})
    assert not any(week.short for week in material_weeks(shop(*stock, consumes=SUBSTITUTE)))


def test_an_owner_sends_his_material_himself() -> None:
    with pytest.raises(ValidationError, match="has no supplier"):
        StockSpec.model_validate({**supplied(), "owner": "C"})


def test_stock_that_does_not_add_up_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    model, state = compile_one(shop(supplied()))

    def lose(*arrays: Any) -> int:
        state.stock["on_hand"] -= 1
        return 0

    monkeypatch.setattr("analytics.simulation.run.KERNEL", lose)
    with pytest.raises(SimulationError, match="the stock does not add up"):
        run(model, state, HOUR_MS)
