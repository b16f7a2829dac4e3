"""Finds in telemetry the consignments that departed. Pure."""

from __future__ import annotations

import pyarrow.compute as pc

from federation.transports import Transport
from twins.clock import to_datetime
from twins.lot_events import parse
from twins.signals import LOT_EVENT
from twins.telemetry import TelemetryBatch
from twins.work import LotState


def departures(batch: TelemetryBatch) -> tuple[Transport, ...]:
    """The consignments that lots of a batch left in, each once, in the order of their departure."""
    signals = batch.table.column("signal")
    if LOT_EVENT not in signals.dictionary.to_pylist():
        return ()
    rows = batch.table.filter(pc.equal(signals, LOT_EVENT))
    found: dict[str, Transport] = {}
    times = rows.column("time").cast("int64").to_pylist()
    for asset, time_us, text in zip(
        rows.column("asset").to_pylist(), times, rows.column("text").to_pylist(), strict=True
    ):
        event = parse(text)
        if event is None or event.state is not LotState.TRANSIT:
            continue
        if event.consignment is None or event.link is None or time_us is None:
            continue
        lot = asset.removeprefix("lot:")
        known = found.get(event.consignment)
        lots = (*known.lots, lot) if known else (lot,)
        found[event.consignment] = Transport(
            consignment=event.consignment,
            link=event.link,
            start=event.site,
            lots=tuple(sorted(set(lots))),
            depart=known.depart if known else to_datetime(time_us),
            eta=event.eta,
        )
    return tuple(found.values())
