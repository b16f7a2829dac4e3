"""Small clusters whose resilience can be worked out by hand: 48 h a week at each machine.

No energy, no failures, shifts from Monday to Saturday, 08:00 to 16:00; orders of one week unless
they say otherwise.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from federation.topology.model import ClusterSpec

MONDAY = "2027-01-04T00:00:00Z"
Data = dict[str, Any]


def site(name: str, *machines: str | Data, country: str = "NG", **values: Any) -> Data:
    """A site with one machine for each process named, or with machines in full."""
    found = [
        {"id": one, "process": one} if isinstance(one, str) else one
        for one in machines or ("storage",)
    ]
    return {
        "id": name,
        "name": name,
        "country": country,
        "latitude_deg": 6.0,
        "longitude_deg": 3.0,
        "machines": found,
        **values,
    }


def link(start: str, end: str, km: float = 100.0, **values: Any) -> Data:
    """A two-way road of so many km, an hour for 50 of them."""
    return {
        "id": f"{start}-{end}",
        "start": start,
        "end": end,
        "mode": "van",
        "distance_km": km,
        "drive_h": km / 50.0,
        **values,
    }


def part(
    name: str,
    steps: Sequence[tuple[str, float]],
    *components: Data,
    mass_kg: float = 1.0,
    **values: Any,
) -> Data:
    """A part whose steps are ``(process, minutes a unit)``; ``values`` go to its first step."""
    operations: list[Data] = [
        {"id": process, "process": process, "unit_time_min": minutes} for process, minutes in steps
    ]
    operations[0].update(values)
    return {
        "id": name,
        "mass_kg": mass_kg,
        "operations": operations,
        "components": list(components),
    }


def product(
    root: Data, permissions: Mapping[str, Iterable[str]], price: float = 10.0, **values: Any
) -> Data:
    """A product called like its root part; part to the sites that may make it."""
    return {
        "id": root["id"],
        "name": root["id"],
        "price": price,
        "root": root,
        "permissions": [
            {"part": name, "site": where} for name, sites in permissions.items() for where in sites
        ],
        **values,
    }


def order(name: str, customer: str, quantity: int, week: int = 1) -> Data:
    """An order released on the Tuesday of a week."""
    day = 7 * (week - 1) + 5
    return {
        "id": f"{name}-{customer}-{week}",
        "product": name,
        "customer": customer,
        "quantity": quantity,
        "release": f"2027-01-{day:02d}T08:00:00Z",
        "due": f"2027-02-{day:02d}T08:00:00Z",
    }


def at(name: str, where: str, country: str = "NG") -> Data:
    """A customer who collects at a site."""
    return {"id": name, "name": name, "country": country, "at_site": where}


def network(
    sites: Sequence[Data],
    links: Sequence[Data] = (),
    products: Sequence[Data] = (),
    customers: Sequence[Data] = (),
    orders: Sequence[Data] = (),
    **values: Any,
) -> ClusterSpec:
    """The cluster; lots of ten units."""
    return ClusterSpec.model_validate(
        {
            "id": "net",
            "name": "Net",
            "start": MONDAY,
            "lot_size": 10,
            "sites": list(sites),
            "links": list(links),
            "products": list(products),
            "customers": list(customers),
            "orders": list(orders),
            **values,
        }
    )


def star(spokes: int) -> ClusterSpec:
    """A hub with so many spokes."""
    names = [f"S{number}" for number in range(1, spokes + 1)]
    return network([site("HUB"), *map(site, names)], [link("HUB", name) for name in names])


def mesh(count: int) -> ClusterSpec:
    """Every site linked with every other."""
    names = [f"S{number}" for number in range(count)]
    pairs = [(a, b) for at_, a in enumerate(names) for b in names[at_ + 1 :]]
    return network([site(name) for name in names], [link(a, b) for a, b in pairs])


def chain(count: int) -> ClusterSpec:
    """Sites in a row."""
    names = [f"S{number}" for number in range(count)]
    return network(
        [site(name) for name in names],
        [link(a, b) for a, b in itertools.pairwise(names)],
    )
