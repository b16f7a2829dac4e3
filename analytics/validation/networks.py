"""Jobs that come back: V4 a Jackson network with rework, V16 rework until it passes.

Time is counted in mean services. The first fifth of each replication is left out as warm-up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.simulation.compile.shop import ShopRework, compile_shop
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.run import run
from analytics.validation.case import SEED, Case, Figure, estimate
from analytics.validation.laws import visits
from analytics.validation.queues import SERVICE_MS, poisson, steady, with_release


def jackson() -> Sequence[Figure]:
    """V4: 0.5 to A (rate 1), A to B (0.9), B to A 20 % or to C (0.8) 80 %: L = rho / (1 - rho)."""
    jobs, external = 40_000, 0.5
    spans = [round(SERVICE_MS / rate) for rate in (1.0, 0.9, 0.8)]
    model, empty = compile_shop(
        [1, 1, 1],
        np.tile(np.arange(3), (jobs, 1)),
        np.tile(spans, (jobs, 1)),
        factor="exponential",
        rework=ShopRework(operation=1, back=1, probability=0.2),
    )
    times, levels = [], []
    for replication in range(60):
        release = poisson(external, jobs, 4, replication)
        state = empty.copy()
        own = with_release(model, release).with_run(
            seed=SEED + 4, replication=replication, trace_level=2
        )
        run(own, state)
        times.append(steady((state.lot["done_ms"] - release) / SERVICE_MS))
        levels.append(_levels(own, state, int(release[jobs // 5]), int(release[-1])))
    loads = [external / 0.8 / 1.0, external / 0.8 / 0.9, external / 0.8]
    expected = [load / (1.0 - load) for load in loads]
    return (
        *(
            estimate(f"L, jobs at {name}", level, [one[row] for one in levels])
            for row, (name, level) in enumerate(zip("ABC", expected, strict=True))
        ),
        estimate("L, jobs in the network", sum(expected), [sum(one) for one in levels]),
        estimate("W, time in the network", sum(expected) / external, times),
    )


def _levels(model: SimModel, state: SimState, first_ms: int, last_ms: int) -> list[float]:
    """Mean number of jobs at each station between two moments, from the trace."""
    node, begin, end = visits(model, state)
    inside = np.clip(end, first_ms, last_ms) - np.clip(begin, first_ms, last_ms)
    totals = np.bincount(node, weights=inside, minlength=len(state.group))
    return [float(total) / (last_ms - first_ms) for total in totals]


def rework_to_pass() -> Sequence[Figure]:
    """V16: 1 / y visits, geometrically distributed, y = 0.9; five operations of 95 % each."""
    jobs, passing = 40_000, 0.9
    model, state = compile_shop(
        [1],
        np.zeros((jobs, 1), np.int64),
        np.full((jobs, 1), 1000),
        rework=ShopRework(operation=0, back=0, probability=1.0 - passing),
    )
    run(model.with_run(seed=SEED + 16, replication=0), state)
    visits = state.op["visits"] + 1
    once = (visits == 1).astype(np.float64)
    return (
        estimate("visits until it passes", 1.0 / passing, visits),
        estimate("share that passes at once", passing, once),
        *_serial_yield(),
    )


def _serial_yield() -> Sequence[Figure]:
    """What passes five operations, and what is started so that 100 units come out."""
    lots, good, passing, steps = 400, 100, 0.95, 5
    model, empty = compile_shop(
        np.ones(steps, np.int64),
        np.tile(np.arange(steps), (lots, 1)),
        np.full((lots, steps), 1000),
        quantity=good,
        passing=passing,
    )
    started = []
    for replication in range(40):
        state = empty.copy()
        run(model.with_run(seed=SEED + 16, replication=replication), state)
        started.append(float(state.op["units"][model.lot["first_op"]].mean()))
    shares = [good / units for units in started]
    return (
        estimate("share that passes five operations", passing**steps, shares),
        estimate("units to start for 100 good ones", good / passing**steps, started),
    )


CASES = (
    Case("V4", "Jackson network with rework", "traffic equations, product form", jackson),
    Case("V16", "Rework until it passes", "geometric", rework_to_pass),
)
