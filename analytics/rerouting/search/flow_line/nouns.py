"""The arrays of a distributed flow shop and of a plan for it."""

from __future__ import annotations

from typing import Any, NamedTuple


class Lines(NamedTuple):
    """A plan: which jobs each line does, in which order, with what follows from that.

    Times are int32 in units that the caller chooses, ``times`` int32[lines, stages, jobs], below 0
    where a line must not do a job.

    ``order`` int64[lines, jobs] jobs of a line, ``count`` int64[lines] how many they are, ``head``
    int32[lines, stages, jobs + 2] completion of the first *i* jobs of a line at a stage, ``tail``
    int32[lines, stages, jobs + 2] time from the start of job *i* at a stage to the end of the line,
    ``span`` int64[lines] makespan of a line.
    """

    order: Any
    count: Any
    head: Any
    tail: Any
    span: Any


class Room(NamedTuple):
    """Work space: ``front`` and ``ends`` int32[jobs + 2], ``queue`` and ``out`` int64[jobs]."""

    front: Any
    ends: Any
    queue: Any
    out: Any
