"""Where a new order would be made, beside a running schedule of which nothing is moved.

The trees of lots of the schedule are booked first, where and in the order in which they stand. Then
the greedy decoder plans the lots of the new order into the capacity that is left. At each work
centre they come after everything that is planned there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np

from analytics.rerouting.decoding import Decoded, Decoder, Focus
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.trees import plan_order, roots
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.model import Ints, SimState, copied
from analytics.simulation.placing import number_sequences, put
from federation.topology.model import ClusterSpec


@dataclass(frozen=True)
class Flat:
    """Candidates of each operation type as the decoder takes them.

    Parameters
    ----------
    rows
        int64[optypes + 1] first row, and int64 work centres.
    """

    rows: tuple[Ints, Ints]


@dataclass(frozen=True, eq=False)
class Placed:
    """Where the lots of the order are made in one plan.

    Parameters
    ----------
    group
        int64: work centre of each operation of the order; ``NONE``: no way was found.
    rank
        int64: order at the work centre, behind all that is planned.
    spent
        Money that the lots cost by the decoder's estimate: lateness, transport, approvals, carbon.
    """

    group: Ints
    rank: Ints
    spent: float

    @property
    def possible(self) -> bool:
        """Whether every operation has a work centre."""
        return bool((self.group != NONE).all())


class NewOrder:
    """The lots of one order in a question, all others being pinned.

    Parameters
    ----------
    problem
        The question, whose model has the lots of the order; none of them has begun.
    order
        Id of the order.
    urgent_rate
        Plan for the earliest date: as if each day from now on cost so much for each unit. ``None``:
        lateness is what the model says.
    """

    def __init__(
        self, problem: ReroutingProblem, order: str, urgent_rate: float | None = None
    ) -> None:
        model = problem.model
        mine = model.lot["order"] == model.names.order_row[order]
        self.lots: Ints = np.flatnonzero(mine)
        self.wanted: Ints = self.lots[model.lot["parent"][self.lots] == NONE]
        self.ops: Ints = np.flatnonzero(mine[problem.state.op["lot"]])
        self.problem = problem
        self._planning = problem
        if urgent_rate is not None:
            lot = model.lot.copy()
            lot["due_ms"][self.lots] = problem.now_ms
            cluster = _dearer(problem.cluster, order, urgent_rate)
            self._planning = replace(problem, model=replace(model, lot=lot), cluster=cluster)

    @cached_property
    def _present(self) -> Ints:
        present: Ints = self.problem.state.op["group"].copy()
        present[self.ops] = NONE
        return present

    @cached_property
    def _focus(self) -> Focus:
        order, first = plan_order(self._planning)
        tops = roots(self._planning.model)[order[first[:-1]]]
        last = np.isin(tops, self.wanted)
        turns = [*np.flatnonzero(~last).tolist(), *np.flatnonzero(last).tolist()]
        trees = [order[first[turn] : first[turn + 1]] for turn in turns]
        bounds = np.cumsum([0, *(len(tree) for tree in trees)])
        pinned = np.ones(len(self._present), dtype=np.int64)
        pinned[self.ops] = 0
        return Focus(
            pinned,
            self._present,
            np.concatenate([np.zeros(0, np.int64), *trees]).astype(np.int64),
            bounds.astype(np.int64),
            margin=0.0,
        )

    def place(self, sites: Iterable[int] = ()) -> Placed:
        """Plan the lots into what is left.

        Parameters
        ----------
        sites
            Rows of sites: what can be made at one of them is made there. None: wherever it is best.
        """
        table = self._at(set(sites))
        decoder = Decoder(self._planning, table)
        first = decoder.decode(focus=self._focus)
        # Once more with what travels together, and who pays for which approval.
        sharing, fee, closed = decoder.second_pass(first)
        decoded = decoder.decode(sharing, fee, closed, focus=self._focus)
        if closed.any() and not self._complete(decoded):
            # Approvals that do not pay are the only way: they are bought, and counted.
            decoded = decoder.decode(sharing, fee, np.zeros_like(closed), focus=self._focus)
        found = decoded if self._complete(decoded) or not self._complete(first) else first
        return self._placed(found)

    def _complete(self, decoded: Decoded) -> bool:
        return bool((decoded.group[self.ops] != NONE).all())

    def _placed(self, decoded: Decoded) -> Placed:
        behind = int(self.problem.state.op["rank"].max(initial=0)) + 1
        starts = decoded.start_ms[self.ops]
        turn = np.empty(len(self.ops), dtype=np.int64)
        turn[np.lexsort((self.ops, starts))] = np.arange(len(self.ops))
        trees = len(self.wanted)
        spent = decoded.spent[len(decoded.spent) - trees :] if trees else np.zeros(0)
        return Placed(decoded.group[self.ops], behind + turn, float(spent.sum()))

    def _at(self, sites: set[int]) -> Flat:
        """Candidates; only those at ``sites`` where there are some."""
        first, groups = self.problem.table.rows
        if not sites:
            return Flat((first, groups))
        here = np.isin(self.problem.model.group["site"][groups], sorted(sites))
        kept: list[Ints] = []
        for row in range(len(first) - 1):
            span = slice(int(first[row]), int(first[row + 1]))
            some = groups[span][here[span]]
            kept.append(some if len(some) else groups[span])
        counts = np.cumsum([0, *(len(rows) for rows in kept)]).astype(np.int64)
        flat = np.concatenate([np.zeros(0, np.int64), *kept]).astype(np.int64)
        return Flat((counts, flat))

    def write(self, state: SimState, placed: Placed) -> SimState:
        """A copy of a state of the same model in which the order is made as planned."""
        planned = replace(state, op=copied(state.op), group=copied(state.group))
        put(self.problem.model, planned, self.ops, placed.group)
        planned.op["rank"][self.ops] = placed.rank
        number_sequences(self.problem.model, planned)
        return planned

    def delivered_ms(self, end: SimState) -> int:
        """When the last lot is with the customer; ``FOREVER``: not in the horizon."""
        return int(end.lot["done_ms"][self.wanted].max(initial=0))

    def moment(self, time_ms: int) -> datetime | None:
        """A moment of a replay; ``None``: not within the horizon."""
        if time_ms >= FOREVER:
            return None
        return self.problem.model.fork_at + timedelta(milliseconds=time_ms)

    def starts_without(self) -> Ints:
        """int64[ops]: when each operation begins, as expected, if nobody makes the order."""
        nobody = np.full(len(self.ops), NONE, dtype=np.int64)
        starts: Ints = self.replay(Placed(nobody, np.zeros_like(nobody), 0.0)).op["start_ms"]
        return starts

    def replay(self, placed: Placed) -> SimState:
        """The state at the end of the horizon if all goes as expected."""
        problem = self.problem
        planned = self.write(problem.state, placed)
        planned = replace(planned, clock=planned.clock.copy())
        planned.clock["replan"] = 1
        return problem.replayer(problem.model, planned, problem.until_ms)


def _dearer(cluster: ClusterSpec, order: str, rate: float) -> ClusterSpec:
    """The cluster in which a day's lateness of an order costs so much for each unit."""
    changed = {"lateness_cost_per_unit_day": rate}
    return cluster.model_copy(
        update={
            "orders": tuple(
                one.model_copy(update=changed) if one.id == order else one for one in cluster.orders
            )
        }
    )
