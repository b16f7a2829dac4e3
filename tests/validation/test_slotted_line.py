"""V8: the chain gives the published figures, and the kernel is that chain, slot by slot."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.simulation import distributions, draws
from analytics.simulation.compile.shop import ShopFailures, compile_shop
from analytics.simulation.model import SimModel
from analytics.simulation.run import run
from analytics.validation.slotted_line import QUICK, SLOT_MS, SLOW, chain, slots

JOBS = 300


@pytest.mark.parametrize(
    ("places", "throughput"), [(4, 0.84094), (10, 0.85617), (20, 0.87054), (50, 0.88784)]
)
def test_the_chain_gives_the_published_throughput(places: int, throughput: float) -> None:
    made, inside = chain(SLOW, SLOW, places)
    assert round(made, 5) == throughput
    assert inside == pytest.approx(places / 2)


def test_the_chain_gives_the_published_figures_of_machines_that_differ() -> None:
    made, inside = chain(SLOW, QUICK, 10)
    assert round(made, 5) == 0.83037
    assert round(inside, 4) == 6.5916


def slot_by_slot(model: SimModel, places: int) -> list[int]:
    """Slots at whose end parts leave the second machine; states change first, then parts move."""
    scalar = model.scalar.view(np.recarray)[0]
    table = model.dist.view(np.recarray)

    def drawn(purpose: int, kind: str, machine: int, number: int) -> int:
        with np.errstate(over="ignore"):
            u = draws.uniform(scalar, purpose, model.machine["key"][machine], number)
        row = table[model.group[kind][machine]]
        return int(distributions.ppf(row, model.curve, u)) // SLOT_MS

    life = [drawn(draws.TIME_TO_FAILURE, "failure_dist", machine, 0) for machine in (0, 1)]
    down, number = [0, 0], [0, 0]
    parts, slot = 0, 0
    left: list[int] = []
    while len(left) < JOBS:
        slot += 1
        able = (parts < places and parts + len(left) < JOBS, parts > 0)
        makes = [False, False]
        for machine in (0, 1):
            if down[machine] == 0 and able[machine] and life[machine] == 0:
                repair = drawn(draws.TIME_TO_REPAIR, "repair_dist", machine, number[machine])
                number[machine] += 1
                life[machine] = drawn(
                    draws.TIME_TO_FAILURE, "failure_dist", machine, number[machine]
                )
                down[machine] = repair + 1
            down[machine] = max(down[machine] - 1, 0)
            makes[machine] = able[machine] and down[machine] == 0
            life[machine] -= makes[machine]
        parts += makes[0] - makes[1]
        left += [slot] * makes[1]
    return left


@pytest.mark.parametrize("places", [1, 2, 4, 10])
def test_the_kernel_is_the_chain_slot_by_slot(places: int) -> None:
    model, state = compile_shop(
        [1, 1],
        np.tile([0, 1], (JOBS, 1)),
        np.full((JOBS, 2), SLOT_MS),
        failures=[
            ShopFailures(slots(one.failure, extra_ms=1), slots(one.repair), clock="use")
            for one in (SLOW, QUICK)
        ],
        conwip=places,
    )
    model = model.with_run(seed=5, replication=places)
    run(model, state)
    ends = state.lot["done_ms"]
    assert np.all(ends % SLOT_MS == 0)
    assert sorted((ends // SLOT_MS).tolist()) == slot_by_slot(model, places)


def test_a_number_of_slots_is_geometric() -> None:
    steps = slots(0.1)
    counts = np.array(steps.values_ms) / SLOT_MS
    chances = np.array(steps.probabilities)
    assert counts.tolist() == list(range(1, len(counts) + 1))
    assert chances.sum() == pytest.approx(1.0, abs=1e-12)
    assert chances[0] == 0.1
    assert counts @ chances == pytest.approx(10.0, abs=1e-8)
