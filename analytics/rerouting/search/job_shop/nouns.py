"""The arrays of a job shop, of a plan for it, and of the search."""

from __future__ import annotations

from typing import Any, NamedTuple


class Shop(NamedTuple):
    """What does not change. Operations are numbered job after job; -1 is no operation.

    ``before`` and ``after`` int64[ops] neighbours in the job, ``release`` int64[ops] earliest start
    of a job's first operation, ``first`` int64[ops + 1] first alternative of an operation,
    ``machine`` and ``time`` int64[alternatives].
    """

    before: Any
    after: Any
    release: Any
    first: Any
    machine: Any
    time: Any


class Graph(NamedTuple):
    """A plan as a graph: who does what after what, and the longest paths.

    ``on`` int64[ops] machine, ``took`` int64[ops] duration there, ``lead`` int64[machines] first
    operation, ``left`` and ``right`` int64[ops] neighbours on the machine, ``order`` int64[ops] a
    topological order, ``place`` int64[ops] position in it, ``head`` int64[ops] earliest start,
    ``tail`` int64[ops] longest path behind it.
    """

    on: Any
    took: Any
    lead: Any
    left: Any
    right: Any
    order: Any
    place: Any
    head: Any
    tail: Any


class Trial(NamedTuple):
    """The same without one operation: ``head`` and ``tail`` int64[ops]."""

    head: Any
    tail: Any


class Memory(NamedTuple):
    """What must not be undone yet, by the number of the round until which that holds.

    ``moved`` int64[ops, machines]: an operation does not go back to a machine, ``turned``
    int64[ops, ops]: the first does not come before the second again. ``path`` and ``open``
    int64[ops] are work space.
    """

    moved: Any
    turned: Any
    path: Any
    open: Any
