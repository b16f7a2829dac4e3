"""The traces of a run as spans of time: states of lots, of machines and of queues.

A trace has a row where something changes; what held at the fork is in the opening state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.history.causes import MACHINE_PHASE, QUEUE_PHASE, QUEUE_RANK
from analytics.simulation.layout import NONE
from analytics.simulation.model import Ints, SimModel, SimState
from analytics.tables import PHASES
from twins.work import LotState


@dataclass(frozen=True, eq=False)
class LotSpans:
    """States of lots, sorted by lot and time; a lot's spans follow each other without a gap.

    Parameters
    ----------
    lot, state, op, place, link, machine
        int64[spans]; ``op`` is the position in the routing, ``NONE`` is no place, link or machine.
    start_ms, end_ms
        int64[spans], from the fork; a span may be empty.
    first
        int64[lots + 1]: the spans of lot ``l`` are ``first[l]`` to ``first[l + 1]``.
    """

    lot: Ints
    state: Ints
    op: Ints
    place: Ints
    link: Ints
    machine: Ints
    start_ms: Ints
    end_ms: Ints
    first: Ints


@dataclass(frozen=True, eq=False)
class Phases:
    """A phase of each entity at each moment of the run.

    Parameters
    ----------
    entity, start_ms, phase
        int64[steps], sorted by entity and time; each entity begins at 0.
    now_ms
        End of the last step of each entity.
    """

    entity: Ints
    start_ms: Ints
    phase: Ints
    now_ms: int

    def spent_ms(self, entity: Ints, start_ms: Ints, end_ms: Ints) -> Ints:
        """int64[spans, phases]: time that spans at an entity have in each phase. Exact."""
        same = self.entity[1:] == self.entity[:-1]
        length = np.empty(len(self.entity), np.int64)
        length[:-1] = np.where(same, self.start_ms[1:], self.now_ms) - self.start_ms[:-1]
        length[-1:] = self.now_ms - self.start_ms[-1:]
        until = np.zeros((len(length) + 1, len(PHASES)), np.int64)
        until[np.arange(1, len(length) + 1), self.phase] = length
        np.cumsum(until, axis=0, out=until)
        stride = self.now_ms + 1
        keys = self.entity * stride + self.start_ms
        found = np.zeros((len(entity), len(PHASES)), np.int64)
        every = np.arange(len(entity))
        for moment, sign in ((end_ms, 1), (start_ms, -1)):
            at = np.searchsorted(keys, entity * stride + moment, side="right") - 1
            found += sign * until[at]
            found[every, self.phase[at]] += sign * (moment - self.start_ms[at])
        return found


def lot_spans(model: SimModel, opening: SimState, state: SimState) -> LotSpans:
    """The spans of a run from its opening to where its state stands."""
    now = int(state.clock["now_ms"][0])
    trace = state.lot_trace[: int(state.clock["lot_rows"][0])]
    begun = np.flatnonzero(opening.lot["state"] != LotState.PLANNED)
    cursor = opening.lot["op"][begun]
    running = opening.lot["state"][begun] == LotState.RUNNING
    op = np.where(running, model.lot["first_op"][begun] + cursor, 0)
    machine = np.where(running, opening.op["machine"][op], NONE)

    def both(known: Any, name: str) -> Ints:
        joined: Ints = np.concatenate([known, trace[name]]).astype(np.int64)
        return joined

    lot = both(begun, "lot")
    order = np.argsort(lot, kind="stable")
    lot = lot[order]
    start = both(np.zeros(len(begun), np.int64), "time_ms")[order]
    end = np.full(len(lot), now, np.int64)
    end[:-1] = np.where(lot[1:] == lot[:-1], start[1:], now)
    return LotSpans(
        lot=lot,
        state=both(opening.lot["state"][begun], "state")[order],
        op=both(cursor, "op")[order],
        place=both(opening.lot["place"][begun], "place")[order],
        link=both(opening.lot["link"][begun], "link")[order],
        machine=both(machine, "machine")[order],
        start_ms=start,
        end_ms=end,
        first=np.searchsorted(lot, np.arange(len(model.lot) + 1)),
    )


def machine_states(opening: SimState, state: SimState) -> tuple[Ints, Ints, Ints]:
    """Machine, moment and state code of each change, sorted; each machine begins at 0."""
    trace = state.machine_trace[: int(state.clock["machine_rows"][0])]
    count = len(opening.machine)
    machine = np.concatenate([np.arange(count), trace["machine"]]).astype(np.int64)
    moment = np.concatenate([np.zeros(count), trace["time_ms"]]).astype(np.int64)
    code = np.concatenate([opening.machine["state"], trace["state"]]).astype(np.int64)
    order = np.argsort(machine, kind="stable")
    return machine[order], moment[order], code[order]


def machine_phases(opening: SimState, state: SimState) -> Phases:
    """What happens to the lot on each machine."""
    machine, moment, code = machine_states(opening, state)
    return Phases(machine, moment, MACHINE_PHASE[code], int(state.clock["now_ms"][0]))


def queue_phases(model: SimModel, opening: SimState, state: SimState) -> Phases:
    """Why the queue of each work centre waits: by the best that one of its machines is in."""
    machine, moment, code = machine_states(opening, state)
    rank, group = QUEUE_RANK[code], model.machine["group"][machine]
    steps = len(machine)
    change = np.zeros((steps, len(QUEUE_PHASE)), np.int64)
    change[np.arange(steps), rank] += 1
    same = np.flatnonzero(machine[1:] == machine[:-1]) + 1
    change[same, rank[same - 1]] -= 1
    order = np.lexsort((moment, group))
    group, moment = group[order].astype(np.int64), moment[order]
    counts = np.cumsum(change[order], axis=0)
    begins = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    before = np.zeros_like(counts[: len(begins)])
    before[1:] = counts[begins[1:] - 1]
    counts -= np.repeat(before, np.diff(np.r_[begins, steps]), axis=0)
    phase = QUEUE_PHASE[np.argmax(counts > 0, axis=1)]
    return Phases(group, moment, phase, int(state.clock["now_ms"][0]))
