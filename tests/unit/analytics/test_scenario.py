from datetime import timedelta

import numpy as np
import pytest

from analytics.edits.errors import ScenarioError
from analytics.edits.merging import merge
from analytics.scenario import Scenario, load_scenario
from analytics.simulation.layout import (
    HOUR_MS,
    P_CALENDAR,
    P_GRID_CALM,
    P_GRID_OFF,
    P_MACHINE_DOWN,
)
from federation.cut import planned
from federation.topology.problems import ClusterError
from tests.support.small_cluster import MONDAY, small_cluster


def hour(number):
    return MONDAY + timedelta(hours=number)


def scenario(*edits):
    return Scenario(id="test", title="Test", fork_at=MONDAY, edits=edits)


def outage(**figures):
    return {"kind": "grid_outage", "region": "sahel", "start": hour(10), "end": hour(46)} | figures


@pytest.fixture(scope="module")
def snapshot():
    return planned(small_cluster())


@pytest.fixture(scope="module")
def model(snapshot):
    return scenario().compile(snapshot)[0]


def hours(rows):
    return [(row["time_ms"] / HOUR_MS, int(row["kind"]), int(row["value"])) for row in rows]


def test_nothing_is_believed_before_the_announcement(model):
    told = scenario(outage(announced_at=hour(6)))
    assert len(told.beliefs(model, 6 * HOUR_MS - 1)) == 0
    assert hours(told.beliefs(model, 6 * HOUR_MS)) == [(10, P_GRID_OFF, 1), (46, P_GRID_OFF, -1)]


def test_a_believed_end_that_passes_moves_by_half_of_what_has_elapsed(model):
    told = scenario(outage(believed_end=hour(20)))
    assert hours(told.beliefs(model, 10 * HOUR_MS))[-1][0] == 20
    assert hours(told.beliefs(model, 20 * HOUR_MS))[-1][0] == 25
    assert hours(told.beliefs(model, 25 * HOUR_MS))[-1][0] == 32.5
    assert hours(told.beliefs(model, 46 * HOUR_MS))[-1][0] == 46
    news = [moment / HOUR_MS for moment in told.news_times()]
    assert news == [10, 20, 25, 32.5, 43.75, 46]


def test_an_announced_end_is_believed_from_its_announcement(model):
    told = scenario(outage(believed_end=hour(30), end_announced_at=hour(24)))
    assert hours(told.beliefs(model, 24 * HOUR_MS - 1))[-1][0] == 30
    assert hours(told.beliefs(model, 24 * HOUR_MS))[-1][0] == 46
    assert [moment / HOUR_MS for moment in told.news_times()] == [10, 24]


def test_an_end_that_comes_early_is_seen_when_it_comes(model):
    told = scenario(outage(believed_end=hour(60)))
    assert hours(told.beliefs(model, 46 * HOUR_MS - 1))[-1][0] == 60
    assert hours(told.beliefs(model, 46 * HOUR_MS))[-1][0] == 46


@pytest.mark.parametrize("real_end", [21, 30, 46, 400])
def test_beliefs_do_not_depend_on_the_real_end_before_it_is_news(model, real_end):
    usual = scenario(outage(believed_end=hour(20), end=hour(1000)))
    other = scenario(outage(believed_end=hour(20), end=hour(real_end)))
    for now in np.arange(0, real_end * HOUR_MS, HOUR_MS // 2):
        assert (usual.beliefs(model, now) == other.beliefs(model, now)).all()
    before = [moment for moment in usual.news_times() if moment < real_end * HOUR_MS]
    assert [moment for moment in other.news_times() if moment < real_end * HOUR_MS] == before


def test_what_has_happened_is_believed_as_it_was(model):
    told = scenario(
        outage(believed_end=hour(20)),
        outage(
            start=hour(46), end=hour(200), supply=0.5, on_h=6.0, off_h=6.0, announced_at=hour(30)
        ),
    )
    real = told.primitives(model)
    for now in (0, 10, 20, 30, 46, 60, 200):
        past = real[real["time_ms"] <= now * HOUR_MS]
        believed = told.beliefs(model, now * HOUR_MS)
        assert (believed[believed["time_ms"] <= now * HOUR_MS] == past).all()


def test_half_supply_follows_the_roster_and_calms_the_usual_outages(model):
    rows = scenario(outage(end=hour(30), supply=0.5, on_h=6.0, off_h=6.0)).primitives(model)
    assert hours(rows) == [
        (10, P_GRID_CALM, 1),
        (16, P_GRID_OFF, 1),
        (22, P_GRID_OFF, -1),
        (28, P_GRID_OFF, 1),
        (30, P_GRID_OFF, -1),
        (30, P_GRID_CALM, -1),
    ]


def test_what_began_before_the_fork_holds_from_its_first_moment(model):
    rows = scenario(outage(start=MONDAY - timedelta(days=2), end=hour(3))).primitives(model)
    assert hours(rows) == [(0, P_GRID_OFF, 1), (3, P_GRID_OFF, -1)]
    over = scenario(outage(start=MONDAY - timedelta(days=2), end=MONDAY)).primitives(model)
    assert len(over) == 0


def test_a_work_centre_stands_for_all_its_units(model):
    down = {"kind": "machine_down", "site": "NORTH", "start": hour(1), "end": hour(2)}
    both = scenario({**down, "machine": "brake"}).primitives(model)
    one = scenario({**down, "machine": "brake-2"}).primitives(model)
    assert both["entity"].tolist() == [0, 1, 0, 1]
    assert one["entity"].tolist() == [1, 1]


def test_changes_of_one_count_at_one_moment_are_added_up():
    rows = merge(
        [
            (5, P_GRID_OFF, 0, -1),
            (5, P_GRID_OFF, 0, 1),
            (5, P_MACHINE_DOWN, 0, 1),
            (7, P_CALENDAR, 0, 3),
            (7, P_CALENDAR, 1, 5),
        ]
    )
    assert rows.tolist() == [
        (5, P_MACHINE_DOWN, 0, 1),
        (7, P_CALENDAR, 0, 3),
        (7, P_CALENDAR, 1, 5),
    ]


def surge(**figures):
    window = {"start": hour(100), "end": hour(300)}
    return {"kind": "demand_surge", "product": "lamp", "factor": 1.5} | window | figures


def test_a_surge_comes_as_orders_of_its_own(snapshot):
    model, state = scenario(surge()).compile(snapshot)
    assert model.names.orders == ("ORD-1", "ORD-2", "ORD-3", "ORD-3-surge")
    extra = model.lot[model.lot["order"] == 3]
    roots = extra[extra["parent"] == -1]
    assert roots["quantity"].sum() == 10
    assert (roots["due_ms"] == model.lot["due_ms"][model.names.lot_row["ORD-3/01/lamp"]]).all()
    assert state.clock["open_lots"][0] == 7


def test_a_surge_goes_the_way_of_the_order_it_belongs_to(snapshot):
    model, state = scenario(surge()).compile(snapshot)
    usual = model.op_rows(model.names.lot_row["ORD-3/01/shell"])
    extra = model.op_rows(model.names.lot_row["ORD-3-surge/01/shell"])
    groups = state.op["group"]
    assert groups[usual.start : usual.stop].tolist() == groups[extra.start : extra.stop].tolist()


def test_a_surge_is_known_from_its_announcement(snapshot):
    model, _ = scenario(surge(announced_at=hour(40))).compile(snapshot)
    mine = model.lot["order"] == 3
    assert set(model.known_ms[mine]) == {40 * HOUR_MS}
    assert set(model.known_ms[~mine]) == {0}


def test_the_other_lots_keep_their_draws_in_a_surge(snapshot, model):
    surged, _ = scenario(surge()).compile(snapshot)
    assert (surged.lot["key"][: len(model.lot)] == model.lot["key"]).all()


def test_what_the_cluster_does_not_have_is_told_all_at_once(snapshot):
    wrong = scenario(
        {"kind": "site_down", "site": "WEST", "start": hour(1), "end": hour(2)},
        {"kind": "link_closed", "link": "W-E", "start": hour(1), "end": hour(2)},
    )
    with pytest.raises(ScenarioError) as caught:
        wrong.compile(snapshot)
    assert "edit 1 (site_down)" in str(caught.value)
    assert "edit 2 (link_closed)" in str(caught.value)


def test_replace_makes_a_validated_variant():
    usual = scenario(outage(believed_end=hour(20)))
    longer = usual.replace(id="longer", edits=(usual.edits[0].replace(end=hour(90)),))
    assert longer.edits[0].end == hour(90)
    assert usual.edits[0].end == hour(46)
    with pytest.raises(ValueError, match="end is not after start"):
        usual.edits[0].replace(end=hour(1))


GOOD = """\
id: dark
title: Dark week
fork_at: 2027-01-04T00:00:00Z
edits:
  - kind: grid_outage
    site: NORTH
    start: 2027-01-05T06:00:00+01:00
    end: 2027-01-05T12:00:00+01:00
"""


def test_a_file_is_read(tmp_path):
    path = tmp_path / "dark.yaml"
    path.write_text(GOOD)
    found = load_scenario(path, small_cluster())
    assert found.edits[0].kind == "grid_outage"
    assert found.edits[0].start == hour(29)


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("grid_outage", "grid_outtage", "edits[0].kind", "did you mean 'grid_outage'?"),
        ("    site:", "    sight:", "edits[0].sight", "unknown key 'sight'"),
        ("T12:00:00+01:00", "T12:00:00", "edits[0].end", "UTC offset"),
        ("T12:00", "T05:00", "edits[0]", "end is not after start"),
        ("NORTH", "WEST", "edits[0]", "there is no site 'WEST'"),
        ("title: Dark week\n", "", "title", "the key 'title' is missing"),
    ],
)
def test_errors_name_file_line_place_and_remedy(tmp_path, old, new, place, message):
    path = tmp_path / "dark.yaml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(ClusterError) as caught:
        load_scenario(path, small_cluster())
    assert f"{path}:" in str(caught.value)
    assert place in str(caught.value)
    assert message in str(caught.value)
