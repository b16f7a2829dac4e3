"""The federation with its twins in Ray actors."""

import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from federation.runtime.federation import Federation
from twins.clock import ManualClock
from twins.readings import IngestResult

pytestmark = [pytest.mark.ray, pytest.mark.slow]

SITES = ("WA-KAD", "WA-LOS")


@pytest.fixture(scope="module")
def pair(harmattan):
    """Two sites are enough to show it, and two actors start in a second."""
    kept = tuple(site for site in harmattan.sites if site.id in SITES)
    links = tuple(k for k in harmattan.links if {k.start, k.end} <= set(SITES))
    return harmattan.model_copy(
        update={"sites": kept, "links": links, "orders": (), "products": (), "customers": ()}
    )


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone_within(pid: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not alive(pid):
            return True
        time.sleep(0.05)
    return False


def test_both_engines_hold_equal_states_and_give_equal_forks(ray_rt, pair, tmp_path, fuel_batch):
    batches = [fuel_batch(site, n, rows=50) for n in range(1, 21) for site in SITES]
    found = {}
    for engine in ("local", "ray"):
        clock = ManualClock(pair.start)
        with Federation(pair, tmp_path / engine, engine, clock=clock) as fed:
            fed.replay(batches)
            found[engine] = (fed.state_hashes(), fed.fork().content_hash)
            assert all(checked.ok for checked in fed.verify().values())
    assert found["local"] == found["ray"]


def test_an_engine_opens_what_the_other_wrote(ray_rt, pair, tmp_path, fuel_batch):
    with Federation(pair, tmp_path, "ray", clock=ManualClock(pair.start)) as fed:
        fed.replay([fuel_batch("WA-KAD", 1)])
        hashes = fed.state_hashes()
    with Federation(pair, tmp_path, "local", clock=ManualClock(pair.start)) as fed:
        assert fed.state_hashes() == hashes


def test_a_twin_killed_in_the_middle_of_ingest_has_every_batch_once(
    ray_rt, pair, tmp_path, fuel_batch
):
    count, rows = 300, 20
    batches = [fuel_batch("WA-KAD", n, rows) for n in range(1, count + 1)]
    acknowledged: list[IngestResult] = []
    half = threading.Event()

    def progress(result: IngestResult) -> None:
        acknowledged.append(result)
        if len(acknowledged) >= count // 3:
            half.set()

    with Federation(pair, tmp_path / "ray", "ray", clock=ManualClock(pair.start)) as fed:
        host = next(host for host in fed.hosts if "WA-KAD" in host.sites)
        victim = host.process_id()

        def kill() -> None:
            half.wait(60)
            os.kill(victim, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        fed.replay(batches, progress)
        killer.join()
        assert len(acknowledged) == count
        assert host.process_id() != victim
        hashes, revisions = fed.state_hashes(), fed.fork().revisions
        checked = fed.verify()
        kinds = [event["type"] for event in fed.events.since(0).events]
    assert revisions["WA-KAD"] == count
    assert all(found.ok for found in checked.values())
    assert "twinfed.host.restarted" in kinds
    with Federation(pair, tmp_path / "calm", "local", clock=ManualClock(pair.start)) as calm:
        calm.replay(batches)
        assert calm.state_hashes() == hashes


def test_an_actor_that_ended_for_good_is_started_again(ray_rt, pair, tmp_path, fuel_batch):
    with Federation(pair, tmp_path, "ray", clock=ManualClock(pair.start)) as fed:
        fed.ingest(fuel_batch("WA-KAD", 1))
        host = next(host for host in fed.hosts if "WA-KAD" in host.sites)
        ray_rt.kill(host._actor, no_restart=True)
        taken = fed.ingest_many([fuel_batch("WA-KAD", n) for n in (1, 2, 3)])
        assert (taken.batches, taken.duplicates) == (3, 1)
        assert fed.fork().revisions["WA-KAD"] == 3
        assert all(checked.ok for checked in fed.verify().values())


def test_reads_go_on_while_an_actor_restarts(ray_rt, pair, tmp_path, fuel_batch):
    with Federation(pair, tmp_path, "ray", clock=ManualClock(pair.start)) as fed:
        fed.replay([fuel_batch("WA-KAD", 1), fuel_batch("WA-LOS", 1)])
        known = fed.site("WA-KAD").reading.state_hash
        host = next(host for host in fed.hosts if "WA-KAD" in host.sites)
        os.kill(host.process_id(), signal.SIGKILL)
        begun = time.monotonic()
        assert fed.site("WA-KAD").reading.state_hash == known
        assert fed.graph.nodes["WA-KAD"]["revision"] == 1
        assert time.monotonic() - begun < 10
        assert fed.ingest(fuel_batch("WA-KAD", 2)).accepted == 8


def test_closing_ends_every_process_it_started(ray_rt, pair, tmp_path):
    fed = Federation(pair, tmp_path, "ray", clock=ManualClock(pair.start))
    processes = [host.process_id() for host in fed.hosts]
    assert len(set(processes)) == 2
    fed.close()
    assert all(gone_within(pid, 20) for pid in processes)


def test_several_federations_live_side_by_side(ray_rt, pair, tmp_path, fuel_batch):
    with (
        Federation(pair, tmp_path / "one", "ray", clock=ManualClock(pair.start)) as one,
        Federation(pair, tmp_path / "two", "ray", clock=ManualClock(pair.start)) as two,
    ):
        one.ingest(fuel_batch("WA-KAD", 1))
        assert one.fork().revisions["WA-KAD"] == 1
        assert two.fork().revisions["WA-KAD"] == 0


def test_several_twins_share_an_actor(ray_rt, pair, tmp_path, fuel_batch):
    with Federation(pair, tmp_path, "ray", twins_per_host=2, clock=ManualClock(pair.start)) as fed:
        assert [host.sites for host in fed.hosts] == [tuple(site.id for site in pair.sites)]
        fed.replay([fuel_batch(site, n) for n in (1, 2) for site in SITES])
        assert set(fed.fork().revisions.values()) == {2}


def test_ray_listens_on_loopback_only(ray_rt, pair):
    port = int(ray_rt.get_runtime_context().gcs_address.rpartition(":")[2])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # No packet is sent: this only asks which address the machine would speak from.
        probe.connect(("192.0.2.1", 9))
        outward = probe.getsockname()[0]
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        pass
    if outward.startswith("127."):
        pytest.skip("this machine has no address but loopback")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((outward, port), timeout=5)
