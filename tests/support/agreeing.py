"""A ledger with its proposals over a real journal, and plans for it that are made by hand."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from federation.agreement.agreeing import Agreeing, Offer
from federation.agreement.telling import Telling
from federation.events import ChangeLog
from federation.ledger import Ledger
from federation.topology.lots import explode
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import START, cluster_data
from twins.clock import ManualClock
from twins.journal_sqlite import SqliteJournal
from twins.work import ScheduleEntry

SITES = ("North", "South", "Port")
CENTRES = {("enclosure", 0): "laser", ("enclosure", 1): "brake", ("box", 0): "cell"}


def metal_with(orders: int = 4, **policies: Any) -> ClusterSpec:
    """The metal cluster; ``policies`` maps a site to its ``agreement``."""
    data = cluster_data(orders=orders)
    for site in data["sites"]:
        if site["id"] in policies:
            site["agreement"] = policies[site["id"]]
    return ClusterSpec.model_validate(data)


def first_plan(cluster: ClusterSpec) -> list[ScheduleEntry]:
    """Every enclosure at North and every box at Port, a day for each lot, an hour for each step."""
    found = []
    for number, lot in enumerate(explode(cluster)):
        site = "Port" if lot.part == "box" else "North"
        for step in range(1 if lot.part == "box" else 2):
            start = START + timedelta(days=2 + number // 2, hours=8 + 2 * step + 4 * (number % 2))
            found.append(
                ScheduleEntry(
                    lot=lot.id,
                    operation=step,
                    site=site,
                    work_centre=CENTRES[lot.part, step],
                    rank=number,
                    planned_start=start,
                    planned_finish=start + timedelta(hours=1),
                )
            )
    return found


class Desk:
    """The ledger, its proposals and its change log; ``restart`` reads all from the journal.

    Parameters
    ----------
    path
        Of the journal.
    cluster
        Whose sites agree or not.
    """

    def __init__(self, path: Path, cluster: ClusterSpec) -> None:
        self.cluster = cluster
        self.clock = ManualClock(START)
        self._path = path
        self._open()

    def _open(self) -> None:
        self._journal = SqliteJournal(self._path)
        self.lock = threading.RLock()
        self.ledger = Ledger(self._journal, self.cluster, self.clock)
        self.log = ChangeLog("metal", "run")
        self.telling = Telling(self.log, self.clock, self.ledger)
        self.agreeing = Agreeing(self.ledger, self.cluster, self.clock, self.lock, self.telling)

    def restart(self) -> None:
        """What a crash leaves: the journal."""
        self.close()
        self._open()

    def close(self) -> None:
        """Give the journal back."""
        self._journal.close()

    def publish(self) -> None:
        """Version 1: the first plan."""
        self.ledger.publish_schedule(first_plan(self.cluster), "from empty")

    def moved(self, lots: Iterable[str], to: str = "South", **changes: Any) -> Offer:
        """A plan in which the enclosures of some orders are made elsewhere."""
        chosen = {f"{order}/01/enclosure" for order in lots}
        entries = [
            replace(entry, site=to) if entry.lot in chosen else entry
            for entry in self.ledger.schedule.entries.values()
        ]
        offer = Offer(
            base=self.ledger.schedule.version,
            entries=tuple(entries),
            declined=self.ledger.schedule.declined,
            reason="North is dark",
            policy="greedy",
        )
        return replace(offer, **changes)

    def kinds(self) -> list[str]:
        """What was told, in order."""
        return [event["type"].removeprefix("twinfed.") for event in self.log.since(0).events]


def in_hours(hours: float) -> datetime:
    """A moment so long after the start."""
    return START + timedelta(hours=hours)
