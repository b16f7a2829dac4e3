"""The fast engines: plain shops are recognised, searched, and dated by the simulator."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from analytics.rerouting.questions import order_book
from analytics.rerouting.search.flow_line.solve import FlowLineSearch
from analytics.rerouting.search.job_shop.solve import JobShop, JobShopSearch
from analytics.rerouting.search.limits import Budget, SearchLimits
from analytics.rerouting.search.plain import FlowShop, job_shop, plain_shop
from analytics.rerouting.search.policy import Search, one_after_another
from analytics.rerouting.weights import Weights
from analytics.starts import OnRay
from analytics.validation.schedules import instances
from benchmarks._instances import flow_shop_cluster, job_shop_cluster, only_makespan
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import metal_cluster

MINUTE_MS = 60_000
ONLY_MAKESPAN = only_makespan()
JOBS = ((3, 5, 2), (4, 1, 6), (2, 7, 3), (5, 2, 2), (1, 4, 4))
"""Minutes of five jobs at three stages."""


def flow_makespan(minutes: list[tuple[int, ...]]) -> int:
    """Makespan of a permutation flow shop, by the recursion of the textbook."""
    ends = [0] * len(JOBS[0])
    for job in minutes:
        for stage, time in enumerate(job):
            ends[stage] = max(ends[stage], ends[stage - 1] if stage else 0) + time
    return ends[-1]


def best_of_two_lines() -> int:
    """The smallest makespan of ``JOBS`` on two equal lines, by trying every plan."""
    best = 10**9
    for homes in itertools.product((0, 1), repeat=len(JOBS)):
        spans = []
        for line in (0, 1):
            mine = [job for job, home in zip(JOBS, homes, strict=True) if home == line]
            spans.append(min(flow_makespan(list(order)) for order in itertools.permutations(mine)))
        best = min(best, max(spans))
    return best


def test_flow_lines_find_the_optimum_of_a_small_shop() -> None:
    times = np.broadcast_to(np.array(JOBS).T * MINUTE_MS, (2, 3, 5)).copy()
    plan = FlowLineSearch(times, seed=1).run(Budget(SearchLimits(iterations=200)))
    assert plan.makespan_ms == best_of_two_lines() * MINUTE_MS
    assert sorted(np.concatenate(plan.lines).tolist()) == list(range(5))


def test_a_line_that_must_not_make_a_job_does_not_get_it() -> None:
    times = np.broadcast_to(np.array(JOBS).T * MINUTE_MS, (2, 3, 5)).copy()
    times[1, :, [0, 2, 4]] = -1
    plan = FlowLineSearch(times, seed=1).run(Budget(SearchLimits(iterations=100)))
    assert set(plan.lines[1].tolist()) <= {1, 3}
    assert sorted(np.concatenate(plan.lines).tolist()) == list(range(5))


def test_times_beyond_32_bits_are_searched_in_a_coarser_unit() -> None:
    times = np.broadcast_to(np.array(JOBS).T * MINUTE_MS * 1441, (2, 3, 5)).copy()
    times[:, 0, 0] += 1
    plan = FlowLineSearch(times, seed=1).run(Budget(SearchLimits(iterations=200)))
    exact = best_of_two_lines() * MINUTE_MS * 1441
    assert plan.makespan_ms == pytest.approx(exact, rel=1e-5)


def shop_of(jobs: list[list[list[tuple[int, int]]]]) -> JobShop:
    """A job shop from ways as machine and minutes."""
    ways = [way for job in jobs for way in job]
    return JobShop(
        first_op=np.cumsum([0] + [len(job) for job in jobs]),
        release_ms=np.zeros(len(jobs), np.int64),
        first_way=np.cumsum([0] + [len(way) for way in ways]),
        machine=np.array([machine for way in ways for machine, _ in way]),
        time_ms=np.array([minutes * MINUTE_MS for way in ways for _, minutes in way]),
        machines=1 + max(machine for way in ways for machine, _ in way),
    )


def test_every_job_shop_plan_is_a_schedule() -> None:
    rng = np.random.default_rng(3)
    jobs = [
        [[(int(m), int(rng.integers(1, 9))) for m in rng.permutation(4)[:2]] for _ in range(5)]
        for _ in range(6)
    ]
    shop = shop_of(jobs)
    plan = JobShopSearch(shop, seed=5).run(Budget(SearchLimits(iterations=3000)))
    assert sorted(np.concatenate(plan.sequences).tolist()) == list(range(30))
    ends = np.zeros(30, np.int64)
    waiting = [list(mine) for mine in plan.sequences]
    free = [0] * 4
    for _ in range(30):  # what is next at its machine and in its job begins
        for machine, mine in enumerate(waiting):
            while mine and (mine[0] % 5 == 0 or ends[mine[0] - 1] > 0):
                op = mine.pop(0)
                (ways,) = [w for w in range(2) if shop.machine[2 * op + w] == machine]
                before = ends[op - 1] if op % 5 else 0
                free[machine] = ends[op] = max(free[machine], before) + shop.time_ms[2 * op + ways]
    assert not any(waiting)
    assert ends.max() == plan.makespan_ms


@pytest.mark.parametrize("name", ["ft06", "mk01"])
def test_a_proposal_has_the_proven_optimum_and_the_dates_of_its_replay(name: str) -> None:
    data = instances()[name]
    ways = _ways(name)
    problem = order_book(job_shop_cluster(ways), ONLY_MAKESPAN, horizon_h=48)
    limits = SearchLimits(iterations=20_000, no_improvement=10_000)
    found = Search(limits).propose(problem)
    assert found.policy == "search"
    assert found.objective.makespan * 60 == pytest.approx(data["optimum"])
    assert found.end.op["end_ms"].max() == data["optimum"] * MINUTE_MS


def _ways(name: str) -> list[list[list[tuple[int, int]]]]:
    """The instance with the machines and times of its optimal schedule: no other ways."""
    return [[[(m, t)] for m, t, _ in job] for job in instances()[name]["jobs"]]


def flow_problem(factories: int = 2, weights: Weights = ONLY_MAKESPAN):
    return order_book(flow_shop_cluster(JOBS, factories), weights, horizon_h=48)


def test_a_flow_shop_posed_as_a_cluster_is_planned_to_the_optimum() -> None:
    found = Search(SearchLimits(iterations=200)).propose(flow_problem())
    assert found.end.op["end_ms"].max() == best_of_two_lines() * MINUTE_MS


@pytest.mark.parametrize("starts", [1, 3])
def test_the_same_seed_and_rounds_find_the_same_plan(starts: int) -> None:
    one, two = (
        Search(SearchLimits(iterations=50), starts=starts, seed=4).propose(flow_problem())
        for _ in range(2)
    )
    assert one.group.tolist() == two.group.tolist()
    assert one.rank.tolist() == two.rank.tolist()


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["flow lines", "job shop", "cluster"])
def test_starts_on_ray_find_the_plan_that_they_find_here(kind: str) -> None:
    problem = {
        "flow lines": flow_problem,
        "job shop": lambda: order_book(job_shop_cluster(_ways("ft06")), ONLY_MAKESPAN, 48),
        "cluster": lambda: order_book(metal_cluster(orders=6)),
    }[kind]()
    here, there = (
        Search(SearchLimits(iterations=50), starts=3, seed=4, run=run).propose(problem)
        for run in (one_after_another, OnRay(2))
    )
    assert here.group.tolist() == there.group.tolist()
    assert here.rank.tolist() == there.rank.tolist()


def test_a_plain_shop_is_recognised() -> None:
    problem = flow_problem()
    plain = plain_shop(problem)
    assert plain is not None
    flow = FlowShop.of(problem, plain)
    assert flow is not None
    assert flow.times_ms.tolist() == [(np.array(JOBS).T * MINUTE_MS).tolist()] * 2
    assert job_shop(problem, plain) is None  # two sites


def test_machines_that_do_not_keep_a_sequence_are_no_job_shop() -> None:
    data = job_shop_cluster([[[(0, 3)], [(1, 4)]], [[(1, 2)], [(0, 2)]]]).model_dump(mode="json")
    for machine in data["sites"][0]["machines"]:
        machine["dispatch"]["rule"] = "schedule"
    problem = order_book(ClusterSpec.model_validate(data), ONLY_MAKESPAN, horizon_h=48)
    plain = plain_shop(problem)
    assert plain is not None
    assert FlowShop.of(problem, plain) is None  # the jobs go different ways
    assert job_shop(problem, plain) is None


PLAIN_NO_MORE = {
    "a shift": lambda site, _: site["machines"][0].update(unattended=False),
    "two machines": lambda site, _: site["machines"][0].update(count=2),
    "an oven": lambda site, _: site["machines"][0].update(batch_capacity_units=4),
    "a buffer": lambda site, _: site["machines"][0].update(buffer_lots=2),
    "changeovers": lambda site, _: site["machines"][0].update(setups={"default_min": 5}),
    "power": lambda site, _: site.update(
        energy={"buses": [{"id": "main"}], "grid": {"limit_kw": 5}}
    ),
    "a yield": lambda _, product: product["root"]["operations"][0].update(yield_fraction=0.9),
    "a first article": lambda _, product: product["permissions"][0].update(
        status="first_article", approver="F1"
    ),
}


@pytest.mark.parametrize("change", PLAIN_NO_MORE)
def test_anything_more_is_no_plain_shop(change: str) -> None:
    data = flow_shop_cluster(JOBS, 2).model_dump(mode="json")
    PLAIN_NO_MORE[change](data["sites"][0], data["products"][0])
    problem = order_book(ClusterSpec.model_validate(data), ONLY_MAKESPAN, horizon_h=96)
    assert plain_shop(problem) is None


def test_work_under_way_or_a_whole_cluster_is_no_plain_shop() -> None:
    assert plain_shop(order_book(metal_cluster(), ONLY_MAKESPAN)) is None
