"""Where goods are made and moved: by the shared schedule, or on the shortest ways that hours allow.

A stream is one product's way through the cluster: so many units a week of each step at each site,
and what moves in between. The schedule gives a stream for each way that its lots take; the shortest
plan gives one for each product. Goods travel the fastest way by driving, border and papers, as in
the simulator.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from federation.resilience.plan import TINY, Planner
from federation.routes import legs, next_hops
from federation.snapshot import ClusterSnapshot
from twins.work import lot_id

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Move:
    """What a step gives, on its way to the next one or to a customer.

    Parameters
    ----------
    step
        Row of the step before.
    start, end
        Rows of places.
    customer
        Who gets it; ``None``: the next step.
    units
        Good units a week.
    """

    step: int
    start: int
    end: int
    customer: str | None
    units: float


@dataclass(frozen=True, slots=True)
class Stream:
    """One product's way through the cluster.

    Parameters
    ----------
    product
        Row of the product.
    made
        Step and row of the site to good units a week.
    moves
        All that is taken from step to step, within a site too.
    """

    product: int
    made: dict[tuple[int, int], float]
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """All streams.

    Parameters
    ----------
    basis
        ``schedule`` or ``shortest``.
    streams
        Of all products.
    units
        Delivered units a week.
    left_out
        Lots that the schedule does not place; 0 for the shortest plan.
    """

    basis: str
    streams: tuple[Stream, ...]
    units: float
    left_out: int = 0


class Distances:
    """Kilometres between places on the fastest way, for harmless and for dangerous goods.

    Parameters
    ----------
    planner
        Whose places and closed links count.
    closed
        Rows of legs that cannot be used.
    """

    def __init__(self, planner: Planner, closed: frozenset[int] = frozenset()) -> None:
        self._cluster = planner.shop.cluster
        self._closed = closed

    def km(self, *, dangerous: bool) -> Floats:
        """float64[places, places]: infinite where no way leads."""
        return self._careful if dangerous else self._usual

    @cached_property
    def _usual(self) -> Floats:
        return self._along(next_hops(self._cluster, self._closed))

    @cached_property
    def _careful(self) -> Floats:
        if all(link.dangerous_goods == "allowed" for link in self._cluster.links):
            return self._usual
        return self._along(next_hops(self._cluster, self._closed, dangerous=True))

    def _along(self, hops: Ints) -> Floats:
        """Sum of the legs from hop to hop; each round goes one leg further."""
        directions = legs(self._cluster)
        count = len(hops)
        total = np.where(np.eye(count, dtype=np.bool_), 0.0, np.inf)
        if not directions:
            return total
        leg_km = np.array([leg.link.distance_km for leg in directions])
        rows = {name: row for row, name in enumerate(self._places)}
        ends = np.array([rows[leg.end] for leg in directions], dtype=np.int64)
        known = hops >= 0
        following = np.where(known, ends[hops], 0)
        own = np.where(known, leg_km[hops], np.inf)
        for _ in range(count):
            further = own + total[following, np.arange(count)]
            np.fill_diagonal(further, 0.0)
            if np.array_equal(further, total):
                break
            total = further
        return total

    @property
    def _places(self) -> tuple[str, ...]:
        from federation.routes import place_ids

        return place_ids(self._cluster)


def shortest(planner: Planner, distances: Distances, units: Floats) -> Flow:
    """The plan with the least tonne-kilometres that delivers so much of each demand.

    Sites that need a first article are taken only where the others' hours do not suffice.
    Capacities of links and people are left aside; hours of machines count.

    Parameters
    ----------
    planner
        Of the cluster.
    distances
        Between its places.
    units
        float64[demand]: units a week, no more than the best plan delivers.
    """
    from federation.resilience.transport import Transport

    made, moved = Transport(planner, distances, units).solve()
    streams = [
        Stream(product, made.get(product, {}), tuple(moved.get(product, ())))
        for product in range(len(planner.shop.products))
    ]
    kept = tuple(stream for stream in streams if stream.moves)
    return Flow("shortest", kept, float(units.sum()))


def scheduled(planner: Planner, snapshot: ClusterSnapshot) -> Flow | None:
    """What the shared schedule does, in units a week over the weeks of its orders.

    ``None`` where no schedule was published or no lot is placed whole.
    """
    shop = planner.shop
    table = snapshot.tables["schedule"].select(["lot", "operation", "site"]).to_pylist()
    placed = {(row["lot"], row["operation"]): row["site"] for row in table}
    if not placed or shop.weeks == 0:
        return None
    orders = {order.id: order for order in snapshot.cluster.orders}
    gates = {c.id: c.at_site or c.id for c in snapshot.cluster.customers}
    product_row = {product.id: row for row, product in enumerate(shop.products)}
    sums: dict[tuple[int, str, tuple[int, ...]], float] = defaultdict(float)
    left_out = 0
    site_row = {site.id: row for row, site in enumerate(shop.sites)}
    for (order_id, number), quantity in _splits(snapshot).items():
        order = orders[order_id]
        product = product_row[order.product]
        steps = [shop.steps[row] for row in planner.steps_of(product)]
        names = [placed.get((lot_id(order_id, number, s.part), s.number)) for s in steps]
        if any(name not in site_row for name in names):
            left_out += 1
            continue
        way = tuple(site_row[name] for name in names if name is not None)
        sums[product, order.customer, way] += quantity / shop.weeks
    if not sums:
        return None
    ground = planner.ground
    streams = []
    for (product, customer, way), units in sums.items():
        gate = ground.place_row[gates[customer]]
        streams.append(_stream(planner, product, customer, gate, way, units))
    total = sum(sums.values())
    return Flow("schedule", tuple(streams), total, left_out)


def _splits(snapshot: ClusterSnapshot) -> dict[tuple[str, int], int]:
    """Quantity of each split of each order: of the lots that customers get."""
    from federation.topology.lots import explode

    return {
        (lot.order, lot.number): lot.quantity
        for lot in explode(snapshot.cluster)
        if lot.parent is None
    }


def _stream(
    planner: Planner,
    product: int,
    customer: str,
    gate: int,
    way: tuple[int, ...],
    units: float,
) -> Stream:
    """Units that all go the same way: the site of each step, and the customer."""
    rows = planner.steps_of(product)
    site_of = dict(zip(rows, way, strict=True))
    moves = []
    for row, site in site_of.items():
        after = planner.shop.steps[row].after
        end = gate if after < 0 else int(planner.site_place[site_of[after]])
        start = int(planner.site_place[site])
        moves.append(Move(row, start, end, customer if after < 0 else None, units))
    return Stream(product, dict.fromkeys(site_of.items(), units), tuple(moves))


def moves_of(flow: Flow) -> Iterator[tuple[Stream, Move]]:
    """Everything that moves at all."""
    for stream in flow.streams:
        for move in stream.moves:
            if move.units > TINY:
                yield stream, move
