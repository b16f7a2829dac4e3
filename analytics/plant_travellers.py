"""What the lots of a plant carry along: rework, cards, loops, material, work laid aside. Pure."""

from __future__ import annotations

from datetime import datetime

from analytics.simulation.model import SimModel, SimState
from twins.clock import to_datetime
from twins.traveller import ANYWHERE, Traveller
from twins.work import LotState

_GONE = (LotState.PLANNED, LotState.JOINED, LotState.DELIVERED, LotState.LOST)
_MS_PER_H = 3.6e6


class TravellerTeller:
    """Writes the travellers of lots.

    Parameters
    ----------
    model
        Constants and names.
    start_us
        Moment that is 0 ms, in microseconds of the Unix epoch.
    """

    def __init__(self, model: SimModel, start_us: int) -> None:
        self._model = model
        self._start_us = start_us

    def of(self, state: SimState, lot: int, operation: int, code: int) -> Traveller | None:
        """The traveller of a lot in a state at an operation; ``None`` of one not in process."""
        if code in _GONE:
            return None
        rows, record = self._model.op_rows(lot), state.lot[lot]
        ops = state.op[rows.start : rows.stop]
        visits = tuple(ops["visits"].tolist()) if ops["visits"].any() else ()
        loops = tuple(ops["loops"].tolist()) if ops["loops"].any() else ()
        card, loop = self._card(record["card"]), self._loop(record["loop"])
        express = bool(record["express"])
        if operation >= len(rows):
            return Traveller(visits=visits, loops=loops, card=card, loop=loop, express=express)
        op = ops[operation]
        left, done = int(op["left_ms"]), int(op["done_ms"])
        return Traveller(
            visits=visits,
            loops=loops,
            card=card,
            loop=loop,
            queued=self._moment(int(op["queued_ms"]) - 1) if op["queued_ms"] != 0 else None,
            left_h=left / _MS_PER_H if left > 0 else None,
            done_h=done / _MS_PER_H if left > 0 else None,
            materials=self._materials(state, rows.start + operation),
            express=express,
        )

    def _card(self, row: int) -> str | None:
        """Work centre whose card a lot holds, as ``site/work_centre``."""
        if row == 0:
            return None
        return "/".join(self._model.names.groups[int(self._model.limit["group"][row - 1])])

    def _loop(self, row: int) -> str | None:
        if row == 0:
            return None
        site = int(self._model.limit["site"][row - 1])
        return ANYWHERE if site == 0 else self._model.names.sites[site - 1]

    def _materials(self, state: SimState, op: int) -> tuple[str, ...]:
        """Stock that is set aside for an operation, material after material."""
        entry = state.op[op]
        if entry["reserved"] == 0:
            return ()
        optype = self._model.optype[entry["optype"]]
        chosen, found = int(entry["chosen"]), []
        first = int(optype["first_consume"])
        for at in range(first, first + int(optype["consumes"])):
            row = at
            for _ in range(chosen & 15):
                row = int(self._model.consume["alternative"][row]) - 1
            chosen >>= 4
            found.append(self._model.names.materials[int(self._model.consume["material"][row])])
        return tuple(found)

    def _moment(self, time_ms: int) -> datetime:
        return to_datetime(self._start_us + time_ms * 1000)
