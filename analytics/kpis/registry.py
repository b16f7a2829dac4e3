"""All families of key figures: every module of this folder that assigns a ``FAMILY``."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

import numpy as np
import pyarrow as pa

import analytics.kpis
from analytics.kpis.base import Family, Kpi, Run, Setting
from analytics.remember import by_identity
from analytics.run_table import Column, Named, RunTable, Sparse, texts
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
    scopes, rows, values = [], [], []
    subjects: list[str] = []
    for family in families().values():
        for figure in family.measure(run, setting):
            scopes.append(_SCOPE_ROW[figure.scope])
            subjects.append(figure.subject)
            rows.append(known[figure.kpi])
            values.append(figure.value)
    value = np.array(values, dtype=np.float64)  # what is undefined is no number
    missing = np.array([one is None for one in values], dtype=np.bool_)
    kpi = np.array(rows, dtype=np.int64)
    columns: dict[str, Column] = {
        "scope": Named(names["scopes"], np.array(scopes, dtype=np.int64), "scopes"),
        "subject": _named_subjects(subjects, setting),
        "kpi": Named(names["kpis"], kpi, "kpis"),
        "value": Sparse(value, missing),
        "unit": Named(names["units"], kpi, "units"),
    }
    return RunTable("kpis", columns, FIGURES).in_order(("scope", "subject", "kpi"))


def _named_subjects(subjects: list[str], setting: Setting) -> Named:
    """A column of subjects; the names travel with it only where the cluster lacks one of them."""
    known = _subject_row(setting)
    try:
        rows = np.array([known[subject] for subject in subjects], dtype=np.int64)
    except KeyError:
        column = pa.array([subject or setting.cluster.id for subject in subjects], type=pa.string())
        return Named(column, np.arange(len(column)))
    return Named(_subjects(setting), rows, "subjects")


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
