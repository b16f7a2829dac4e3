"""Ovens that wait for a minimum against the queue with general bulk service, M/M(a, b)/1.

The rule (a, b) of Neuts (Annals of Mathematical Statistics 38, 1967, 759): the server waits until
``a`` customers are there and takes at most ``b``. Its stationary distribution is solved as a Markov
chain, the waits follow by Little's law.
"""

from __future__ import annotations

import numpy as np
import pytest

from analytics.simulation import features
from analytics.simulation.compile.shop import compile_shop
from analytics.simulation.layout import FOREVER
from analytics.simulation.run import run
from analytics.validation.queues import SERVICE_MS, poisson, steady, with_release

CUSTOMERS = 20_000
REPLICATIONS = 24
LONGEST_QUEUE = 600


def mean_wait(arrivals: float, least: int, room: int) -> float:
    """Mean wait in mean services: idle with 0 to a - 1 waiting, or busy with 0 to N."""
    count = least + LONGEST_QUEUE + 1
    rate = np.zeros((count, count))
    for waiting in range(least):
        rate[waiting, waiting + 1] += arrivals  # from a - 1 the server begins, and none waits
    for waiting in range(LONGEST_QUEUE + 1):
        here = least + waiting
        if waiting < LONGEST_QUEUE:
            rate[here, here + 1] += arrivals
        rate[here, waiting if waiting < least else here - min(waiting, room)] += 1.0
    rate -= np.diag(rate.sum(axis=1))
    rate[:, -1] = 1.0  # the shares add up to one
    share = np.linalg.solve(rate.T, np.eye(count)[-1])
    queue = np.concatenate([np.arange(least), np.arange(LONGEST_QUEUE + 1)])
    return float(share @ queue) / arrivals


def waits(arrivals: float, least: int, room: int) -> np.ndarray:
    """Mean wait of each replication."""
    model, empty = compile_shop(
        [1],
        np.zeros((CUSTOMERS, 1), np.int64),
        np.full((CUSTOMERS, 1), SERVICE_MS),
        factor="exponential",
    )
    model.optype["cycle_ms"] = model.optype["unit_ns"] // 1_000_000
    model.optype["unit_ns"] = 0
    model.group["batch_units"] = room
    if least > 1:
        model.group["batch_minimum"] = least
        model.group["batch_wait_ms"] = FOREVER // 4
        model.group["features"] |= features.GATHERS | features.PRIORITIES
    found = []
    for replication in range(REPLICATIONS):
        release = poisson(arrivals, CUSTOMERS, 77, least, room, replication)
        state = empty.copy()
        own = with_release(model, release).with_run(seed=77, replication=replication)
        run(own, state, int(release[-1]) + 1000 * SERVICE_MS)
        done = state.op["start_ms"] < FOREVER
        assert np.count_nonzero(~done) < least  # the last few wait for more that never comes
        found.append(steady((state.op["start_ms"][done] - release[done]) / SERVICE_MS))
    return np.array(found)


def test_with_one_at_a_time_it_is_the_queue_of_the_textbook() -> None:
    assert mean_wait(0.7, 1, 1) == pytest.approx(0.7 / 0.3)


@pytest.mark.parametrize(("arrivals", "least", "room"), [(1.5, 1, 3), (1.5, 3, 3), (2.0, 2, 4)])
def test_waits_are_those_of_general_bulk_service(arrivals: float, least: int, room: int) -> None:
    expected = mean_wait(arrivals, least, room)
    found = waits(arrivals, least, room)
    error = found.std(ddof=1) / np.sqrt(len(found))
    assert error < 0.02 * expected
    assert abs(found.mean() - expected) < 3.3 * error
