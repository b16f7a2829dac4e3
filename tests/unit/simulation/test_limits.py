"""Limits of the flow of lots: buffers, kanban cards, CONWIP loops, and what gets stuck."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.rerouting.replay import kernel_replay
from analytics.simulation.compile.shop import compile_shop
from analytics.simulation.layout import FOREVER, HOUR_MS
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.run import run
from analytics.simulation.stuck import SimulationError
from analytics.validation.one_site import build, compile_one
from federation.topology.flow_model import ConwipSpec
from federation.topology.model import ClusterSpec, MaterialSpec
from federation.topology.product_model import ConsumptionSpec, OperationSpec, PartSpec
from twins.flow_spec import KanbanSpec
from twins.spec import MachineSpec, StockSpec
from twins.states import MachineState
from twins.work import LotState

LINE = tuple(
    OperationSpec(id=name, process=name, unit_time_min=minutes)
    for name, minutes in (("saw", 10.0), ("weld", 30.0), ("paint", 20.0))
)


def line(lots: int, weld: MachineSpec, paint: MachineSpec | None = None) -> ClusterSpec:
    """One site with a saw of 10 min, a weld of 30 min and a paint shop of 20 min in a row."""
    base = build(None, operation=LINE[0], lots=lots)
    machines = (
        MachineSpec(id="saw", process="saw"),
        weld,
        paint or MachineSpec(id="paint", process="paint"),
    )
    product = base.products[0]
    root = product.root.model_copy(update={"operations": LINE})
    return base.model_copy(
        update={
            "sites": (base.sites[0].model_copy(update={"machines": machines}),),
            "products": (product.model_copy(update={"root": root}),),
        }
    )


def simulate(cluster: ClusterSpec) -> tuple[SimModel, SimState]:
    """Each operation at the one work centre that has its process; until all is delivered."""
    model, state = compile_one(cluster)
    for row in range(len(state.op)):
        process = LINE[row % len(LINE)].process
        state.op["group"][row] = model.names.group_row["S", process]
    run(model, state)
    return model, state


def minutes(values: np.ndarray) -> list[float]:
    return (values / 60_000).tolist()


def test_a_machine_keeps_its_lot_until_the_next_work_centre_has_room() -> None:
    model, state = simulate(line(3, MachineSpec(id="weld", process="weld", buffer_lots=0)))
    starts = state.op["start_ms"].reshape(3, 3)
    assert minutes(starts[:, 0]) == [0, 10, 40]
    assert minutes(starts[:, 1]) == [10, 40, 70]
    saw = model.names.machine_row["S", "saw"]
    assert state.machine_time[saw, MachineState.BLOCKED] == 40 * 60_000
    rows = state.lot_trace[: state.clock["lot_rows"][0]]
    assert np.count_nonzero(rows["state"] == LotState.BLOCKED) == 2
    assert not state.machine["held"].any()
    assert not state.lot["held_by"].any()


def test_a_place_before_the_work_centre_lets_the_machine_go_on() -> None:
    _, state = simulate(line(3, MachineSpec(id="weld", process="weld", buffer_lots=1)))
    assert minutes(state.op["start_ms"].reshape(3, 3)[:, 0]) == [0, 10, 20]


def test_an_oven_that_takes_several_lots_makes_room_for_several() -> None:
    oven = MachineSpec(id="paint", process="paint", batch_capacity_units=2, buffer_lots=2)
    weld = MachineSpec(id="weld", process="weld", count=6)
    bake = LINE[2].model_copy(update={"unit_time_min": 0.0, "cycle_time_min": 120.0})
    cluster = line(6, weld, oven)
    product = cluster.products[0]
    root = product.root.model_copy(update={"operations": (*LINE[:2], bake)})
    products = (product.model_copy(update={"root": root}),)
    _, state = simulate(cluster.model_copy(update={"products": products}))
    starts = state.op["start_ms"].reshape(6, 3)
    # the first goes in alone at 40 min; two wait; the rest stays on the welding machines
    assert minutes(starts[:, 2]) == [40, 160, 160, 280, 280, 400]


def test_lots_that_find_a_full_buffer_outside_wait_there_or_are_lost() -> None:
    for when_full, states in (("wait", {LotState.DELIVERED}), ("lost", {LotState.LOST})):
        cluster = line(3, MachineSpec(id="weld", process="weld"))
        saw = MachineSpec(id="saw", process="saw", buffer_lots=0, when_full=when_full)
        site = cluster.sites[0]
        machines = (saw, *site.machines[1:])
        sites = (site.model_copy(update={"machines": machines}),)
        _, state = simulate(cluster.model_copy(update={"sites": sites}))
        assert state.lot["state"][0] == LotState.DELIVERED
        assert set(state.lot["state"][1:].tolist()) == states
        assert state.clock["open_lots"][0] == 0
        assert state.limit["lost"][0] == (2 if when_full == "lost" else 0)


def test_a_kanban_card_returns_when_the_next_stage_takes_the_lot() -> None:
    card = KanbanSpec(product="P", cards=1)
    weld = MachineSpec(id="weld", process="weld", kanban=(card,))
    _, state = simulate(line(3, weld))
    starts = state.op["start_ms"].reshape(3, 3)
    # the saw is never blocked: its lots wait in its store, without a card
    assert minutes(starts[:, 0]) == [0, 10, 20]
    assert minutes(starts[:, 1]) == [10, 40, 70]
    saw = MachineSpec(id="saw", process="saw", kanban=(card,))
    cluster = line(3, weld)
    sites = cluster.sites[0]
    sites = sites.model_copy(update={"machines": (saw, *sites.machines[1:])})
    _, state = simulate(cluster.model_copy(update={"sites": (sites,)}))
    # with a card for the saw too, the next is begun when the one before has gone to the weld
    assert minutes(state.op["start_ms"].reshape(3, 3)[:, 0]) == [0, 10, 40]
    assert state.limit["used"].tolist() == [0, 0]
    assert not state.lot["card"].any()


@pytest.mark.parametrize("site", [None, "S"])
def test_a_conwip_loop_releases_one_lot_for_each_that_is_done(site: str | None) -> None:
    cluster = line(4, MachineSpec(id="weld", process="weld"))
    loop = ConwipSpec(product="P", site=site, lots=1)
    _, state = simulate(cluster.model_copy(update={"conwip": (loop,)}))
    assert minutes(state.op["start_ms"].reshape(4, 3)[:, 0]) == [0, 60, 120, 180]
    assert state.limit["used"].tolist() == [0]


def test_components_are_released_with_the_lot_they_are_joined_into() -> None:
    cluster = line(2, MachineSpec(id="weld", process="weld"))
    product = cluster.products[0]
    leg = PartSpec(id="leg", mass_kg=1.0, operations=(LINE[0],))
    root = product.root.model_copy(update={"operations": LINE[1:2], "components": (leg,)})
    permit = product.permissions[0].model_copy(update={"part": "leg"})
    product = product.model_copy(
        update={"root": root, "permissions": (*product.permissions, permit)}
    )
    loop = ConwipSpec(product="P", lots=1)
    model, state = compile_one(
        cluster.model_copy(update={"products": (product,), "conwip": (loop,)})
    )
    state.op["group"] = [model.names.group_row["S", name] for name in ("saw", "weld") * 2]
    run(model, state)
    assert minutes(state.op["start_ms"]) == [0, 10, 40, 50]


def test_a_circle_of_blocked_machines_is_named() -> None:
    model, state = compile_shop([1, 1], [[0, 1], [1, 0]], [[10, 10], [10, 10]], buffers=[0, 0])
    with pytest.raises(SimulationError) as caught:
        run(model, state)
    text = str(caught.value)
    assert "machine shop/machine-0-1 holds lot 0 until work centre shop/group-1 has room" in text
    assert "machine shop/machine-1-1 holds lot 1 until work centre shop/group-0 has room" in text
    assert "buffer_lots" in text
    assert state.clock["now_ms"][0] == 10


def test_a_plan_that_jams_delivers_nothing_more_and_does_not_stop_the_search() -> None:
    model, state = compile_shop([1, 1], [[0, 1], [1, 0]], [[10, 10], [10, 10]], buffers=[0, 0])
    jammed = kernel_replay(model, state, 500)
    assert jammed.clock["now_ms"][0] == 500
    assert (jammed.lot["done_ms"] == FOREVER).all()


def test_two_blocked_machines_are_no_circle_while_a_third_works() -> None:
    model, state = compile_shop(
        [1, 1, 1], [[0, 2], [1, 2], [2, -1]], [[10, 5], [10, 5], [40, 0]], buffers=[-1, -1, 0]
    )
    run(model, state)
    assert state.lot["done_ms"].tolist() == [45, 50, 40]  # first blocked, first unblocked


def test_a_run_to_the_end_says_what_lots_wait_for_that_never_comes() -> None:
    base = line(2, MachineSpec(id="weld", process="weld"))
    product = base.products[0]
    taking = LINE[1].model_copy(
        update={"consumes": (ConsumptionSpec(material="wire", quantity_per_unit=2.0),)}
    )
    root = product.root.model_copy(update={"operations": (LINE[0], taking, LINE[2])})
    site = base.sites[0].model_copy(update={"stock": (StockSpec(material="wire", on_hand=3.0),)})
    cluster = base.model_copy(
        update={
            "products": (product.model_copy(update={"root": root}),),
            "materials": (MaterialSpec(id="wire", unit="kg", price=1.0),),
            "sites": (site,),
        }
    )
    with pytest.raises(SimulationError, match="waits at S for material: 2 of wire, 1 free"):
        simulate(cluster)


def test_a_checkpoint_in_the_middle_of_a_jam_resumes_to_the_bit() -> None:
    jobs = 60
    routes = np.tile(np.arange(3), (jobs, 1))
    spans = np.random.default_rng(4).integers(1, 3, (jobs, 3)) * HOUR_MS
    spans[:, 2] += HOUR_MS
    model, whole = compile_shop([1, 1, 1], routes, spans, buffers=[-1, 1, 0], conwip=5)
    halves = whole.copy()
    run(model, whole)
    moment = 30 * HOUR_MS
    while not halves.machine["held"].any():
        moment += HOUR_MS // 2
        run(model, halves, moment)
    halves.clock["replan"] = 1  # a new schedule that changes nothing
    run(model, halves, FOREVER)
    assert np.array_equal(whole.lot["done_ms"], halves.lot["done_ms"])
    assert np.array_equal(whole.op["start_ms"], halves.op["start_ms"])
