"""What every family of key figures keeps to; a new file in ``analytics/kpis`` is tested unasked."""

import math
import pickle
from dataclasses import replace
from datetime import timedelta

import pytest

from analytics.kpis.base import Run, Setting
from analytics.kpis.registry import families, kpis, measure
from analytics.tables import MONEY, RUN
from tests.support.run_tables import figures_of, table_of
from tests.support.small_cluster import MONDAY, small_cluster

FAMILIES = list(families().values())
UNITS = {"1", "h", "d", "kW", "kW.h", "L", "kg", "t", MONEY}


@pytest.fixture
def setting():
    return Setting(small_cluster(), MONDAY, MONDAY + timedelta(days=28))


@pytest.fixture
def quiet():
    """A run in which nothing happened."""
    return Run(tables={name: table_of(name) for name in RUN})


def test_the_families_of_the_first_release_are_there():
    assert set(families()) >= {
        "service", "time_elements", "energy", "carbon", "cost", "recovery", "moves",
    }  # fmt: skip


def test_no_two_families_give_the_same_figure():
    names = [kpi.id for family in FAMILIES for kpi in family.kpis]
    assert len(names) == len(set(names)) == len(kpis())


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.id)
def test_each_figure_is_declared_with_title_and_unit(family):
    for kpi in family.kpis:
        assert kpi.title
        assert kpi.unit in UNITS, kpi.id
        assert kpi.scopes


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.id)
def test_a_run_in_which_nothing_happens_gives_finite_or_undefined_figures(family, quiet, setting):
    run = replace(quiet, baseline=quiet)
    declared = {kpi.id: kpi for kpi in family.kpis}
    found = figures_of(family, run, setting)
    for figure in found:
        assert figure.scope in declared[figure.kpi].scopes, figure.kpi
        assert (figure.subject == "") == (figure.scope == "cluster")
        assert figure.value is None or math.isfinite(figure.value)
    for kpi in family.kpis:
        if "cluster" in kpi.scopes:
            assert kpi.id in {figure.kpi for figure in found}, kpi.id


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.id)
def test_only_figures_that_need_the_baseline_are_missing_without_it(family, quiet, setting):
    alone = {figure.kpi for figure in figures_of(family, quiet, setting)}
    beside = {figure.kpi for figure in figures_of(family, replace(quiet, baseline=quiet), setting)}
    needy = {kpi.id for kpi in family.kpis if kpi.needs_baseline}
    assert beside - alone == needy & beside
    assert not alone & needy


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.id)
def test_against_itself_nothing_is_extra(family, quiet, setting):
    for figure in figures_of(family, replace(quiet, baseline=quiet), setting):
        if figure.kpi.startswith("extra_"):
            assert figure.value == 0.0, figure.kpi


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.id)
def test_no_row_is_given_twice(family, quiet, setting):
    rows = [
        (f.kpi, f.scope, f.subject)
        for f in figures_of(family, replace(quiet, baseline=quiet), setting)
    ]
    assert len(rows) == len(set(rows))


def test_rows_name_the_currency_and_the_cluster(quiet, setting):
    rows = {row["kpi"]: row for row in measure(quiet, setting).arrow().to_pylist()}
    assert tuple(rows["cost"].values()) == ("cluster", "small", "cost", 0.0, "USD")
    assert rows["fuel_l"]["unit"] == "L"


def test_a_setting_travels_between_processes(setting):
    assert pickle.loads(pickle.dumps(setting)).cluster == setting.cluster  # noqa: S301
