"""SimModel and SimState: the constants of a simulation, and everything that changes in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analytics.simulation import layout, slots
from analytics.simulation.empty import empty_ops, empty_sites, filled
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.names import Names

if TYPE_CHECKING:
    from federation.topology.model import ClusterSpec

__all__ = ["Ints", "Names", "Records", "SimModel", "SimState", "copied"]

Records = npt.NDArray[np.void]
"""A structured array, one row per entity, of a dtype of ``layout``."""
Ints = npt.NDArray[np.int64]

CONSIGNMENTS = 64
"""Rows a fresh state holds at least; the kernel asks for more."""
LOTS_A_CONSIGNMENT = 4
"""So many of the lots of a model make room for one more: few of its runs have to grow."""
TRACE_ROWS = 256


def _nothing() -> Ints:
    return np.zeros(0, np.int64)


def copied(array: Any) -> Any:
    """A contiguous copy of an array.

    Records are copied as bytes: numpy copies them field by field, which takes ten times as long.
    """
    if array.dtype.names is None or not array.flags.c_contiguous:
        return array.copy()
    return array.view(f"V{array.dtype.itemsize}").copy().view(array.dtype)


@dataclass(frozen=True, eq=False)
class SimModel:
    """The constants of a simulation: record arrays of ``layout`` and the names of their rows.

    The arrays are never written to. They stay writable for numpy, since the kernel is compiled for
    writable arrays.

    Parameters
    ----------
    scalar
        One row of ``SCALAR_C``.
    timetable
        int64, local ms of the day of the departures.
    pv
        int64[sites, steps] mW available.
    release_order
        int64, rows of the lots by time of release.
    bases
        int64[25], see ``slots``.
    first_optype
        int64[parts]: row of a part's first operation in ``optype``; its routing follows.
    permission
        ``GATE_S`` as it stands at the fork: row = site x parts + part.
    known_ms
        int64[lots]: when the order of a lot becomes known; a plan made before leaves it out.
    pool
        ``POOL_C``: people, repair crews and tools of the sites.
    ability
        int64, rows of ``pool`` that can serve a work centre, in the order they are asked.
    setup
        ``SETUP_C``: changeovers between setup families.
    limit
        ``LIMIT_C``: limits of work in progress.
    supply
        ``SUPPLY_C``: suppliers of one material to one site.
    band
        ``BAND_C``: bands of tariffs by time of use.
    feeder
        ``FEEDER_C``: feeders that several sites share.
    closure
        ``INTERVAL_C`` in ms from the fork: holidays of calendars.
    curve
        float64, points of empirical distributions.
    published
        ``PRIMITIVE_C``: timed changes that everybody knows beforehand, such as rosters of the grid.
        They belong to every scenario and to every belief.
    fork_at
        The moment that is 0 ms, UTC.
    cluster
        Where prices, wages and coordinates are looked up; ``None`` for a plain job shop.
    dropped
        Rows of lots that nobody wants any more, and when that becomes known, ms from the fork.
    opens_ms
        Rows of sites that open after the fork, and when, ms from the fork.
    first_candidate, candidate
        int64[operation types + 1] and int64: the work centres that lots may be redirected to, of
        type k from ``first_candidate[k]`` to ``first_candidate[k + 1]``; empty: no lot is.
    free_ms
        int64[operations]: from when an operation may be redirected; ``FOREVER``: never.
    """

    scalar: Records
    site: Records
    hired: Records
    bus: Records
    group: Records
    machine: Records
    dist: Records
    optype: Records
    consume: Records
    recover: Records
    lot: Records
    link: Records
    calendar: Records
    interval: Records
    timetable: Ints
    receipt: Records
    primitive: Records
    pv: Ints
    release_order: Ints
    bases: Ints
    first_optype: Ints
    permission: Records
    known_ms: Ints
    pool: Records
    ability: Ints
    setup: Records
    limit: Records
    supply: Records
    band: Records
    feeder: Records
    closure: Records
    curve: npt.NDArray[np.float64]
    published: Records
    names: Names
    fork_at: datetime
    cluster: ClusterSpec | None = None
    dropped: tuple[tuple[int, int], ...] = ()
    opens_ms: tuple[tuple[int, int], ...] = ()
    first_candidate: Ints = field(default_factory=_nothing)
    candidate: Ints = field(default_factory=_nothing)
    free_ms: Ints = field(default_factory=_nothing)

    def with_run(
        self,
        seed: int,
        replication: int,
        *,
        deterministic: bool = False,
        trace_level: int = 0,
        antithetic: bool = False,
    ) -> SimModel:
        """The same model for one run; shares all arrays but ``scalar``.

        Parameters
        ----------
        seed, replication
            Keys of every draw.
        deterministic
            Mean times, planning factors, no failures and no background outages.
        trace_level
            0 key figures, 1 orders, 2 full.
        antithetic
            Draw 1-u for every uniform u.
        """
        scalar = self.scalar.copy()
        scalar["seed"] = seed
        scalar["replication"] = replication
        scalar["deterministic"] = int(deterministic)
        scalar["trace_level"] = trace_level
        scalar["antithetic"] = int(antithetic)
        return replace(self, scalar=scalar)

    def with_primitives(self, primitives: Records) -> SimModel:
        """The same model with other timed changes (``PRIMITIVE_C``, in any order)."""
        ordered = np.sort(primitives, order=["time_ms", "kind", "entity", "value"])
        scalar = self.scalar.copy()
        scalar["primitives"] = len(ordered)
        return replace(self, scalar=scalar, primitive=ordered)

    def with_redirect(
        self, patience_ms: int, first_candidate: Ints, candidate: Ints, free_ms: Ints
    ) -> SimModel:
        """The same model with the rule of ``redirect``; a patience of 0 switches it off."""
        scalar = self.scalar.copy()
        scalar["redirect_patience_ms"] = patience_ms
        return replace(
            self,
            scalar=scalar,
            first_candidate=first_candidate,
            candidate=candidate,
            free_ms=free_ms,
        )

    def writable(self, copies: dict[int, Any] | None = None) -> SimModel:
        """The same model with writable arrays; those from a shared store are read-only.

        Parameters
        ----------
        copies
            By identity of the array; models that share arrays go on sharing their copies.
        """
        known = {} if copies is None else copies
        arrays = self.arrays()
        for array in arrays.values():
            if id(array) not in known:
                known[id(array)] = copied(array)
        return replace(self, **{name: known[id(array)] for name, array in arrays.items()})

    def arrays(self) -> dict[str, Any]:
        """All arrays by name, in the order of the fields."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the names, types, shapes and bytes of all arrays and the fork's time."""
        return _digest(self.arrays(), self.fork_at.isoformat())

    @cached_property
    def has_alternatives(self) -> bool:
        """Whether a work centre has times of its own for an operation."""
        return bool(self.optype["at_group"].any())

    @cached_property
    def in_order(self) -> Ints:
        """int64: rows of the work centres that follow their sequence strictly."""
        return np.flatnonzero(self.group["in_order"] == 1)

    @property
    def parts(self) -> int:
        """Number of parts over all products."""
        return int(self.scalar["parts"][0])

    def op_rows(self, lot: int) -> range:
        """Rows of the operations of a lot."""
        first = int(self.lot["first_op"][lot])
        return range(first, first + int(self.lot["ops"][lot]))


@dataclass(eq=False)
class SimState:
    """Everything that changes: record arrays of ``layout``. The kernel writes into them.

    Parameters
    ----------
    heap
        int64, slots in heap order; ``clock.heap_rows`` are in use.
    machine_time
        int64[machines, 12] ms in each state.
    machine_lost
        int64[machines] ms on shift without power while there was work.
    next_hop
        int64[places, places]: link direction to take from a place to a place; -1: no way. Where
        there are dangerous goods their ways stand beside it, and behind these the ways of lots that
        are sent by expedited links: int64[places, blocks x places], see ``compile.ways``.
    """

    clock: Records
    heap: Ints
    slot: Records
    site: Records
    bus: Records
    group: Records
    machine: Records
    machine_time: Ints
    machine_lost: Ints
    lot: Records
    op: Records
    gate: Records
    stock: Records
    link: Records
    consignment: Records
    next_hop: Ints
    pool: Records
    limit: Records
    feeder: Records
    supply: Records
    band: Records
    machine_trace: Records
    lot_trace: Records
    energy_trace: Records

    @classmethod
    def empty(cls, model: SimModel) -> SimState:
        """A state in which nothing has happened: no lot released, gates by permission.

        Batteries, tanks and stock are empty; every slot is at ``FOREVER``: the kernel arms it.
        """
        places = int(model.scalar["places"][0])
        sites, machines = len(model.site), len(model.machine)
        stocks = sites * int(model.scalar["materials"][0])
        consignments = max(CONSIGNMENTS, len(model.lot) // LOTS_A_CONSIGNMENT)
        slot_rows = int(model.bases[slots.ARRIVAL]) + consignments
        state = cls(
            clock=np.zeros(1, layout.CLOCK_S),
            heap=np.full(slot_rows, NONE, np.int64),
            slot=filled(slot_rows, layout.SLOT_S, time_ms=FOREVER, position=NONE),
            site=empty_sites(model),
            bus=filled(len(model.bus), layout.BUS_S, live=1),
            group=filled(len(model.group), layout.GROUP_S, queue=NONE),
            machine=filled(
                machines, layout.MACHINE_S, op=NONE, finish_ms=FOREVER, powered=1, paused_ms=NONE
            ),
            machine_time=np.zeros((machines, layout.MACHINE_STATES), np.int64),
            machine_lost=np.zeros(machines, np.int64),
            lot=filled(
                len(model.lot), layout.LOT_S, place=NONE, link=NONE, next=NONE, done_ms=FOREVER
            ),
            op=empty_ops(model),
            gate=model.permission.copy(),
            stock=filled(stocks, layout.STOCK_S, waiting=NONE),
            link=filled(len(model.link), layout.LINK_S, dock=NONE),
            consignment=filled(
                consignments, layout.CONSIGNMENT_S, link=NONE, arrive_ms=FOREVER, first_lot=NONE
            ),
            next_hop=np.full((places, places), NONE, np.int64),
            pool=filled(len(model.pool), layout.POOL_S),
            limit=filled(len(model.limit), layout.LIMIT_S, waiting=NONE),
            feeder=filled(len(model.feeder), layout.FEEDER_S),
            supply=np.zeros(layout.SUPPLY_ORDERS * len(model.supply), layout.SUPPLY_S),
            band=filled(len(model.band), layout.BAND_S),
            machine_trace=np.zeros(TRACE_ROWS, layout.MACHINE_TRACE),
            lot_trace=np.zeros(TRACE_ROWS, layout.LOT_TRACE),
            energy_trace=np.zeros(TRACE_ROWS, layout.ENERGY_TRACE),
        )
        state.lot["waiting"] = model.lot["children"]
        state.stock["supplier"][model.supply["stock"]] = 1 + np.arange(len(model.supply))
        instead = model.consume["alternative"][model.consume["alternative"] > 0] - 1
        if len(instead):
            material = np.arange(stocks) % int(model.scalar["materials"][0])
            state.stock["stands_in"] = np.isin(material, model.consume["material"][instead])
        state.clock["open_lots"] = np.count_nonzero(model.lot["parent"] == NONE)
        return state

    def copy(self) -> SimState:
        """A state of its own, with writable arrays."""
        return SimState(**{name: copied(array) for name, array in self.arrays().items()})

    def arrays(self) -> dict[str, Any]:
        """All arrays by name, in the order of the fields."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def digest(self) -> str:
        """SHA-256 over the names, types, shapes and bytes of all arrays."""
        return _digest(self.arrays(), "")


def _digest(arrays: dict[str, Any], note: str) -> str:
    digest = hashlib.sha256(note.encode())
    for name, array in arrays.items():
        digest.update(f"{name} {array.dtype.descr} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
