"""Who can do an operation now: one answer for ``fed.match`` and for the policies."""

import pyarrow.compute as pc
import pytest

from analytics.rerouting.candidates import CandidateTable
from analytics.simulation.layout import WEEK_MS
from federation.cut import Cutter, planned
from federation.errors import NotInClusterError
from federation.matching import MATCH_SCHEMA, STANDING_WEEKS, match
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import believed
from tests.support.refusals import CHANGES, pair


def test_a_product_is_matched_step_by_step_with_a_table_of_all_sites():
    found = match(planned(pair("permission")), "block")
    (step,) = found.steps
    assert (step.part, step.operation, step.process) == ("block", "mill", "cnc_milling")
    assert step.sites == ("Home",)
    assert [(no.site, no.requirement) for no in step.refused] == [("Away", "permission")]
    assert found.makeable
    assert found.whole("block") == ("Home",)
    table = found.table()
    assert table.schema.equals(MATCH_SCHEMA)
    assert table.select(["site", "status", "requirement"]).to_pylist() == [
        {"site": "Home", "status": "approved", "requirement": None},
        {"site": "Away", "status": None, "requirement": "permission"},
    ]


@pytest.mark.parametrize("requirement", CHANGES)
def test_a_policy_is_refused_the_same_sites_for_the_same_reasons(requirement):
    """R13, R6: rerouting and the graph ask one matcher."""
    cluster = pair(requirement)
    (step,) = match(planned(cluster), "block").steps
    model, state = believed(cluster)
    table = CandidateTable(model, state, cluster, STANDING_WEEKS * WEEK_MS)
    assert table.refusals(0) == step.refused
    assert [no.requirement for no in step.refused] == [requirement]
    assert [model.names.groups[group][0] for group in table.groups(0)] == list(step.sites)


@pytest.mark.parametrize(
    ("asset", "signal", "requirement", "reason"),
    [
        (
            "gate:block/block",
            "approval.status",
            "permission",
            "Away has no permission for block/block any more",
        ),
        (
            "material:aluminium",
            "stock.quantity",
            "material",
            "Away has no aluminium, and none is on order",
        ),
    ],
)
def test_a_permission_taken_back_and_stock_used_up_are_told_by_the_twins(
    reading, asset, signal, requirement, reason
):
    cluster = pair()
    told = reading([(asset, signal, cluster.start, 0.0, None)])
    (step,) = match(Cutter(cluster).cut(cluster.start, {"Away": told}), "block").steps
    (refusal,) = step.refused
    assert (refusal.site, refusal.requirement, refusal.reason) == ("Away", requirement, reason)


@pytest.mark.parametrize(
    ("stock", "qualifies"),
    [
        ({"on_hand": 2.4}, False),  # a unit takes 2.5 kg
        ({"on_hand": 2.5}, True),
        ({"on_hand": 0.0, "weekly_receipt": 0.7}, True),  # 2.8 kg in four weeks
        (
            {
                "on_hand": 0.0,
                "supplier": {
                    "id": "smelter",
                    "reorder_point": 1.0,
                    "order_quantity": 5.0,
                    "lead": {"kind": "deterministic", "mean_h": 24.0},
                },
            },
            True,
        ),
    ],
)
def test_material_counts_when_it_lies_there_or_is_on_order(stock, qualifies):
    data = pair().model_dump(mode="json")
    data["sites"][1]["stock"] = [{"material": "aluminium", **stock}]
    (step,) = match(planned(ClusterSpec.model_validate(data)), "block").steps
    assert ("Away" in step.sites) is qualifies


def test_a_product_that_nobody_can_make_is_an_answer_and_no_error():
    found = match(
        planned(pair("disclosure").model_copy(update={"sites": pair().sites[1:]})), "block"
    )
    assert not found.makeable
    assert found.steps[0].qualified == ()
    assert pc.unique(found.table()["requirement"]).to_pylist() == ["disclosure"]


def test_what_the_cluster_does_not_have_is_named_with_what_it_has():
    snapshot = planned(pair())
    with pytest.raises(NotInClusterError, match="no product 'blok'; did you mean 'block'"):
        match(snapshot, "blok")
    with pytest.raises(NotInClusterError, match="no part 'core'; known: block"):
        match(snapshot, "block", "core")
    with pytest.raises(NotInClusterError, match="block has no operation 'weld'; known: mill"):
        match(snapshot, "block", operation="weld")
