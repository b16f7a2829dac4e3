"""Durable, hash-chained ingest of a twin against a bare SQLite loop with the same commits.

Prints one JSON line. Both write the same batches to the same disk in turn, each commit with
``synchronous=FULL``. The bare loop encodes a batch as the journal does and inserts it, and does
nothing else: no inspection, no fold, no chain, no snapshots. ``ratio`` is the twin's rate over that
of the bare loop (budget: at least 0.5).
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from twins.body import encoded
from twins.fold import TwinState
from twins.host import TwinHost
from twins.spec import MachineSpec, SiteSpec
from twins.telemetry import SCHEMA, TelemetryBatch

MACHINES = 10
SIGNALS = ("machine.state", "part.good", "part.scrap", "power.active_kw", "job.remaining_h")
START_US = 1_800_000_000_000_000
RECEIVED_US = START_US + 10**13
SITE = SiteSpec(
    id="BENCH",
    name="Bench",
    country="NG",
    latitude_deg=0.0,
    longitude_deg=0.0,
    machines=(MachineSpec(id="m", process="milling", count=MACHINES),),
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="rows of a batch")
    parser.add_argument("--batches", type=int, default=400)
    parser.add_argument("--together", type=int, default=1, help="batches of a commit")
    options = parser.parse_args()
    batches = [batch(number, options.rows) for number in range(1, options.batches + 1)]
    values = options.rows * options.batches
    commits = [
        batches[first : first + options.together]
        for first in range(0, len(batches), options.together)
    ]
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        twin_s, bare_s = in_turn(Path(folder), commits)
    fold_s = fold_alone(batches)
    print(
        json.dumps(
            {
                "benchmark": "ingest",
                "rows": options.rows,
                "batches": options.batches,
                "batches_per_commit": options.together,
                "values_per_s": round(values / twin_s),
                "bare_values_per_s": round(values / bare_s),
                "fold_values_per_s": round(values / fold_s),
                "ratio": round(bare_s / twin_s, 3),
            }
        )
    )


def batch(sequence: int, rows: int) -> TelemetryBatch:
    """Telemetry of ten machines at 20 rows a second and signal, in the order of time."""
    noise = np.random.default_rng(sequence)
    signal = noise.integers(0, len(SIGNALS), rows)
    counts = np.arange(rows) + sequence * rows
    power = noise.normal(6.0, 0.5, rows).round(3)
    value = np.choose(signal, [noise.integers(0, 12, rows), counts, counts // 50, power, power / 8])
    times = START_US + (np.arange(rows) + sequence * rows) * 1_000
    table = pa.RecordBatch.from_arrays(
        [
            pa.DictionaryArray.from_arrays(
                pa.array(noise.integers(0, MACHINES, rows), pa.int32()),
                [f"m-{number}" for number in range(1, MACHINES + 1)],
            ),
            pa.DictionaryArray.from_arrays(pa.array(signal, pa.int32()), list(SIGNALS)),
            pa.array(times).cast(SCHEMA.field("time").type),
            pa.array(value.astype(np.float64)),
            pa.nulls(rows, pa.string()),
            pa.array(np.zeros(rows, np.uint8)),
        ],
        schema=SCHEMA,
    )
    return TelemetryBatch(SITE.id, "gateway", 1, sequence, table)


def in_turn(folder: Path, commits: list[list[TelemetryBatch]]) -> tuple[float, float]:
    """Seconds of the twin and of the bare loop, commit by commit in turn: the disk is the same."""
    host = TwinHost([SITE], folder)
    bare = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    bare.execute("PRAGMA journal_mode = TRUNCATE")
    bare.execute("PRAGMA synchronous = FULL")
    bare.execute("CREATE TABLE bodies (site TEXT, sequence INTEGER, body BLOB)")
    bare.execute("CREATE UNIQUE INDEX of_bodies ON bodies (site, sequence)")
    twin_s = bare_s = 0.0
    for together in commits:
        began = time.perf_counter()
        results = host.ingest_many(together, RECEIVED_US)
        twin_s += time.perf_counter() - began
        assert all(r.accepted == b.rows for r, b in zip(results, together, strict=True))

        began = time.perf_counter()
        bare.execute("BEGIN IMMEDIATE")
        for one in together:
            row = (one.site, one.sequence, encoded(one.table))
            bare.execute("INSERT INTO bodies VALUES (?, ?, ?)", row)
        bare.execute("COMMIT")
        bare_s += time.perf_counter() - began
    bare.close()
    host.close()
    return twin_s, bare_s


def fold_alone(batches: list[TelemetryBatch]) -> float:
    """Seconds of the fold in memory."""
    state = TwinState(SITE)
    began = time.perf_counter()
    for one in batches:
        state.fold(one, RECEIVED_US)
    state.settle()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
