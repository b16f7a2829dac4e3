"""The emulated plant of a cluster: its machines run on the kernel and tell their telemetry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from twinfed.errors import UsageError

if TYPE_CHECKING:
    from analytics.plant import Plant
    from analytics.scenario import Scenario
    from federation.topology.model import ClusterSpec
    from twins.telemetry import TelemetryBatch
    from twins.work import ScheduleEntry

DAY = timedelta(days=1)


class Emulation:
    """A plant, and how far it has told.

    The plant runs from the start of the order book. What lies before the first telling happens in
    silence; the first telling begins with the full state of every site.

    Parameters
    ----------
    cluster
        What is emulated.
    entries
        The schedule that the plant works by.
    seed
        Of its breakdowns, travel times and outages.
    epoch
        Which life of the plant this is: each tells under a number of its own.
    scenario
        What happens to it beside breakdowns and outages.

    Raises
    ------
    ScenarioError
        When the scenario names what the cluster does not have, or adds to it.
    """

    def __init__(
        self,
        cluster: ClusterSpec,
        entries: Iterable[ScheduleEntry],
        seed: int = 1,
        epoch: int = 1,
        scenario: Scenario | None = None,
    ) -> None:
        from analytics.plant import Plant

        self._cluster = cluster
        self.seed = seed
        self.epoch = epoch
        self.plant: Plant = Plant(
            cluster, tuple(entries), seed, cluster.start, source_epoch=epoch, scenario=scenario
        )
        self._now: datetime = cluster.start
        self._born = False

    @property
    def now(self) -> datetime:
        """The moment that the plant has reached."""
        return self._now

    def tell(self, until: datetime, since: datetime | None = None) -> Iterator[TelemetryBatch]:
        """What the plant tells until ``until``.

        Parameters
        ----------
        until
            End of the telling.
        since
            Where the first telling begins; default: at ``until``, which tells the state alone.

        Raises
        ------
        UsageError
            When ``until`` lies before the start of the order book, or before what was told already.
        """
        start = self._now if self._born else max(since or until, self._cluster.start)
        if until < self._now or start > until:
            raise UsageError(
                f"the plant cannot tell of {until.isoformat()}: it starts at "
                f"{self._cluster.start.isoformat()} and stands at {self._now.isoformat()}",
                remedy="ask for a later moment",
            )
        if not self._born:
            self.plant.advance(start)
            self._now = start
            yield from self.plant.birth()
            self._born = True
        if until > self._now:
            yield from self.plant.tell(until)
            self._now = until


def first_schedule(cluster: ClusterSpec) -> list[ScheduleEntry]:
    """Version 1 of a cluster's schedule: greedy, from empty."""
    from analytics.rerouting.greedy import plan_from_empty

    return list(plan_from_empty(cluster))
