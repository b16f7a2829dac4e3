"""Two recorded machine tools replayed into the machining centres of Takoradi.

NIST SMS Test Bed (public domain) and mtconnect/cppagent (Apache-2.0) recordings.
"""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.mtconnect.config import MTConnectReplayConfig
from connectors.mtconnect.connector import MTConnectReplay
from connectors.status import Health
from federation.runtime.federation import Federation
from federation.topology.load import load_cluster
from twins.clock import ManualClock, to_us
from twins.states import MachineState
from twins.telemetry import TelemetryBatch

ROOT = Path(__file__).parents[2]
RECORDINGS = ROOT.parent / "shared" / "data"
HURCO, OKUMA = "mtconnect_nist_hurco03_events.txt", "mtconnect_okuma_shdr_excerpt.txt"
LATER = datetime(2022, 8, 9, tzinfo=UTC)

pytestmark = pytest.mark.skipif(
    not RECORDINGS.is_dir(),
    reason="the recordings are not here: they lie in ../shared/data beside the repository",
)


def connector(folder: Path = RECORDINGS) -> MTConnectReplay:
    config = {
        "site": "WA-TKD",
        "recordings": [
            {"path": HURCO, "machine": "cnc_mill-1"},
            {"path": OKUMA, "machine": "cnc_mill-2"},
        ],
        "batch_rows": 20,
    }
    return MTConnectReplay(MTConnectReplayConfig.model_validate(config), folder)


@pytest.fixture
def takoradi(tmp_path):
    cluster = load_cluster(ROOT / "configs" / "harmattan")
    made = []

    def fresh() -> Federation:
        made.append(Federation(cluster, tmp_path / f"fed-{len(made)}", clock=ManualClock(LATER)))
        return made[-1]

    yield fresh
    for fed in made:
        fed.close()


def states(batches: list[TelemetryBatch], machine: str) -> list[MachineState]:
    return [
        MachineState(int(row["value"]))
        for batch in batches
        for row in batch.table.to_pylist()
        if (row["asset"], row["signal"]) == (machine, "machine.state")
    ]


def test_what_the_recordings_say():
    replay = connector()
    batches = list(replay.batches())
    status = replay.status()
    assert (status.health, status.lines, status.rows) == (Health.DONE, 1897, 53)
    assert status.skipped == {"item not mapped": 4086, "count unavailable": 1}
    hurco = states(batches, "cnc_mill-1")
    assert Counter(hurco) == {
        MachineState.RUN: 15,
        MachineState.BLOCKED: 15,
        MachineState.IDLE: 9,
        MachineState.UNKNOWN: 2,
    }
    assert (hurco[0], hurco[-1]) == (MachineState.UNKNOWN, MachineState.UNKNOWN)
    assert states(batches, "cnc_mill-2") == [MachineState.IDLE, MachineState.RUN]


def test_the_twin_of_takoradi_shows_both_machines(takoradi):
    fed = takoradi()
    taken = fed.ingest_many(connector().batches())
    assert (taken.batches, taken.accepted, taken.late, taken.quarantined) == (3, 53, 0, 0)
    state = fed.site("WA-TKD").state
    # Adapter 007 went silent in October 2018, after part 1917; 1909 were made before it began.
    assert state.value("cnc_mill-1", "part.good").value == 1917
    assert state.value("cnc_mill-1", "machine.state").value == MachineState.UNKNOWN
    counters = {
        (row["asset"], row["signal"]): row for row in state.tables()["counters"].to_pylist()
    }
    made = counters["cnc_mill-1", "part.good"]
    assert (made["total"], made["resets"]) == (8, 0)
    # The second machine began its first part and has not finished it.
    running = state.value("cnc_mill-2", "machine.state")
    assert running.value == MachineState.RUN
    assert running.time_us == to_us(datetime(2022, 8, 8, 13, 37, 22, 795_950, tzinfo=UTC))
    assert state.value("cnc_mill-2", "part.good").value == 0
    graph = fed.graph.nodes["WA-TKD"]["machines"]
    assert (graph["cnc_mill-1"], graph["cnc_mill-2"]) == ("unknown", "run")


def test_a_second_replay_gives_the_same_state(takoradi):
    hashes = []
    for _ in range(2):
        fed = takoradi()
        fed.ingest_many(connector().batches())
        hashes.append(fed.state_hashes())
    assert hashes[0] == hashes[1]
    assert fed.ingest_many(connector().batches()).duplicates == 3
    assert fed.state_hashes() == hashes[1]


def test_merge_markers_in_a_recording_are_counted_and_change_nothing(takoradi, tmp_path):
    marked = tmp_path / "marked"
    marked.mkdir()
    for name in (HURCO, OKUMA):
        lines = (RECORDINGS / name).read_text().splitlines()
        stray = ["<<<<<<< HEAD", *lines[:100], "=======", *lines[100:], ">>>>>>> adapter"]
        (marked / name).write_text("\n".join(stray))
    replay = connector(marked)
    clean, dirty = takoradi(), takoradi()
    clean.ingest_many(connector().batches())
    dirty.ingest_many(replay.batches())
    assert replay.status().skipped["merge marker"] == 6
    assert dirty.state_hashes() == clean.state_hashes()
