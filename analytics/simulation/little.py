"""Little's law on the path of one call of the kernel, in integers.

The integral of the number that are there, counted from the rows of the trace, less the sum of the
times of each of them, from the records of lots and operations. It holds for any set of lots and
between any two moments, also where the system is not empty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.model import Ints, Records, SimModel, SimState
from twins.work import LotState

GONE = np.isin(np.arange(len(LotState)), (LotState.JOINED, LotState.DELIVERED, LotState.LOST))
"""By state of a lot: whether it has left the system."""
Mask = npt.NDArray[np.bool_]


def count(rows: Ints, length: int) -> Ints:
    """int64[length]: how often each row is named; ``NONE`` names nothing."""
    counts: Ints = np.bincount(rows[rows != NONE], minlength=length)
    return counts


class Told:
    """What lots did in a call: rows of the trace, lot by lot, each in the order of its events.

    Parameters
    ----------
    rows
        Of the trace, in the order of time.
    before
        int64[lots]: number of each lot's last event before the call.
    """

    def __init__(self, rows: Records, before: Ints) -> None:
        lot = rows["lot"].copy()
        self.count = count(lot, len(before))
        self.first: Ints = np.cumsum(self.count) - self.count
        number = rows["event"] - before[lot] - 1
        at = self.first[lot] + number
        fits = (number >= 0) & (number < self.count[lot])
        there = np.zeros(len(rows), np.bool_)
        there[at[fits]] = True
        self.is_whole = bool(there.all())
        """Every event is there once: only then do the columns mean anything."""
        self.lot, self.time_ms, self.state, self.machine, self.op = (
            np.zeros(len(rows), np.int64) for _ in range(5)
        )
        if self.is_whole:
            self.lot[at], self.time_ms[at] = lot, rows["time_ms"]
            self.state[at], self.machine[at] = rows["state"], rows["machine"]
            self.op[at] = rows["op"]

    def laid_aside(self, before: Before) -> Ints:
        """Rows of lots that went from a machine back into the queue of the same operation."""
        first = np.zeros(len(self.lot), np.bool_)
        first[self.first[self.count > 0]] = True
        last_state, last_op = np.roll(self.state, 1), np.roll(self.op, 1)
        last_state[first], last_op[first] = (
            before.state[self.lot[first]],
            before.op[self.lot[first]],
        )
        back = (self.state == LotState.QUEUED) & (last_state == LotState.RUNNING)
        found: Ints = self.lot[back & (self.op == last_op)]
        return found


@dataclass(frozen=True, eq=False)
class Before:
    """Lots at the beginning of a call, int64[lots] each."""

    time_ms: int
    state: Ints
    event: Ints
    attempt: Ints
    op: Ints
    machine: Ints
    """Of the operation that a lot is at."""
    laid_aside: Ints
    """Rows of lots that wait with an operation that was begun."""

    @classmethod
    def of(cls, model: SimModel, state: SimState) -> Before:
        """As it is now."""
        return cls(
            time_ms=int(state.clock["now_ms"][0]),
            state=state.lot["state"].copy(),
            event=state.lot["event"].copy(),
            attempt=state.lot["attempt"].copy(),
            op=state.lot["op"].copy(),
            machine=state.op["machine"][current(model, state)],
            laid_aside=state.op["lot"][state.op["left_ms"] > 0],
        )


def current(model: SimModel, state: SimState) -> Ints:
    """int64[lots]: row of the operation that a lot is at; its last one after that."""
    at: Ints = model.lot["first_op"] + np.minimum(state.lot["op"], model.lot["ops"] - 1)
    return at


def straight(state: SimState, before: Before, told: Told) -> Mask:
    """Lots whose records hold all they did in the call: none begun anew, reworked, laid aside.

    Records of others hold their last attempt only, while the trace holds all.
    """
    op = state.op
    found: Mask = state.lot["attempt"] == before.attempt
    found[op["lot"][op["visits"] > 0]] = False
    found[before.laid_aside] = False
    found[told.laid_aside(before)] = False
    found &= ~GONE[before.state]
    return found


def ever_shared(model: SimModel, state: SimState) -> Mask:
    """Lots that may have been on several machines at once: their records name one of them."""
    found: Mask = np.zeros(len(state.lot), np.bool_)
    kinds = model.optype["share_units"][state.op["optype"]] > 0
    found[state.op["lot"][kinds]] = True
    return found


def of_the_system(
    model: SimModel, state: SimState, before: Before, told: Told, lots: Mask
) -> np.int64:
    """Integral of the number of lots between release and delivery, less their times there, lot ms.

    Without lots of a loop: it releases them when it has room, and no record holds that moment.
    """
    now = int(state.clock["now_ms"][0])
    lots = lots & (model.lot["conwip"] == 0) & (model.lot["released_with"] == 0)
    planned = before.state == LotState.PLANNED
    is_in = state.lot["state"]
    release = np.maximum(model.lot["release_ms"], before.time_ms)
    begin = np.where(planned, release, before.time_ms)
    end = np.where(GONE[is_in], state.lot["done_ms"], now)
    times = (end - begin)[lots & (is_in != LotState.PLANNED)].sum()
    came = told.time_ms[told.first[lots & planned & (told.count > 0)]]
    went = told.time_ms[GONE[told.state] & lots[told.lot]]
    level = np.count_nonzero(lots & ~planned) * (now - before.time_ms)
    apart: np.int64 = level + (now - came).sum() - (now - went).sum() - times
    return apart


def of_machines(state: SimState, before: Before, told: Told, lots: Mask) -> Ints:
    """int64[machines]: the same for the operations on each machine, operation ms."""
    now = int(state.clock["now_ms"][0])
    apart = np.zeros(len(state.machine), np.int64)
    on = (told.state == LotState.RUNNING) & lots[told.lot]
    until = np.append(told.time_ms[1:], now)[: len(on)]
    moved = told.count > 0
    until[(told.first + told.count - 1)[moved]] = now
    np.add.at(apart, told.machine[on], (until - told.time_ms)[on])
    # what was on a machine before: up to its first row
    was = np.flatnonzero(lots & (before.state == LotState.RUNNING))
    first = np.full(len(was), now, np.int64)
    first[moved[was]] = told.time_ms[told.first[was[moved[was]]]]
    np.add.at(apart, before.machine[was], first - before.time_ms)
    op = state.op
    done = lots[op["lot"]] & (op["machine"] != NONE) & (op["start_ms"] < FOREVER)
    done &= op["end_ms"] >= before.time_ms
    spans = np.minimum(op["end_ms"], now) - np.maximum(op["start_ms"], before.time_ms)
    np.subtract.at(apart, op["machine"][done], spans[done])
    return apart
