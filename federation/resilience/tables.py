"""The Arrow tables of a resilience report: a row for each site, process, product, loss, ..."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from federation.resilience.report import Resilience
from federation.resilience.schemas import SCHEMAS, ResilienceTable
from federation.resilience.survival import Loss


def tables(report: Resilience) -> dict[ResilienceTable, pa.Table]:
    """All tables; ``pairs`` is empty where they were not asked for."""
    rows: dict[ResilienceTable, Iterable[Mapping[str, Any]]] = {
        "sites": _sites(report),
        "processes": (asdict(row) for row in report.processes),
        "products": _products(report),
        "single_steps": (asdict(row) for row in report.single_steps),
        "losses": _losses(report.losses),
        "pairs": _pairs(report.pairs.losses if report.pairs is not None else ()),
        "values": (asdict(row) for row in report.values),
        "imports": (asdict(row) for row in report.imports),
        "supply": (asdict(row) for row in report.supply),
    }
    found = {
        name: pa.Table.from_pylist(list(entries), schema=SCHEMAS[name])
        for name, entries in rows.items()
    }
    return {**found, "changeovers": report.changeovers}


def _sites(report: Resilience) -> Iterable[dict[str, Any]]:
    losses = {loss.events[0].id: loss for loss in report.losses if loss.events[0].kind == "site"}
    values = {row.site: row for row in report.values if row.basis == report.basis}
    steps = Counter(step.site for step in report.single_steps)
    for site, variety in zip(report.cluster.sites, report.variety, strict=True):
        loss, value = losses[site.id], values.get(site.id)
        yield {
            **asdict(variety),
            "country": site.country,
            "region": site.region_id,
            "organisation": site.organisation,
            "role": report.shape.roles[site.id],
            "articulation": site.id in report.shape.articulation,
            "loss_units": loss.units,
            "loss_share": loss.share,
            "single_steps": steps[site.id],
            "value_added": value.value_added if value is not None else 0.0,
            "value_share": value.share if value is not None else 0.0,
        }


def _products(report: Resilience) -> Iterable[dict[str, Any]]:
    for row in report.products:
        yield {
            "product": row.product,
            "wanted": row.wanted,
            "served": row.served,
            "most": row.most.units,
            "limits": [f"{limit.site}/{limit.id}" for limit in row.most.limits],
            "limit_shares": [limit.share for limit in row.most.limits],
            "missing": row.most.missing,
            "single_sites": row.sites,
            "single_links": row.links,
        }


def _losses(losses: Iterable[Loss]) -> Iterable[dict[str, Any]]:
    for loss in losses:
        yield {"kind": loss.events[0].kind, "id": loss.events[0].id, **_loss(loss)}


def _pairs(losses: Iterable[Loss]) -> Iterable[dict[str, Any]]:
    for loss in losses:
        first, second = loss.events
        head = {"first_kind": first.kind, "first": first.id}
        yield {**head, "second_kind": second.kind, "second": second.id, **_loss(loss)}


def _loss(loss: Loss) -> dict[str, Any]:
    return {
        "units": loss.units,
        "share": loss.share,
        "stranded": loss.stranded,
        "products": [name for name, _ in loss.products],
        "product_units": [units for _, units in loss.products],
        "gone": loss.gone,
        "cut_off_customers": sorted({customer for _, customer in loss.cut_off}),
    }
