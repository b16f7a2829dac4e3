"""Twins and graph as documents. Pure: from readings and snapshots to what a client reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from federation.readings import values_of
from twinfed.endpoint.negotiation import plain
from twins.clock import to_datetime
from twins.readings import SiteReading
from twins.signals import CATALOGUE
from twins.spec import SiteSpec
from twins.states import MachineState
from twins.telemetry import Quality

if TYPE_CHECKING:
    import networkx as nx

    from federation.topology.model import ClusterSpec

_STATE = "machine.state"


def twin_id(cluster: str, site: str) -> str:
    """``namespace:name`` of a twin."""
    return f"{cluster}:{site}"


def etag(revision: int) -> str:
    """Strong entity tag of a twin at a revision."""
    return f'"rev:{revision}"'


def tag_matches(header: str | None, tag: str) -> bool:
    """Whether ``If-None-Match`` names ``tag`` (weak comparison, RFC 9110 section 8.8.3.2)."""
    if not header:
        return False
    given = [part.strip().removeprefix("W/") for part in header.split(",")]
    return "*" in given or tag in given


def twin_summary(cluster: ClusterSpec, site: SiteSpec, reading: SiteReading) -> dict[str, Any]:
    """One line of the list of twins."""
    last_us = reading.last_time_us
    return {
        "id": twin_id(cluster.id, site.id),
        "site": site.id,
        "name": site.name,
        "country": site.country,
        "region": site.region_id,
        "revision": reading.revision,
        "state_hash": reading.state_hash,
        "last_time": to_datetime(last_us).isoformat() if last_us is not None else None,
        "degraded": reading.degraded,
        "href": f"/api/v1/twins/{site.id}",
    }


def twin_document(cluster: ClusterSpec, site: SiteSpec, reading: SiteReading) -> dict[str, Any]:
    """A twin: its attributes, and each asset as a feature with its properties."""
    features = {
        asset: {
            "properties": {
                signal: _property(signal, seen._asdict()) for signal, seen in signals.items()
            }
        }
        for asset, signals in sorted(values_of(reading).items())
        if not asset.startswith("lot:")
    }
    return {
        **twin_summary(cluster, site, reading),
        "attributes": {
            "latitude_deg": site.latitude_deg,
            "longitude_deg": site.longitude_deg,
            "utc_offset_h": site.utc_offset_h,
            "role": site.role,
            "processes": sorted({machine.process for machine in site.machines}),
        },
        "features": features,
    }


def graph_document(graph: nx.MultiDiGraph[str]) -> dict[str, Any]:
    """The graph in networkx's node-link form, with JSON values."""
    import networkx as nx

    document: dict[str, Any] = nx.node_link_data(graph, edges="edges")
    return {str(key): value for key, value in next(iter(plain([document]))).items()}


def _property(signal: str, seen: Mapping[str, Any]) -> dict[str, Any]:
    value = seen["value"]
    found: dict[str, Any] = {
        "value": next(iter(plain([value]))),
        "time": to_datetime(seen["time_us"]).isoformat(),
        "quality": Quality(seen["quality"]).name.lower(),
    }
    known = CATALOGUE.get(signal)
    if known is not None and known.unit:
        found["unit"] = known.unit
    if seen["text"] is not None:
        found["text"] = seen["text"]
    if signal == _STATE and value is not None:
        found["state"] = MachineState(int(value)).name.lower()
    return found
