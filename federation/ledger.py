"""The ledger: the durable home of what is above the sites.

Orders that came in since the cluster was described, versions of the shared schedule as deltas,
proposals with the answers of the sites, and transports as they departed. It is one stream of a
journal; what it holds in memory is folded from that stream, so that a restart finds it as it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import pyarrow as pa
from pydantic import ValidationError

from federation.agreement.book import KINDS, ProposalBook
from federation.errors import LedgerError, NotInClusterError, ScheduleError, UnknownProposalError
from federation.schedule import Schedule, ScheduleDelta, apply, diff
from federation.topology.model import ClusterSpec, OrderSpec
from federation.transports import Transport
from twins.clock import Clock, to_datetime
from twins.errors import JournalError
from twins.journal import Entry, Head, Journal, NewEntry, checked
from twins.work import ScheduleEntry

STREAM = "ledger"
SOURCE = "federation"
_EPOCH = 1
_REMEDY = "restore the ledger from a backup"


@dataclass(frozen=True)
class ScheduleVersion:
    """A version of the schedule.

    Parameters
    ----------
    version
        Its number.
    published_at, reason
        When and why.
    put, removed
        Entries that are new or changed, and entries that went.
    proposal
        The proposal that became it; empty: published without one.
    position
        Where its delta stands in the journal.
    """

    version: int
    published_at: datetime
    reason: str
    put: int
    removed: int
    proposal: str = ""
    position: int = 0


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
        self.proposals = ProposalBook()
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

    @property
    def cluster(self) -> ClusterSpec:
        """The cluster with the orders that came in since; a known id replaces that order."""
        return self._cluster.with_orders(self.orders)

    def delta(self, version: int) -> ScheduleDelta:
        """What made a version of the one before it, read from the journal.

        Raises
        ------
        NotInClusterError
            When there is no such version.
        """
        known = {one.version: one.position for one in self._versions}
        if version not in known:
            raise NotInClusterError(
                f"the schedule has no version {version}",
                remedy=f"it is at version {self._schedule.version}",
            )
        for entry in self._journal.entries(STREAM, known[version] - 1):
            return ScheduleDelta.from_table(_body(entry, f"entry {entry.position} of the ledger"))
        raise LedgerError(f"version {version} of the schedule is gone; {_REMEDY}")

    def schedule_at(self, version: int) -> Schedule:
        """A version of the schedule, put together from the deltas up to it; 0: none yet.

        Raises
        ------
        NotInClusterError
            When there is no such version.
        """
        if version == self._schedule.version:
            return self._schedule
        found = Schedule()
        for number in range(1, version + 1):
            found = apply(found, self.delta(number))
        if found.version != version:
            self.delta(version)  # which says what is wrong with a number below 0
        return found

    def publish_schedule(
        self,
        entries: Iterable[ScheduleEntry],
        reason: str,
        base: int | None = None,
        declined: Iterable[str] | None = None,
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
        declined
            All lots of customers that nobody makes; ``None``: those of the running version.

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
        delta = diff(self._schedule, entries, reason, declined)
        self.append([("schedule", delta.table())])
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
            self.append([("order", pa.table({"order": pa.array(bodies, pa.string())}))])

    def record_transports(self, transports: Iterable[Transport]) -> None:
        """Write down consignments that departed; lots of a known one are added to it."""
        news = [found for found in transports if self._is_news(found)]
        if news:
            bodies = [found.to_json() for found in news]
            self.append([("transport", pa.table({"transport": pa.array(bodies, pa.string())}))])

    def _is_news(self, transport: Transport) -> bool:
        known = self._transports.get(transport.consignment)
        return known is None or known.merged(transport) != known

    def append(self, bodies: Sequence[tuple[str, pa.Table]], now_us: int | None = None) -> None:
        """Append entries in one durable commit, then take them in: all of them, or none.

        Parameters
        ----------
        bodies
            Kind and body of each.
        now_us
            Their time, where it was read already; default: now.

        Raises
        ------
        JournalError
            When they could not be written; nothing has changed then.
        """
        at_us = self._clock.now_us() if now_us is None else now_us
        new = [
            NewEntry(
                stream=STREAM,
                kind=kind,
                source=SOURCE,
                source_epoch=_EPOCH,
                sequence=None,
                received_at_us=at_us,
                body=_encode(body),
                rows=body.num_rows,
            )
            for kind, body in bodies
        ]
        for (kind, body), written in zip(bodies, self._journal.append_many(new), strict=True):
            if isinstance(written, JournalError):
                raise written
            self._apply(kind, body, at_us, written.position)

    def _fold(self, entry: Entry) -> None:
        body = _body(entry, f"entry {entry.position} of the ledger")
        self._apply(entry.kind, body, entry.received_at_us, entry.position)

    def _apply(self, kind: str, body: pa.Table, received_at_us: int, position: int) -> None:
        where, at = f"entry {position} of the ledger", to_datetime(received_at_us)
        try:
            if kind == "schedule":
                self._published(ScheduleDelta.from_table(body), at, position)
            elif kind == "order":
                for text in body.column("order").to_pylist():
                    order = OrderSpec.model_validate_json(text)
                    self._orders[order.id] = order
            elif kind == "transport":
                for text in body.column("transport").to_pylist():
                    found = Transport.from_json(text)
                    known = self._transports.get(found.consignment, found)
                    self._transports[found.consignment] = known.merged(found)
            elif kind in KINDS:
                self.proposals.fold(kind, body, at)
            else:
                raise LedgerError(
                    f"{where} is of the kind '{kind}', which this version does not know; "
                    "open the ledger with the version that wrote it"
                )
        except (
            KeyError,
            TypeError,
            UnknownProposalError,
            ValidationError,
            json.JSONDecodeError,
        ) as error:
            raise LedgerError(f"{where} cannot be read ({error}); {_REMEDY}") from error

    def _published(self, delta: ScheduleDelta, at: datetime, position: int) -> None:
        self._schedule = apply(self._schedule, delta)
        self.proposals.fold_schedule(delta, at)
        put, removed = len(delta.put), len(delta.removed)
        self._versions.append(
            ScheduleVersion(delta.version, at, delta.reason, put, removed, delta.proposal, position)
        )


def _body(entry: Entry, where: str) -> pa.Table:
    if entry.body is None:
        raise LedgerError(f"{where} has no body; {_REMEDY}")
    try:
        return pa.ipc.open_stream(entry.body).read_all()
    except (pa.ArrowException, OSError) as error:
        raise LedgerError(f"{where} cannot be read ({error}); {_REMEDY}") from error


def _encode(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data
