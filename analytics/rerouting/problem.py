"""ReroutingProblem: what a policy knows when it is asked where the open work should be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.remember import by_identity
from analytics.rerouting.candidates import CandidateTable
from analytics.rerouting.errors import ReroutingError
from analytics.rerouting.outlook import Outlook
from analytics.rerouting.replay import kernel_replay
from analytics.rerouting.weights import Weights
from analytics.simulation import slots
from analytics.simulation.belief import rebuild_heap
from analytics.simulation.layout import FOREVER, HOUR_MS, NONE, P_EXPRESS, WEEK_MS
from analytics.simulation.model import Ints, Records, SimModel, SimState, copied
from analytics.simulation.names import Names
from federation.topology.capability import Refusal
from federation.topology.model import ClusterSpec
from twins.work import LotState

Replayer = Callable[[SimModel, SimState, int], SimState]
"""Runs a copy of a state on a deterministic model to a time and returns it."""

DEFAULT_HORIZON_MS = 4 * WEEK_MS


class Pin(IntEnum):
    """Why an operation stays where it is; ``FREE``: it may move."""

    FREE = 0
    STARTED = 1
    """Running or done."""
    FROZEN = 2
    """Its likely start lies inside the frozen horizon."""
    COMPONENT_ARRIVED = 3
    """A component is already where the lot is to be joined."""
    FIRST_ARTICLE = 4
    """It is the first article that opens a site for the part."""
    LATER = 5
    """Released after the horizon."""
    UNKNOWN = 6
    """Its order is not known yet."""
    DECLINED = 7
    """Nobody makes it."""


PIN_WORDS: dict[Pin, str] = {
    Pin.STARTED: "it is running or done",
    Pin.FROZEN: "it starts inside the frozen horizon",
    Pin.COMPONENT_ARRIVED: "a component is already where the lot is joined",
    Pin.FIRST_ARTICLE: "the lot is the first article of its site",
    Pin.LATER: "it is released after the horizon",
    Pin.UNKNOWN: "its order is not known yet",
    Pin.DECLINED: "the running schedule declines it",
}


@dataclass(frozen=True, eq=False)
class ReroutingProblem:
    """The question where the open work should be done, given what is believed.

    Parameters
    ----------
    model, state
        The believed, deterministic model, and the state at ``now_ms``. Neither knows when an outage
        or a breakdown under way really ends. They are not changed.
    now_ms
        Moment of the decision, ms from the fork.
    frozen_ms
        Operations whose likely start lies within so much from now stay.
    cluster
        Permissions, prices and wages.
    weights
        What counts.
    horizon_ms
        Length of the plan from now; plans are judged by their replays to its end.
    replayer
        How a plan is replayed; the kernel unless a test says otherwise.

    Raises
    ------
    ReroutingError
        When the horizon or the frozen horizon is not a time to come, or the state is not that of
        ``now_ms``.
    """

    model: SimModel
    state: SimState
    now_ms: int
    frozen_ms: int
    cluster: ClusterSpec
    weights: Weights = field(default_factory=Weights)
    horizon_ms: int = DEFAULT_HORIZON_MS
    replayer: Replayer = kernel_replay
    remembered: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)
    """What several plans of the same question need, made once by those who need it."""

    def __post_init__(self) -> None:
        if self.horizon_ms <= 0:
            raise ReroutingError(
                f"the horizon of {self.horizon_ms / HOUR_MS:g} h is not in the future; "
                "give at least one hour"
            )
        if not 0 <= self.frozen_ms <= self.horizon_ms:
            raise ReroutingError(
                f"the frozen horizon of {self.frozen_ms / HOUR_MS:g} h does not lie between 0 "
                f"and the horizon of {self.horizon_ms / HOUR_MS:g} h; shorten it"
            )
        if int(self.model.scalar["deterministic"][0]) != 1:
            raise ReroutingError(
                "a policy plans on a deterministic model; make it with belief.believe()"
            )
        if int(self.state.clock["now_ms"][0]) > self.now_ms:
            raise ReroutingError(
                f"the state stands at {int(self.state.clock['now_ms'][0])} ms, after the "
                f"decision at {self.now_ms} ms; decide on the state of that moment"
            )

        unpriced = _unpriced(self.cluster, self.model.names)
        if unpriced is not None:
            raise ReroutingError(
                f"the cluster does not have the order '{unpriced}' of the model; give the cluster "
                "that the model was compiled from, with the orders of its scenario"
            )

    @property
    def until_ms(self) -> int:
        """End of the horizon, ms from the fork."""
        return self.now_ms + self.horizon_ms

    @property
    def frozen_until_ms(self) -> int:
        """End of the frozen horizon, ms from the fork."""
        return self.now_ms + self.frozen_ms

    @cached_property
    def outlook(self) -> Outlook:
        """When what can be used, as believed."""
        return Outlook(self.model, self.state, self.now_ms, self.until_ms)

    @cached_property
    def table(self) -> CandidateTable:
        """Candidates and refusals by operation type."""
        return CandidateTable(self.model, self.state, self.cluster, self.horizon_ms)

    @cached_property
    def present(self) -> SimState:
        """The end of the horizon if the present plan is kept: its deterministic replay."""
        return self.replayer(self.model, self.state, self.until_ms)

    @cached_property
    def first_ops(self) -> npt.NDArray[np.bool_]:
        """bool[ops]: the first operation of its lot."""
        first = np.zeros(len(self.state.op), dtype=np.bool_)
        first[self.model.lot["first_op"]] = True
        return first

    @cached_property
    def pins(self) -> npt.NDArray[np.int8]:
        """int8[ops]: ``Pin`` of each operation."""
        op, lot, constant = self.state.op, self.state.lot, self.model.lot
        of, step = lots_and_steps(constant)
        by_lot = np.zeros(len(lot), dtype=np.int8)
        by_lot[constant["release_ms"] > self.until_ms] = Pin.LATER
        by_lot[self.model.known_ms > self.now_ms] = Pin.UNKNOWN
        by_lot[lot["article"] > 0] = Pin.FIRST_ARTICLE
        pins: npt.NDArray[np.int8] = by_lot[of]
        pins[constant["first_op"][self._joining()]] = Pin.COMPONENT_ARRIVED
        if self.frozen_ms > 0:
            pins[self.present.op["start_ms"] < self.frozen_until_ms] = Pin.FROZEN
        pins[op["group"] == NONE] = Pin.DECLINED
        # the operation that runs has begun too
        begun = lot["op"] + (lot["state"] == LotState.RUNNING)
        pins[(step < begun[of]) | (op["start_ms"] < FOREVER)] = Pin.STARTED
        return pins

    def _joining(self) -> Ints:
        """int64: lots of which a component is already in place."""
        joined = self.state.lot["state"] == LotState.JOINED
        parents = self.model.lot["parent"][joined]
        found: Ints = parents[parents != NONE]
        return found

    @property
    def movable(self) -> Ints:
        """Rows of the operations that may move."""
        return np.flatnonzero(self.pins == Pin.FREE)

    @cached_property
    def sites(self) -> list[int]:
        """Site of each work centre."""
        rows: list[int] = self.model.group["site"].tolist()
        return rows

    def candidates(self, op: int) -> tuple[int, ...]:
        """Rows of the work centres that may do an operation; its own where it is pinned."""
        if self.pins[op] != Pin.FREE:
            return (int(self.state.op["group"][op]),)
        return self.table.groups(int(self.state.op["optype"][op]))

    def refusals(self, op: int) -> tuple[Refusal, ...]:
        """The sites that do not qualify for an operation, and on which requirement."""
        return self.table.refusals(int(self.state.op["optype"][op]))

    def why_pinned(self, op: int) -> str | None:
        """In words why an operation stays; ``None`` where it may move."""
        pin = Pin(int(self.pins[op]))
        return None if pin is Pin.FREE else PIN_WORDS[pin]

    def with_primitives(self, primitives: Records) -> ReroutingProblem:
        """The same question in a world with more timed changes to come (``PRIMITIVE_C``).

        Changes that lie before now happen now. Lots that are to be sent by expedited links are
        planned so at once.
        """
        if len(primitives) == 0:
            return self
        done = int(self.state.clock["next_primitive"][0])
        ahead = self.model.primitive[done:]
        model = self.model.with_primitives(np.concatenate([ahead, primitives]))
        kept = self.state
        state = replace(
            kept, clock=kept.clock.copy(), slot=copied(kept.slot), heap=kept.heap.copy()
        )  # all that is written to
        sent = primitives["entity"][primitives["kind"] == P_EXPRESS]
        if len(sent):
            state = replace(state, lot=copied(state.lot))
            state.lot["express"][sent] = 1
        state.clock["next_primitive"] = 0
        if int(state.clock["started"][0]) == 1:
            soonest = max(int(model.primitive["time_ms"][0]), self.now_ms)
            state.slot["time_ms"][int(model.bases[slots.PRIMITIVE])] = soonest
            rebuild_heap(state)
        return replace(self, model=model, state=state)


@by_identity(32)
def _unpriced(cluster: ClusterSpec, names: Names) -> str | None:
    """An order of the model that the cluster does not have."""
    priced = {order.id for order in cluster.orders}
    return next((name for name in names.orders if name not in priced), None)


@by_identity()
def lots_and_steps(lot: Records) -> tuple[Ints, Ints]:
    """int64[ops]: lot of each operation, and its position in the routing; from ``LOT_C``."""
    of = np.repeat(np.arange(len(lot)), lot["ops"])
    return of, np.arange(len(of)) - lot["first_op"][of]
