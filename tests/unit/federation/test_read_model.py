import pyarrow as pa
import pytest

from federation.errors import FederationError
from federation.runtime.hosts import Done, HostUnavailableError
from federation.runtime.local_host import LocalHost
from federation.runtime.placement import HostPlan
from federation.runtime.read_model import ReadModel, SiteState
from twins.clock import ManualClock
from twins.telemetry import build_batch

SECOND = 1_000_000


class CountingHost(LocalHost):
    def __init__(self, folder, cluster) -> None:
        specs = [cluster.site(site) for site in ("A", "B")]
        super().__init__(HostPlan("host-0", ("A", "B")), specs, folder, ManualClock(0))
        self.asked: list[tuple[str, ...]] = []
        self.away = False

    def snapshot(self, sites, now_us):
        self.asked.append(tuple(sites))
        if self.away:
            return Done(error=HostUnavailableError("host-0 is being started again"))
        return super().snapshot(sites, now_us)


@pytest.fixture
def host(tmp_path, cluster):
    made = CountingHost(tmp_path, cluster)
    yield made
    made.close()


def tell(host: CountingHost, sequence: int, level: float) -> None:
    rows = [("site", "fuel.level_l", sequence * SECOND, level, None, 0)]
    host.ingest([build_batch("A", "tank", 1, sequence, rows)], sequence * SECOND).result()


def test_a_host_is_asked_only_for_what_changed(host):
    model = ReadModel([host])
    model.readings(SECOND)
    model.readings(SECOND)
    tell(host, 1, 40.0)
    model.invalidate("A")
    readings = model.readings(SECOND)
    assert host.asked == [("A", "B"), ("A",)]
    assert (readings["A"].revision, readings["B"].revision) == (1, 0)


def test_ages_move_on_without_telemetry(host):
    model = ReadModel([host])
    tell(host, 1, 40.0)
    assert model.reading("A", 2 * SECOND).freshness.silence_s == 1.0
    assert model.reading("A", 9 * SECOND).freshness.silence_s == 8.0


def test_reads_go_on_while_the_host_is_away_and_catch_up_after(host):
    model = ReadModel([host])
    tell(host, 1, 40.0)
    before = model.reading("A", SECOND)
    tell(host, 2, 39.0)
    model.invalidate("A")
    host.away = True
    assert model.reading("A", SECOND) is before
    host.away = False
    assert model.reading("A", SECOND).revision == 2


def test_a_site_that_was_never_read_is_an_error_with_a_remedy(host):
    host.away = True
    with pytest.raises(FederationError, match=r"site 'A' has not been read yet.* try again"):
        ReadModel([host]).reading("A", SECOND)
    assert ReadModel([host]).readings(SECOND) == {}


def test_a_site_state_answers_by_name(host):
    tell(host, 1, 40.0)
    state = SiteState(ReadModel([host]).reading("A", SECOND))
    seen = state.value("site", "fuel.level_l")
    assert (seen.value, seen.time_us, seen.quality) == (40.0, SECOND, 0)
    assert state.value("site", "battery.soc_kwh") is None
    assert isinstance(state.tables()["lots"], pa.Table)
