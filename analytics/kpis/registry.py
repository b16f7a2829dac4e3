"""All families of key figures: every module of this folder that assigns a ``FAMILY``."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module

import analytics.kpis
from analytics.kpis.base import Family, Kpi, Run, Setting
from analytics.tables import MONEY

UNDISTURBED = "undisturbed"
"""Response id of the baseline: no edit, nothing is done."""


def control_id(response: str) -> str:
    """Id of the control of a response: it re-plans at the same moments, and nothing happens."""
    return f"{UNDISTURBED}+{response}"


@cache
def families() -> dict[str, Family]:
    """Id to family, sorted by id."""
    found: dict[str, Family] = {}
    for module in pkgutil.iter_modules(analytics.kpis.__path__):
        family = getattr(import_module(f"analytics.kpis.{module.name}"), "FAMILY", None)
        if family is not None:
            found[family.id] = family
    return dict(sorted(found.items()))


@cache
def kpis() -> dict[str, Kpi]:
    """Id to key figure, over all families."""
    return {kpi.id: kpi for family in families().values() for kpi in family.kpis}


def unit_of(kpi: Kpi, currency: str) -> str:
    """The unit of a row: UCUM, with the currency in the place of money."""
    return kpi.unit.replace(MONEY, currency)


def measure(run: Run, setting: Setting) -> Iterator[tuple[str, str, str, float | None, str]]:
    """All figures of a run: ``(scope, subject, kpi, value, unit)``."""
    known = kpis()
    for family in families().values():
        for figure in family.measure(run, setting):
            subject = figure.subject or setting.cluster.id
            unit = unit_of(known[figure.kpi], setting.cluster.currency)
            yield figure.scope, subject, figure.kpi, figure.value, unit
