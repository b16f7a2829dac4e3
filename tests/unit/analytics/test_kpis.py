from dataclasses import replace

import polars as pl
import pytest

from analytics.kpis import cost, energy, moves, people, recovery, service, time_elements
from analytics.kpis.base import Family, Run, Setting
from tests.support.run_tables import figures_of, table_of
from tests.unit.analytics.conftest import lots_of, order


def figures(family: Family, run: Run, setting: Setting) -> dict[tuple[str, str], float | None]:
    return {(f.kpi, f.subject): f.value for f in figures_of(family, run, setting)}


def test_orders_due_after_the_horizon_do_not_count(run, setting):
    found = figures(service.FAMILY, run, setting)
    assert found["orders_due", ""] == 2
    assert found["units_due", ""] == 150


def test_an_order_is_on_time_only_when_complete_by_its_due_date(run, setting):
    found = figures(service.FAMILY, run, setting)
    assert found["late_orders", ""] == 1
    assert found["on_time_in_full_orders", ""] == 1
    assert found["late_order_days", ""] == found["late_order_days", "A"] == 4.0
    assert found["worst_order_days", ""] == 4.0
    assert found["units_by_due", ""] == 50
    assert found["late_unit_days", ""] == 400.0


def test_an_order_still_open_at_the_horizon_is_late_until_there(run, setting):
    orders = table_of("orders", order("D", 20, 10.0, None))
    found = figures(service.FAMILY, replace(run, tables={**run.tables, "orders": orders}), setting)
    assert found["late_order_days", "D"] == 18.0


def test_orders_due_and_still_undelivered_at_the_horizon_are_told_with_what_they_lack(run, setting):
    orders = table_of(
        "orders",
        order("D", 20, 10.0, None),
        order("E", 48, 27.0, None, delivered_quantity=32),
        order("F", 16, 12.0, 27.9),  # late, and there
        order("G", 16, 29.0, None),  # due later
    )
    found = figures(service.FAMILY, replace(run, tables={**run.tables, "orders": orders}), setting)
    assert found["undelivered_orders", ""] == 2
    assert found["undelivered_units", ""] == 20 + 16


def test_time_elements_are_sums_over_machines(run, setting):
    found = figures(time_elements.FAMILY, run, setting)
    assert found["apt_h", ""] == 9.0
    assert found["adot_h", ""] == 6.0
    assert found["adet_h", ""] == 2.0
    assert found["aust_h", "SOUTH"] == 0.5
    assert found["pbt_h", ""] == 17.5  # 14 h off shift are not planned
    assert found["lost_to_power_h", "NORTH"] == 4.0
    assert found["power_scrap_units", ""] == 16


def test_a_machine_that_is_down_outside_its_shift_is_not_planned_busy(run, setting):
    machines = table_of(
        "machines",
        {"site": "NORTH", "run_h": 5.0, "down_h": 10.0, "maintenance_h": 2.0}
        | {"down_off_shift_h": 9.0, "off_shift_h": 7.0},
    )
    changed = replace(run, tables={**run.tables, "machines": machines})
    found = figures(time_elements.FAMILY, changed, setting)
    assert found["adot_h", ""] == 3.0
    assert found["pbt_h", "NORTH"] == 8.0


def test_hours_until_dry_are_by_site_and_undefined_where_the_tank_held(run, setting):
    found = figures(energy.FAMILY, run, setting)
    assert found["dry_after_h", "SOUTH"] == 36.0
    assert found["dry_after_h", "NORTH"] is None
    assert found["fuel_l", ""] == 20.0
    assert found["unserved_kwh", "NORTH"] == 30.0


def test_autonomy_counts_battery_and_fuel_on_hand_at_the_fork(setting):
    north, south = setting.cluster.sites
    # 9 kWh less 10 % of 15 kWh, 95 % out, over 0.5 kW on the essential bus
    assert energy.autonomy_h(north, setting) == pytest.approx((9.0 - 1.5) * 0.95 / 0.5)
    assert energy.autonomy_h(south, setting) is None  # no base load to carry


def test_extra_cost_is_split_and_adds_up(run, setting):
    found = figures(cost.FAMILY, run, setting)
    # three powder and sheet parts: 16 units at the brake hold 0.2 kg of sheet at 1.4 each
    parts = {
        "penalty": 200.0,
        "labour": 40.0,
        "transport": 55.0,
        "energy": 39.4 - 16.0,
        "scrap": 16 * 0.2 * 1.4,
        "approval": 60.0,
        "hire": 240.0,
        "capital": 0.0,
        "carbon": 0.0,
    }
    for part, value in parts.items():
        assert found[f"extra_{part}_cost", ""] == pytest.approx(value), part
    assert found["extra_cost", ""] == pytest.approx(sum(parts.values()))


def test_idle_wages_are_paid(run, setting):
    found = figures(cost.FAMILY, run, setting)
    assert found["idle_wages", ""] == 150.0
    assert found["labour_cost", ""] == 150.0 + 150.0 + 40.0


def test_cash_of_a_week_leaves_penalties_and_later_bills_out(run, setting):
    found = figures(cost.FAMILY, run, setting)
    # labour and energy as they stood after seven days, transport and approval as in the tables
    assert found["cash_7d", ""] == pytest.approx(90.0 + 2.0 + 55.0 + 60.0 + 160.0)


def test_a_carbon_price_is_a_cost(run, setting):
    priced = replace(
        setting, cluster=setting.cluster.model_copy(update={"carbon_price_per_t": 50.0})
    )
    found = figures(cost.FAMILY, run, priced)
    assert found["carbon_cost", ""] == pytest.approx((47.0 + 53.2 + 6.3) / 1000.0 * 50.0)


def test_material_value_counts_components_and_operations_so_far(setting):
    values = {
        (part, operation): value
        for _, part, operation, value in setting.material_value.filter(
            pl.col("product") == "lamp"
        ).iter_rows()
    }
    assert values["shell", 0] == pytest.approx(0.28)
    assert values["shell", 2] == pytest.approx(0.28 + 0.06)
    assert values["lamp", 0] == pytest.approx(0.34 + 0.216)


def test_normal_again_when_the_backlog_is_that_of_the_baseline_for_good(run, setting):
    found = figures(recovery.FAMILY, run, setting)
    assert found["normal_after_h", ""] == 7 * 24.0  # order A leaves the backlog on day 7
    assert found["peak_extra_backlog", ""] == 100


def test_no_way_back_within_the_horizon_is_undefined(run, baseline, setting):
    late = lots_of(order("A", 100, 3.0, None))
    stuck = replace(run, tables={**run.tables, "lots": late})
    assert figures(recovery.FAMILY, stuck, setting)["normal_after_h", ""] is None


def test_an_undisturbed_run_is_normal_at_once_and_what_was_late_before_is_no_extra(setting, run):
    before = lots_of(order("E", 5, -2.0, 1.0))
    tables = {**run.tables, "lots": before}
    same = Run(tables=tables, baseline=Run(tables=tables))
    assert figures(recovery.FAMILY, same, setting)["normal_after_h", ""] == 0.0


def test_moves_are_against_the_schedule_at_the_fork(run, setting):
    found = figures(moves.FAMILY, run, setting)
    assert found["lots_moved", ""] == 1
    assert found["operations_moved", ""] == found["operations_moved", "SOUTH"] == 2
    assert found["sites_gaining", ""] == 1
    assert found["consignments", ""] == 2
    assert found["border_crossings", ""] == 1
    assert found["mass_moved_t", ""] == 0.5


def test_utilisation_of_people_is_summed_and_tools_are_no_people(run, setting):
    pools = table_of(
        "people",
        {"site": "NORTH", "pool": "a", "kind": "people", "available_h": 30.0, "worked_h": 20.0},
        {"site": "SOUTH", "pool": "b", "kind": "people", "available_h": 10.0, "worked_h": 0.0},
        {"site": "NORTH", "pool": "jig", "kind": "tool", "available_h": 9.0, "worked_h": 9.0},
        {"site": "NORTH", "pool": "crews", "kind": "crew", "waiting_h": 2.5},
    )
    found = figures(people.FAMILY, replace(run, tables={**run.tables, "people": pools}), setting)
    assert found["people_utilisation", ""] == 0.5
    assert found["people_utilisation", "NORTH"] == pytest.approx(2.0 / 3.0)
    assert found["crew_wait_h", "NORTH"] == found["crew_wait_h", ""] == 2.5
    assert figures(people.FAMILY, run, setting)["people_utilisation", ""] is None
