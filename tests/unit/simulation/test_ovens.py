"""Ovens that wait for a minimum: what they load together, and when they wait no longer."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from pydantic import ValidationError

from analytics.kpis.base import Run, Setting
from analytics.kpis.ovens import FAMILY
from analytics.simulation.compile import compile_snapshot
from analytics.simulation.extract import read_run
from analytics.simulation.layout import FOREVER, P_GRID_OFF
from analytics.simulation.run import run
from federation.cut import planned
from tests.support.observed import observed
from tests.support.run_tables import figures_of
from tests.support.shop_floor import HOUR, MINUTE, START, Job, finished, shop, simulate, spans
from twins.spec import MachineSpec
from twins.work import LotState

BAKE = {"id": "bake", "process": "work", "cycle_time_min": 60.0}


def oven(minimum=3, wait_min=120.0, room=4, **more):
    waits = {"batch_minimum_units": minimum, "batch_longest_wait_min": wait_min}
    return {"id": "oven", "batch_capacity_units": room, **waits, **more}


def baked(*releases_h, step=BAKE, **own):
    """Loaves that come at these hours, and when each is done, in minutes."""
    jobs = [Job([step], release_h=release) for release in releases_h]
    return simulate(shop([oven(**own)], jobs))


def test_it_waits_until_the_minimum_lies_before_it():
    _, state = baked(0.0, 0.5, 1.0, 1.0)
    assert finished(state) == [120.0] * 4
    assert spans(state) == [("IDLE", 0.0, 60.0), ("RUN", 60.0, 120.0)]


def test_without_a_minimum_it_takes_what_is_there():
    jobs = [Job([BAKE], release_h=release) for release in (0.0, 0.5, 1.0, 1.0)]
    plain = {"id": "oven", "batch_capacity_units": 4}
    assert finished(simulate(shop([plain], jobs))[1]) == [60.0, 120.0, 120.0, 120.0]


def test_no_lot_waits_longer_than_the_longest_wait():
    _, state = baked(0.0, 1.5)
    assert finished(state) == [180.0, 180.0]
    _, state = baked(0.0, 2.5)
    assert finished(state) == [180.0, 270.0 + 60.0]


def test_a_full_load_goes_at_once_and_the_rest_waits_for_more():
    _, state = baked(0.0, 0.0, 0.0, 0.0, 0.0)
    assert finished(state) == [60.0] * 4 + [180.0]


def test_only_what_can_be_loaded_together_counts():
    """Two kinds of loaf with cycles of their own: the first kind is two of three."""
    long = BAKE | {"cycle_time_min": 90.0}
    jobs = [Job([BAKE]), Job([BAKE]), Job([long], release_h=0.1)]
    _, state = simulate(shop([oven()], jobs))
    assert finished(state) == [180.0, 180.0, 180.0 + 90.0]


def test_two_ovens_share_a_queue():
    jobs = [Job([BAKE], release_h=hour) for hour in (0.0, 0.0, 0.0, 0.2, 0.2)]
    _, state = simulate(shop([oven(count=2)], jobs))
    assert finished(state) == [60.0, 60.0, 60.0, 192.0, 192.0]


def test_more_room_in_a_buffer_and_a_minimum_go_together():
    """Two places before an oven that needs two: two go in, two stand there, one waits outside."""
    jobs = [Job([BAKE]) for _ in range(5)]
    _, state = simulate(shop([oven(minimum=2, room=2, buffer_lots=2)], jobs))
    assert finished(state) == [60.0, 60.0, 120.0, 120.0, 240.0]


def test_an_oven_that_waits_is_idle_and_loses_nothing_to_a_power_cut():
    grid = {"limit_kw": 50.0, "roster": []}
    energy = {"buses": [{"id": "main"}], "grid": grid}
    jobs = [Job([BAKE]), Job([BAKE], release_h=1.5)]
    cluster = shop([oven(run_kw=20.0, rewarm_min=30.0)], jobs, energy=energy)
    changes = [(30 * MINUTE, P_GRID_OFF, 0, 1), (60 * MINUTE, P_GRID_OFF, 0, -1)]
    _, state = simulate(cluster, changes=changes)
    assert state.machine_lost[0] == 0
    assert finished(state) == [180.0, 180.0]


@pytest.mark.parametrize("minimum", [2, 3, 4])
def test_every_load_has_its_minimum_or_a_lot_that_waited(minimum):
    """Against the rule itself, over random arrivals."""
    random = np.random.default_rng(minimum)
    hours = np.sort(random.uniform(0.0, 30.0, 40)).round(2)
    _, state = baked(*hours.tolist(), minimum=minimum)
    starts = state.op["start_ms"]
    came = np.array([(hour * HOUR) for hour in hours]).round().astype(np.int64)
    for start in np.unique(starts):
        load = starts == start
        assert load.sum() <= 4
        waited = (start - came[load]).max()
        assert load.sum() >= minimum or waited >= 120 * MINUTE
        assert waited <= 120 * MINUTE + 60 * MINUTE  # behind one load at most
    assert (state.lot["done_ms"] < FOREVER).all()
    assert state.machine["good_units"].sum() == 40


def test_a_fork_remembers_how_long_lots_have_waited():
    jobs = [Job([BAKE], release_h=-1.5 + number) for number in range(2)]
    cluster = shop([oven()], jobs)
    told = {"state": int(LotState.QUEUED), "place": "S", "event": 2, "operation": 0, "units": 1}
    snapshot = observed(
        planned(cluster, START),
        lots=[{"lot": "J00/01/part", "since": START - timedelta(hours=1.5), **told}],
    )
    model, state = compile_snapshot(snapshot)
    model = model.with_run(seed=1, replication=0, trace_level=2)
    run(model, state, FOREVER)
    assert finished(state)[0] == 30.0 + 60.0


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"batch_minimum_units": 3}, "needs both batch_minimum_units and"),
        ({"batch_longest_wait_min": 3.0}, "needs both batch_minimum_units and"),
        ({"batch_minimum_units": 5, "batch_longest_wait_min": 9.0}, "above what one cycle can"),
        (
            {
                "batch_minimum_units": 2,
                "batch_longest_wait_min": 9.0,
                "batch_capacity_units": None,
            },
            "give batch_capacity_units",
        ),
    ],
)
def test_a_minimum_that_cannot_work_is_refused(figures, words):
    values = {"id": "oven", "process": "curing", "batch_capacity_units": 4} | figures
    with pytest.raises(ValidationError, match=words):
        MachineSpec.model_validate(values)


def test_the_key_figure_is_the_room_that_was_used():
    """Loads of 3 and of 1 in an oven for 4; without a load it is not defined."""
    jobs = [Job([BAKE], release_h=hour) for hour in (0.0, 0.5, 1.0, 5.0)]
    cluster = shop([oven()], jobs)
    model, state = simulate(cluster)
    setting = Setting(cluster, START, START + timedelta(hours=10))
    tables = read_run(model, state, ["operations"])
    assert [
        (figure.scope, figure.subject, figure.value)
        for figure in figures_of(FAMILY, Run(tables=tables), setting)
    ] == [("cluster", "", 0.5), ("site", "S", 0.5)]
    none = read_run(model, compile_snapshot(planned(cluster))[1], ["operations"])
    assert {figure.value for figure in figures_of(FAMILY, Run(tables=none), setting)} == {None}
