"""V8: two machines that fail in time slots, with a finite buffer (Buzacott 1967, Gershwin 1994).

In the published chain every operation takes one slot. A machine that could work in a slot fails in
it with the probability p, and is repaired in each later slot with the probability r; first the
states of the machines change, then they produce. The first machine never lacks parts and stops when
N parts are between it and the customer, the one on the second machine included.

The simulator poses the same chain. A failure by use strikes a moment after an operation has begun:
the time to failure is a whole number of slots, geometric from 1, and a millisecond; so failure k
strikes k ms into its slot. The repair takes a whole number of slots, and the operation goes on.
A CONWIP limit of N is the buffer: a part that waits for the first machine is a place that is free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.simulation.compile.dists import Steps
from analytics.simulation.compile.shop import ShopFailures, compile_shop
from analytics.simulation.layout import HOUR_MS
from analytics.simulation.run import run
from analytics.validation.case import SEED, Case, Figure, estimate

SLOT_MS = HOUR_MS
TAIL = 1e-12
"""Probability of all numbers of slots above the largest one that is drawn; it has it too."""
PAIRS = 30
LIMIT_JOBS = 20_000


@dataclass(frozen=True)
class Failing:
    """A machine of the chain: probabilities of repair and of failure in a slot."""

    repair: float
    failure: float

    @property
    def alone(self) -> float:
        """Share of slots in which it produces when nothing else stops it."""
        return self.repair / (self.repair + self.failure)


SLOW = Failing(0.1, 0.01)
QUICK = Failing(0.2, 0.03)


LINES = (
    (4, SLOW, 40_000),
    (10, SLOW, 70_000),
    (20, SLOW, 100_000),
    (50, SLOW, 230_000),
    (10, QUICK, 20_000),
)
"""Places, second machine after a slow one, and parts of a run: what the standard error asks for."""


def chain(first: Failing, second: Failing, places: int) -> tuple[float, float]:
    """Parts per slot and mean parts between the machines, from the stationary chain.

    The states are parts between the machines (0 to ``places``) and whether each machine is up.
    """
    count = 4 * (places + 1)
    moves = np.zeros((count, count))
    made = np.zeros(count)
    for state in range(count):
        parts, up = state // 4, (state // 2 % 2, state % 2)
        able = (parts < places, parts > 0)
        for now in range(4):
            both = (now // 2, now % 2)
            chance = 1.0
            for one, machine in enumerate((first, second)):
                rises = 1.0 - machine.failure * able[one] if up[one] else machine.repair
                chance *= rises if both[one] else 1.0 - rises
            into, out = both[0] * able[0], both[1] * able[1]
            moves[state, 4 * (parts + into - out) + now] += chance
            made[state] += chance * out
    balance = np.vstack([moves.T - np.eye(count), np.ones(count)])
    share = np.linalg.lstsq(balance, np.append(np.zeros(count), 1.0), rcond=None)[0]
    return float(share @ made), float(share @ (np.arange(count) // 4))


def slots(probability: float, slot_ms: int = SLOT_MS, extra_ms: int = 0) -> Steps:
    """A geometric number of slots, at least 1, and ``extra_ms``."""
    most = int(np.ceil(np.log(TAIL) / np.log1p(-probability)))
    numbers = np.arange(1, most + 1)
    chances = probability * (1.0 - probability) ** (numbers - 1)
    chances[-1] += 1.0 - chances.sum()
    return Steps(tuple((numbers * slot_ms + extra_ms).tolist()), tuple(chances.tolist()))


def simulate(
    machines: Sequence[Failing], places: int, jobs: int, slot_ms: int = SLOT_MS
) -> list[tuple[float, float]]:
    """Parts per slot and mean parts between the machines: means of antithetic pairs of runs.

    The first fifth of each run is left out.

    Parameters
    ----------
    machines
        One or two, in the order of the line.
    places
        Parts that may be in process.
    jobs
        Parts that are made in a run.
    slot_ms
        What an operation takes. Lives count operations, and repairs whole slots.
    """
    model, empty = compile_shop(
        np.ones(len(machines), np.int64),
        np.tile(np.arange(len(machines)), (jobs, 1)),
        np.full((jobs, len(machines)), slot_ms),
        failures=[
            ShopFailures(slots(one.failure, slot_ms, extra_ms=1), slots(one.repair), clock="use")
            for one in machines
        ],
        conwip=places,
    )
    found = np.zeros((PAIRS, 2, 2))
    for pair in range(PAIRS):
        for turn, antithetic in enumerate((False, True)):
            state = empty.copy()
            own = model.with_run(seed=SEED + 8, replication=pair, antithetic=antithetic)
            run(own, state)
            end = state.op["end_ms"].reshape(jobs, len(machines))
            first, last = int(end[jobs // 5, -1]), int(end[-places - 1, -1])
            inside = np.clip(end[:, -1], first, last) - np.clip(end[:, 0], first, last)
            made = np.count_nonzero((end[:, -1] > first) & (end[:, -1] <= last))
            found[pair, turn] = made * SLOT_MS, int(inside.sum())
            found[pair, turn] /= last - first
    return [(float(made), float(inside)) for made, inside in found.mean(axis=1)]


def slotted_line() -> Sequence[Figure]:
    """V8: four buffers between equal machines, one between unequal ones, and both limits."""
    figures = []
    for places, second, jobs in LINES:
        runs = simulate((SLOW, second), places, jobs)
        made, inside = chain(SLOW, second, places)
        name = f"with {places} places" + ("" if second == SLOW else ", machines that differ")
        figures.append(estimate(f"throughput {name}", made, [one[0] for one in runs]))
        figures.append(
            estimate(f"parts between the machines {name}", inside, [one[1] for one in runs])
        )
    # no place: a part is on both machines for one slot, and what stops one stops the other
    both = 1.0 / (1.0 + 2.0 * SLOW.failure / SLOW.repair)
    runs = simulate((SLOW, SLOW), 1, LIMIT_JOBS, SLOT_MS // 2)
    figures.append(estimate("throughput without a place", both, [one[0] for one in runs]))
    # any number of places: neither machine stops the other
    runs = simulate((SLOW,), 2, LIMIT_JOBS)
    figures.append(
        estimate("throughput with any number of places", SLOW.alone, [one[0] for one in runs])
    )
    return figures


CASES = (
    Case(
        "V8",
        "Two-machine unreliable line in time slots",
        "Buzacott 1967, Gershwin 1994: stationary chain",
        slotted_line,
    ),
)
