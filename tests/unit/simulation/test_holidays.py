"""Holidays of sites and border posts, and published rosters of the grid, in whole runs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from analytics.rerouting.outlook import calendar_hours
from analytics.scenario import Scenario
from analytics.simulation.compile import compile_snapshot
from analytics.simulation.extract import extract
from analytics.simulation.layout import DAY_MS, HOUR_MS, P_GRID_CALM, P_GRID_OFF, WEEK_MS
from analytics.simulation.rules.calendar import is_open
from analytics.simulation.run import run
from analytics.simulation.world import Rules
from analytics.validation.one_site import EVERY_DAY, START, build, compile_one
from federation.cut import planned
from federation.topology.check_hours import shift_hours
from federation.topology.model import ClusterSpec
from tests.support.small_cluster import small_cluster
from twins.calendar_spec import HolidaySpec, RosterSpec
from twins.energy_spec import EnergySpec
from twins.spec import ShiftSpec

DAY_SHIFT = (ShiftSpec(days=EVERY_DAY, start="08:00", end="16:00"),)


def on_holiday(
    cluster: ClusterSpec, *holidays: dict[str, Any], offset_h: float = 0.0
) -> ClusterSpec:
    site = cluster.sites[0].model_copy(
        update={
            "holidays": tuple(HolidaySpec.model_validate(entry) for entry in holidays),
            "utc_offset_h": offset_h,
        }
    )
    return cluster.model_copy(update={"sites": (site,)})


def finishes_h(cluster: ClusterSpec) -> list[float]:
    model, state = compile_one(cluster)
    run(model, state)
    return sorted((state.lot["done_ms"] / HOUR_MS).tolist())


def test_work_rests_on_a_holiday_and_goes_on_after_it() -> None:
    # sixteen lots of half an hour fill a shift; three shifts, Tuesday is a holiday
    cluster = build(None, lots=48, shifts=DAY_SHIFT)
    assert finishes_h(cluster)[15::16] == [16.0, 40.0, 64.0]
    feast = on_holiday(cluster, {"day": date(2027, 1, 5)})
    assert finishes_h(feast)[15::16] == [16.0, 64.0, 88.0]
    long = on_holiday(cluster, {"day": date(2027, 1, 5), "until": date(2027, 1, 8)})
    assert finishes_h(long)[15::16] == [16.0, 136.0, 160.0]


def test_a_holiday_is_a_day_of_the_local_clock() -> None:
    cluster = build(None, lots=32, shifts=(ShiftSpec(days=EVERY_DAY, start="00:00", end="24:00"),))
    west = on_holiday(cluster, {"day": date(2027, 1, 4)}, offset_h=-3.0)
    # Monday ends at 03:00 UTC on Tuesday; until 03:00 UTC on Monday it is Sunday there
    assert finishes_h(west)[5:7] == [3.0, 27.5]


def test_nobody_is_paid_for_a_holiday() -> None:
    cluster = on_holiday(build(None, lots=1, shifts=DAY_SHIFT), {"day": date(2027, 1, 5)})
    model, state = compile_one(cluster)
    run(model, state, 3 * DAY_MS)
    labour = extract(model, state)["labour"]
    assert labour["paid_h"].to_pylist() == [16.0]
    assert labour["overtime_h"].to_pylist() == [0.0]


def test_planners_see_the_same_hours_as_the_kernel() -> None:
    holiday = {"day": date(2027, 1, 6), "until": date(2027, 1, 7)}
    model, _ = compile_one(on_holiday(build(None, shifts=DAY_SHIFT), holiday))
    hours = calendar_hours(model, 0, 0, WEEK_MS)
    assert [begin // DAY_MS for begin, _ in hours] == [0, 1, 4, 5, 6]
    rules = Rules(
        model.scalar, model.dist, model.calendar, model.interval, model.closure, model.curve
    )
    for moment in range(0, WEEK_MS, HOUR_MS // 2):
        planned_open = any(begin <= moment < end for begin, end in hours)
        assert is_open(rules, 0, moment) == planned_open


def test_the_check_of_a_cluster_counts_the_hours_of_each_week() -> None:
    site = on_holiday(build(None, shifts=DAY_SHIFT), {"day": date(2027, 1, 6)}).sites[0]
    assert shift_hours(site) == 56.0
    assert shift_hours(site, date(2027, 1, 4)) == 48.0
    assert shift_hours(site, date(2027, 1, 11)) == 56.0


def test_a_holiday_at_the_border_holds_the_goods() -> None:
    def arrival_h(**customs: Any) -> float:
        links = small_cluster().model_dump(mode="json")["links"]
        links[0] |= {"customs": {"open": "07:00", "close": "19:00", **customs}}
        links[0] |= {"travel_time_cv": 0.0, "night_driving": True}
        model, state = compile_snapshot(planned(small_cluster(links=links)))
        model = model.with_run(1, 0, deterministic=True)
        run(model, state, 2 * WEEK_MS)
        goods = state.consignment[: state.clock["consignments"][0]]
        first = goods[model.link["border_ms"][goods["link"]] > 0][0]
        return float((first["arrive_ms"] - first["depart_ms"]) / HOUR_MS)

    plain = arrival_h()
    feast = arrival_h(holidays=[{"day": "2027-01-05", "until": "2027-01-20"}])
    assert feast > plain + 24.0


def grid(**changes: Any) -> EnergySpec:
    return EnergySpec.model_validate({"grid": {"limit_kw": 10.0, **changes}})


ROSTER = {
    "first": date(2027, 1, 5),
    "last": date(2027, 1, 10),
    "off": ({"days": ("tue", "sun"), "start": "10:00", "end": "14:00"},),
}


def test_a_roster_takes_the_grid_away_and_calms_the_usual_outages() -> None:
    model, state = compile_one(build(grid(roster=(ROSTER,)), lots=1))
    rows = [(t // HOUR_MS, kind, value) for t, kind, _, value in model.published.tolist()]
    assert rows == [
        (24, P_GRID_CALM, 1),
        (34, P_GRID_OFF, 1),
        (38, P_GRID_OFF, -1),
        (154, P_GRID_OFF, 1),
        (158, P_GRID_OFF, -1),
        (168, P_GRID_CALM, -1),
    ]
    run(model, state, WEEK_MS)
    assert state.site["grid_off_ms"].tolist() == [8 * HOUR_MS]


def test_a_roster_that_began_before_the_fork_holds_at_it() -> None:
    cluster = build(grid(roster=(ROSTER,)))
    snapshot = planned(cluster)
    later = type(snapshot)(**{**vars(snapshot), "taken_at": START + timedelta(hours=36)})
    model, _ = compile_snapshot(later)
    rows = [(t // HOUR_MS, kind, value) for t, kind, _, value in model.published.tolist()]
    assert rows[:3] == [(0, P_GRID_OFF, 1), (0, P_GRID_CALM, 1), (2, P_GRID_OFF, -1)]


def test_a_roster_belongs_to_every_scenario_and_belief() -> None:
    model, _ = compile_one(build(grid(roster=(ROSTER,))))
    nothing = Scenario(id="none", title="None", fork_at=START, edits=())
    assert np.array_equal(nothing.primitives(model), model.published)
    assert np.array_equal(nothing.beliefs(model, 0), model.published)


@pytest.mark.parametrize(
    ("model", "entry", "what"),
    [
        (
            HolidaySpec,
            {"day": date(2027, 1, 5), "until": date(2027, 1, 4)},
            "ends before it begins",
        ),
        (HolidaySpec, {"day": date(2027, 1, 5), "until": date(2029, 1, 4)}, "longer than a year"),
        (RosterSpec, {**ROSTER, "last": date(2027, 1, 1)}, "ends before it begins"),
        (RosterSpec, {**ROSTER, "off": ()}, "at least 1"),
        (
            RosterSpec,
            {**ROSTER, "off": ({"days": ("mon",), "start": "22:00", "end": "06:00"},)},
            "over midnight is two entries",
        ),
    ],
)
def test_impossible_days_are_refused(model: Any, entry: dict[str, Any], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        model.model_validate(entry)
