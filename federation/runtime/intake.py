"""The way of telemetry to the hosts: bounded in flight, sent again in order after a failure.

A batch is acknowledged when its host has it on the disk. When a host dies, nobody knows which of
the batches under way it still wrote down; its journal does. So the intake waits for the host, asks
for the last sequence of each source, and sends what comes after it, in order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from federation.runtime.hosts import Host, HostUnavailableError, Pending
from twins.errors import SequenceGap, TwinfedError, UnknownSiteError
from twins.host import HostHealth
from twins.readings import IngestResult
from twins.telemetry import TelemetryBatch

IN_FLIGHT = 8
"""Groups of batches that may be under way to one host."""
GROUP_BATCHES, GROUP_ROWS = 16, 20_000
"""A group is sent when it is this large; a group is one commit."""

Outcome = IngestResult | TwinfedError
_ATTEMPTS = 5
_ANSWER_S = 300.0
"""A host that takes longer counts as away: it is asked what it has, and sent the rest again."""


@dataclass(frozen=True, slots=True)
class Received:
    """A batch and when it came in, in microseconds of the Unix epoch."""

    batch: TelemetryBatch
    at_us: int


@dataclass(frozen=True, slots=True)
class Answered:
    """A batch and what became of it: acknowledged, or why it was refused."""

    batch: TelemetryBatch
    outcome: Outcome


@dataclass(slots=True)
class _Sent:
    group: tuple[TelemetryBatch, ...]
    at_us: int
    pending: Pending[list[Outcome]]


class Intake:
    """Sends batches to the hosts of their sites.

    Parameters
    ----------
    hosts
        All hosts.
    heal
        Returns when a host answers again.
    in_flight
        Groups under way to one host at most; more wait here, which slows the sender down.
    """

    def __init__(
        self,
        hosts: Iterable[Host],
        heal: Callable[[Host], HostHealth],
        in_flight: int = IN_FLIGHT,
    ) -> None:
        self._host_of: Mapping[str, Host] = {site: host for host in hosts for site in host.sites}
        self._heal = heal
        self._in_flight = in_flight

    def stream(self, received: Iterable[Received]) -> Iterator[Answered]:
        """Send batches as they come; what became of each, in the order of each host.

        The batches of a source must come in the order of their sequence numbers.

        Raises
        ------
        UnknownSiteError
            When a batch is for a site that has no twin.
        FederationError
            When a host does not come back.
        """
        lanes: dict[str, deque[_Sent]] = {}
        groups: dict[str, list[Received]] = {}
        for item in received:
            host = self._host(item.batch)
            lane = lanes.setdefault(host.name, deque())
            group = groups.setdefault(host.name, [])
            group.append(item)
            if len(group) >= GROUP_BATCHES or sum(r.batch.rows for r in group) >= GROUP_ROWS:
                if len(lane) >= self._in_flight:
                    yield from self._settle(host, lane, keep=self._in_flight - 1)
                lane.append(_send(host, group))
                groups[host.name] = []
        for group in groups.values():
            if group:
                host = self._host(group[0].batch)
                lanes[host.name].append(_send(host, group))
        for lane in lanes.values():
            if lane:
                yield from self._settle(self._host(lane[0].group[0]), lane, keep=0)

    def _host(self, batch: TelemetryBatch) -> Host:
        host = self._host_of.get(batch.site)
        if host is None:
            raise UnknownSiteError(
                f"no twin of site '{batch.site}'",
                where=f"batch {batch.sequence} of source '{batch.source}'",
                remedy=f"sites: {', '.join(self._host_of)}",
            )
        return host

    def _settle(self, host: Host, lane: deque[_Sent], keep: int) -> Iterator[Answered]:
        """Take answers until at most ``keep`` groups are under way."""
        while len(lane) > keep:
            try:
                outcomes = lane[0].pending.result(_ANSWER_S)
            except HostUnavailableError:
                self._send_again(host, lane)
                continue
            sent = lane.popleft()
            for batch, outcome in zip(sent.group, outcomes, strict=True):
                yield Answered(batch, outcome)

    def _send_again(self, host: Host, lane: deque[_Sent]) -> None:
        """Make every group of the lane answered, after the first of them got lost."""
        for attempt in range(1, _ATTEMPTS + 1):
            for sent in lane:
                _drain(sent)
            self._heal(host)
            try:
                for sent in lane:
                    sent.pending = _Settled(self._outcomes(host, sent))
            except HostUnavailableError:
                if attempt == _ATTEMPTS:
                    raise
            else:
                return

    def _outcomes(self, host: Host, sent: _Sent) -> list[Outcome]:
        """What became of a group, asked of the journal and sent again where it is missing."""
        if isinstance(sent.pending, _Settled):
            outcomes = sent.pending.result()
            # A group behind the lost one was refused for the gap; it is due again now.
            if not any(isinstance(outcome, SequenceGap) for outcome in outcomes):
                return outcomes
        held = {
            (batch.site, batch.source): host.last_sequence(batch.site, batch.source).result(
                _ANSWER_S
            )
            for batch in sent.group
        }
        outcomes_of: list[Outcome | None] = []
        missing: list[TelemetryBatch] = []
        for batch in sent.group:
            last = held[batch.site, batch.source]
            same_life = last is not None and last.source_epoch == batch.source_epoch
            if last is not None and same_life and batch.sequence <= last.sequence:
                outcomes_of.append(IngestResult(0, 0, duplicate=True))
            else:
                outcomes_of.append(None)
                missing.append(batch)
        answers = iter(host.ingest(missing, sent.at_us).result(_ANSWER_S) if missing else ())
        return [next(answers) if outcome is None else outcome for outcome in outcomes_of]


@dataclass(frozen=True, slots=True)
class _Settled:
    """An answer that is there."""

    outcomes: list[Outcome]

    def result(self, timeout_s: float | None = None) -> list[Outcome]:
        del timeout_s
        return self.outcomes


def _send(host: Host, group: Sequence[Received]) -> _Sent:
    batches = tuple(item.batch for item in group)
    at_us = max(item.at_us for item in group)
    return _Sent(batches, at_us, host.ingest(batches, at_us))


def _drain(sent: _Sent) -> None:
    """Wait for a group's fate; an answer that came is kept."""
    if isinstance(sent.pending, _Settled):
        return
    try:
        sent.pending = _Settled(sent.pending.result(_ANSWER_S))
    except HostUnavailableError:
        return
