"""The arrays of the bound, grouped by noun, as its compiled functions pass them on."""

from __future__ import annotations

from typing import Any, NamedTuple

PARTS = 6
"""What a way costs besides lateness: money by part, and the price of the hours that it takes."""
TRANSPORT, PRODUCTION, ENERGY, APPROVAL, STABILITY, CAPACITY = range(PARTS)

LABELS = 6
"""Ways that are kept apart at one place; what is more is merged, which only lowers the bound."""


class Bill(NamedTuple):
    """What is to be made, as the kernel has it.

    ``exact`` int64: 1 where the units that an operation starts are known, 0 where a work centre may
    reject more than the specification says, so that they are rounded down. ``worth``
    float64[optypes] money for a unit that is lost, ``hold_ms`` int64[optypes] least quarantine
    after an operation.
    """

    lot_c: Any
    optype_c: Any
    consume_c: Any
    lot: Any
    op: Any
    exact: Any
    worth: Any
    hold_ms: Any


class Shop(NamedTuple):
    """Work centres at their best.

    ``best_ppm`` int64[groups] highest speed change that is believed, in ppm of the speed; ``open``
    int64[rows, 2] times at which a centre can work, centre ``g`` at rows ``first[g]`` to
    ``first[g + 1]``; ``energy`` float64[groups] money for the energy of a millisecond of work,
    ``price`` float64[groups, buckets] money for a millisecond of a machine in each bucket of
    ``bucket_ms`` from ``start_ms`` on, ``floor`` float64[groups] the lowest of it.
    """

    group_c: Any
    best_ppm: Any
    first: Any
    open: Any
    energy: Any
    price: Any
    floor: Any
    start_ms: Any
    bucket_ms: Any


class Ways(NamedTuple):
    """Links at their best: nothing waits for company, a vehicle or room."""

    link_c: Any
    timetable: Any
    next_hop: Any
    per_g: Any
    shut_first: Any
    shut: Any
    express: Any


class Gates(NamedTuple):
    """Permissions, row = site x parts + part.

    ``leave_ms`` int64 earliest moment at which a lot of the part may leave the site: ``FOREVER``
    where it never may. ``fee`` float64 each lot's share of the approval.
    """

    parts: Any
    leave_ms: Any
    fee: Any


class Store(NamedTuple):
    """Material, row = site x materials + material.

    What can be there by when: rows ``first[row]`` to ``first[row + 1]`` of ``time_ms`` and
    ``milli``, both ascending.
    """

    materials: Any
    first: Any
    time_ms: Any
    milli: Any


class Trees(NamedTuple):
    """Lots by tree, components first, as ``decode.nouns.Trees``; ``rate`` float64[lots]."""

    order: Any
    first: Any
    slot: Any
    rate: Any


class Choices(NamedTuple):
    """Where an operation can go: what qualifies, and where it is now if that is not among them.

    ``pinned`` int64[ops] is 1 where it stays, ``other`` int64[ops] 1 where its present work centre
    does not qualify and may be kept all the same.
    """

    first: Any
    group: Any
    pinned: Any
    present: Any
    other: Any
    stability: Any
    across: Any


class Lots(NamedTuple):
    """Where each lot is: next operation, place (-1: it does not exist yet) and since when."""

    cursor: Any
    place: Any
    ready_ms: Any


class Sets(NamedTuple):
    """Sets of ways, none of which is worse than another in both time and money.

    ``count`` int64[rows], ``time_ms`` int64[rows, LABELS] ascending, ``spent`` float64[rows,
    LABELS, PARTS] money by part, ``node`` int64[rows, LABELS] how it came there, in ``Nodes``.
    """

    count: Any
    time_ms: Any
    spent: Any
    node: Any


class Nodes(NamedTuple):
    """Where ways took machine time, to be followed back.

    ``before`` and ``beside`` int64[nodes]: the nodes that it goes back to (components come together
    from two), ``group``, ``bucket`` int64[nodes] and ``share_ms`` float64[nodes]: what it took
    (``group`` ``NONE``: nothing). ``used`` int64[1]: nodes of this tree; -1: none are kept.
    ``stack`` int64[nodes]: work space.
    """

    before: Any
    beside: Any
    group: Any
    bucket: Any
    share_ms: Any
    used: Any
    stack: Any


class Labels(NamedTuple):
    """Work space for one tree.

    ``steps``: ways to the end of operation ``step`` at option ``n``, row ``step * width + n``;
    ``places``: ways of the lot of slot ``s`` to where it is joined at option ``n`` of the lot above
    it, row ``s * width + n``, or to its customer, row ``s * width``. ``one`` and ``two`` are single
    sets, ``way`` float64[PARTS] a way in the making.
    """

    steps: Any
    places: Any
    one: Any
    two: Any
    way: Any
    width: Any
