"""Lots that several machines work on at once: who takes what, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from analytics.kpis.base import Figure, Run, Setting
from analytics.kpis.quality import FAMILY
from analytics.plant import Plant
from analytics.rerouting.bounds.bound import lower_bound, money_apart
from analytics.rerouting.decoding import Decoder
from analytics.rerouting.exact.case import Case
from analytics.rerouting.exact.model import ClusterModel
from analytics.rerouting.exact.solver import SolverLimits
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.replay import kernel_replay
from analytics.rerouting.stay import Stay
from analytics.simulation.belief import believe
from analytics.simulation.compile import arm_state, compile_snapshot
from analytics.simulation.extract import read_run
from analytics.simulation.layout import (
    FOREVER,
    HOUR_MS,
    P_GRID_OFF,
    P_MACHINE_ABSENT,
    P_MACHINE_DOWN,
    PRIMITIVE_C,
)
from analytics.simulation.model import SimState
from analytics.simulation.run import run
from federation.cut import Cutter, planned
from federation.topology.model import ClusterSpec, MaterialSpec
from federation.topology.product_model import PartSpec
from tests.support.mirror import mirrored
from tests.support.shop_floor import (
    ALWAYS,
    MINUTE,
    START,
    Job,
    finished,
    shop,
    simulate,
    spans,
    step,
)
from twins.work import LotState


def floor(
    *lots: int | tuple[int, float],
    machines: int = 4,
    least: int = 2,
    after: tuple[dict[str, Any], ...] = (),
    work: dict[str, Any] | None = None,
    machine: dict[str, Any] | None = None,
    **site: Any,
) -> ClusterSpec:
    """Lots of so many units (and when they come, in hours), ten minutes a unit."""
    first = step(10.0, minimum_share_units=least, **(work or {}))
    found = [lot if isinstance(lot, tuple) else (lot, 0.0) for lot in lots]
    jobs = [Job([first, *after], release_h=release) for _, release in found]
    cluster = shop([{"id": "m", "count": machines, **(machine or {})}], jobs, **site)
    orders = tuple(
        order.model_copy(update={"quantity": units})
        for order, (units, _) in zip(cluster.orders, found, strict=True)
    )
    return cluster.model_copy(update={"orders": orders, "lot_size": 100})


def worked(state: SimState) -> list[list[tuple[float, float]]]:
    """When each machine worked, in minutes."""
    return [
        [(begin, end) for name, begin, end in spans(state, machine) if name == "RUN"]
        for machine in range(len(state.machine))
    ]


def units_add_up(state: SimState, wanted: int) -> None:
    """What was begun came out good or was scrapped, on the machines and in the lots alike."""
    assert (state.lot["shares"] == 0).all()
    assert (state.lot["apart"] == 0).all()
    assert (state.lot["renewed"] == 0).all()
    assert (state.machine["share_units"] == 0).all()
    assert state.lot["good"].sum() == wanted
    assert state.machine["scrap_units"].sum() == state.lot["scrapped"].sum()
    assert state.op["scrapped"].sum() == state.lot["scrapped"].sum()


def test_a_lot_is_shared_by_all_machines_that_are_free_and_merged_after() -> None:
    """Ten units on four machines: 3, 3, 2, 2; the lot goes on when the last is done."""
    weld = step(5.0, "weld", minimum_share_units=None)
    cluster = floor(10, after=(weld,))
    cluster = cluster.model_copy(
        update={
            "sites": (
                cluster.sites[0].model_copy(
                    update={
                        "machines": (
                            *cluster.sites[0].machines,
                            cluster.sites[0]
                            .machines[0]
                            .model_copy(update={"id": "w", "process": "weld", "count": 1}),
                        )
                    }
                ),
            )
        }
    )
    _, state = simulate(cluster)
    assert worked(state) == [[(0, 30)], [(0, 30)], [(0, 20)], [(0, 20)], [(30, 80)]]
    assert finished(state) == [80.0]
    assert state.machine["good_units"].tolist() == [3, 3, 2, 2, 10]
    assert state.machine["shares"].tolist() == [1, 1, 1, 1, 0]
    units_add_up(state, 10)


def test_no_share_is_below_the_minimum() -> None:
    assert worked(simulate(floor(10, least=5))[1]) == [[(0, 50)], [(0, 50)], [], []]
    assert worked(simulate(floor(10, least=6))[1]) == [[(0, 100)], [], [], []]


def test_machines_that_another_lot_needs_are_left_to_it() -> None:
    """Four machines, two lots: two machines each; with four lots each has one."""
    assert worked(simulate(floor(8, 8))[1]) == [[(0, 40)]] * 4
    assert worked(simulate(floor(8, 8, 8, 8))[1]) == [[(0, 80)]] * 4
    assert worked(simulate(floor(8, 8, machines=5))[1]) == [
        [(0, 30)], [(0, 30)], [(0, 20)], [(0, 40)], [(0, 40)],
    ]  # fmt: skip


def test_a_machine_that_is_free_later_does_not_join() -> None:
    """Two lots that cannot be shared take a machine each; the third shares the other two."""
    _, state = simulate(floor(2, 2, (12, 0.1)))
    assert finished(state) == [20.0, 20.0, 66.0]


def test_each_share_has_its_own_setup_and_people() -> None:
    """Five minutes of setup for each; two people run two of four machines at once."""
    crew = {"id": "crew", "headcount": 2, "skills": {"work": 2}}
    cluster = floor(8, work={"setup_time_min": 5.0}, pools=[crew])
    _, state = simulate(cluster)
    assert worked(state) == [[(0, 45)], [(0, 45)], [], []]


def test_a_share_takes_a_tool_of_its_own() -> None:
    cluster = floor(8, work={"tool": "jig"}, tools=[{"id": "jig", "count": 3}])
    assert worked(simulate(cluster)[1]) == [[(0, 30)], [(0, 30)], [(0, 20)], []]


def test_power_for_two_shares_it_by_two() -> None:
    energy = {"buses": [{"id": "main"}], "grid": {"limit_kw": 9.0}}
    cluster = floor(8, machine={"run_kw": 4.0}, energy=energy)
    _, state = simulate(cluster)
    assert worked(state) == [[(0, 40)], [(0, 40)], [], []]


def test_material_is_taken_once_and_in_full() -> None:
    needs = [{"material": "sheet", "quantity_per_unit": 2.0}]
    stock = [{"material": "sheet", "on_hand": 20.0}]
    cluster = floor(8, work={"consumes": needs}, stock=stock)
    cluster = cluster.model_copy(update={"materials": (_material(),)})
    _, state = simulate(cluster)
    assert state.stock["issued"].tolist() == [16_000]
    assert finished(state) == [20.0]


def _material() -> MaterialSpec:
    return MaterialSpec(id="sheet", unit="kg", price=1.0)


def test_rejects_of_a_yield_are_found_by_all_shares_together() -> None:
    weld = step(5.0)
    cluster = floor(40, (40, 3.0), work={"yield_fraction": 0.8}, after=(weld,))
    _, state = simulate(cluster)
    units_add_up(state, 80)
    first = state.op[[0, 2]]
    assert (first["units"] - first["scrapped"]).tolist() == [40, 40]
    assert state.machine["good_units"].sum() == 2 * 80
    assert (state.machine["scrap_units"] > 0).sum() >= 2


def test_a_breakdown_of_a_share_lets_the_others_go_on() -> None:
    """It resumes after an hour: the lot is whole when that share is done."""
    changes = [(10 * MINUTE, P_MACHINE_DOWN, 1, 1), (70 * MINUTE, P_MACHINE_DOWN, 1, -1)]
    _, state = simulate(floor(12), changes=changes)
    assert worked(state) == [[(0, 30)], [(0, 10), (70, 90)], [(0, 30)], [(0, 30)]]
    assert finished(state) == [90.0]


def test_a_share_that_restarts_begins_again_on_its_machine() -> None:
    changes = [(10 * MINUTE, P_MACHINE_DOWN, 1, 1), (70 * MINUTE, P_MACHINE_DOWN, 1, -1)]
    _, state = simulate(floor(12, work={"on_interruption": "restart"}), changes=changes)
    assert worked(state)[1] == [(0, 10), (70, 100)]
    assert finished(state) == [100.0]


LOSES = {"on_interruption": "scrap", "consumes": [{"material": "sheet", "quantity_per_unit": 1.0}]}


def losing(on_hand: float, *lots: int, receipt: float = 0.0, **more: Any) -> ClusterSpec:
    stock = {"material": "sheet", "on_hand": on_hand}
    if receipt:
        stock |= {"weekly_receipt": receipt, "receipt_day": "mon", "receipt_time": "02:00"}
    cluster = floor(*lots, work=LOSES, stock=[stock], **more)
    return cluster.model_copy(update={"materials": (_material(),)})


def test_a_share_that_is_lost_begins_anew_with_new_material() -> None:
    """Three of twelve are lost at 10 min; the machine that is free first shares them."""
    changes = [(10 * MINUTE, P_MACHINE_DOWN, 1, 1), (20 * MINUTE, P_MACHINE_DOWN, 1, -1)]
    _, state = simulate(losing(100.0, 12), changes=changes)
    assert worked(state) == [[(0, 30)], [(0, 10), (20, 50)], [(0, 30)], [(0, 30)]]
    assert finished(state) == [50.0]
    assert state.lot["scrapped"].tolist() == [3]
    assert state.op["units"].tolist() == [15]
    assert state.lot["attempt"].tolist() == [0]
    assert state.stock["issued"].tolist() == [15_000]
    units_add_up(state, 12)


def test_what_is_lost_may_go_on_elsewhere_and_is_shared_too() -> None:
    """Six are lost at 10 min and the machine stays down: three others are free at 30."""
    cluster = losing(100.0, 24)
    changes = [(10 * MINUTE, P_MACHINE_DOWN, 1, 1)]
    _, state = simulate(cluster, changes=changes)
    assert worked(state) == [[(0, 80)], [(0, 10)], [(0, 80)], [(0, 80)]]
    units_add_up(state, 24)


def test_lost_units_wait_for_material_while_the_others_are_made() -> None:
    """Twelve sheets lie there; three more come at 02:00."""
    changes = [(10 * MINUTE, P_MACHINE_DOWN, 1, 1), (20 * MINUTE, P_MACHINE_DOWN, 1, -1)]
    _, state = simulate(losing(12.0, 12, receipt=3.0), changes=changes)
    rows = state.lot_trace[: int(state.clock["lot_rows"][0])]
    told = [(LotState(row["state"]).name, row["time_ms"] / MINUTE) for row in rows]
    assert ("WAITING", 30.0) in told
    assert finished(state) == [150.0]
    units_add_up(state, 12)


def test_a_pause_that_is_too_long_loses_the_share() -> None:
    changes = [(10 * MINUTE, P_MACHINE_DOWN, 1, 1), (70 * MINUTE, P_MACHINE_DOWN, 1, -1)]
    _, state = simulate(floor(12, work={"longest_pause_min": 30.0}), changes=changes)
    assert state.lot["scrapped"].tolist() == [3]
    # found lost at 40 min, when the three others are free: 3 units cannot be shared by 2
    assert finished(state) == [70.0]
    units_add_up(state, 12)


def test_a_power_cut_hits_every_share() -> None:
    energy = {"buses": [{"id": "main"}], "grid": {"limit_kw": 90.0}}
    cut = [(10 * MINUTE, P_GRID_OFF, 0, 1), (70 * MINUTE, P_GRID_OFF, 0, -1)]
    _, state = simulate(floor(12, machine={"run_kw": 4.0}, energy=energy), changes=cut)
    assert finished(state) == [90.0]
    assert state.op["attempts"].tolist() == [4]


def test_at_the_end_of_the_shift_shares_are_laid_down_and_go_on() -> None:
    shifts = [{"days": ALWAYS[0]["days"], "start": "08:00", "end": "08:20"}]
    _, state = simulate(floor(12, shifts=shifts))
    day = 24 * 60.0
    assert worked(state) == [[(480, 500), (480 + day, 490 + day)]] * 4


def test_work_that_cannot_be_laid_down_is_begun_if_its_share_fits() -> None:
    """Twelve units do not fit into 40 min of shift, shares of three do."""
    shifts = [{"days": ALWAYS[0]["days"], "start": "08:00", "end": "10:00"}]
    cluster = floor((12, 9.4), work={"on_interruption": "restart"}, shifts=shifts)
    assert finished(simulate(cluster)[1]) == [9.4 * 60 + 30]
    alone = floor((12, 9.4), least=100, work={"on_interruption": "restart"}, shifts=shifts)
    assert finished(simulate(alone)[1])[0] > 24 * 60


def test_the_share_of_a_machine_that_leaves_goes_on_at_another() -> None:
    """At 10 min the fourth machine leaves with 20 min of work left; one is free at 30."""
    _, state = simulate(floor(12), changes=[(10 * MINUTE, P_MACHINE_ABSENT, 3, 1)])
    assert finished(state) == [50.0]
    units_add_up(state, 12)


def test_shares_never_give_way_to_more_urgent_work() -> None:
    machine = {"dispatch": {"preemptive": True}}
    cluster = floor(8, (4, 0.1), machine=machine)
    orders = (cluster.orders[0], cluster.orders[1].model_copy(update={"priority": -1}))
    _, state = simulate(cluster.model_copy(update={"orders": orders}))
    assert finished(state) == [20.0, 40.0]


def test_rework_and_inspection_see_the_merged_lot() -> None:
    weld = step(5.0, inspection={"hold": {"kind": "deterministic", "mean_h": 1.0}})
    cluster = floor(12, work={"rework": {"to": "op-0", "probability": 0.3}}, after=(weld,))
    for replication in range(8):
        _, state = simulate(cluster, replication=replication)
        loops = int(state.op["reworks"][0])
        assert finished(state) == [30.0 * (1 + loops) + 60.0 + 60.0]
        units_add_up(state, 12)


def test_a_new_schedule_in_the_midst_changes_nothing() -> None:
    """Also while lost units wait for material and a rest waits in the queue."""
    cluster = losing(30.0, 12, 12, 12, receipt=20.0, machines=3)
    changes = [(10 * MINUTE, P_MACHINE_DOWN, 1, 1), (25 * MINUTE, P_MACHINE_DOWN, 1, -1)]
    _, whole = simulate(cluster, changes=changes)
    model, state = compile_snapshot(planned(cluster), changes)
    model = model.with_run(seed=1, replication=0, trace_level=2)
    for minute in range(1, 200, 7):
        run(model, state, minute * MINUTE)
        state.clock["replan"] = 1
    run(model, state, FOREVER)
    assert finished(state) == finished(whole)
    assert np.array_equal(state.machine["good_units"], whole.machine["good_units"])
    units_add_up(state, 36)


@pytest.mark.parametrize("seed", range(6))
def test_units_are_conserved_whatever_happens(seed: int) -> None:
    random = np.random.default_rng(seed)
    lots = [(int(random.integers(4, 30)), float(random.uniform(0, 20))) for _ in range(12)]
    failure = {
        "time_to_failure": {"kind": "exponential", "mean_h": 2.0},
        "time_to_repair": {"kind": "exponential", "mean_h": 0.5},
    }
    work = {
        "on_interruption": "resume",
        "resume_probability": 0.5,
        "yield_fraction": 0.9,
        "time_cv": 0.3,
        "consumes": [{"material": "sheet", "quantity_per_unit": 1.0}],
    }
    stock = [{"material": "sheet", "on_hand": 100.0, "weekly_receipt": 400.0}]
    cluster = floor(*lots, work=work, machine={"failure": failure}, stock=stock, after=(step(2.0),))
    cluster = cluster.model_copy(update={"materials": (_material(),)})
    _, state = simulate(cluster, replication=seed)
    units_add_up(state, sum(units for units, _ in lots))
    # every unit that was begun at the first operation took a sheet
    lost_before = state.lot["attempt"].sum()
    begun = state.op["units"][::2].sum()
    assert state.stock["issued"][0] >= 1000 * begun
    if lost_before == 0:
        assert state.stock["issued"][0] == 1000 * begun
        assert (state.op["units"] - state.op["scrapped"]).reshape(-1, 2)[:, 1].sum() == sum(
            units for units, _ in lots
        )


def test_without_the_feature_a_lot_stays_on_one_machine() -> None:
    cluster = floor(10)
    product = cluster.products[0]
    step_ = product.root.operations[0].model_copy(update={"minimum_share_units": None})
    root = product.root.model_copy(update={"operations": (step_,)})
    plain = cluster.model_copy(update={"products": (product.model_copy(update={"root": root}),)})
    model, state = simulate(plain)
    assert worked(state) == [[(0, 100)], [], [], []]
    assert (model.group["features"] == 0).all()


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (
            {"operations": [{"id": "a", "process": "x", "cycle_time_min": 9}]},
            "a share takes as long as the whole lot",
        ),
        (
            {
                "operations": [
                    {"id": "b", "process": "x", "unit_time_min": 9},
                    {"id": "a", "process": "x", "unit_time_min": 9, "on_interruption": "scrap"},
                ]
            },
            "a lost share of 'a' could not begin anew",
        ),
        (
            {
                "operations": [
                    {"id": "a", "process": "x", "unit_time_min": 9, "resume_probability": 0.5}
                ],
                "components": [
                    {
                        "id": "c",
                        "mass_kg": 1.0,
                        "operations": [{"id": "b", "process": "x", "unit_time_min": 9}],
                    }
                ],
            },
            "a lost share of 'a' could not begin anew",
        ),
    ],
)
def test_shares_that_make_no_sense_are_refused(part: dict[str, Any], words: str) -> None:
    for operation in part["operations"]:
        if operation["id"] == "a":
            operation["minimum_share_units"] = 2
    with pytest.raises(ValidationError, match=words):
        PartSpec.model_validate({"id": "p", "mass_kg": 1.0, **part})


@pytest.mark.parametrize("minute", [5.0, 25.0, 35.0, 65.0])
def test_a_fork_goes_on_with_the_shares(minute: float) -> None:
    """From what the twins saw: 10, 10 and 10 units, of which two machines break down."""
    weld = step(5.0)
    cluster = floor(10, (10, 0.3), (10, 0.5), machines=4, after=(weld,))
    _, whole = simulate(cluster)
    plant = Plant(cluster)
    batches = list(plant.tell(START + timedelta(minutes=minute)))
    snapshot = Cutter(cluster).cut(plant.now, mirrored(cluster, batches))
    model, state = compile_snapshot(snapshot)
    model = model.with_run(seed=1, replication=0, trace_level=2)
    arm_state(model, state)
    run(model, state, FOREVER)
    done = [moment + minute for moment in finished(state)]
    later = [moment for moment in finished(whole) if moment > minute]
    assert done[-len(later) :] == pytest.approx(later, abs=0.01)
    assert state.lot["good"].tolist() == [10, 10, 10]
    assert (state.machine["share_units"] == 0).all()


def test_a_fork_goes_on_with_lost_units_that_wait_for_material() -> None:
    """Nine of twelve are merged and three wait at 60 min; three sheets come at 02:00."""
    failure = {
        "time_to_failure": {"kind": "exponential", "mean_h": 1.5},
        "time_to_repair": {"kind": "deterministic", "mean_h": 0.25},
    }
    cluster = losing(12.0, 12, receipt=3.0, machine={"failure": failure})
    plant = Plant(cluster, seed=2)
    batches = list(plant.tell(START + timedelta(minutes=60)))
    snapshot = Cutter(cluster).cut(plant.now, mirrored(cluster, batches))
    model, state = compile_snapshot(snapshot)
    assert state.lot["good"].tolist() == [9]
    assert state.lot["renewed"].tolist() == [3]
    model = model.with_run(seed=1, replication=0, deterministic=True)
    arm_state(model, state)
    run(model, state, FOREVER)
    assert state.lot["good"].tolist() == [12]
    assert state.lot["done_ms"][0] >= 90 * MINUTE


def test_a_plan_knows_that_a_lot_is_shared() -> None:
    """Twelve units on four machines: the decoder's estimate is the end of the replay."""
    cluster = floor(12, after=(step(5.0),), work={"setup_time_min": 2.0})
    model, state = compile_snapshot(planned(cluster))
    model = model.with_run(0, 0, deterministic=True)
    problem = ReroutingProblem(model, state, 0, 0, cluster)
    decoded = Decoder(problem).plan()
    assert decoded.start_ms[1] == 32 * MINUTE
    end = kernel_replay(model, state, 100 * MINUTE)
    assert end.op["start_ms"][1] == 32 * MINUTE


@pytest.mark.parametrize("minute", range(0, 260, 20))
def test_no_plan_of_a_shared_lot_is_done_before_its_bound(minute: int) -> None:
    """Also in the midst: with shares on machines, done, laid aside, and lost."""
    work = {**LOSES, "setup_time_min": 2.0, "yield_fraction": 0.9}
    stock = [{"material": "sheet", "on_hand": 70.0}]
    cluster = floor(30, (17, 0.5), (9, 1.0), least=3, after=(step(2.0),), work=work, stock=stock)
    cluster = cluster.model_copy(update={"materials": (_material(),)})
    down = [(at * MINUTE, P_MACHINE_DOWN, machine, on) for at, machine, on in (
        (15, 2, 1), (45, 2, -1), (50, 0, 1), (120, 0, -1),
    )]  # fmt: skip
    model, state = compile_snapshot(planned(cluster), np.array(down, dtype=PRIMITIVE_C))
    model = model.with_run(seed=2, replication=0)
    if minute > 0:
        run(model, state, minute * MINUTE)
    believed, view = believe(model, state, model.primitive)
    problem = ReroutingProblem(believed, view, minute * MINUTE, 0, cluster, horizon_ms=48 * HOUR_MS)
    bound = lower_bound(problem)
    proven = ClusterModel(Case(problem)).solve(SolverLimits(effort_s=0.1)).bound
    stay = Stay().propose(problem)
    open_lots = view.lot["done_ms"] == FOREVER
    assert np.all(np.sort(bound.arrive_ms) <= np.sort(stay.end.lot["done_ms"][open_lots]))
    assert bound.money <= stay.total
    assert proven + money_apart(problem) <= stay.total


def test_the_bound_of_a_shared_lot_is_what_all_machines_take_together() -> None:
    cluster = floor(12, after=(step(5.0),), work={"setup_time_min": 2.0})
    model, state = compile_snapshot(planned(cluster))
    model = model.with_run(0, 0, deterministic=True)
    problem = ReroutingProblem(model, state, 0, 0, cluster)
    assert lower_bound(problem).arrive_ms.tolist() == [92 * MINUTE]


def test_a_belief_in_the_midst_keeps_the_shares() -> None:
    """Two worlds that differ in what is still to come are believed to go on alike."""
    cluster = floor(12, work={"time_cv": 0.4})
    ends = []
    for seed in (3, 4):
        model, state = compile_snapshot(planned(cluster))
        model = model.with_run(seed=seed, replication=0)
        run(model, state, 10 * MINUTE)
        believed, view = believe(model, state, model.primitive)
        assert view.machine["share_units"].tolist() == [3, 3, 3, 3]
        run(believed, view, FOREVER)
        assert view.lot["good"].tolist() == [12]
        ends.append(finished(view))
        run(model, state, FOREVER)
        ends.append(finished(state))
    assert ends[0] == ends[2]
    assert ends[1] != ends[3]


def test_the_key_figure_counts_shares() -> None:
    cluster = floor(12, 2)
    model, state = simulate(cluster)
    tables = read_run(model, state)
    setting = Setting(cluster, START, START + timedelta(hours=10))
    measured = FAMILY.measure(Run(tables=tables), setting)
    told = {one.kpi: one.value for one in measured if isinstance(one, Figure)}
    assert told["lot_shares"] == 2.0
    assert tables["machines"].numbers("shares").tolist() == state.machine["shares"].tolist()
