"""Jobs that come back: V4 a Jackson network with rework, V16 rework until it passes.

Time is counted in mean services. The first fifth of each replication is left out as warm-up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.simulation.compile.shop import ShopRework, compile_shop
from analytics.simulation.run import run
from analytics.validation.case import SEED, Case, Figure, estimate
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
    times = []
    for replication in range(60):
        release = poisson(external, jobs, 4, replication)
        state = empty.copy()
        own = with_release(model, release).with_run(seed=SEED + 4, replication=replication)
        run(own, state)
        times.append(steady((state.lot["done_ms"] - release) / SERVICE_MS))
    loads = [external / 0.8 / 1.0, external / 0.8 / 0.9, external / 0.8]
    level = sum(load / (1.0 - load) for load in loads)
    return (estimate("W, time in the network", level / external, times),)


def rework_to_pass() -> Sequence[Figure]:
    """V16: 1 / y visits, geometrically distributed; y = 0.9."""
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
    )


CASES = (
    Case("V4", "Jackson network with rework", "traffic equations, product form", jackson),
    Case("V16", "Rework until it passes", "geometric", rework_to_pass),
)
