"""Queues with closed answers: V1 M/M/1, V2 M/M/3, V3 M/G/1, V14 priorities, V15 loss.

Time is counted in mean services. Customers arrive by a Poisson process; the first fifth of each
replication is left out as warm-up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from analytics.simulation.compile.shop import compile_shop
from analytics.simulation.layout import HOUR_MS
from analytics.simulation.model import Ints, SimModel, SimState
from analytics.simulation.run import run
from analytics.validation.case import SEED, Case, Figure, estimate
from twins.work import LotState

SERVICE_MS = HOUR_MS
"""Mean service: the unit of time of the reference."""

MOST_MET = 4
"""Of how many others a share is taken: shares of more are too rare to be sharp."""

Factor = Literal["deterministic", "exponential", "lognormal", "gamma"]


@dataclass(frozen=True)
class Queue:
    """A queue before equal servers.

    Parameters
    ----------
    servers
        In parallel.
    arrivals
        Customers per mean service.
    factor, cv
        Distribution of the services and its coefficient of variation.
    customers
        Of each replication.
    replications
        Independent runs.
    """

    servers: int
    arrivals: float
    factor: Factor = "exponential"
    cv: float = 0.0
    customers: int = 80_000
    replications: int = 60


def poisson(rate: float, count: int, *key: int) -> Ints:
    """Moments of a Poisson process in ms: ``rate`` customers per mean service."""
    random = np.random.default_rng([SEED, *key])
    gaps = random.exponential(SERVICE_MS / rate, count)
    moments: Ints = np.cumsum(gaps).astype(np.int64)
    return moments


def with_release(model: SimModel, release_ms: Ints) -> SimModel:
    """The model with other moments of release, in the same order."""
    lot = model.lot.copy()
    lot["release_ms"] = release_ms
    return replace(model, lot=lot)


def steady(values: npt.NDArray[Any]) -> float:
    """Mean without the first fifth."""
    return float(values[len(values) // 5 :].mean())


@dataclass(frozen=True)
class Times:
    """Means of one replication, in mean services, and shares of its customers.

    Parameters
    ----------
    in_system, wait
        Mean time of a customer in the system, and of it before the service.
    waited
        Share who wait.
    met
        Share who meet more than so many others, by that number: what an arrival of a Poisson
        process meets is what there is at any time.
    """

    in_system: float
    wait: float
    waited: float
    met: tuple[float, ...]


def simulate(queue: Queue, case: int) -> list[Times]:
    """Run the replications of a queue; ``case`` keys its draws."""
    model, state = compile_shop(
        [queue.servers],
        np.zeros((queue.customers, 1), np.int64),
        np.full((queue.customers, 1), SERVICE_MS),
        factor=queue.factor,
        factor_cv=queue.cv,
    )
    means = []
    for replication in range(queue.replications):
        release = poisson(queue.arrivals, queue.customers, case, replication)
        own = with_release(model, release).with_run(seed=SEED + case, replication=replication)
        end = _run(own, state)
        in_system = (end.lot["done_ms"] - release) / SERVICE_MS
        wait = (end.op["start_ms"] - release) / SERVICE_MS
        met = np.arange(queue.customers) - np.searchsorted(
            np.sort(end.lot["done_ms"]), release, side="right"
        )
        shares = tuple(steady(met > number) for number in range(MOST_MET + 1))
        means.append(Times(steady(in_system), steady(wait), steady(wait > 0.0), shares))
    return means


def _run(model: SimModel, empty: SimState) -> SimState:
    state = empty.copy()
    run(model, state)
    return state


def mm1() -> Sequence[Figure]:
    """V1: W = 1/(mu - lambda), L = lambda W, P(N > n) = rho^(n+1)."""
    load = 0.8
    times = simulate(Queue(1, load), 1)
    return (
        *_levels(load, 4.0, times),
        estimate("share of customers who wait", load, [one.waited for one in times]),
        *(
            estimate(f"P(N > {n})", load ** (n + 1), [one.met[n] for one in times])
            for n in range(1, MOST_MET + 1)
        ),
    )


def _levels(arrivals: float, wait: float, times: Sequence[Times]) -> tuple[Figure, ...]:
    """Times and, by Little's law with the exact rate of arrivals, levels of a queue."""
    in_system = [one.in_system for one in times]
    waits = [one.wait for one in times]
    return (
        estimate("W, time in the system", 1.0 + wait, in_system),
        estimate("Wq, wait", wait, waits),
        estimate(
            "L, customers in the system", arrivals * (1.0 + wait), _scaled(arrivals, in_system)
        ),
        estimate("Lq, customers who wait", arrivals * wait, _scaled(arrivals, waits)),
    )


def _scaled(factor: float, values: Sequence[float]) -> list[float]:
    return [factor * value for value in values]


def mm3() -> Sequence[Figure]:
    """V2: Erlang C, Wq = C/(c mu - lambda)."""
    load, servers = 2.4, 3
    blocked = load**servers / math.factorial(servers) * servers / (servers - load)
    chance = blocked / (sum(load**k / math.factorial(k) for k in range(servers)) + blocked)
    wait = chance / (servers - load)
    times = simulate(Queue(servers, load, replications=140), 2)
    return (
        estimate("share of customers who wait", chance, [one.waited for one in times]),
        *_levels(load, wait, times),
    )


def mg1() -> Sequence[Figure]:
    """V3: Wq = rho (1 + c^2) / (2 (1 - rho) mu), for four variabilities of the services."""
    variants: tuple[tuple[float, Factor, int], ...] = (
        (0.0, "deterministic", 60),
        (0.5, "gamma", 90),
        (1.0, "gamma", 80),
        (1.5, "gamma", 110),
    )
    figures = []
    for number, (squared, factor, replications) in enumerate(variants):
        queue = Queue(1, 0.8, factor, math.sqrt(squared), replications=replications)
        times = simulate(queue, 30 + number)
        expected = 0.8 * (1.0 + squared) / (2.0 * 0.2)
        figures.append(estimate(f"Wq, c² = {squared}", expected, [one.wait for one in times]))
    return figures


def loss() -> Sequence[Figure]:
    """V15: Erlang B; who finds three servers busy is lost."""
    load, servers, customers = 2.4, 3, 50_000
    model, empty = compile_shop(
        [servers],
        np.zeros((customers, 1), np.int64),
        np.full((customers, 1), SERVICE_MS),
        factor="exponential",
        buffers=[0],
        when_full="lost",
    )
    lost, served = [], []
    for replication in range(60):
        release = poisson(load, customers, 15, replication)
        own = with_release(model, release)
        end = _run(own.with_run(seed=SEED + 15, replication=replication), empty)
        gone = end.lot["state"] == LotState.LOST
        lost.append(float(gone.mean()))
        served.append(float(np.count_nonzero(~gone) * SERVICE_MS / release[-1]))
    terms = [load**k / math.factorial(k) for k in range(servers + 1)]
    blocked = terms[-1] / sum(terms)
    return (
        estimate("share of customers lost", blocked, lost),
        estimate("throughput", load * (1.0 - blocked), served),
    )


def priorities() -> Sequence[Figure]:
    """V14: Wq_k = W0 / ((1 - sigma_{k-1}) (1 - sigma_k)) for two classes alike but in rank."""
    customers, replications = 80_000, 180
    work = np.full((customers, 1), SERVICE_MS)
    model, empty = compile_shop(
        [1], work * 0, work, factor="exponential", priority=np.zeros(customers, np.int64)
    )
    urgent, other = [], []
    for replication in range(replications):
        release = poisson(0.8, customers, 14, replication)
        late = np.random.default_rng([SEED, 14, 1, replication]).random(customers) < 0.5
        own = with_release(model, release)
        own.lot["priority"] = late
        end = _run(own.with_run(seed=SEED + 14, replication=replication), empty)
        wait = (end.op["start_ms"] - release) / SERVICE_MS
        kept = np.arange(customers) >= customers // 5
        urgent.append(float(wait[kept & ~late].mean()))
        other.append(float(wait[kept & late].mean()))
    return (
        estimate("Wq of the urgent", 0.8 / 0.6, urgent),
        estimate("Wq of the others", 0.8 / (0.6 * 0.2), other),
    )


CASES = (
    Case("V1", "M/M/1 at 80 % load", "W = 1/(μ−λ), L = λW, P(N > n) = ρⁿ⁺¹", mm1),
    Case("V2", "M/M/3 at 80 % load", "Erlang C", mm3),
    Case("V3", "M/G/1 at 80 % load", "Pollaczek-Khinchine", mg1),
    Case("V14", "Non-preemptive priorities in an M/M/1", "Cobham 1954", priorities),
    Case("V15", "M/M/3/3: loss without a buffer", "Erlang B", loss),
)
