"""All families of key figures: every module of this folder that assigns a ``FAMILY``."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

import numpy as np
import pyarrow as pa

import analytics.kpis
from analytics.kpis.base import Family, Figure, Kpi, Run, Setting, SiteFigures
from analytics.remember import by_identity
from analytics.run_table import Column, Ints, Named, RunTable, Sparse, texts
from analytics.tables import KPIS, MONEY

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


FIGURES = pa.schema([KPIS.field(name) for name in ("scope", "subject", "kpi", "value", "unit")])
"""Schema of the figures of one run."""
_SCOPES = pa.array(["cluster", "order", "site"], type=pa.string())
_SCOPE_ROW = {scope: row for row, scope in enumerate(_SCOPES.to_pylist())}


def measure(run: Run, setting: Setting) -> RunTable:
    """All figures of a run as a table of the schema ``FIGURES``, in the order of its columns."""
    known = _kpi_row()
    names = figure_names(setting)
    single: list[Figure] = []
    several: list[SiteFigures] = []
    for family in families().values():
        for figure in family.measure(run, setting):
            if isinstance(figure, Figure):
                single.append(figure)
            else:
                several.append(figure)
    every = np.arange(len(setting.cluster.sites))
    sites = [every if one.sites is None else one.sites for one in several]
    subject = _named_subjects([one.subject for one in single], sites, setting)
    own = [known[one.kpi] for one in several]
    kpi = np.concatenate(
        [
            np.array([known[one.kpi] for one in single], dtype=np.int64),
            np.repeat(np.array(own, dtype=np.int64), [len(rows) for rows in sites]),
        ]
    )
    scope = np.full(len(kpi), _SCOPE_ROW["site"])
    scope[: len(single)] = [_SCOPE_ROW[one.scope] for one in single]
    alone = np.array([one.value for one in single], dtype=np.float64)  # None is not a number
    value = np.concatenate([alone, *(one.values for one in several)])
    columns: dict[str, Column] = {
        "scope": Named(names["scopes"], scope, "scopes"),
        "subject": subject,
        "kpi": Named(names["kpis"], kpi, "kpis"),
        "value": Sparse(value, np.isnan(value)),
        "unit": Named(names["units"], kpi, "units"),
    }
    return RunTable("kpis", columns, FIGURES).in_order(("scope", "subject", "kpi"))


def _named_subjects(subjects: list[str], sites: list[Ints], setting: Setting) -> Named:
    """Subjects, then sites by row; names travel with it only where the cluster lacks a subject."""
    names, known, source = _subjects(setting), _subject_row(setting), "subjects"
    new = {subject for subject in subjects if subject not in known}
    if new:
        more = sorted(new)
        known = {**known, **{name: len(names) + at for at, name in enumerate(more)}}
        names, source = pa.concat_arrays([names, pa.array(more, type=pa.string())]), ""
    first = np.array([known[subject] for subject in subjects], dtype=np.int64)
    return Named(names, np.concatenate([first, *(1 + rows for rows in sites)]), source)


def figure_names(setting: Setting) -> dict[str, pa.Array]:
    """Lists of names that the figures of runs refer to, by source."""
    return {
        "scopes": _SCOPES,
        "subjects": _subjects(setting),
        "kpis": _kpi_names(),
        "units": _units(setting.cluster.currency),
    }


@cache
def _kpi_row() -> dict[str, int]:
    return {kpi: row for row, kpi in enumerate(kpis())}


@cache
def _kpi_names() -> pa.Array:
    return pa.array(list(kpis()), type=pa.string())


@cache
def _units(currency: str) -> pa.Array:
    return pa.array([unit_of(kpi, currency) for kpi in kpis().values()], type=pa.string())


@by_identity(64)
def _subjects(setting: Setting) -> pa.Array:
    cluster = setting.cluster
    sites, orders = [one.id for one in cluster.sites], [one.id for one in cluster.orders]
    return pa.array([cluster.id, *sites, *orders], type=pa.string())


@by_identity(64)
def _subject_row(setting: Setting) -> dict[str, int]:
    """Row of each subject; nothing is the cluster."""
    found = {name: row for row, name in enumerate(texts(_subjects(setting)))}
    return {**found, "": 0}
