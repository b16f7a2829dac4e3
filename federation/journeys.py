"""The k best routes between two places by time, cost or carbon, or why there is none. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Literal, get_args

import pyarrow as pa

from federation.borders import closed_links
from federation.errors import NotInClusterError, RouteError
from federation.routes import Leg, legs, place_ids
from federation.tables import TIMESTAMP
from federation.timetable import LegClock, from_ms, offsets_h, to_ms
from federation.topology.model import ClusterSpec
from federation.topology.problems import did_you_mean
from federation.ways import Path, Ways

Criterion = Literal["time", "cost", "carbon"]
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)
MOST_ROUTES = 100
"""Of one question."""
_MOST_LOOKED_AT = 200
"""Routes that are priced to rank those whose vehicles are paid by the hour."""
_HOUR_MS = 3_600_000
_MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Ride:
    """One leg of a route.

    Parameters
    ----------
    link, mode, start, end
        The link and its direction.
    depart, arrive
        UTC; mean travel times.
    distance_km, cost, emission_kg
        Of the consignment, if nothing else rides with it.
    """

    link: str
    mode: str
    start: str
    end: str
    depart: datetime
    arrive: datetime
    distance_km: float
    cost: float
    emission_kg: float


@dataclass(frozen=True, slots=True)
class Route:
    """A way from place to place.

    Parameters
    ----------
    rides
        Its legs; none where origin and destination are the same.
    ready
        When the goods are at the first dock.
    """

    rides: tuple[Ride, ...]
    ready: datetime

    @property
    def arrive(self) -> datetime:
        """At the destination."""
        return self.rides[-1].arrive if self.rides else self.ready

    @property
    def hours(self) -> float:
        """From the first dock to the destination, waiting included."""
        return (self.arrive - self.ready).total_seconds() / 3600.0

    @property
    def distance_km(self) -> float:
        """Sum over the legs."""
        return sum(ride.distance_km for ride in self.rides)

    @property
    def cost(self) -> float:
        """Sum over the legs, in the reporting currency."""
        return sum(ride.cost for ride in self.rides)

    @property
    def emission_kg(self) -> float:
        """CO2e, sum over the legs."""
        return sum(ride.emission_kg for ride in self.rides)

    @property
    def links(self) -> tuple[str, ...]:
        """Ids of the links in their order."""
        return tuple(ride.link for ride in self.rides)


@dataclass(frozen=True, slots=True)
class NoWay:
    """Why there is no route.

    Parameters
    ----------
    kind
        ``closed``: links that are closed would lead there; ``expedited``: links that are kept for
        expedited lots would; ``dangerous_goods``: links that forbid them would; ``disconnected``:
        no links lead there at all.
    reason
        The same in words.
    links
        The links that stand in the way, of the shortest way over them.
    """

    kind: Literal["closed", "expedited", "dangerous_goods", "disconnected"]
    reason: str
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Routes:
    """The answer: the best routes, or why there is none.

    Parameters
    ----------
    origin, destination
        Places: a customer that collects at a site stands for the site.
    by
        What they are ranked by.
    ready
        When the goods are at the dock of the origin.
    mass_kg, dangerous
        What is sent.
    routes
        The best first.
    no_way
        ``None`` where there is a route.
    """

    origin: str
    destination: str
    by: Criterion
    ready: datetime
    mass_kg: float
    dangerous: bool
    routes: tuple[Route, ...]
    no_way: NoWay | None = None

    def table(self) -> pa.Table:
        """A row for each leg, in ``ROUTE_SCHEMA``."""
        rows = [
            {"route": number, "leg": leg, **{name: getattr(ride, name) for name in Ride.__slots__}}
            for number, route in enumerate(self.routes, start=1)
            for leg, ride in enumerate(route.rides, start=1)
        ]
        return pa.Table.from_pylist(rows, schema=ROUTE_SCHEMA)


ROUTE_SCHEMA = pa.schema(
    [
        pa.field("route", pa.int32()),
        pa.field("leg", pa.int32()),
        pa.field("link", pa.string()),
        pa.field("mode", pa.string()),
        pa.field("start", pa.string()),
        pa.field("end", pa.string()),
        pa.field("depart", TIMESTAMP),
        pa.field("arrive", TIMESTAMP),
        pa.field("distance_km", pa.float64(), metadata={"unit": "km"}),
        pa.field("cost", pa.float64()),
        pa.field("emission_kg", pa.float64(), metadata={"unit": "kg"}),
    ]
)
"""Money in the cluster's reporting currency."""


def best_routes(
    cluster: ClusterSpec,
    origin: str,
    destination: str,
    *,
    by: Criterion = "time",
    count: int = 3,
    ready: datetime | None = None,
    mass_kg: float = 1000.0,
    dangerous: bool = False,
    expedited: bool = False,
    closed: Collection[str] = (),
) -> Routes:
    """The best routes for one consignment, over links that are open.

    Departures, papers, border hours, holidays of posts and night bans count in the time. A link
    costs its price by mass or its minimum charge, papers, and its vehicle until that is back. The
    simulator sends all goods the fastest way by driving, border and papers alone; here one sees
    what else there is.

    Parameters
    ----------
    cluster
        Places and links.
    origin, destination
        Sites or customers.
    by
        ``time``: earliest arrival; ``cost``: least money; ``carbon``: least CO2e.
    count
        So many routes at most.
    ready
        When the goods are at the dock; default: the cluster's start.
    mass_kg
        Mass of the consignment.
    dangerous
        Links that forbid dangerous goods are left out; papers may take longer and cost more.
    expedited
        Links that are kept for expedited lots can be used too.
    closed
        Links that cannot be used: ids, or all over a border as ``NG:BJ``.

    Raises
    ------
    NotInClusterError
        When there is no such place, link or border.
    RouteError
        When criterion, count, mass or moment mean nothing.
    """
    start, end = _place(cluster, origin), _place(cluster, destination)
    moment = ready or cluster.start
    _check(by, count, mass_kg, moment)
    shut = closed_links(cluster, closed)
    search = _Search(cluster, moment, mass_kg, dangerous=dangerous, expedited=expedited)
    head = (start, end, by, moment, mass_kg, dangerous)
    if start == end:
        return Routes(*head, routes=(Route((), moment),))
    found = tuple(search.routes(start, end, by, count, shut))
    return Routes(*head, found, None if found else search.no_way(start, end, shut))


def _place(cluster: ClusterSpec, name: str) -> str:
    gates = {c.id: c.at_site for c in cluster.customers if c.at_site is not None}
    places = place_ids(cluster)
    if name in places:
        return name
    if name not in gates:
        what = f"the cluster has no place '{name}'"
        raise NotInClusterError(what, remedy=did_you_mean(name, [*places, *gates]))
    return gates[name]


def _check(by: str, count: int, mass_kg: float, moment: datetime) -> None:
    if by not in CRITERIA:
        what = f"routes are not ranked by '{by}'"
        raise RouteError(what, remedy=f"choose one of {', '.join(CRITERIA)}")
    if not 1 <= count <= MOST_ROUTES:
        raise RouteError(f"{count} routes", remedy=f"ask for 1 to {MOST_ROUTES}")
    if not 0.0 < mass_kg < float("inf"):
        raise RouteError(f"a mass of {mass_kg:g} kg", remedy="give a mass above 0")
    if moment.tzinfo is None:
        what = f"{moment.isoformat()} has no UTC offset"
        raise RouteError(what, remedy=f"write {moment.isoformat()}+00:00 for UTC")


class _Search:
    """Legs with their clocks and prices, for one consignment that is ready at one moment."""

    def __init__(
        self,
        cluster: ClusterSpec,
        ready: datetime,
        mass_kg: float,
        *,
        dangerous: bool,
        expedited: bool,
    ) -> None:
        self._legs = legs(cluster)
        offsets = offsets_h(cluster)
        self._clocks = [LegClock(leg, offsets, dangerous=dangerous) for leg in self._legs]
        self._ready = ready
        self._ready_ms = to_ms(ready)
        self._tonnes = mass_kg / 1000.0
        self._dangerous = dangerous
        self._expedited = expedited

    def routes(
        self, start: str, end: str, by: Criterion, count: int, shut: Collection[str]
    ) -> Iterator[Route]:
        """The best routes by a criterion."""
        usable = self._usable(shut, dangerous=self._dangerous, expedited=self._expedited)
        if by == "time":
            ways = Ways(self._legs, usable, self._arrival, lambda row: self._clocks[row].least_ms)
            found = islice(ways.ranked(start, end, self._ready_ms), count)
            return (self._timed(path) for path in found)
        price = self._price if by == "cost" else self._carbon
        ways = Ways(self._legs, usable, lambda row, value: value + price(row), price)
        paths = ways.ranked(start, end, 0)
        if by == "cost" and any(self._legs[row].link.vehicle_cost_per_h > 0.0 for row in usable):
            return iter(self._with_vehicles(paths, count))
        return (self._timed(path) for path in islice(paths, count))

    def _usable(self, shut: Collection[str], *, dangerous: bool, expedited: bool) -> list[int]:
        return [
            row
            for row, leg in enumerate(self._legs)
            if leg.link.id not in shut
            and (expedited or not leg.link.expedited)
            and not (dangerous and leg.link.dangerous_goods == "forbidden")
        ]

    def _arrival(self, row: int, moment_ms: int) -> int:
        clock = self._clocks[row]
        return clock.arrive(clock.depart(moment_ms))

    def _price(self, row: int) -> int:
        """Millionths of the currency, with a vehicle that waits nowhere."""
        leg = self._legs[row]
        return round(_MICRO * self._cost(leg, 2.0 * leg.travel_h))

    def _carbon(self, row: int) -> int:
        """Milligrams of CO2e."""
        return round(_MICRO * self._tonnes * self._legs[row].link.emission_kg_per_t)

    def _cost(self, leg: Leg, away_h: float) -> float:
        link = leg.link
        cost = max(self._tonnes * link.cost_per_t, link.minimum_charge) + link.papers_cost
        return cost + self._dangerous * link.dangerous_cost + away_h * link.vehicle_cost_per_h

    def _with_vehicles(self, paths: Iterator[Path], count: int) -> list[Route]:
        """Ranked by what they cost with all waiting of vehicles.

        The price without waiting is a bound below: what comes later in its order, beyond the
        dearest of the best, cannot be one of them.
        """
        best: list[Route] = []
        for path in islice(paths, _MOST_LOOKED_AT):
            bound = sum(self._price(row) for row in path) / _MICRO
            if len(best) == count and bound >= best[-1].cost:
                break
            best = sorted([*best, self._timed(path)], key=lambda route: route.cost)[:count]
        return best

    def _timed(self, path: Path) -> Route:
        rides: list[Ride] = []
        moment = self._ready_ms
        for row in path:
            leg, clock = self._legs[row], self._clocks[row]
            depart = clock.depart(moment)
            moment = clock.arrive(depart)
            away_h = (clock.arrive(moment) - depart) / _HOUR_MS
            rides.append(
                Ride(
                    link=leg.link.id,
                    mode=leg.link.mode,
                    start=leg.start,
                    end=leg.end,
                    depart=from_ms(depart),
                    arrive=from_ms(moment),
                    distance_km=leg.link.distance_km,
                    cost=self._cost(leg, away_h),
                    emission_kg=self._tonnes * leg.link.emission_kg_per_t,
                )
            )
        return Route(tuple(rides), self._ready)

    def no_way(self, start: str, end: str, shut: Collection[str]) -> NoWay:
        """What stands between two places that no route joins."""
        kept, careful = self._expedited, self._dangerous
        opened = self._shortest(start, end, dangerous=careful, expedited=kept)
        if opened is not None:
            names = self._names(opened, lambda leg: leg.link.id in shut)
            reason = f"every way leads over what is closed, the shortest over {', '.join(names)}"
            return NoWay("closed", reason, names)
        faster = self._shortest(start, end, dangerous=careful, expedited=True)
        if faster is not None:
            names = self._names(faster, lambda leg: leg.link.expedited)
            reason = f"only links kept for expedited lots lead there: {', '.join(names)}"
            return NoWay("expedited", reason, names)
        harmless = self._shortest(start, end, dangerous=False, expedited=kept)
        if harmless is not None:
            names = self._names(harmless, lambda leg: leg.link.dangerous_goods == "forbidden")
            reason = (
                "every way leads over links that forbid dangerous goods, the shortest over "
                f"{', '.join(names)}"
            )
            return NoWay("dangerous_goods", reason, names)
        return NoWay("disconnected", f"no links lead from {start} to {end}")

    def _shortest(self, start: str, end: str, *, dangerous: bool, expedited: bool) -> Path | None:
        usable = self._usable((), dangerous=dangerous, expedited=expedited)
        ways = Ways(self._legs, usable, lambda _, legs_so_far: legs_so_far + 1, lambda _: 1)
        return next(ways.ranked(start, end, 0), None)

    def _names(self, path: Path, stands_in_the_way: Any) -> tuple[str, ...]:
        legs_of = (self._legs[row] for row in path)
        return tuple(dict.fromkeys(leg.link.id for leg in legs_of if stands_in_the_way(leg)))
