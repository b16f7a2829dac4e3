"""The arrays of one decoding, grouped by noun, as its compiled functions pass them on."""

from __future__ import annotations

from typing import Any, NamedTuple


class Rules(NamedTuple):
    """Scalars and calendars, under the names by which the kernel's rules know them."""

    scalar: Any
    calendar: Any
    interval: Any
    closure: Any


class Bill(NamedTuple):
    """What is to be made: lots, operations, what they consume."""

    lot_c: Any
    optype_c: Any
    consume_c: Any
    lot: Any
    op: Any


class Shop(NamedTuple):
    """Work centres and the time left at them, in buckets of ``bucket_ms`` from ``start_ms``.

    ``free`` int32[groups, buckets] machine-milliseconds not taken yet, ``open`` int32[groups,
    buckets] milliseconds in which the centre can work, ``share`` float64[groups] open share of the
    time, which also holds after the last bucket, ``skip`` int32[groups, buckets + 1] a bucket at or
    after each one up to the next with free time, which leads to itself (disjoint sets).
    """

    group_c: Any
    free: Any
    open: Any
    share: Any
    skip: Any
    start_ms: Any
    bucket_ms: Any


class Ways(NamedTuple):
    """Links, what a journey costs, and when links are closed.

    ``per_g`` and ``minimum`` float64[links] money, ``lots`` float64[links] lots that share a
    minimum charge (0: it is not counted), ``shut`` int64[rows, 2] closed times of the links, link
    ``l`` at rows ``shut_first[l]`` to ``shut_first[l + 1]``, ``base_ms`` int64[places, places]
    travel time without waiting.
    """

    start_ms: Any
    link_c: Any
    timetable: Any
    next_hop: Any
    per_g: Any
    minimum: Any
    lots: Any
    shut_first: Any
    shut: Any
    base_ms: Any


class Gates(NamedTuple):
    """Permissions, row = site x parts + part.

    ``opens`` int64: the moment from which lots may be made; ``ARTICLE``: the next lot becomes the
    first article; ``FOREVER``: closed. ``wait_ms`` int64 from the finished article to its approval.
    ``fee`` float64 money that each lot is charged for the approval. ``asked`` int8: 1 where a first
    article was needed at the start; ``lots`` int64 and ``gain`` float64 count the lots that use
    such a gate, and what the moves of their trees are worth.
    """

    parts: Any
    opens: Any
    wait_ms: Any
    fee: Any
    asked: Any
    lots: Any
    gain: Any


class Store(NamedTuple):
    """Material: ``free`` int64 thousandths not planned for, row = site x materials + material.

    It falls below zero when receipts to come are planned for. ``lead_ms`` int64: mean lead time of
    the supplier, ``FOREVER`` where there is none.
    """

    materials: Any
    free: Any
    lead_ms: Any
    site_c: Any
    receipt: Any


class Trees(NamedTuple):
    """The lots in the order in which they are planned: trees by priority, components first.

    Tree ``t`` has the rows ``order[first[t]:first[t + 1]]``, its root last. ``slot`` int64[lots] is
    a lot's position in its tree. ``rate`` float64[lots] money per millisecond of a root lot's
    lateness, ``rest_ms`` int64[ops] work that follows an operation until delivery.
    """

    order: Any
    first: Any
    slot: Any
    rate: Any
    rest_ms: Any


class Choices(NamedTuple):
    """Where an operation can go: candidate work centres by operation type, and what is pinned.

    ``pinned`` int64[ops] is 1 where an operation stays, ``present`` int64[ops] its present centre.
    """

    first: Any
    group: Any
    pinned: Any
    present: Any
    stability: Any
    margin: Any


class Lots(NamedTuple):
    """Where each lot is: next operation, place (-1: it does not exist yet) and when it is there."""

    cursor: Any
    place: Any
    ready_ms: Any


class Labels(NamedTuple):
    """Work space for one tree.

    ``cost``, ``ready`` by operation and candidate; ``before`` int64[slots, operations, candidates]
    the candidate of the operation before; ``arrive``, ``spent`` and ``last`` by slot and candidate
    of the parent's first operation: when a lot can be there, at what cost, after which last
    candidate.
    """

    cost: Any
    ready: Any
    before: Any
    arrive: Any
    spent: Any
    last: Any
    chosen: Any
    arrived: Any


class Plan(NamedTuple):
    """The result: int64[ops] work centre, start and finish; int64[links] departures used and lots.

    ``seen`` int64[links, hours] marks the departures that are counted already.
    """

    group: Any
    start_ms: Any
    finish_ms: Any
    departures: Any
    carried: Any
    seen: Any
