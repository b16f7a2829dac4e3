"""What the endpoint answers from: the last reading of each twin, as finished documents.

One thread asks the federation, when something was told and every few seconds because ages move on.
Requests read what is there: they wait for no host, and are answered while one restarts.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from twinfed.endpoint import views
from twinfed.endpoint.negotiation import plain
from twinfed.errors import UnknownNameError
from twins.errors import TwinfedError
from twins.telemetry import Quality

if TYPE_CHECKING:
    from federation.snapshot import ClusterSnapshot
    from federation.topology.model import ClusterSpec
    from twinfed.client import LocalCluster
    from twins.readings import SiteReading

_log = logging.getLogger(__name__)
_EVERY_S = 5.0
"""Readings are renewed after this long even when nothing was told: silence makes values stale."""
_LOOK_S = 0.5
"""Longest wait for news before a look at whether to stop."""
_SETTLE_S = 0.05
"""Pause after news, so that a stream of batches is read together."""


@dataclass(frozen=True, slots=True)
class View:
    """A document with its tag: equal tags, equal bytes."""

    etag: str
    json: bytes


@dataclass(frozen=True, slots=True)
class TwinView(View):
    """A twin: its document, its line in the list, its tables."""

    summary: Mapping[str, Any]
    tables: Mapping[str, pa.Table]


class ReadModel:
    """Finished documents of all twins and of the graph. Safe to use from several threads.

    Parameters
    ----------
    live
        The opened cluster.
    """

    def __init__(self, live: LocalCluster) -> None:
        self._live = live
        self._twins: dict[str, TwinView] = {}
        self._graph: View | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="read-model", daemon=True)

    @property
    def cluster(self) -> ClusterSpec:
        """The specification."""
        return self._live.spec

    @property
    def ready(self) -> bool:
        """Whether every twin and the graph can be read."""
        return self._graph is not None and len(self._twins) == len(self.cluster.sites)

    def start(self) -> None:
        """Read everything once, then follow what is told."""
        self.refresh()
        self._thread.start()

    def stop(self) -> None:
        """Follow no longer."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(_EVERY_S + 10.0)

    def twin(self, site: str) -> TwinView:
        """One twin.

        Raises
        ------
        UnknownNameError
            When the cluster has no such site.
        """
        view = self._twins.get(site)
        if view is None:
            known = ", ".join(spec.id for spec in self.cluster.sites)
            raise UnknownNameError(f"there is no twin '{site}'", remedy=f"twins: {known}")
        return view

    def graph(self) -> View:
        """The graph.

        Raises
        ------
        UnknownNameError
            Before it was read once.
        """
        if self._graph is None:
            raise UnknownNameError("the graph was not read yet", remedy="ask again")
        return self._graph

    def snapshot(self) -> ClusterSnapshot:
        """A fork of the live twins, made now."""
        return self._live.fork()

    def refresh(self) -> None:
        """Read every twin and the graph anew."""
        for site in self.cluster.sites:
            reading = self._live.site(site.id).reading
            tag = twin_tag(reading)
            known = self._twins.get(site.id)
            if known is None or known.etag != tag:
                self._twins[site.id] = TwinView(
                    tag,
                    _json(views.twin_document(self.cluster, site, reading)),
                    views.twin_summary(self.cluster, site, reading),
                    reading.tables,
                )
        document = _json(views.graph_document(self._live.graph))
        self._graph = View(f'"hash:{hashlib.sha256(document).hexdigest()[:20]}"', document)

    def _follow(self) -> None:
        events = self._live.federation.events
        seen, read_at = events.sequence, time.monotonic()
        while not self._stopped.is_set():
            newest = events.wait(seen, _LOOK_S).sequence
            if newest == seen and time.monotonic() - read_at < _EVERY_S:
                continue
            self._stopped.wait(_SETTLE_S)
            seen, read_at = newest, time.monotonic()
            try:
                self.refresh()
            except TwinfedError as error:
                # What was read last stays; its times say how old it is.
                _log.warning("the twins could not be read: %s", error)


def twin_tag(reading: SiteReading) -> str:
    """Strong tag of a twin's document: the revision, and which of its values went stale since."""
    values = reading.tables["values"].select(["asset", "signal", "quality"]).to_pylist()
    stale = [f"{row['asset']} {row['signal']}" for row in values if row["quality"] == Quality.STALE]
    if not stale:
        return views.etag(reading.revision)
    digest = hashlib.sha256("\n".join(sorted(stale)).encode()).hexdigest()[:8]
    return f'"rev:{reading.revision}-stale:{digest}"'


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(next(iter(plain([document]))), allow_nan=False).encode()
