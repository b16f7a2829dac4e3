"""Every figure of the specification arrives in the arrays, in the kernel's units."""

import numpy as np
import pytest

from analytics.simulation.compile import CompileError, compile_snapshot
from analytics.simulation.layout import FOREVER, HOUR_MS, NONE, PL_PER_L, UJ_PER_KWH
from federation.cut import planned
from tests.support.small_cluster import small_cluster

NORTH, SOUTH, CLINIC = 0, 1, 2


@pytest.fixture(scope="module")
def compiled():
    return compile_snapshot(planned(small_cluster()))


@pytest.fixture(scope="module")
def model(compiled):
    return compiled[0]


@pytest.fixture(scope="module")
def state(compiled):
    return compiled[1]


def test_grid_inverter_and_battery(model, state):
    site = model.site[NORTH]
    assert site["grid_mw"] == 50_000_000
    assert site["inverter_mw"] == 5_000_000
    assert site["transfer_ms"] == 20
    assert site["battery_uj"] == 15 * UJ_PER_KWH
    assert site["soc_min_uj"] == 1.5 * UJ_PER_KWH
    assert site["soc_reserve_uj"] == 4.5 * UJ_PER_KWH
    assert site["soc_unlock_uj"] == 5.25 * UJ_PER_KWH
    assert (site["charge_ppm"], site["discharge_ppm"]) == (950_000, 950_000)
    assert state.site["soc_uj"][NORTH] == 12 * UJ_PER_KWH
    assert site["ideal_power"] == 0


def test_outages_come_as_often_as_stated(model):
    site = model.site[NORTH]
    duration = model.dist[site["outage_dist"]]
    cycle_h = (site["outage_mean_gap_ms"] + duration["mean"]) / HOUR_MS
    assert 730 / cycle_h == pytest.approx(30.0)


def test_genset_fuel_and_deliveries(model, state):
    site = model.site[SOUTH]
    assert (site["genset_mw"], site["genset_min_mw"]) == (20_000_000, 6_000_000)
    assert site["genset_start_ms"] == 30_000
    at_half_load = site["fuel_intercept_pl_ms"] + site["fuel_slope_fl_ms_per_kw"] * 10 / 1000
    litres_per_h = at_half_load * HOUR_MS / PL_PER_L
    assert litres_per_h == pytest.approx(0.08415 * 20 + 0.246 * 10, rel=1e-5)
    assert site["tank_pl"] == 100 * PL_PER_L
    assert site["fuel_order_pl"] == 60 * PL_PER_L  # what is kept; an allocation fits above it
    assert site["delivery_lead_ms"] == 24 * HOUR_MS
    assert site["delivery_every_ms"] == 48 * HOUR_MS
    assert site["delivery_pl"] == 15 * PL_PER_L
    assert site["genset_first"] == 1
    assert state.site["fuel_pl"][SOUTH] == 60 * PL_PER_L


def test_a_hired_genset_waits_for_its_primitive(model):
    assert model.hired["genset_mw"].tolist() == [20_000_000, 0]
    assert model.hired["fuel_pl"][NORTH] == 50 * PL_PER_L
    shop = model.bus[model.names.bus_row["NORTH", "shop"]]
    essential = model.bus[model.names.bus_row["NORTH", "essential"]]
    assert (shop["on_hired_genset"], essential["on_hired_genset"]) == (1, 0)


def test_buses_know_what_backs_them_up(model):
    shop = model.bus[model.names.bus_row["NORTH", "shop"]]
    assert (shop["base_mw"], shop["limit_mw"]) == (2_000_000, 60_000_000)
    assert (shop["on_inverter"], shop["on_genset"]) == (0, 0)
    essential = model.bus[model.names.bus_row["NORTH", "essential"]]
    assert (essential["on_inverter"], essential["limit_mw"]) == (1, FOREVER)
    assert model.bus["on_genset"][model.names.bus_row["SOUTH", "main"]] == 1


def test_work_centres(model):
    oven = model.group[model.names.group_row["NORTH", "oven"]]
    assert (oven["batch_units"], oven["rewarm_ms"], oven["ride_through_ms"]) == (40, 1_800_000, 500)
    brake = model.group[model.names.group_row["NORTH", "brake"]]
    assert (brake["speed_ppm"], brake["operators_ppm"]) == (1_250_000, 1_500_000)
    assert (brake["idle_mw"], brake["run_mw"]) == (200_000, 4_000_000)
    printer = model.group[model.names.group_row["SOUTH", "printer"]]
    assert (printer["machines"], printer["unattended"]) == (3, 1)
    assert model.names.machines[int(printer["first_machine"])] == ("SOUTH", "printer-1")


def test_planning_stretches_time_by_breakdowns_and_by_a_grid_without_backup(model):
    repair = model.dist[model.group["repair_dist"][model.names.group_row["NORTH", "brake"]]]
    assert repair["mean"] < 10 * HOUR_MS  # the cap takes from the mean
    own = 90 / (90 + repair["mean"] / HOUR_MS)
    grid = 1 - 30 * 5 / 730
    brake = model.group["planning_ppm"][model.names.group_row["NORTH", "brake"]]
    assert brake / 1e6 == pytest.approx(1 / (own * grid), abs=1e-6)
    south = model.group["planning_ppm"][model.names.group_row["SOUTH", "brake"]]
    assert south == 1_000_000


def test_operations(model):
    cut, bend, coat, lens = model.optype[:4]
    assert (cut["unit_ns"], cut["setup_ms"]) == (30_000_000_000, 300_000)
    assert model.dist["b"][bend["dist"]] == pytest.approx(np.sqrt(np.log1p(0.09)))
    assert model.dist["mean"][bend["dist"]] == 1.0
    assert (coat["cycle_ms"], coat["interruption"], coat["longest_pause_ms"]) == (
        HOUR_MS,
        1,
        1.5 * HOUR_MS,
    )
    assert (lens["resume_ppm"], lens["yield_ppm"]) == (400_000, 900_000)
    taken = model.consume[cut["first_consume"]]
    assert taken.item() == (model.names.material_row["sheet"], 200, 0, 0)
    won = model.recover[lens["first_recover"]]
    assert won.item() == (model.names.material_row["filament"], 6, 0, 0)


def test_lots_join_along_the_tree(model):
    lamp = model.names.lot_row["ORD-1/02/lamp"]
    shell = model.names.lot_row["ORD-1/02/shell"]
    assert model.lot["parent"][shell] == lamp
    assert model.lot["children"][lamp] == 2
    assert model.lot["parent"][lamp] == NONE
    assert model.lot["destination"][lamp] == CLINIC
    assert model.lot["destination"][model.names.lot_row["ORD-3/01/lamp"]] == SOUTH
    assert model.lot["mass_g"][shell] == 16 * 180
    assert model.lot["quantity"][model.names.lot_row["ORD-1/03/lamp"]] == 8
    assert model.lot["release_ms"][lamp] == 6 * HOUR_MS


def test_permissions_become_gates(model):
    part = model.names.part_row["lamp", "shell"]
    gates = [model.permission[site * model.parts + part] for site in (NORTH, SOUTH)]
    assert [gate["status"] for gate in gates] == [1, 2]
    assert gates[1]["approval_ms"] == 4 * HOUR_MS
    plate = model.names.part_row["plate", "plate"]
    assert model.permission["status"][SOUTH * model.parts + plate] == 0


def test_links_have_two_directions_with_the_hours_of_their_post(model):
    there, back = (model.link[row] for row in model.names.link_rows["N-S"])
    assert (there["start"], there["end"], back["start"], back["end"]) == (0, 1, 1, 0)
    assert there["customs_calendar"] == back["customs_calendar"] == 5
    first = model.interval[model.calendar["first"][5]]
    assert first.item() == (6 * HOUR_MS, 18 * HOUR_MS)  # 07:00 to 19:00 in Nigeria, Monday
    assert model.calendar["intervals"][5] == 6
    assert (there["night_ban"], there["utc_offset_ms"], back["utc_offset_ms"]) == (1, HOUR_MS, 0)
    van = model.link[model.names.link_rows["N-C"][0]]
    times = model.timetable[van["first_departure"] : van["first_departure"] + van["departures"]]
    assert (times / HOUR_MS).tolist() == [9, 17]


def test_stock_and_standing_receipts(model, state):
    sheet = NORTH * 3 + model.names.material_row["sheet"]
    assert state.stock["on_hand"][sheet] == 500_000
    receipt = model.receipt[model.site["first_receipt"][NORTH]]
    tuesday_0700_local = 24 * HOUR_MS + 6 * HOUR_MS
    assert receipt.item() == (tuesday_0700_local, model.names.material_row["sheet"], 120_000)


def test_unscheduled_work_goes_to_permitted_sites_that_keep_the_material(model, state):
    shell = model.op_rows(model.names.lot_row["ORD-1/01/shell"])
    names = [model.names.groups[row] for row in state.op["group"][shell.start : shell.stop]]
    assert names == [("SOUTH", "laser"), ("NORTH", "brake"), ("NORTH", "oven")]


def cluster_with(path, value):
    data = small_cluster().model_dump(mode="json")
    target = data
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return small_cluster(**data)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("sites", 0, "energy", "grid", "outages", "per_month"), 200.0, "leave no time with power"),
        (("sites", 0, "stock", 0, "material"), "tin", "add it to materials"),
        (("genset_hire", 0, "site"), "WEST", "does not exist"),
        (("genset_hire", 0, "genset", "backs_up"), ["north"], "name one of its buses"),
        (("products", 0, "permissions", 0, "site"), "WEST", "does not exist"),
        (("products", 1, "root", "operations", 0, "process"), "knitting", "add a machine"),
        (("orders", 0, "customer"), "nobody", "add it to customers"),
        (("links", 0, "customs", "open"), "20:00", "never opens"),
    ],
)
def test_what_cannot_be_simulated_is_told_with_its_remedy(path, value, message):
    with pytest.raises(CompileError, match=message):
        compile_snapshot(planned(cluster_with(path, value)))


def test_less_than_a_thousandth_of_a_material_is_refused():
    consumes = [{"material": "powder", "quantity_per_unit": 0.0004}]
    path = ("products", 1, "root", "operations", 0, "consumes")
    with pytest.raises(CompileError, match="smaller unit"):
        compile_snapshot(planned(cluster_with(path, consumes)))
