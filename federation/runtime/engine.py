"""Starts the hosts of a federation: in this process, or in Ray actors."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from federation.errors import FederationError
from federation.runtime.hosts import Host
from federation.runtime.local_host import LocalHost
from federation.runtime.placement import HostPlan
from federation.topology.model import ClusterSpec
from twins.clock import Clock

Engine = Literal["local", "ray"]


class Hosts:
    """The hosts of a federation, and what keeps them running.

    Parameters
    ----------
    engine
        ``local`` or ``ray``.
    plans
        One host each.
    cluster
        Whose sites they keep.
    journals
        Folder of their journals.
    clock
        The federation's, for hosts in this process.

    Raises
    ------
    FederationError
        When the engine is unknown, or Ray does not start.
    """

    def __init__(
        self,
        engine: Engine,
        plans: Sequence[HostPlan],
        cluster: ClusterSpec,
        journals: Path,
        clock: Clock,
    ) -> None:
        if engine not in {"local", "ray"}:
            raise FederationError(f"there is no engine '{engine}'; use 'local' or 'ray'")
        self.all: list[Host] = []
        self._end: Callable[[], None] = _nothing
        specs = {site.id: site for site in cluster.sites}
        try:
            if engine == "local":
                for plan in plans:
                    kept = [specs[site] for site in plan.sites]
                    self.all.append(LocalHost(plan, kept, journals, clock))
            else:
                from federation.runtime.ray_host import RayHost
                from federation.runtime.ray_runtime import RaySession

                session = RaySession()
                self._end = session.close
                namespace = f"{cluster.id}-{uuid.uuid4().hex[:12]}"
                for plan in plans:
                    kept = [specs[site] for site in plan.sites]
                    host = RayHost(session, plan, kept, journals.absolute(), namespace)
                    self.all.append(host)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the hosts, then what ran them; safe to call twice."""
        for host in self.all:
            host.close()
        end, self._end = self._end, _nothing
        end()


def _nothing() -> None:
    """No engine to end."""
