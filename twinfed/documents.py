"""Answers about the network as documents: for JSON on the command line and over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from federation.journeys import Routes


def routes_document(found: Routes) -> dict[str, Any]:
    """Question, routes with their rides, and why there is none."""
    return {
        "from": found.origin,
        "to": found.destination,
        "by": found.by,
        "ready": found.ready,
        "mass_kg": found.mass_kg,
        "dangerous": found.dangerous,
        "routes": [
            {
                "arrive": route.arrive,
                "hours": route.hours,
                "distance_km": route.distance_km,
                "cost": route.cost,
                "emission_kg": route.emission_kg,
                "rides": [asdict(ride) for ride in route.rides],
            }
            for route in found.routes
        ],
        "no_way": asdict(found.no_way) if found.no_way is not None else None,
    }
