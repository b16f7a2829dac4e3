"""The costs of a study, once more, in plain spreadsheet style from the files of its folder."""

from collections import defaultdict

import pytest
from pyarrow import parquet

from analytics.kpis.cost import PARTS

pytestmark = pytest.mark.slow

FIRST_ARTICLE = "first_article"


@pytest.fixture(scope="module")
def folder(result, tmp_path_factory):
    return result.write(tmp_path_factory.mktemp("result") / "collapse")


@pytest.fixture(scope="module")
def sheet(folder):
    """``sheet(name)``: the rows of a file."""
    return lambda name: parquet.read_table(folder / f"{name}.parquet").to_pylist()


@pytest.fixture(scope="module")
def told(sheet):
    """``(response, replication, kpi)`` to what the study says of the cluster."""
    return {
        (row["response"], row["replication"], row["kpi"]): row["value"]
        for row in sheet("kpis")
        if row["scope"] == "cluster"
    }


def sums(rows, amount):
    """Amounts summed by run."""
    found = defaultdict(float)
    for row in rows:
        found[row["response"], row["replication"]] += amount(row)
    return found


def check(told, kpi, found):
    runs = {key[:2] for key in told}
    assert runs
    for run in runs:
        assert told[*run, kpi] == pytest.approx(found[run], abs=0.01), (run, kpi)


def material_value(cluster, product, part, operation):
    """Bought material in one unit in work, components included."""
    price = {material.id: material.price for material in cluster.materials}

    def bought(one, until):
        steps = one.operations[:until]
        used = [entry for step in steps for entry in step.consumes]
        own = sum(price[entry.material] * entry.quantity_per_unit for entry in used)
        return own + sum(bought(child, len(child.operations)) for child in one.components)

    found = next(one for one in cluster.product(product).parts if one.id == part)
    return bought(found, operation + 1)


def test_penalty_is_late_units_times_days_times_rate(harmattan, sheet, told, result):
    rate = {order.id: order.lateness_cost_per_unit_day for order in harmattan.orders}
    product = {order.id: order.product for order in harmattan.orders}
    horizon = result.setting.horizon_end

    def penalty(lot):
        ready = lot["delivered_at"] or horizon
        days = max((ready - lot["due"]).total_seconds(), 0.0) / 86_400.0
        cost = rate[lot["order"]]
        if cost is None:
            cost = harmattan.product(product[lot["order"]]).lateness_cost_per_unit_day
        return lot["quantity"] * days * cost

    check(told, "penalty_cost", sums(sheet("lots"), penalty))


def test_transport_is_by_mass_and_never_below_the_minimum_charge(harmattan, sheet, told):
    links = {link.id: link for link in harmattan.links}
    rows = sheet("transports")
    for row in rows:
        link = links[row["link"]]
        by_mass = max(row["mass_kg"] / 1000.0 * link.cost_per_t, link.minimum_charge)
        declared = row["cost"] - by_mass - link.papers_cost  # dangerous goods are declared
        assert declared == pytest.approx(0.0, abs=0.01) or declared == pytest.approx(
            link.dangerous_cost, abs=0.01
        )
    check(told, "transport_cost", sums(rows, lambda row: row["cost"]))
    small = [row for row in rows if row["mass_kg"] <= 100.0]
    assert small
    assert all(row["cost"] >= links[row["link"]].minimum_charge > 0.0 for row in small)


def test_wages_are_paid_for_all_regular_hours(harmattan, sheet, told):
    labour = {site.id: site.labour for site in harmattan.sites if site.labour is not None}

    def wages(row):
        people = labour[row["site"]]
        regular_h = row["paid_h"] - row["overtime_h"]
        overtime = row["overtime_h"] * people.wage_per_h * people.overtime_premium
        return regular_h * people.wage_per_h + overtime

    rows = sheet("labour")
    check(told, "labour_cost", sums(rows, wages))
    # four weeks of six days are paid whether or not there is work
    idle = sums(rows, lambda row: row["idle_cost"])
    for (response, replication), value in idle.items():
        assert value > 0.0
        paid = told[response, replication, "regular_wages"] + value
        assert paid == pytest.approx(told["undisturbed", replication, "labour_cost"], abs=0.01)


def test_energy_is_kilowatt_hours_and_litres_times_price(harmattan, sheet, told):
    hired = {hire.site: hire.genset for hire in harmattan.genset_hire}
    energy = {site.id: site.energy for site in harmattan.sites}

    def bill(row):
        of_site = energy[row["site"]]
        genset = of_site.genset or hired.get(row["site"])
        litre = genset.fuel_price_per_l if genset is not None else 0.0
        tariff = of_site.grid.tariff_per_kwh if of_site.grid is not None else 0.0
        return row["grid_kwh"] * tariff + row["fuel_l"] * litre

    check(told, "energy_cost", sums(sheet("energy"), bill))


def test_scrap_is_units_times_the_material_in_them(harmattan, sheet, told):
    def value(row):
        if row["scrapped"] == 0:
            return 0.0
        return row["scrapped"] * material_value(
            harmattan, row["product"], row["part"], row["operation"]
        )

    found = sums(sheet("operations"), value)
    assert any(found.values())
    check(told, "scrap_cost", found)


def test_approvals_cost_once_for_each_first_article(harmattan, sheet, told):
    prices = {
        (permission.site, product.id, permission.part): permission.approval_cost
        for product in harmattan.products
        for permission in product.permissions
        if permission.status == FIRST_ARTICLE
    }
    rows = sheet("approvals")
    keys = [(r["response"], r["replication"], r["site"], r["product"], r["part"]) for r in rows]
    assert len(set(keys)) == len(keys)
    found = sums(rows, lambda row: prices[row["site"], row["product"], row["part"]])
    check(told, "approval_cost", found)


def test_the_parts_make_up_the_whole_and_the_extra_is_the_difference(told):
    parts = tuple(PARTS)
    for response, replication in {key[:2] for key in told}:
        of_run = {kpi: told[response, replication, f"{kpi}_cost"] for kpi in parts}
        whole = told[response, replication, "cost"]
        assert whole == pytest.approx(sum(of_run.values()), abs=0.01)
        if response != "undisturbed":
            calm = told["undisturbed", replication, "cost"]
            extra = told[response, replication, "extra_cost"]
            assert extra == pytest.approx(whole - calm, abs=0.01)


def test_hire_is_paid_by_the_day_begun(harmattan, told):
    prices = {hire.price_per_day for hire in harmattan.genset_hire}
    assert len(prices) == 1
    (price,) = prices
    for replication in range(3):
        hire = told["stay+hired-genset", replication, "hire_cost"]
        assert hire > 0.0
        assert hire / price == pytest.approx(round(hire / price), abs=1e-9)
        assert told["stay", replication, "hire_cost"] == 0.0


def test_scopes_of_carbon_add_up(sheet, told):
    transport = sums(sheet("transports"), lambda row: row["emission_kg"])
    check(told, "transport_kg", transport)
    for response, replication in {key[:2] for key in told}:
        parts = [
            told[response, replication, kpi] for kpi in ("scope1_kg", "scope2_kg", "transport_kg")
        ]
        assert told[response, replication, "emission_kg"] == pytest.approx(sum(parts), abs=0.01)
