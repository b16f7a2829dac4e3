"""What is believed about the time to come."""

from analytics.rerouting.outlook import Outlook, calendar_hours
from analytics.simulation.layout import (
    DAY_MS,
    HOUR_MS,
    P_CALENDAR,
    P_GRID_OFF,
    P_LINK_CLOSED,
    P_MACHINE_ABSENT,
    P_MACHINE_DOWN,
    P_SITE_DOWN,
    WEEK_MS,
)
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import believed, cluster_data, metal_cluster

NORTH, SOUTH = 0, 1
LASER, BRAKE = 0, 1


def outlook(changes, cluster=None, to_ms=WEEK_MS):
    model, state = believed(cluster or metal_cluster(), changes)
    return Outlook(model, state, 0, to_ms)


def hours(*spans):
    return tuple((begin * HOUR_MS, end * HOUR_MS) for begin, end in spans)


def test_reasons_that_overlap_are_counted():
    seen = outlook(
        [
            (4, P_SITE_DOWN, NORTH, 1),
            (6, P_SITE_DOWN, NORTH, 1),
            (8, P_SITE_DOWN, NORTH, -1),
            (12, P_SITE_DOWN, NORTH, -1),
        ]
    )
    assert seen.site_down[NORTH] == hours((4, 12))
    assert seen.site_down[SOUTH] == ()


def test_a_closure_without_an_end_lasts_to_the_horizon():
    assert outlook([(4, P_LINK_CLOSED, 1, 1)]).link_closed[1] == hours((4, 168))


def test_without_a_backup_the_grid_is_all_the_power_there_is():
    seen = outlook([(4, P_GRID_OFF, NORTH, 1), (30, P_GRID_OFF, NORTH, -1)])
    assert seen.powerless(BRAKE) == hours((4, 30))


def test_a_backup_counts_only_for_machines_that_it_can_run():
    data = cluster_data()
    data["sites"][0]["energy"] = {
        "buses": [{"id": "main", "base_load_kw": 1}],
        "grid": {"limit_kw": 100},
        "genset": {"rated_kw": 6, "tank_l": 100, "fuel_on_hand_l": 60},
    }
    cluster = ClusterSpec.model_validate(data)
    seen = outlook([(4, P_GRID_OFF, NORTH, 1), (30, P_GRID_OFF, NORTH, -1)], cluster)
    assert seen.powerless(BRAKE) == ()  # 4 kW and 1 kW base load on 6 kW
    assert seen.powerless(LASER) == hours((4, 30))  # 6 kW and 1 kW are too much


def test_warming_up_belongs_to_the_outage():
    data = cluster_data()
    data["sites"][0]["machines"][1]["rewarm_min"] = 30
    cluster = ClusterSpec.model_validate(data)
    seen = outlook([(4, P_GRID_OFF, NORTH, 1), (30, P_GRID_OFF, NORTH, -1)], cluster)
    assert seen.powerless(BRAKE) == ((4 * HOUR_MS, 30 * HOUR_MS + HOUR_MS // 2),)


def test_one_machine_may_stand_while_its_neighbours_work():
    cell = 4
    seen = outlook([(9, P_MACHINE_DOWN, cell, 1), (11, P_MACHINE_DOWN, cell, -1)])
    assert seen.machine_down(cell) == hours((9, 11))
    assert seen.machine_down(cell + 1) == ()


def test_a_machine_that_is_away_stands_until_it_comes():
    cell = 4
    seen = outlook([(0, P_MACHINE_ABSENT, cell, 1), (5, P_MACHINE_ABSENT, cell, -1)])
    assert seen.machine_down(cell) == hours((0, 5))
    assert seen.machine_down(cell + 1) == ()


def test_working_hours_are_the_shifts_less_what_is_closed():
    seen = outlook([(10, P_GRID_OFF, NORTH, 1), (36, P_GRID_OFF, NORTH, -1)], to_ms=2 * DAY_MS)
    assert seen.working(BRAKE) == hours((8, 10), (36, 40))


def test_overtime_that_is_believed_is_open():
    overtime, regular = 2 * NORTH + 1, 2 * NORTH
    seen = outlook(
        [(6 * 24, P_CALENDAR, NORTH, overtime), (7 * 24, P_CALENDAR, NORTH, regular)],
        to_ms=2 * WEEK_MS,
    )
    assert hours((152, 160))[0] in seen.hours[NORTH]
    assert hours((320, 328))[0] not in seen.hours[NORTH]


def test_calendars_repeat_every_week():
    model, _ = believed(metal_cluster())
    first = calendar_hours(model, 0, 0, WEEK_MS)
    second = calendar_hours(model, 0, WEEK_MS, 2 * WEEK_MS)
    assert len(first) == 6
    assert second == tuple((begin + WEEK_MS, end + WEEK_MS) for begin, end in first)
