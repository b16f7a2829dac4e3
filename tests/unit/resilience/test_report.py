"""The whole report: of the samples, of very small clusters, and of questions that mean nothing."""

from pathlib import Path

import pytest

from federation.cut import planned
from federation.errors import NotInClusterError, ResilienceError
from federation.resilience.report import resilience
from federation.resilience.schemas import RESILIENCE_TABLES, SCHEMAS
from federation.resilience.tables import tables
from federation.topology.load import load_cluster
from federation.topology.model import ClusterSpec
from tests.support.networks import at, link, network, order, part, product, site

CONFIGS = Path(__file__).parents[3] / "configs"


@pytest.fixture(scope="module")
def harmattan() -> ClusterSpec:
    return load_cluster(CONFIGS / "harmattan")


def test_any_one_site_of_harmattan_leaves_some_service_or_is_named(harmattan):
    """R12: with any single site lost something is still delivered; what is not is named."""
    report = resilience(planned(harmattan))
    assert report.served == pytest.approx(report.wanted) == pytest.approx(1180.0)
    risks = {row.product: row for row in report.products}
    for loss in report.losses:
        if loss.events[0].kind != "site":
            continue
        assert loss.share < 1.0
        for name in loss.gone:
            assert loss.events[0].id in risks[name].sites
    assert report.worst.name == "WA-LOS"
    # the strap is sewn in Aba alone, which one road joins with the rest; the bracket in Takoradi
    assert {"WA-ABA", "WA-TKD"} <= set(risks["P1"].sites)
    assert {"IBA-ABA", "ACC-TKD"} == set(risks["P1"].links)
    assert risks["P2"].sites == risks["P4"].sites == ()
    assert report.survived("border") == (6, 6)


def test_every_sample_has_its_figures_in_range(harmattan):
    for name in ("harmattan", "surge", "nearmarket"):
        cluster = load_cluster(CONFIGS / name)
        report = resilience(planned(cluster))
        assert 0.0 <= report.import_dependence <= 1.0
        sold = sum(row.units * cluster.product(row.product).price for row in report.supply)
        value = sum(row.value_added + row.material for row in report.values)
        assert value == pytest.approx(sold), "R23"
        assert all(0.0 < row.hhi <= 1.0 for row in report.processes)
        assert all(row.most.units >= row.served for row in report.products)


def test_all_tables_have_their_schema_and_a_row_for_each_site(harmattan):
    report = resilience(planned(harmattan), n2=True)
    found = tables(report)
    assert tuple(found) == RESILIENCE_TABLES
    for name, table in found.items():
        assert table.schema.equals(SCHEMAS[name]), name
    assert found["sites"].column("site").to_pylist() == [one.id for one in harmattan.sites]
    assert found["losses"].num_rows == 10 + 14 + 6 + 1
    assert report.pairs.examined == report.pairs.possible == 24 * 23 // 2
    assert tables(resilience(planned(harmattan)))["pairs"].num_rows == 0
    unit = found["losses"].schema.field("units").metadata
    assert unit[b"unit"] == b"1/wk"


def test_one_product_alone_is_judged_as_if_nothing_else_were_made(harmattan):
    report = resilience(planned(harmattan), product="P2")
    assert [row.product for row in report.products] == ["P2"]
    assert report.served == pytest.approx(60.0)
    assert {row.process for row in report.processes} >= {"bending", "mig_welding"}
    with pytest.raises(NotInClusterError, match="no product 'P9'; known: P1"):
        resilience(planned(harmattan), product="P9")


def test_a_week_without_orders_and_unknown_links_are_refused_with_the_remedy(harmattan):
    with pytest.raises(ResilienceError, match="in week 99; weeks 1 to 12 have orders"):
        resilience(planned(harmattan), week=99)
    with pytest.raises(NotInClusterError, match="no link 'LOS-COO2'; did you mean 'LOS-COO'"):
        resilience(planned(harmattan), closed=["LOS-COO2"])
    busy = resilience(planned(harmattan), week=6)
    assert (busy.weeks, busy.wanted > 1180.0) == (1, True)


def test_permissions_of_the_moment_count(harmattan):
    """Kaduna loses its approval: enclosures then hang on the first article in Takoradi."""
    snapshot = planned(harmattan)
    rows = snapshot.tables["approvals"].to_pylist()
    for row in rows:
        if row["site"] == "WA-KAD":
            row["status"] = 0
    table = snapshot.tables["approvals"]
    changed = table.from_pylist(rows, schema=table.schema)
    withdrawn = type(snapshot)(
        harmattan, snapshot.taken_at, snapshot.revisions, {**snapshot.tables, "approvals": changed}
    )
    risk = {row.product: row for row in resilience(withdrawn).products}
    assert "WA-TKD" in risk["P2"].sites
    assert resilience(withdrawn, approved_only=True).products[1].most.missing is not None


def test_a_site_in_ten_lines_has_a_report_without_products():
    report = resilience(planned(network([site("A", "cutting")])), n2=True)
    assert (report.shape.type, report.shape.parts) == ("isolated", (1,))
    assert (report.wanted, report.served, report.worst, report.products) == (0.0, 0.0, None, ())
    assert report.pairs.possible == 0
    assert report.notes == (
        "There are no orders, so no volume is lost: only what can still be made.",
    )
    assert tables(report)["sites"].num_rows == 1


def test_a_product_nobody_can_make_and_a_network_in_parts_are_told():
    goods = [
        product(part("W", [("welding", 60.0)]), {"W": ["A"]}),
        product(part("V", [("cutting", 60.0)]), {"V": ["A"]}),
    ]
    apart = network(
        [site("A", "cutting"), site("B")],
        [],
        goods,
        [at("gate", "B")],
        [order("W", "gate", 10), order("V", "gate", 10)],
    )
    report = resilience(planned(apart))
    assert (report.wanted, report.served) == (20.0, 0.0)
    assert [row.most.missing for row in report.products] == [
        "no site qualifies for W/welding (welding)",
        "no way leads from where it begins to who gets it",
    ]
    assert report.shape.parts == (1, 1)
    assert report.notes[0] == (
        "With everything there, 20.0 units a week cannot be made in regular hours."
    )
    assert report.supply == ()


def test_progress_is_told_loss_by_loss():
    seen = []
    pair = network([site("A"), site("B")], [link("A", "B")])
    resilience(planned(pair), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]
