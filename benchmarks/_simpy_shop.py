"""The job shop as a SimPy user would write it: groups of machines, queues by rank, breakdowns."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy


class Machine:
    """One machine: who works on it, and whether it is up."""

    def __init__(self, env: simpy.Environment) -> None:
        self.worker: simpy.Process | None = None
        self.repaired = env.event()
        self.up = True


def run_simpy_shop(
    machines: npt.NDArray[np.int64],
    op_group: npt.NDArray[np.int64],
    op_ms: npt.NDArray[np.int64],
    release_ms: npt.NDArray[np.int64],
    mean_ms_to_failure: float | None = None,
    mean_ms_to_repair: float = 0.0,
    seed: int = 1,
) -> npt.NDArray[np.int64]:
    """Completion time of each job in ms; queues are served in the order of release.

    Parameters
    ----------
    machines
        int64[groups]: parallel machines of each group.
    op_group, op_ms
        int64[jobs, operations]: routings and durations.
    release_ms
        int64[jobs].
    mean_ms_to_failure, mean_ms_to_repair
        Exponential breakdowns of every machine on the calendar clock; ``None``: none.
    seed
        Of the breakdowns.
    """
    env = simpy.Environment()
    random = np.random.default_rng(seed)
    pools = [simpy.PriorityResource(env, capacity=int(count)) for count in machines]
    crews = [[Machine(env) for _ in range(int(count))] for count in machines]
    done = np.zeros(len(op_group), np.int64)
    rank = np.argsort(np.argsort(release_ms, kind="stable"), kind="stable")
    remaining = len(op_group)
    finished = env.event()

    def breakdowns(group: int, machine: Machine) -> Generator[Any, Any, None]:
        while True:
            yield env.timeout(random.exponential(mean_ms_to_failure or 0.0))
            machine.up = False
            request = None
            if machine.worker is not None:
                machine.worker.interrupt()
            else:
                request = pools[group].request(priority=-1)
            yield env.timeout(random.exponential(mean_ms_to_repair))
            machine.up = True
            if request is not None:
                pools[group].release(request)
            machine.repaired.succeed()
            machine.repaired = env.event()

    def job(number: int) -> Generator[Any, Any, None]:
        nonlocal remaining
        yield env.timeout(int(release_ms[number]))
        for step in range(op_group.shape[1]):
            group = int(op_group[number, step])
            with pools[group].request(priority=int(rank[number])) as request:
                yield request
                machine = next(m for m in crews[group] if m.worker is None and m.up)
                machine.worker = env.active_process
                left = int(op_ms[number, step])
                while left > 0:
                    start = env.now
                    try:
                        yield env.timeout(left)
                        left = 0
                    except simpy.Interrupt:
                        left -= env.now - start
                        yield machine.repaired
                machine.worker = None
        done[number] = int(env.now)
        remaining -= 1
        if remaining == 0:
            finished.succeed()

    if mean_ms_to_failure is not None:
        for group, crew in enumerate(crews):
            for machine in crew:
                env.process(breakdowns(group, machine))
    for number in range(len(op_group)):
        env.process(job(number))
    env.run(until=finished)
    return done
