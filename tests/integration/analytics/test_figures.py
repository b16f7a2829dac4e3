"""The key figures of harmattan, once more, row by row from its tables."""

from collections import defaultdict

import polars as pl
import pytest

from analytics.kpis.registry import kpis
from twins.states import TIME_ELEMENT

pytestmark = pytest.mark.slow

RUN = ("response", "replication")
ELEMENTS = ("APT", "AUST", "ADET", "ADOT")
ENERGY = [
    *("load_kwh", "served_kwh", "unserved_kwh", "pv_kwh", "grid_kwh", "discharge_kwh"),
    *("charge_kwh", "genset_kwh", "dumped_kwh", "export_kwh", "rewarm_kwh", "grid_off_h", "fuel_l"),
]


@pytest.fixture(scope="module")
def told(result):
    """``(response, replication, site, kpi)`` to the value, of the sites."""
    rows = result.kpis.filter(pl.col("scope") == "site").iter_rows(named=True)
    return {(*(row[key] for key in RUN), row["subject"], row["kpi"]): row["value"] for row in rows}


@pytest.fixture(scope="module")
def sites(harmattan):
    return [site.id for site in harmattan.sites]


def by_run_and_site(frame, amount):
    found = defaultdict(float)
    for row in frame.iter_rows(named=True):
        found[row["response"], row["replication"], row["site"]] += amount(row)
    return found


def check(told, result, sites, kpi, found):
    runs = result.kpis.select(RUN).unique().rows()
    assert len(runs) == 15
    for response, replication in runs:
        for site in sites:
            value = pytest.approx(found[response, replication, site], rel=1e-12)  # order of sums
            assert told[response, replication, site, kpi] == value, (response, replication, site)


@pytest.mark.parametrize("kpi", ENERGY)
def test_energy_of_a_site_is_that_of_its_row(told, result, sites, kpi):
    check(told, result, sites, kpi, by_run_and_site(result.energy, lambda row: row[kpi]))


@pytest.mark.parametrize(
    ("kpi", "column"),
    [
        ("lost_to_power_h", "lost_to_power_h"),
        ("power_scrap_units", "power_scrap"),
        ("scrap_units", "scrap"),
        ("good_units", "good"),
        ("no_operator_h", "no_operator_h"),
        ("maintenance_h", "maintenance_h"),
    ],
)
def test_figures_of_machines_are_summed_over_the_rows_of_a_site(told, result, sites, kpi, column):
    found = by_run_and_site(result.frame("machines"), lambda row: row[column])
    check(told, result, sites, kpi, found)


@pytest.mark.parametrize("element", ELEMENTS)
def test_time_elements_are_sums_of_states(told, result, sites, element):
    states = [f"{state.name.lower()}_h" for state, of in TIME_ELEMENT.items() if of == element]

    def spent(row):
        off_shift = row["down_off_shift_h"] if element == "ADOT" else 0.0
        return sum(row[state] for state in states) - off_shift

    found = by_run_and_site(result.frame("machines"), spent)
    check(told, result, sites, f"{element.lower()}_h", found)


def test_moved_operations_are_those_at_another_site_than_planned(told, result, sites):
    planned = result.setting.planned_site

    def moved(row):
        home = planned.get((row["lot"], row["operation"]))
        return float(home is not None and home != row["site"])

    found = by_run_and_site(result.operations, moved)
    assert sum(found.values()) > 0
    check(told, result, sites, "operations_moved", found)


def test_emissions_of_a_site_are_those_of_its_row(told, result, sites):
    for kpi, column in (("scope1_kg", "fuel_emission_kg"), ("scope2_kg", "grid_emission_kg")):
        found = by_run_and_site(result.energy, lambda row, name=column: row[name])
        check(told, result, sites, kpi, found)


def test_late_orders_are_told_one_by_one(result):
    horizon = result.setting.horizon_end
    expected = {}
    for row in result.orders.iter_rows(named=True):
        ready = row["delivered_at"] or horizon
        complete = row["delivered_at"] is not None and ready <= row["due"]
        if row["due"] < horizon and not complete:
            days = max((ready - row["due"]).total_seconds(), 0.0) / 86_400.0
            expected[row["response"], row["replication"], row["order"]] = days
    rows = result.kpis.filter(pl.col("scope") == "order")
    found = {
        (row["response"], row["replication"], row["subject"]): row["value"]
        for row in rows.iter_rows(named=True)
    }
    assert found == pytest.approx(expected)
    assert len(found) > 0


def test_every_figure_of_a_run_is_there_once_and_in_order(result):
    keys = ["scenario", "response", "replication", "scope", "subject", "kpi"]
    assert result.kpis.select(keys).is_duplicated().sum() == 0
    assert result.kpis.select(keys).equals(result.kpis.select(keys).sort(keys))
    assert set(result.kpis.get_column("kpi")) == set(kpis())
