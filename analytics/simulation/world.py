"""The arrays of one run, grouped by noun, as the kernel's functions pass them on."""

from __future__ import annotations

from typing import Any, NamedTuple


class Agenda(NamedTuple):
    """The clock, the indexed heap, and what is known to come: timed changes and releases."""

    clock: Any
    heap: Any
    slot: Any
    bases: Any
    primitive: Any
    release_order: Any


class Energy(NamedTuple):
    """Sites and buses: constants (``_c``) and state."""

    site_c: Any
    hired_c: Any
    bus_c: Any
    band_c: Any
    feeder_c: Any
    pv: Any
    site: Any
    bus: Any
    feeder: Any
    band: Any
    trace: Any


class Shop(NamedTuple):
    """Work centres, machines, people and tools."""

    group_c: Any
    machine_c: Any
    pool_c: Any
    ability: Any
    setup_c: Any
    group: Any
    machine: Any
    pool: Any
    time: Any
    lost: Any
    trace: Any


class Work(NamedTuple):
    """Lots, operations, permissions, stock and limits."""

    lot_c: Any
    optype_c: Any
    consume_c: Any
    recover_c: Any
    limit_c: Any
    supply_c: Any
    receipt: Any
    first_candidate: Any
    candidate: Any
    free_ms: Any
    lot: Any
    op: Any
    gate: Any
    stock: Any
    limit: Any
    supply: Any
    trace: Any


class Ways(NamedTuple):
    """Links, routes and consignments."""

    link_c: Any
    timetable: Any
    next_hop: Any
    link: Any
    consignment: Any


class Rules(NamedTuple):
    """Scalars, distributions and calendars."""

    scalar: Any
    dist: Any
    calendar: Any
    interval: Any
    closure: Any
    curve: Any


class Scratch(NamedTuple):
    """Work space of one time step: element 0 of the first two, which are lists, is their length."""

    groups: Any
    sites: Any
    flow: Any
    backlog: Any
