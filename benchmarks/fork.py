"""Forks of the live ten-site sample on Ray, idle and while all sites tell: one JSON line.

Times are those of ``fork()`` alone, from the call to the snapshot in memory. The load is telemetry
of all ten sites in batches, each told durably, by so many threads without pause (budget: idle under
0.1 s, under load under 0.5 s; medians, with the worst beside them).
"""

from __future__ import annotations

import argparse
import json
import statistics
import threading
import time
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

import twinfed as tf
from twinfed.client import LocalCluster
from twins.spec import SiteSpec
from twins.telemetry import SCHEMA, TelemetryBatch

BUDGET_S = {"idle": 0.1, "loaded": 0.5}
SIGNALS = ("part.good", "power.active_kw")
SPACING_US = 100


class Load:
    """Telemetry of all sites from some threads, until it is stopped.

    Parameters
    ----------
    fed
        Whom to tell.
    threads
        Each tells the sites of its own in turn.
    rows
        Of a batch.
    """

    def __init__(self, fed: LocalCluster, threads: int, rows: int) -> None:
        self.values = 0
        self._fed, self._rows = fed, rows
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._failed: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._tell, args=(fed.spec.sites[number::threads],))
            for number in range(threads)
        ]

    def __enter__(self) -> Load:
        self._since = time.perf_counter()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.seconds = time.perf_counter() - self._since
        if self._failed:
            raise self._failed[0]

    def _tell(self, sites: list[SiteSpec]) -> None:
        sequence = 0
        try:
            while not self._stop.is_set():
                sequence += 1
                for site in sites:
                    result = self._fed.ingest(batch(site, sequence, self._rows))
                    assert result.accepted == self._rows, result
                    with self._lock:
                        self.values += self._rows
        except BaseException as error:  # noqa: BLE001 - raised where the load ends
            self._failed.append(error)


def batch(site: SiteSpec, sequence: int, rows: int) -> TelemetryBatch:
    """Counts and power of a site's first machine, later than all before."""
    first = site.machines[0]
    unit = first.id if first.count == 1 else f"{first.id}-1"
    begin = int(datetime.now(UTC).timestamp()) * 1_000_000
    times = begin - (rows - np.arange(rows)) * SPACING_US
    table = pa.RecordBatch.from_arrays(
        [
            pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), [unit]),
            pa.DictionaryArray.from_arrays(
                pa.array((np.arange(rows) % 2).astype(np.int32)), list(SIGNALS)
            ),
            pa.array(times).cast(SCHEMA.field("time").type),
            pa.array(np.full(rows, float(sequence))),
            pa.nulls(rows, pa.string()),
            pa.array(np.zeros(rows, np.uint8)),
        ],
        schema=SCHEMA,
    )
    return TelemetryBatch(site.id, "benchmark", 1, sequence, table)


def forks(fed: LocalCluster, count: int) -> list[float]:
    """Seconds of each of some forks, a moment apart."""
    taken = []
    for _ in range(count):
        time.sleep(0.05)
        begin = time.perf_counter()
        fed.fork()
        taken.append(time.perf_counter() - begin)
    return taken


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forks", type=int, default=40)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--rows", type=int, default=1_000, help="rows of a batch")
    options = parser.parse_args()
    folder = tf.sample("harmattan")
    scenario = tf.load_scenario(folder / "scenarios" / "nigeria-grid-collapse.yaml")
    with tf.open(folder, engine="ray") as fed:
        fed.emulate(scenario.fork_at)
        forks(fed, 3)
        idle = forks(fed, options.forks)
        with Load(fed, options.threads, options.rows) as load:
            time.sleep(1.0)
            loaded = forks(fed, options.forks)
    print(
        json.dumps(
            {
                "benchmark": "fork",
                "sites": len(fed.spec.sites),
                "idle_s": round(statistics.median(idle), 4),
                "idle_worst_s": round(max(idle), 4),
                "loaded_s": round(statistics.median(loaded), 4),
                "loaded_worst_s": round(max(loaded), 4),
                "load_values_per_s": round(load.values / load.seconds),
                "budget_s": BUDGET_S,
            }
        )
    )


if __name__ == "__main__":
    main()
