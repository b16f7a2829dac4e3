"""Where the sites lie, and which of them are linked."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from federation.generator.parameters import Parameters

Floats = npt.NDArray[np.float64]
Pair = tuple[int, int]

CENTRES_PER_SITE = 0.03
SPREAD_KM = 60.0
NEIGHBOURS = 6
LONG_LINKS = 0.02
_EARTH_KM = 6371.0
_KM_PER_DEGREE = 111.2
_ROAD_FACTOR = 1.3
_BY_AIR_KM = 1500.0
_BRANCHES = 5


@dataclass(frozen=True, slots=True)
class Country:
    """Grid and wages of a country, as in the sample harmattan."""

    code: str
    utc_offset_h: int
    outages_per_month: float
    tariff_per_kwh: float
    emission_g_per_kwh: float
    wage_per_h: float


COUNTRIES = (
    Country("NG", 1, 32.8, 0.16, 523.0, 1.6),
    Country("GH", 0, 8.4, 0.125, 484.0, 1.8),
    Country("KE", 3, 3.8, 0.18, 70.0, 2.0),
    Country("BJ", 1, 28.0, 0.20, 590.0, 1.4),
    Country("TG", 0, 5.5, 0.215, 478.0, 1.4),
)


@dataclass(frozen=True, eq=False)
class Places:
    """Coordinates in degrees, the country of each site, and the links as pairs of rows."""

    latitude: Floats
    longitude: Floats
    country: npt.NDArray[np.int64]
    distance_km: Floats
    pairs: tuple[Pair, ...]


def draw_places(parameters: Parameters, random: np.random.Generator) -> Places:
    """Sites in Poisson clusters: centres in a rectangle, sites scattered normally around them."""
    count = parameters.sites
    centres = max(2, round(CENTRES_PER_SITE * count))
    centre_lat = random.uniform(-10.0, 14.0, centres)
    centre_lon = random.uniform(-16.0, 40.0, centres)
    country = random.integers(0, len(COUNTRIES), centres)
    of = random.integers(0, centres, count)
    spread = SPREAD_KM / _KM_PER_DEGREE
    latitude = np.round(centre_lat[of] + spread * random.standard_normal(count), 4)
    longitude = np.round(centre_lon[of] + spread * random.standard_normal(count), 4)
    distance = _great_circle(latitude, longitude)
    pairs = _network(parameters, distance, random)
    joined = tuple(sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}))
    return Places(latitude, longitude, country[of], distance, _connected(joined, distance))


def _great_circle(latitude: Floats, longitude: Floats) -> Floats:
    """float64[sites, sites]: km, by the haversine formula."""
    lat, lon = np.radians(latitude), np.radians(longitude)
    north, east = lat[:, None] - lat[None, :], lon[:, None] - lon[None, :]
    square = np.sin(north / 2) ** 2 + np.cos(lat)[:, None] * np.cos(lat) * np.sin(east / 2) ** 2
    found: Floats = 2.0 * _EARTH_KM * np.arcsin(np.sqrt(square))
    return found


def _network(
    parameters: Parameters, distance: Floats, random: np.random.Generator
) -> Iterator[Pair]:
    count = parameters.sites
    if parameters.network == "hub_spoke":
        hubs = random.choice(count, max(1, round(CENTRES_PER_SITE * count)), replace=False)
        for site in range(count):
            yield site, int(hubs[np.argmin(distance[site, hubs])])
        for hub in hubs.tolist():
            yield hub, int(hubs[0])
    elif parameters.network == "chain":
        order = _nearest_next(distance)
        yield from itertools.pairwise(order)
    elif parameters.network == "hierarchical":
        order = _nearest_next(distance)
        for at in range(1, count):
            yield order[at], order[(at - 1) // _BRANCHES]
    elif parameters.network == "small_world":
        ring = _nearest_next(distance)
        for at in range(count):
            for step in range(1, NEIGHBOURS // 2 + 1):
                end = int(random.integers(count)) if random.random() < LONG_LINKS else None
                yield ring[at], ring[(at + step) % count] if end is None else end
    else:
        near = np.argsort(distance, axis=1, kind="stable")[:, 1 : NEIGHBOURS + 1]
        for site, others in enumerate(near.tolist()):
            yield from ((site, other) for other in others)
        for _ in range(round(LONG_LINKS * count * NEIGHBOURS / 2)):
            yield int(random.integers(count)), int(random.integers(count))


def _nearest_next(distance: Floats) -> list[int]:
    """All sites, each followed by the nearest that was not yet visited."""
    left = np.ones(len(distance), dtype=np.bool_)
    order = [0]
    left[0] = False
    while left.any():
        away = np.where(left, distance[order[-1]], np.inf)
        order.append(int(np.argmin(away)))
        left[order[-1]] = False
    return order


def _connected(pairs: tuple[Pair, ...], distance: Floats) -> tuple[Pair, ...]:
    """The pairs, and the shortest that join what would be apart: every place can be reached."""
    group = np.arange(len(distance))
    for start, end in pairs:
        if group[start] != group[end]:
            group[group == group[end]] = group[start]
    found = list(pairs)
    while (group != group[0]).any():
        here, there = np.flatnonzero(group == group[0]), np.flatnonzero(group != group[0])
        between = distance[np.ix_(here, there)]
        row, column = np.unravel_index(int(np.argmin(between)), between.shape)
        start, end = int(here[row]), int(there[column])
        found.append((min(start, end), max(start, end)))
        group[group == group[end]] = group[start]
    return tuple(sorted(found))


def link_files(places: Places, names: list[str]) -> list[dict[str, Any]]:
    """The links as a cluster file has them: by road, by air where it is far."""
    found: list[dict[str, Any]] = []
    for start, end in places.pairs:
        km = max(1.0, round(float(places.distance_km[start, end]), 1))
        border = 8.0 if places.country[start] != places.country[end] else 0.0
        by_air = km > _BY_AIR_KM
        road_km = round(km * _ROAD_FACTOR, 1)
        found.append(
            {
                "id": f"{names[start]}-{names[end]}",
                "start": names[start],
                "end": names[end],
                "mode": "air" if by_air else "rigid",
                "distance_km": km if by_air else road_km,
                "drive_h": 30.0 if by_air else round(max(0.2, road_km / 45.0), 2),
                "border_h": 0.0 if by_air else border,
                "departures": ["08:00", "17:00"],
                "cost_per_t": round(0.8 * km if by_air else 0.225 * road_km + border, 2),
                "minimum_charge": 25.0,
                "emission_kg_per_t": round(km * 0.5313 if by_air else road_km * 0.36362, 2),
                "travel_time_cv": 0.2,
                "assumption": "drawn: great circle x 1.3 at 45 km/h; beyond 1,500 km by air",
            }
        )
    return found
