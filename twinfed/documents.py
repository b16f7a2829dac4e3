"""Answers about network and plans as documents: for JSON on the command line and over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analytics.rerouting.rerouted import Rerouting
    from federation.journeys import Routes
    from federation.resilience.report import Resilience
    from federation.resilience.survival import Loss


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


def resilience_document(report: Resilience) -> dict[str, Any]:
    """The report without its tables."""
    shape, worst = report.shape, report.worst
    return {
        "cluster": report.cluster.id,
        "product": report.product,
        "currency": report.cluster.currency,
        "closed": list(report.closed),
        "weeks": report.weeks,
        "wanted": report.wanted,
        "served": report.served,
        "network": {
            "type": shape.type,
            "parts": list(shape.parts),
            "linked_pairs": shape.pairs,
            "articulation": list(shape.articulation),
            "bridges": list(shape.bridges),
            "density": shape.density,
            "mean_hops": shape.mean_hops,
            "clustering": shape.clustering,
        },
        "survived": {
            kind: dict(zip(("without_loss", "of"), report.survived(kind), strict=True))
            for kind in ("site", "link", "border")
        },
        "worst": _loss(worst) if worst is not None else None,
        "basis": report.basis,
        "import_dependence": report.import_dependence,
        "pairs": None
        if report.pairs is None
        else {
            "examined": report.pairs.examined,
            "possible": report.pairs.possible,
            "elements": report.pairs.elements,
        },
        "notes": list(report.notes),
    }


def _loss(loss: Loss) -> dict[str, Any]:
    return {
        "kind": loss.events[0].kind,
        "id": loss.events[0].id,
        "units": loss.units,
        "share": loss.share,
        "gone": list(loss.gone),
    }


def rerouting_document(found: Rerouting) -> dict[str, Any]:
    """The plan with its certificate and explanation, and its tables."""
    from twinfed.endpoint.negotiation import plain

    proposal = found.proposal
    tables = {"costs": found.costs, "lots": found.lots, "sites": found.sites}
    return {
        "cluster": found.problem.cluster.id,
        "scenario": found.question.scenario.id if found.question.scenario is not None else None,
        "forked_at": found.snapshot.taken_at.isoformat(),
        "policy": found.policy,
        "proposed_by": proposal.policy,
        "verdict": found.kind,
        "sentence": found.sentence,
        "certificate": found.certificate,
        "currency": found.currency,
        "stay": found.stay.total,
        "plan": proposal.total,
        "saving": found.saving,
        "lower_bound": found.lower_bound,
        "gap": found.gap,
        "arguments": [asdict(one) for one in found.bound.arguments],
        "moves": proposal.change.moves,
        "site_changes": proposal.change.site_changes,
        "moved": [one.lot for one in found.moved],
        "declined": [one.lot for one in found.declined],
        "unserved": [{"lot": one.lot, "why": one.why} for one in found.unserved],
        "notes": list(found.notes),
        "tables": {name: list(plain(table.to_pylist())) for name, table in tables.items()},
    }
