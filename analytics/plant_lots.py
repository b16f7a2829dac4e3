"""The lots of an emulated plant: what each did, as numbered events told by the site it is at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from analytics.plant_lists import consignment_name
from analytics.plant_travellers import TravellerTeller
from analytics.simulation.distributions import DETERMINISTIC
from analytics.simulation.layout import NONE
from analytics.simulation.model import Records, SimModel, SimState
from analytics.simulation.quality import CERTIFIED
from twins.clock import to_datetime
from twins.lot_events import LotEvent
from twins.signals import LOT_EVENT
from twins.telemetry import Quality, Row
from twins.work import LotState

_WATCHED = ("state", "op", "place", "attempt", "units", "good", "link", "card", "loop", "held_by")
"""Fields of a lot that its last event must agree with."""


@dataclass(frozen=True, slots=True)
class LotView:
    """A lot in the words of the federation."""

    lot: str
    teller: str
    """The site that tells it: where it is, or where it was worked on last."""
    number: int
    since_us: int
    event: LotEvent


class LotTeller:
    """Tells what lots did since it was last asked.

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
        self._travellers = TravellerTeller(model, start_us)
        self._known: Records | None = None

    def everything(self, state: SimState) -> Iterator[LotView]:
        """Every lot that was ever released, as it is."""
        self._known = state.lot.copy()
        for lot in np.flatnonzero(state.lot["event"] > 0).tolist():
            yield self.view(state, lot)

    def news(self, state: SimState) -> Iterator[LotView]:
        """What lots did, in order; then lots that changed without an event, told once more.

        Of several events of a lot at one moment, the last holds for all that only the state knows:
        components, attempts, journey.
        """
        trace = state.lot_trace[: int(state.clock["lot_rows"][0])]
        for entry in trace:
            lot = int(entry["lot"])
            yield self.view(state, lot, entry)
        known = self._known if self._known is not None else np.zeros_like(state.lot)
        changed = np.zeros(len(state.lot), dtype=np.bool_)
        for field in _WATCHED:
            changed |= known[field] != state.lot[field]
        changed[trace["lot"]] = False
        now_us = self._us(int(state.clock["now_ms"][0]))
        for lot in np.flatnonzero(changed & (state.lot["event"] > 0)).tolist():
            view = self.view(state, lot)
            yield LotView(view.lot, view.teller, view.number, now_us, view.event)
        self._known = state.lot.copy()

    def view(self, state: SimState, lot: int, entry: np.void | None = None) -> LotView:
        """A lot as it is, or as a row of the trace says it was."""
        names, record = self._model.names, state.lot[lot]
        told = record if entry is None else entry
        operation = int(told["op"])
        place = self._place(state, lot, int(told["place"]))
        link = names.links[int(told["link"])][0] if told["link"] != NONE else None
        consignment, eta = None, None
        since_ms = int(record["since_ms"] if entry is None else entry["time_ms"])
        if told["state"] == LotState.TRANSIT:
            journey = _journey(state, int(told["link"]), since_ms)
            consignment = consignment_name(journey)
            eta = to_datetime(self._us(int(state.consignment["arrive_ms"][journey])))
        event = LotEvent(
            state=LotState(int(told["state"])),
            operation=operation,
            site=names.places[place],
            quantity=int(told["units"]) or int(self._model.lot["quantity"][lot]),
            good=int(record["good"]),
            attempt=int(record["attempt"]),
            machine=self._machine(state, lot, operation, int(told["state"])),
            link=link,
            consignment=consignment,
            eta=eta,
            waiting=int(record["waiting"]),
            until=self._until(state, lot, operation, int(told["state"]), since_ms),
            traveller=self._travellers.of(state, lot, operation, int(told["state"])),
        )
        return LotView(
            lot=names.lots[lot],
            teller=names.sites[self._teller(state, lot, place)],
            number=int(told["event"]),
            since_us=self._us(since_ms),
            event=event,
        )

    def _place(self, state: SimState, lot: int, place: int) -> int:
        """Where a lot is; one that does not exist physically yet belongs where it will begin."""
        if place != NONE:
            return place
        return self._site_of(state, int(self._model.lot["first_op"][lot]))

    def _teller(self, state: SimState, lot: int, place: int) -> int:
        if place < len(self._model.names.sites):
            return place
        return self._site_of(state, self._model.op_rows(lot)[-1])

    def _site_of(self, state: SimState, op: int) -> int:
        return int(self._model.group["site"][state.op["group"][op]])

    def _machine(self, state: SimState, lot: int, operation: int, code: int) -> str | None:
        machine = NONE
        if code == LotState.BLOCKED:
            machine = int(state.lot["held_by"][lot]) - 1
        elif code in {LotState.RUNNING, LotState.QUEUED} and operation < len(
            self._model.op_rows(lot)
        ):
            op = self._model.op_rows(lot)[operation]
            if code == LotState.RUNNING or state.op["left_ms"][op] > 0:
                machine = int(state.op["machine"][op])
        return self._model.names.machines[machine][1] if machine != NONE else None

    def _until(
        self, state: SimState, lot: int, operation: int, code: int, since_ms: int
    ) -> datetime | None:
        """The end of a quarantine that has a fixed length, or ends with a certificate."""
        if code != LotState.HELD:
            return None
        optype = self._model.optype[state.op["optype"][self._model.op_rows(lot)[operation - 1]]]
        row = int(optype["hold_dist"]) - 1
        if row != NONE and self._model.dist["kind"][row] != DETERMINISTIC:
            return None
        end_ms = since_ms + (0 if row == NONE else int(self._model.dist["mean"][row]))
        if optype["flow"] & CERTIFIED:
            gate = int(state.lot["place"][lot]) * self._model.parts + int(
                self._model.lot["part"][lot]
            )
            end_ms = max(end_ms, int(state.gate["certified_ms"][gate]))
        return to_datetime(self._us(end_ms))

    def _us(self, time_ms: int) -> int:
        return self._start_us + time_ms * 1000


def row_of(view: LotView) -> Row:
    """The view as a row of telemetry."""
    number = float(view.number)
    return (f"lot:{view.lot}", LOT_EVENT, view.since_us, number, view.event.text(), Quality.GOOD)


def _journey(state: SimState, link: int, depart_ms: int) -> int:
    """Row of the consignment that left on ``link`` at ``depart_ms``: there is one at a time."""
    rows = state.consignment[: int(state.clock["consignments"][0])]
    found = np.flatnonzero((rows["link"] == link) & (rows["depart_ms"] == depart_ms))
    return int(found[-1])
