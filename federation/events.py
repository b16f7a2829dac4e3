"""The change log: what changed, as CloudEvents with a strictly increasing sequence.

A reader that was away asks for what followed its last sequence. The log is bounded: where it no
longer reaches back, or belongs to another run, the reader is told to read the whole state again.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Event = dict[str, Any]
"""A CloudEvents 1.0 event in JSON form."""


@dataclass(frozen=True)
class Replay:
    """The answer to "what happened since ...".

    Parameters
    ----------
    events
        What followed, in order; empty when ``resync`` is set.
    resync
        The log cannot tell: read the whole state, then follow from ``sequence``.
    sequence
        Sequence of the newest event of the log.
    epoch
        The run of the log that ``sequence`` belongs to.
    """

    events: tuple[Event, ...]
    resync: bool
    sequence: int
    epoch: str


class ChangeLog:
    """The newest changes of one cluster. Safe to use from several threads.

    Parameters
    ----------
    cluster
        Id of the cluster; the source of every event.
    epoch
        Names this run of the log; sequences of another run mean nothing here.
    capacity
        Events kept for replay.

    Raises
    ------
    ValueError
        When the capacity is not positive.
    """

    def __init__(self, cluster: str, epoch: str, capacity: int = 10_000) -> None:
        if capacity < 1:
            raise ValueError("the change log keeps at least one event; raise capacity")
        self._source = f"/clusters/{cluster}"
        self._epoch = epoch
        self._events: deque[Event] = deque(maxlen=capacity)
        self._sequence = 0
        self._changed = threading.Condition()

    @property
    def sequence(self) -> int:
        """Sequence of the newest event; 0: none yet."""
        with self._changed:
            return self._sequence

    def append(self, kind: str, subject: str, time: datetime, data: Mapping[str, Any]) -> Event:
        """Log one change.

        Parameters
        ----------
        kind
            What happened: ``site.ingested``, ``schedule.published``, ``host.restarted``, ...
        subject
            What it happened to: a site, a lot, a schedule version.
        time
            When.
        data
            JSON values.

        Returns
        -------
        dict
            The CloudEvent, with its ``sequence`` as an extension attribute.
        """
        with self._changed:
            self._sequence += 1
            event: Event = {
                "specversion": "1.0",
                "id": f"{self._epoch}-{self._sequence}",
                "source": self._source,
                "type": f"twinfed.{kind}",
                "subject": subject,
                "time": time.isoformat(),
                "datacontenttype": "application/json",
                "sequence": self._sequence,
                "epoch": self._epoch,
                "data": dict(data),
            }
            self._events.append(event)
            self._changed.notify_all()
            return event

    def since(self, sequence: int, epoch: str | None = None) -> Replay:
        """What followed ``sequence``; ``epoch`` is the run it was read in, where known."""
        with self._changed:
            return self._since(sequence, epoch)

    def wait(self, sequence: int, timeout_s: float, epoch: str | None = None) -> Replay:
        """As ``since``, but waits up to ``timeout_s`` seconds for something to follow."""
        with self._changed:
            self._changed.wait_for(lambda: self._sequence != sequence, timeout_s)
            return self._since(sequence, epoch)

    def _since(self, sequence: int, epoch: str | None) -> Replay:
        oldest = self._sequence - len(self._events)
        foreign = epoch is not None and epoch != self._epoch
        if foreign or not oldest <= sequence <= self._sequence:
            return Replay((), True, self._sequence, self._epoch)
        events = tuple(event for event in self._events if event["sequence"] > sequence)
        return Replay(events, False, self._sequence, self._epoch)
