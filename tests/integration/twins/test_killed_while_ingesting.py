"""A host killed with SIGKILL while it ingests comes back with every acknowledged batch, once."""

import random
import signal
import subprocess
import sys
import time

import pytest

from tests.support.site_telemetry import HOUR_US, NOON_US, SITE, batch, day
from twins.clock import ManualClock
from twins.fold import TwinState
from twins.host import TwinHost
from twins.journal import Verification

CLOCK = ManualClock(NOON_US + 1000 * HOUR_US)

# Ingests endlessly from the batch after the last journaled one, and says what it acknowledges.
CHILD = """
import os, sys
from itertools import count
from tests.integration.twins.test_killed_while_ingesting import host_in, told
from twins import twin

folder, together = sys.argv[1], int(sys.argv[2])
twin.SNAPSHOT_ENTRIES = 3  # so that some are killed while a snapshot is written
host = host_in(folder)
last = host.last_sequence("KAN", "gateway")
for first in count(last.sequence + 1 if last else 1, together):
    sequences = range(first, first + together)
    host.ingest_many([told(sequence) for sequence in sequences])
    os.write(1, b"".join(b"%d\\n" % sequence for sequence in sequences))
"""


def host_in(folder):
    return TwinHost([SITE], folder, clock=CLOCK)


def told(sequence):
    """The batch of a sequence number: the same in every process."""
    return batch(sequence, day(200, NOON_US + sequence * 60_000_000, 100_000))


def run_and_kill(folder, together, acknowledged, delay_s):
    """Kill the child ``delay_s`` after it acknowledged so many batches; all it acknowledged."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, folder, str(together)], stdout=subprocess.PIPE
    )
    try:
        for _ in range(acknowledged):
            assert child.stdout.readline(), "the child ended by itself"
        child.stdout.flush()
        time.sleep(delay_s)
    finally:
        child.send_signal(signal.SIGKILL)
        rest = child.stdout.read()
        child.stdout.close()
        assert child.wait() == -signal.SIGKILL
    # The last line may have been cut: then its batch was not acknowledged.
    return acknowledged + rest.count(b"\n")


@pytest.mark.parametrize("together", [1, 4])
def test_every_acknowledged_batch_is_there_and_none_twice(tmp_path, together):
    noise = random.Random(together)
    expected = TwinState(SITE)
    folded = 0
    for acknowledged in (1, 2, 5, 9):
        before = folded
        count = run_and_kill(str(tmp_path), together, acknowledged, noise.uniform(0.0, 0.03))
        host = host_in(tmp_path)
        twin = host.twin("KAN")
        last = host.last_sequence("KAN", "gateway").sequence
        assert host.health().degraded == {}
        assert last >= before + count  # more may be journaled than was acknowledged, never less
        assert twin.revision == last
        sequences = [entry.sequence for entry in twin._journal.entries(twin.stream)]
        assert sequences == list(range(1, last + 1))
        assert host.verify() == Verification(last)
        for sequence in range(folded + 1, last + 1):
            expected.fold(told(sequence), CLOCK.now_us())
        folded = last
        assert twin.state_hash() == expected.state_hash() == twin.replay().state_hash()
        # The sender repeats what it has no acknowledgement for: recognised, folded once.
        again = host.ingest_many([told(sequence) for sequence in range(before + 1, last + 1)])
        assert all(result.duplicate for result in again)
        assert twin.state_hash() == expected.state_hash()
        host.close()


def test_an_owner_that_lives_on_cannot_write_beside_its_successor(tmp_path):
    """Ray may leave an old actor alive for seconds after a new one has started."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path), "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout.readline()
    successor = host_in(tmp_path)
    _, said = child.communicate(timeout=60)
    assert b"FencedError" in said
    last = successor.last_sequence("KAN", "gateway").sequence
    # What the old owner committed before the claim is part of the state; nothing came after it.
    assert successor.twin("KAN").revision == last
    assert successor.ingest_many([told(last + 1)])[0].revision == last + 1
    assert successor.verify() == Verification(last + 1)
    assert successor.twin("KAN").replay().state_hash() == successor.state_hashes()["KAN"]
    successor.close()


TORN = """
import os, signal, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size = 1")  # pages go to the file long before the commit
db.execute("BEGIN IMMEDIATE")
db.execute("UPDATE entries SET body = zeroblob(length(body))")
db.execute("DELETE FROM heads")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_torn_commit_leaves_nothing_behind(tmp_path):
    """The machine stops between writing and committing: the file is half new."""
    host = host_in(tmp_path)
    host.ingest_many([told(sequence) for sequence in range(1, 30)])
    host.close()
    before = host.path.read_bytes()
    torn = subprocess.run([sys.executable, "-c", TORN, host.path], check=False)
    assert torn.returncode == -signal.SIGKILL
    assert host.path.read_bytes() != before
    again = host_in(tmp_path)
    assert again.verify() == Verification(29)
    assert again.state_hashes() == host.state_hashes()
    again.close()
