"""What every edit has: when it happens, when it is announced, and what is believed until then."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from analytics.edits.merging import Change, ends
from analytics.edits.prices import PriceStep
from analytics.simulation.layout import PPM
from analytics.simulation.model import SimModel
from federation.snapshot import ClusterSnapshot
from federation.topology.model import ClusterSpec, Moment
from twins.spec_base import Spec

__all__ = ["Change", "Disruption", "Edit", "Level", "LeverGroup", "at", "listed", "pair", "share"]

LeverGroup = Literal["Make", "Sell", "Operate", "Collaborate", "Invest"]
Level = Literal["micro", "meso", "macro"]


class Edit(Spec):
    """One change of the world, from ``start`` to ``end``.

    A kind of edit is a subclass in a file of its own in this folder, with a literal field ``kind``.

    Parameters
    ----------
    start, end
        When it really happens.
    announced_at
        When it becomes known; default: when it starts. Nothing is believed of it before.
    """

    group: ClassVar[LeverGroup]
    level: ClassVar[Level]

    kind: str
    start: Moment
    end: Moment
    announced_at: Moment | None = None

    @model_validator(mode="after")
    def _times_are_in_order(self) -> Self:
        if self.end <= self.start:
            raise ValueError("end is not after start; correct one of them")
        if self.announced_at is not None and self.announced_at > self.start:
            raise ValueError(
                "announced_at is after start; what has begun is known: "
                "leave announced_at out or move it before start"
            )
        return self

    @property
    def known_from(self) -> datetime:
        """When it becomes known."""
        return self.announced_at or self.start

    def replace(self, **changes: object) -> Self:
        """The same edit with other values, validated."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self)(**{**values, **changes})

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have, a sentence with the remedy each."""
        raise NotImplementedError

    def enlarged(self, cluster: ClusterSpec) -> ClusterSpec:
        """The cluster with what this edit adds to it for others to name: sites, machines, links."""
        return cluster

    def transform(self, snapshot: ClusterSnapshot) -> ClusterSnapshot:
        """The snapshot as this edit changes it before it is compiled; most change nothing."""
        return snapshot

    def dropped_lots(self, snapshot: ClusterSnapshot) -> tuple[str, ...]:  # noqa: ARG002
        """Lots that nobody wants any more once this is known; none of them has begun."""
        return ()

    def affected(self, snapshot: ClusterSnapshot) -> tuple[str, ...]:
        """Lots of the snapshot that this edit changes by itself, for the record."""
        return self.dropped_lots(snapshot)

    def added_links(self) -> tuple[str, ...]:
        """Ids of the links that are there from ``start`` to ``end`` only."""
        return ()

    def opened_sites(self) -> tuple[str, ...]:
        """Ids of the sites that have people from ``start`` on only."""
        return ()

    def prices(self, cluster: ClusterSpec) -> tuple[PriceStep, ...]:  # noqa: ARG002
        """Prices that differ from those of the cluster for some time."""
        return ()

    def costs(self, since: datetime, until: datetime) -> Mapping[str, float]:  # noqa: ARG002
        """Money by kind of cost (``capital``, ``hire``) that arises from ``since`` to ``until``."""
        return {}

    def changes(self, model: SimModel) -> Iterator[Change]:  # noqa: ARG002
        """What really happens."""
        return iter(())

    def believed(self, model: SimModel, now: datetime) -> Iterator[Change]:  # noqa: ARG002
        """What is believed at ``now`` to have happened and to come."""
        return iter(())

    def news(self) -> tuple[datetime, ...]:
        """The moments at which what is believed changes."""
        return (self.known_from,)


class Disruption(Edit):
    """An edit whose end may differ from what is believed.

    When the believed end passes and it is still on, that is news: half of the time elapsed since
    the start is then believed to be left.

    Parameters
    ----------
    believed_end
        What is believed of ``end`` from the announcement on; default: the truth.
    end_announced_at
        When the real end becomes known; default: when it happens.
    """

    believed_end: Moment | None = None
    end_announced_at: Moment | None = None

    @model_validator(mode="after")
    def _beliefs_are_in_order(self) -> Self:
        if self.believed_end is not None and self.believed_end <= self.start:
            raise ValueError("believed_end is not after start; correct one of them")
        if self.end_announced_at is not None:
            if self.believed_end is None:
                raise ValueError(
                    "end_announced_at without believed_end: the end is known from the announcement "
                    "on; give believed_end or leave end_announced_at out"
                )
            if not self.known_from <= self.end_announced_at <= self.end:
                raise ValueError(
                    "end_announced_at does not lie between the announcement and the end; correct it"
                )
        return self

    @property
    def end_known_from(self) -> datetime:
        """When the real end becomes known."""
        if self.believed_end is None or self.believed_end == self.end:
            return self.known_from
        return self.end_announced_at or self.end

    @abstractmethod
    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes of a disruption that holds from ``start`` to ``end``."""

    def changes(self, model: SimModel) -> Iterator[Change]:
        """What really happens."""
        return self.during(model, self.start, self.end)

    def believed(self, model: SimModel, now: datetime) -> Iterator[Change]:
        """What is believed at ``now`` to have happened and to come."""
        if now < self.known_from:
            return iter(())
        return self.during(model, self.start, self.end_as_believed(now))

    def end_as_believed(self, now: datetime) -> datetime:
        """The end as believed at ``now``."""
        if now >= self.end_known_from:
            return self.end
        believed = self.believed_end or self.end
        for moved in self._moved_ends():
            if believed > now:
                break
            believed = moved
        return believed

    def news(self) -> tuple[datetime, ...]:
        """The moments at which what is believed changes."""
        moments = [self.known_from, self.end_known_from]
        believed = self.believed_end or self.end
        for moved in self._moved_ends():
            if believed >= self.end_known_from:
                break
            moments.append(believed)
            believed = moved
        return tuple(sorted(set(moments)))

    def _moved_ends(self) -> Iterator[datetime]:
        """Beliefs one after the other, each held when the one before has passed."""
        believed = self.believed_end or self.end
        while True:
            believed += max((believed - self.start) / 2, timedelta(seconds=1))
            yield believed


def pair(
    model: SimModel, kind: int, entities: Iterable[int], start: datetime, end: datetime
) -> Iterator[Change]:
    """+1 at ``start``, -1 at ``end`` for each entity; what began before the fork holds from 0."""
    begin, close = at(model, start), at(model, end)
    for entity in entities:
        yield (begin, kind, entity, 1)
        yield (close, kind, entity, -1)


def share(
    model: SimModel,
    kind: int,
    entities: Iterable[int],
    start: datetime,
    end: datetime,
    fraction: float,
) -> Iterator[Change]:
    """A share of the usual from ``start`` to ``end`` for each entity, see ``merging.compose``."""
    begin, close = at(model, start), at(model, end)
    ppm = round(fraction * PPM)
    if begin == close:
        return
    for entity in entities:
        yield (begin, kind, entity, ppm)
        yield (close, kind, entity, ends(ppm))


def at(model: SimModel, moment: datetime) -> int:
    """Ms from the fork, not before it."""
    return max((moment - model.fork_at) // timedelta(milliseconds=1), 0)


def listed(ids: Iterable[str]) -> str:
    """Known ids for a message, the first dozen of them."""
    names = list(ids)
    shown = ", ".join(names[:12]) or "none"
    return shown if len(names) <= 12 else f"{shown}, ..."
