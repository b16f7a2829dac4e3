"""The intake against hosts that fail at every point of a stream: before and after the commit."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from federation.runtime.healing import Healer
from federation.runtime.hosts import Done, HostUnavailableError
from federation.runtime.intake import Answered, Intake, Received
from federation.runtime.local_host import LocalHost
from federation.runtime.placement import HostPlan
from twins.clock import ManualClock
from twins.errors import SequenceGap, UnknownSiteError
from twins.readings import IngestResult
from twins.telemetry import TelemetryBatch, build_batch

COUNT = 40


def batch(sequence: int, site: str = "A", epoch: int = 1) -> TelemetryBatch:
    row = ("site", "fuel.level_l", sequence * 1_000_000, float(sequence), None, 0)
    return build_batch(site, "tank", epoch, sequence, [row])


def received(batches: list[TelemetryBatch]) -> list[Received]:
    return [Received(item, item.sequence * 1_000_000) for item in batches]


class FailingHost(LocalHost):
    """Dies at one call of ingest, before it wrote or after; away until it is asked twice."""

    def __init__(self, folder: Path, cluster, fail_at: int = -1, *, wrote: bool = False) -> None:
        specs = [cluster.site(site) for site in ("A", "B")]
        super().__init__(HostPlan("host-0", ("A", "B")), specs, folder, ManualClock(0))
        self.calls = 0
        self.away = 0
        self.revived = 0
        self._fail_at, self._wrote = fail_at, wrote

    def ingest(self, batches, received_at_us):
        self.calls += 1
        if self.away:
            return Done(error=HostUnavailableError("host-0 is being started again"))
        if self.calls == self._fail_at:
            if self._wrote:
                super().ingest(batches, received_at_us).result()
            self.away = 2
            return Done(error=HostUnavailableError("host-0 has ended", gone=True))
        return super().ingest(batches, received_at_us)

    def health(self):
        if self.away:
            self.away -= 1
            return Done(error=HostUnavailableError("host-0 has ended", gone=True))
        return super().health()

    def revive(self):
        self.revived += 1


@pytest.fixture
def hosts(tmp_path, cluster) -> Iterator[list[FailingHost]]:
    made: list[FailingHost] = []
    yield made
    for host in made:
        host.close()


def intake_of(host: FailingHost, in_flight: int = 3) -> Intake:
    healer = Healer(lambda host, health: None, pause=lambda seconds: None)
    return Intake([host], healer.heal, in_flight)


def ingested(answers: list[Answered]) -> list[int]:
    return [a.batch.sequence for a in answers if isinstance(a.outcome, IngestResult)]


def rows_held(host: FailingHost, site: str = "A") -> int:
    reading = host.snapshot([site], 10**12).result()[site]
    assert reading.revision == host.last_sequence(site, "tank").result().sequence
    return reading.revision


@pytest.mark.parametrize("wrote", [False, True], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize("fail_at", range(1, 8))
def test_every_batch_is_there_once_whenever_the_host_fails(
    tmp_path, cluster, hosts, monkeypatch, fail_at, wrote
):
    monkeypatch.setattr("federation.runtime.intake.GROUP_BATCHES", 6)
    host = FailingHost(tmp_path, cluster, fail_at, wrote=wrote)
    hosts.append(host)
    answers = list(intake_of(host).stream(received([batch(n + 1) for n in range(COUNT)])))
    assert ingested(answers) == list(range(1, COUNT + 1))
    assert rows_held(host) == COUNT
    assert host.revived == 2
    assert host.verify().result().ok


def test_two_sites_of_a_host_keep_their_order_each(tmp_path, cluster, hosts, monkeypatch):
    monkeypatch.setattr("federation.runtime.intake.GROUP_BATCHES", 4)
    host = FailingHost(tmp_path, cluster, 2)
    hosts.append(host)
    mixed = [batch(n + 1, site) for n in range(10) for site in ("A", "B")]
    answers = list(intake_of(host).stream(received(mixed)))
    for site in ("A", "B"):
        assert ingested([a for a in answers if a.batch.site == site]) == list(range(1, 11))
        assert rows_held(host, site) == 10


def test_a_gap_of_the_sender_is_told_and_the_rest_goes_on(tmp_path, cluster, hosts):
    host = FailingHost(tmp_path, cluster)
    hosts.append(host)
    answers = list(intake_of(host).stream(received([batch(1), batch(3), batch(1, "B")])))
    assert [type(a.outcome) for a in answers] == [IngestResult, SequenceGap, IngestResult]
    assert answers[1].outcome.expected == 2


def test_a_known_batch_is_told_as_a_duplicate(tmp_path, cluster, hosts):
    host = FailingHost(tmp_path, cluster)
    hosts.append(host)
    answers = list(intake_of(host).stream(received([batch(1), batch(1)])))
    assert [a.outcome.duplicate for a in answers] == [False, True]


def test_no_more_than_the_limit_is_under_way(tmp_path, cluster, hosts, monkeypatch):
    monkeypatch.setattr("federation.runtime.intake.GROUP_BATCHES", 1)
    host = FailingHost(tmp_path, cluster)
    hosts.append(host)
    taken = 0

    def source() -> Iterator[Received]:
        nonlocal taken
        for number in range(20):
            taken += 1
            yield Received(batch(number + 1), 0)

    stream = intake_of(host, in_flight=3).stream(source())
    next(stream)
    assert taken == 4


def test_a_batch_for_an_unknown_site_is_refused(tmp_path, cluster, hosts):
    host = FailingHost(tmp_path, cluster)
    hosts.append(host)
    with pytest.raises(UnknownSiteError, match=r"no twin of site 'Z'; sites: A, B"):
        list(intake_of(host).stream(received([batch(1, "Z")])))
