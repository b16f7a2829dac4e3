"""Readings of all sites in this process: served from here, also while a host restarts."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from federation.errors import FederationError
from federation.runtime.hosts import Host, HostUnavailableError, Pending
from twins.fold import Observed
from twins.readings import SiteReading

MAX_AGE_US = 1_000_000
"""A reading is asked for anew when it is older, even if nothing came in: its ages move on."""


class ReadModel:
    """The newest reading of each site. Safe to use from several threads.

    Parameters
    ----------
    hosts
        Where readings come from.
    """

    def __init__(self, hosts: Sequence[Host]) -> None:
        self._hosts = tuple(hosts)
        self._readings: dict[str, SiteReading] = {}
        self._stale: set[str] = {site for host in hosts for site in host.sites}
        self._lock = threading.Lock()

    def invalidate(self, site: str) -> None:
        """Something came in for ``site``."""
        with self._lock:
            self._stale.add(site)

    def readings(
        self,
        now_us: int,
        *,
        sites: Iterable[str] | None = None,
        fresh: bool = False,
        wait_s: float = 2.0,
    ) -> dict[str, SiteReading]:
        """Readings of ``sites`` (default: all). Hosts with something new are asked, all at once.

        Parameters
        ----------
        now_us
            The moment that ages refer to.
        sites
            Which sites.
        fresh
            Ask for all of them, whatever is known.
        wait_s
            How long a host may take. One that does not answer keeps its last reading, whose
            revision and age say how old it is; a site that was never read is left out.
        """
        wanted = {site for host in self._hosts for site in host.sites}
        if sites is not None:
            wanted &= set(sites)
        asked: list[tuple[list[str], Pending[Mapping[str, SiteReading]]]] = []
        for host in self._hosts:
            mine = [site for site in host.sites if site in wanted]
            due = [site for site in mine if self._due(site, now_us, fresh)]
            if due:
                with self._lock:
                    self._stale.difference_update(due)
                asked.append((due, host.snapshot(due, now_us)))
        for due, pending in asked:
            try:
                answer = pending.result(wait_s)
            except HostUnavailableError:
                with self._lock:
                    self._stale.update(due)
            else:
                with self._lock:
                    self._readings.update(answer)
        with self._lock:
            return {site: self._readings[site] for site in wanted if site in self._readings}

    def reading(self, site: str, now_us: int) -> SiteReading:
        """The reading of one site.

        Raises
        ------
        FederationError
            When its host has not answered since the federation was started.
        """
        found = self.readings(now_us, sites=[site]).get(site)
        if found is None:
            raise FederationError(
                f"site '{site}' has not been read yet, its host does not answer; try again in a "
                "moment"
            )
        return found

    def _due(self, site: str, now_us: int, fresh: bool) -> bool:
        with self._lock:
            known = self._readings.get(site)
            return (
                fresh
                or known is None
                or site in self._stale
                or now_us - known.taken_at_us > MAX_AGE_US
            )


class SiteState:
    """What a site was doing when it was read: values by name, and all tables."""

    def __init__(self, reading: SiteReading) -> None:
        self._reading = reading
        self._row_of: dict[tuple[str, str], int] | None = None

    def value(self, asset: str, signal: str) -> Observed | None:
        """The last value of a signal; ``None`` when it was never told."""
        values = self._reading.tables["values"]
        if self._row_of is None:
            names = zip(
                values.column("asset").to_pylist(), values.column("signal").to_pylist(), strict=True
            )
            self._row_of = {name: row for row, name in enumerate(names)}
        row = self._row_of.get((asset, signal))
        if row is None:
            return None
        return Observed(
            values.column("time")[row].value,
            values.column("value")[row].as_py(),
            values.column("text")[row].as_py(),
            values.column("quality")[row].as_py(),
        )

    def tables(self) -> Mapping[str, pa.Table]:
        """``values lots counters meters quarantine``: see ``twins.state_tables``."""
        return self._reading.tables
