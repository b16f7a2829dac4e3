"""The ledger: the durable home of what is above the sites.

Orders that came in since the cluster was described, versions of the shared schedule as deltas, and
transports as they departed. It is one stream of a journal; what it holds in memory is folded from
that stream, so that a restart finds it as it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

import pyarrow as pa
from pydantic import ValidationError

from federation.errors import LedgerError, ScheduleError
from federation.schedule import Schedule, ScheduleDelta, apply, diff
from federation.topology.model import ClusterSpec, OrderSpec
from twins.clock import Clock, to_datetime
from twins.journal import Entry, Head, Journal, NewEntry, checked
from twins.work import ScheduleEntry

STREAM = "ledger"
SOURCE = "federation"
_EPOCH = 1
_REMEDY = "restore the ledger from a backup"


@dataclass(frozen=True)
class Transport:
    """A consignment that departed.

    Parameters
    ----------
    consignment
        Id given by who sends it.
    link, start
        The link and the place it left.
    lots
        What is in it, by name.
    depart, eta
        When it left, and when it is expected.
    """

    consignment: str
    link: str
    start: str
    lots: tuple[str, ...]
    depart: datetime
    eta: datetime | None


@dataclass(frozen=True)
class ScheduleVersion:
    """A version of the schedule: when and why it was published, and how much it changed."""

    version: int
    published_at: datetime
    reason: str
    put: int
    removed: int


class Ledger:
    """Folded from a journal's stream, and appended to it before anything is believed.

    Parameters
    ----------
    journal
        Holds the stream; this ledger is its only writer.
    cluster
        What orders may be for.
    clock
        When something was published.

    Raises
    ------
    LedgerError
        When an entry cannot be read.
    JournalCorruptError
        When the stream is not what was written.
    """

    def __init__(self, journal: Journal, cluster: ClusterSpec, clock: Clock) -> None:
        self._journal, self._cluster, self._clock = journal, cluster, clock
        self._schedule = Schedule()
        self._versions: list[ScheduleVersion] = []
        self._orders: dict[str, OrderSpec] = {}
        self._transports: dict[str, Transport] = {}
        for entry in checked(journal.entries(STREAM), Head()):
            self._fold(entry)

    @property
    def schedule(self) -> Schedule:
        """The running version."""
        return self._schedule

    @property
    def versions(self) -> tuple[ScheduleVersion, ...]:
        """All versions, oldest first."""
        return tuple(self._versions)

    @property
    def orders(self) -> tuple[OrderSpec, ...]:
        """Orders that came in since the cluster was described, in the order they came."""
        return tuple(self._orders.values())

    @property
    def transports(self) -> Mapping[str, Transport]:
        """Every consignment that departed, by id."""
        return MappingProxyType(self._transports)

    @property
    def revision(self) -> int:
        """Position in the journal."""
        return self._journal.head(STREAM).position

    def publish_schedule(
        self, entries: Iterable[ScheduleEntry], reason: str, base: int | None = None
    ) -> Schedule:
        """Make ``entries`` the next version of the schedule.

        Parameters
        ----------
        entries
            The whole schedule, not the change.
        reason
            Why, for the people who read it.
        base
            The version the entries were made from, where it matters that nobody published since.

        Raises
        ------
        ScheduleError
            When the entries contradict each other, or ``base`` is not the running version.
        """
        if base is not None and base != self._schedule.version:
            raise ScheduleError(
                f"the schedule was made from version {base}, and version "
                f"{self._schedule.version} runs by now; make it again from the running version"
            )
        delta = diff(self._schedule, entries, reason)
        self._append("schedule", delta.table())
        return self._schedule

    def add_orders(self, orders: Sequence[OrderSpec]) -> None:
        """Take in new orders, or new terms of known ones.

        Raises
        ------
        LedgerError
            When an order is for a product or a customer that the cluster does not have, or is below
            the minimum lot of its product.
        """
        products = {product.id: product.minimum_lot for product in self._cluster.products}
        customers = {customer.id for customer in self._cluster.customers}
        for order in orders:
            for kind, name, known in (
                ("product", order.product, products),
                ("customer", order.customer, customers),
            ):
                if name not in known:
                    raise LedgerError(
                        f"order '{order.id}' names the {kind} '{name}', which the cluster does not "
                        f"have; known: {', '.join(sorted(known))}"
                    )
            if order.quantity < products[order.product]:
                raise LedgerError(
                    f"order '{order.id}' is for {order.quantity} of {order.product}, below its "
                    f"minimum lot of {products[order.product]}; order more"
                )
        if orders:
            bodies = [order.model_dump_json() for order in orders]
            self._append("order", pa.table({"order": pa.array(bodies, pa.string())}))

    def record_transports(self, transports: Iterable[Transport]) -> None:
        """Write down consignments that departed; lots of a known one are added to it."""
        news = [found for found in transports if self._is_news(found)]
        if news:
            bodies = [_transport_json(found) for found in news]
            self._append("transport", pa.table({"transport": pa.array(bodies, pa.string())}))

    def _is_news(self, transport: Transport) -> bool:
        known = self._transports.get(transport.consignment)
        return known is None or _merged(known, transport) != known

    def _append(self, kind: str, body: pa.Table) -> None:
        now_us = self._clock.now_us()
        new = NewEntry(
            stream=STREAM,
            kind=kind,
            source=SOURCE,
            source_epoch=_EPOCH,
            sequence=None,
            received_at_us=now_us,
            body=_encode(body),
            rows=body.num_rows,
        )
        position = self._journal.append(new).position
        self._apply(kind, body, now_us, f"entry {position}")

    def _fold(self, entry: Entry) -> None:
        where = f"entry {entry.position} of the ledger"
        if entry.body is None:
            raise LedgerError(f"{where} has no body; {_REMEDY}")
        try:
            body = pa.ipc.open_stream(entry.body).read_all()
        except (pa.ArrowException, OSError) as error:
            raise LedgerError(f"{where} cannot be read ({error}); {_REMEDY}") from error
        self._apply(entry.kind, body, entry.received_at_us, where)

    def _apply(self, kind: str, body: pa.Table, received_at_us: int, where: str) -> None:
        try:
            if kind == "schedule":
                delta = ScheduleDelta.from_table(body)
                self._schedule = apply(self._schedule, delta)
                self._versions.append(
                    ScheduleVersion(
                        delta.version,
                        to_datetime(received_at_us),
                        delta.reason,
                        len(delta.put),
                        len(delta.removed),
                    )
                )
            elif kind == "order":
                for text in body.column("order").to_pylist():
                    order = OrderSpec.model_validate_json(text)
                    self._orders[order.id] = order
            elif kind == "transport":
                for text in body.column("transport").to_pylist():
                    found = _transport(text)
                    known = self._transports.get(found.consignment, found)
                    self._transports[found.consignment] = _merged(known, found)
            else:
                raise LedgerError(
                    f"{where} is of the kind '{kind}', which this version does not know; "
                    "open the ledger with the version that wrote it"
                )
        except (KeyError, TypeError, ValidationError, json.JSONDecodeError) as error:
            raise LedgerError(f"{where} cannot be read ({error}); {_REMEDY}") from error


def _merged(known: Transport, found: Transport) -> Transport:
    lots = tuple(sorted({*known.lots, *found.lots}))
    return replace(known, lots=lots, depart=min(known.depart, found.depart), eta=found.eta)


def _transport_json(transport: Transport) -> str:
    return json.dumps(
        {
            "consignment": transport.consignment,
            "link": transport.link,
            "start": transport.start,
            "lots": list(transport.lots),
            "depart": transport.depart.isoformat(),
            "eta": transport.eta.isoformat() if transport.eta else None,
        },
        separators=(",", ":"),
    )


def _transport(text: str) -> Transport:
    found = json.loads(text)
    eta = found["eta"]
    return Transport(
        found["consignment"],
        found["link"],
        found["start"],
        tuple(found["lots"]),
        datetime.fromisoformat(found["depart"]),
        datetime.fromisoformat(eta) if eta else None,
    )


def _encode(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data
