"""One event, end to end: from what a machine says to what the cluster's graph shows.

This is the tutorial. A milling machine's adapter says "I am running"; the steps below carry that to
the graph, one module each, with the names they have in the product.
"""

from pathlib import Path

import pytest

from connectors.mtconnect.config import MTConnectKeys
from connectors.mtconnect.machine import MachineMapper
from connectors.mtconnect.payload import Observation, decode_line
from federation.runtime.federation import Federation
from federation.topology.load import load_cluster
from twins.clock import ManualClock, to_datetime
from twins.states import MachineState
from twins.telemetry import Quality, build_batch

HARMATTAN = Path(__file__).parents[2] / "configs" / "harmattan"
LINE = "2027-01-05T09:30:00.250000Z|pexecution|ACTIVE|avail|AVAILABLE|ppartcount|17"


@pytest.mark.parametrize(
    "engine",
    ["local", pytest.param("ray", marks=[pytest.mark.ray, pytest.mark.slow])],
)
def test_one_event(engine, tmp_path, request):
    if engine == "ray":
        request.getfixturevalue("ray_rt")

    # connectors/mtconnect/payload.py: bytes of the device become observations.
    observations = decode_line(LINE)
    assert [o.key for o in observations if isinstance(o, Observation)] == [
        "pexecution",
        "avail",
        "ppartcount",
    ]

    # connectors/mapping.py and connectors/mtconnect/machine.py: tags become (asset, signal, value,
    # quality) in the words and units of the catalogue.
    rows = MachineMapper("cnc_mill-1", MTConnectKeys()).apply(observations)
    told_us = rows[0].time_us
    assert [tuple(row) for row in rows] == [
        ("cnc_mill-1", "part.good", told_us, 17.0, None, Quality.GOOD),
        ("cnc_mill-1", "machine.state", told_us, float(MachineState.RUN), None, Quality.GOOD),
    ]

    # twins/telemetry.py: rows become a batch, known by site, source, source epoch and sequence.
    batch = build_batch("WA-TKD", "mtconnect", 1, 1, rows)

    clock = ManualClock(told_us + 40_000)
    cluster = load_cluster(HARMATTAN)
    with Federation(cluster, tmp_path, engine, twins_per_host=5, clock=clock) as fed:
        # federation/runtime/intake.py: the batch goes to the host of its site, TwinHost.ingest ...
        result = fed.ingest(batch)

        # ... which writes it to twins/journal.py: now, and not before, it is acknowledged.
        assert (result.accepted, result.quarantined, result.revision) == (2, 0, 1)
        assert fed.ingest(batch).duplicate

        # twins/fold.py: the twin's state changed.
        assert ("cnc_mill-1", "machine.state") in result.values
        seen = fed.site("WA-TKD").state.value("cnc_mill-1", "machine.state")
        assert seen is not None
        assert (seen.value, to_datetime(seen.time_us)) == (MachineState.RUN, to_datetime(told_us))

        # federation/events.py: whoever follows the change log hears of it, once.
        (event,) = fed.events.since(0).events
        assert (event["type"], event["subject"]) == ("twinfed.site.ingested", "WA-TKD")
        assert (event["sequence"], event["data"]["revision"]) == (1, 1)

        # federation/graph.py: the graph shows it.
        assert fed.graph.nodes["WA-TKD"]["machines"]["cnc_mill-1"] == "run"

        # federation/snapshot.py: and so does a fork, with the age of what it knows.
        snapshot = fed.fork()
        machine = next(
            row
            for row in snapshot.tables["machines"].to_pylist()
            if (row["site"], row["machine"]) == ("WA-TKD", "cnc_mill-1")
        )
        assert (machine["state"], machine["good"]) == (MachineState.RUN, 17)
        assert snapshot.age_s("WA-TKD") == pytest.approx(0.04)
        assert all(checked.ok for checked in fed.verify().values())
