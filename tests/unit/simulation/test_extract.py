"""The tables of a run say what the state says, in the units of their columns."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from analytics.scenario import Scenario
from analytics.simulation.compile import arm_state, compile_shop
from analytics.simulation.extract import extract
from analytics.simulation.extract_costs import regular_open_ms
from analytics.simulation.layout import DAY_MS, FOREVER, HOUR_MS, P_CALENDAR, UJ_PER_KWH
from analytics.simulation.run import run
from analytics.tables import RUN
from federation.cut import planned
from tests.support.small_cluster import MONDAY, small_cluster
from twins.states import TIME_ELEMENT

HORIZON = 14 * DAY_MS
OUTAGE = {
    "kind": "grid_outage", "region": "sahel", "start": MONDAY + timedelta(hours=30),
    "end": MONDAY + timedelta(hours=78),
}  # fmt: skip


@pytest.fixture(scope="module")
def ran():
    what = Scenario(id="test", title="Test", fork_at=MONDAY, edits=(OUTAGE,))
    model, state = what.compile(planned(small_cluster()))
    changes = np.concatenate([model.primitive, np.zeros(1, model.primitive.dtype)])
    changes[-1] = (2 * DAY_MS, P_CALENDAR, 0, 1)  # Sunday overtime in the north
    model = model.with_primitives(changes).with_run(2, 0, trace_level=2)
    arm_state(model, state)
    run(model, state, HORIZON)
    return model, state


@pytest.fixture(scope="module")
def tables(ran):
    return {name: pl.from_arrow(table) for name, table in extract(*ran).items()}


def test_every_table_has_its_schema(ran):
    found = extract(*ran)
    assert set(found) <= set(RUN)
    for name, table in found.items():
        assert table.schema.equals(RUN[name], check_metadata=True), name


def test_machine_hours_fill_the_horizon(ran, tables):
    hours = tables["machines"].select(
        pl.col("^.*_h$").exclude("lost_to_power_h", "down_off_shift_h")
    )
    assert hours.sum_horizontal().to_list() == pytest.approx([HORIZON / HOUR_MS] * 10)
    lost = tables["machines"]["lost_to_power_h"].to_numpy()
    assert lost.sum() > 0
    assert lost == pytest.approx(ran[1].machine_lost / HOUR_MS)


def test_planned_time_ends_with_the_shift_also_for_a_machine_that_is_down():
    """Down for nine days, of which the north works 48 h in the first week and two shifts more."""
    edit = {"kind": "machine_down", "site": "NORTH", "machine": "oven", "start": MONDAY,
            "end": MONDAY + timedelta(days=9)}  # fmt: skip
    what = Scenario(id="test", title="Test", fork_at=MONDAY, edits=(edit,))
    model, state = what.compile(planned(small_cluster()))
    run(model.with_run(1, 0, deterministic=True), state, HORIZON)
    rows = pl.from_arrow(extract(model, state)["machines"])
    oven = rows.filter((pl.col("site") == "NORTH") & (pl.col("machine") == "oven"))
    assert oven["down_h"][0] == 9 * 24
    assert oven["down_off_shift_h"][0] == 9 * 24 - (48 + 2 * 8)
    planned_h = sum(oven[f"{state.name.lower()}_h"][0] for state, element in TIME_ELEMENT.items()
                    if element != "not_planned")  # fmt: skip
    assert planned_h - oven["down_off_shift_h"][0] == pytest.approx(2 * 48)
    assert (rows.filter(pl.col("machine") != "oven")["down_off_shift_h"] == 0.0).all()


def test_energy_balances_at_every_site(tables):
    energy = tables["energy"]
    supply = energy["pv_kwh"] + energy["grid_kwh"] + energy["discharge_kwh"] + energy["genset_kwh"]
    use = energy["served_kwh"] + energy["charge_kwh"] + energy["dumped_kwh"]
    assert supply.to_list() == pytest.approx(use.to_list(), abs=1e-9)
    north = energy.row(0, named=True)
    assert north["unserved_kwh"] > 0
    assert north["grid_cost"] == pytest.approx(0.16 * north["grid_kwh"])
    assert north["grid_emission_kg"] == pytest.approx(0.523 * north["grid_kwh"])
    assert north["grid_off_h"] >= 48.0
    assert north["fuel_dry_at"] is None


def test_the_series_adds_up_to_the_totals(tables):
    rows = tables["energy_series"].filter(pl.col("site") == "NORTH").sort("time")
    end = MONDAY + timedelta(milliseconds=HORIZON)
    spans = (
        rows.select(pl.col("time").shift(-1).fill_null(pl.lit(end)) - pl.col("time"))
        .to_series()
        .dt.total_microseconds()
        / 3.6e9
    )
    served = tables["energy"].filter(pl.col("site") == "NORTH")["served_kwh"][0]
    assert (rows["served_kw"] * spans).sum() == pytest.approx(served, rel=1e-9)


def test_orders_agree_with_their_lots(tables):
    lots = tables["lots"].with_columns(
        late_days=(pl.col("delivered_at") - pl.col("due")).dt.total_milliseconds() / DAY_MS
    )
    for row in tables["orders"].iter_rows(named=True):
        mine = lots.filter(pl.col("order") == row["order"])
        got = mine.filter(pl.col("delivered_at").is_not_null())
        assert row["lots"] == mine.height
        assert row["quantity"] == mine["quantity"].sum()
        assert row["delivered_quantity"] == got["quantity"].sum()
        on_time = got.filter(pl.col("late_days") <= 0)
        assert row["on_time_quantity"] == on_time["quantity"].sum()
        assert row["lots_on_time"] == on_time.height
        late = (got["quantity"] * got["late_days"].clip(lower_bound=0.0)).sum()
        end = MONDAY + timedelta(milliseconds=HORIZON)
        missing = row["quantity"] - row["delivered_quantity"]
        late += missing * max((end - row["due"]) / timedelta(days=1), 0.0)
        assert row["late_unit_days"] == pytest.approx(late)
        assert row["penalty"] == pytest.approx(late * row["lateness_cost_per_unit_day"])
        complete = got.height == mine.height
        assert row["delivered_at"] == (got["delivered_at"].max() if complete else None)


def test_an_order_of_its_own_price_is_charged_by_it(tables):
    costs = dict(tables["orders"].select("order", "lateness_cost_per_unit_day").iter_rows())
    assert costs == {"ORD-1": 0.5, "ORD-2": 0.2, "ORD-3": 0.5}


def test_a_light_consignment_pays_the_minimum_charge():
    model, state = Scenario(id="test", title="Test", fork_at=MONDAY).compile(
        planned(small_cluster())
    )
    run(model.with_run(1, 0, deterministic=True), state, HORIZON)
    rows = pl.from_arrow(extract(model, state)["transports"])
    border = rows.filter(pl.col("link") == "N-S")
    assert border.height > 0
    assert (border["mass_kg"] < 1000 * 25 / 91).all()
    assert (border["cost"] == 25.0).all()
    assert border["border"].all()
    assert border["emission_kg"].to_list() == pytest.approx((border["mass_kg"] * 0.063).to_list())
    assert not rows.filter(pl.col("link") == "N-C")["border"].any()


def test_a_heavy_consignment_pays_by_mass(ran):
    model, state = ran
    heavy = state.copy()
    heavy.consignment["mass_g"] = 2_000_000
    rows = pl.from_arrow(extract(model, heavy)["transports"])
    assert set(rows.filter(pl.col("link") == "N-S")["cost"]) == {182.0}


def test_goods_that_left_before_the_fork_are_paid_already(ran):
    model, state = ran
    early = state.copy()
    early.consignment["depart_ms"] = -1
    assert extract(model, early)["transports"].num_rows == 0


def test_idle_people_are_paid_and_overtime_costs_more(ran, tables):
    north = tables["labour"].row(0, named=True)
    regular_h = 6 * 2 * 48  # six people, two weeks of six shifts
    assert north["overtime_h"] == 6 * 2 * 8  # two Sundays
    assert north["paid_h"] == regular_h + north["overtime_h"]
    assert north["regular_cost"] + north["idle_cost"] == pytest.approx(regular_h * 2.5)
    assert north["idle_cost"] > 0
    assert north["overtime_cost"] == pytest.approx(north["overtime_h"] * 2.5 * 1.5)
    state = ran[1]
    assert north["worked_h"] == pytest.approx(
        1.5 * (state.machine_time[:2, 3].sum() / HOUR_MS) + state.machine_time[2, 3] / HOUR_MS,
        rel=1e-6,
    )
    assert north["worked_h"] > 0


def test_regular_hours_of_a_part_of_a_week(ran):
    model, _ = ran
    nine_local = 8 * HOUR_MS
    assert regular_open_ms(model, nine_local)[0] == HOUR_MS
    assert regular_open_ms(model, 7 * DAY_MS).tolist() == [48 * HOUR_MS] * 2
    assert regular_open_ms(model, 7 * DAY_MS + nine_local)[0] == 49 * HOUR_MS


def test_operations_are_those_begun_since_the_fork(ran, tables):
    state = ran[1]
    rows = tables["operations"]
    begun = state.op["start_ms"] < FOREVER
    assert rows.filter(pl.col("start").is_not_null()).height == np.count_nonzero(begun)
    lens = rows.filter(pl.col("part") == "lens")
    assert (lens["units"] - lens["scrapped"] >= 0).all()
    assert lens["scrapped"].sum() > 0  # one in ten is rejected
    done = rows.filter((pl.col("part") == "shell") & pl.col("finish").is_not_null())
    assert (done["units"] == done["quantity"]).all()
    assert (done["finish"] > done["start"]).all()


def test_running_energy_is_time_at_running_power(ran, tables):
    state = ran[1]
    oven = tables["machines"].filter((pl.col("site") == "NORTH") & (pl.col("machine") == "oven"))
    assert oven["run_kwh"][0] == pytest.approx(24.0 * oven["run_h"][0])
    assert state.site["served_uj"][0] / UJ_PER_KWH > oven["run_kwh"][0]


def test_first_articles_cost_once():
    permission = {"part": "plate", "site": "NORTH", "status": "first_article", "approval_h": 5.0,
                  "approver": "SOUTH", "approval_cost": 70.0}  # fmt: skip
    products = [product.model_dump() for product in small_cluster().products]
    products[1]["permissions"] = [permission]
    cluster = small_cluster(products=products)
    model, state = Scenario(id="test", title="Test", fork_at=MONDAY).compile(planned(cluster))
    model = model.with_run(1, 0, deterministic=True)
    assert extract(model, state)["approvals"].num_rows == 0
    run(model, state, HORIZON)
    shell, row = extract(model, state)["approvals"].sort_by("cost").to_pylist()
    assert (shell["site"], shell["part"], shell["cost"]) == ("SOUTH", "shell", 0.0)
    assert (row["site"], row["part"], row["cost"]) == ("NORTH", "plate", 70.0)
    assert row["approved_at"] is not None


def test_the_first_article_is_named_after_its_approval_too():
    model, state = Scenario(id="test", title="Test", fork_at=MONDAY).compile(
        planned(small_cluster(), MONDAY)
    )
    model = model.with_run(1, 0, deterministic=True)
    run(model, state, HORIZON)
    tables = {name: pl.from_arrow(table) for name, table in extract(model, state).items()}
    (row,) = tables["approvals"].to_dicts()
    begun = tables["operations"].filter((pl.col("part") == "shell") & (pl.col("site") == "SOUTH"))
    before = begun.filter(pl.col("start") < row["approved_at"])
    assert set(before["lot"]) == {row["lot"]}


def test_a_plain_shop_has_no_prices():
    model, state = compile_shop([1], [[0]], [[1000]])
    with pytest.raises(ValueError, match="compile a cluster"):
        extract(model, state)
