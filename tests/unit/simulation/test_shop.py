import numpy as np
import pytest

from analytics.simulation.compile import CompileError, ShopFailures, compile_shop
from analytics.simulation.compile.dists import DistTable, Steps
from analytics.simulation.distributions import ppf
from analytics.simulation.layout import HOUR_MS, NONE
from analytics.simulation.run import run
from twins.distribution_spec import DistributionSpec


def test_jobs_queue_for_one_machine_in_the_order_of_their_release():
    model, state = compile_shop([1], [[0], [0], [0]], [[10], [20], [30]], release_ms=[5, 0, 5])
    run(model, state)
    assert state.lot["done_ms"].tolist() == [30, 20, 60]


def test_parallel_machines_work_at_once():
    model, state = compile_shop([2], [[0], [0], [0]], [[10], [10], [10]])
    run(model, state)
    assert sorted(state.lot["done_ms"].tolist()) == [10, 10, 20]


def test_routes_may_differ_in_length_and_visit_a_group_twice():
    groups = [[0, 1, 0], [1, NONE, NONE]]
    model, state = compile_shop([1, 1], groups, [[5, 5, 5], [7, 0, 0]])
    run(model, state)
    assert state.lot["done_ms"].tolist() == [17, 7]
    assert state.op["start_ms"].tolist() == [0, 7, 12, 0]


def test_a_rank_overrules_the_order_of_release():
    model, state = compile_shop([1], [[0], [0]], [[10], [10]], rank=[9, 1])
    run(model, state)
    assert state.lot["done_ms"].tolist() == [20, 10]


def test_ranks_may_be_given_for_each_operation():
    model, state = compile_shop([1, 1], [[0, 1], [0, 1]], [[1, 10], [1, 10]], rank=[[0, 5], [1, 4]])
    run(model, state)
    assert state.op["rank"].tolist() == [0, 5, 1, 4]


def test_equal_jobs_share_their_operations():
    model, _ = compile_shop([3], np.zeros((500, 1)), np.full((500, 1), 60_000))
    assert len(model.optype) == 1
    assert len(model.permission) == 1


def test_a_factor_has_the_mean_one():
    model, state = compile_shop(
        [1], np.zeros((4000, 1)), np.full((4000, 1), 10_000), factor="lognormal", factor_cv=0.5
    )
    run(model.with_run(1, 0), state)
    spans = state.op["end_ms"] - state.op["start_ms"]
    assert spans.mean() == pytest.approx(10_000, rel=4 * 0.5 / np.sqrt(4000))
    assert spans.std() == pytest.approx(5_000, rel=0.1)


def test_breakdowns_stretch_the_work():
    failures = ShopFailures(
        DistributionSpec(kind="exponential", mean_h=1.0),
        DistributionSpec(kind="deterministic", mean_h=1.0),
    )
    jobs = 2000
    model, state = compile_shop(
        [1], np.zeros((jobs, 1)), np.full((jobs, 1), HOUR_MS), failures=failures
    )
    run(model.with_run(1, 0), state)
    downs = int(state.machine["failure_index"][0])
    assert state.lot["done_ms"].max() == (jobs + downs) * HOUR_MS


def test_each_group_may_break_down_in_its_own_way():
    hour = DistributionSpec(kind="deterministic", mean_h=1.0)
    often = ShopFailures(hour, Steps((0.5 * HOUR_MS,), (1.0,)))
    rarely = ShopFailures(DistributionSpec(kind="deterministic", mean_h=50.0), hour)
    span = 5 * HOUR_MS // 2
    model, state = compile_shop([1, 1], [[0], [1]], [[span], [span]], failures=[often, rarely])
    run(model.with_run(1, 0), state)
    assert state.lot["done_ms"].tolist() == [span + HOUR_MS, span]
    with pytest.raises(CompileError, match="one entry per group"):
        compile_shop([1, 1], [[0], [1]], [[1], [1]], failures=[often])


@pytest.mark.parametrize(("quantity", "passing"), [(1, 0.85), (3, 0.7), (16, 0.95)])
def test_plans_of_many_lots_start_the_mean_number_of_units(quantity, passing):
    """Each lot starts the mean, rounded down or up; together they are not rounded."""
    lots = 2000
    model, state = compile_shop(
        [1], np.zeros((lots, 1)), np.full((lots, 1), 1000), quantity=quantity, passing=passing
    )
    run(model.with_run(1, 0, deterministic=True), state)
    units, mean = state.op["units"], quantity / passing
    assert set(units.tolist()) == {int(mean), int(mean) + 1}
    fraction = mean - int(mean)
    error = np.sqrt(fraction * (1.0 - fraction) / lots)
    assert units.mean() == pytest.approx(mean, abs=4 * error)
    assert np.all(state.lot["good"] == quantity)


def test_a_duration_in_steps_takes_its_values_and_nothing_between():
    table = DistTable()
    row = table.duration(Steps((10.0, 20.0, 50.0), (0.5, 0.2, 0.3)))
    assert table.mean_ms(row) == pytest.approx(24.0)
    drawn = [ppf(table.table()[row], table.curve(), (n + 0.5) / 1000) for n in range(1000)]
    assert [drawn.count(value) for value in (10.0, 20.0, 50.0)] == [500, 200, 300]


@pytest.mark.parametrize(
    ("machines", "groups", "spans", "message"),
    [
        ([1], [[0, 0]], [[1]], "give both one entry"),
        ([1], [[NONE]], [[1]], "at least one"),
        ([1], [[0, NONE, 0]], [[1, 1, 1]], "behind the last"),
        ([1], [[1]], [[1]], "make them agree"),
        ([0], [[0]], [[1]], "make them agree"),
        ([1], [[0]], [[0]], "smaller unit of time"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(machines, groups, spans, message):
    with pytest.raises(CompileError, match=message):
        compile_shop(machines, groups, spans)
