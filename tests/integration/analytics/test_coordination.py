"""The same order book under the five degrees of coordination: one comparable table."""

import polars as pl
import pytest

from analytics.rerouting.coordination.degrees import POLICY_AT, Degree
from analytics.rerouting.errors import ReroutingError

pytestmark = pytest.mark.slow

DEGREES = tuple(int(one) for one in Degree)


@pytest.fixture(scope="module")
def result(collapse_study):
    return collapse_study(
        responses=None, coordination=DEGREES, replications=1, horizon_check=False
    ).run()


def test_every_degree_has_the_same_key_figures(result):
    table = result.by_coordination()
    assert table["coordination"].unique().to_list() == list(DEGREES)
    figures = {number: set(table.filter(coordination=number)["kpi"]) for number in DEGREES}
    assert all(found == figures[0] for found in figures.values())
    assert {"cost", "late_orders", "lots_moved"} <= figures[0]
    names = {number: table.filter(coordination=number)["response"].unique() for number in DEGREES}
    assert {number: one.to_list() for number, one in names.items()} == {
        int(one): [POLICY_AT[one]] for one in Degree
    }


def test_no_degree_expects_less_cost_than_the_central_planner(result):
    """At the first news all degrees see the same state: what each plan costs as believed."""
    plans = result.frame("plans").filter(pl.col("response").is_in(list(POLICY_AT.values())))
    first = plans.filter(pl.col("decided_at") == pl.col("decided_at").min())
    costs = first.pivot("response", index="replication", values="expected_cost")
    for row in costs.to_dicts():
        for one in ("informed", "agreed", "auction"):
            assert row["central"] <= row[one] + 1e-6


def test_work_moves_between_sites_from_the_second_degree_on(result):
    table = result.by_coordination()
    moved = dict(table.filter(kpi="operations_moved").select("coordination", "mean").iter_rows())
    assert moved[0] == moved[1] == 0.0
    assert min(moved[2], moved[3], moved[4]) > 0.0
    cost = dict(table.filter(kpi="cost").select("coordination", "mean").iter_rows())
    assert max(cost[2], cost[3], cost[4]) < cost[0]


def test_the_degree_stands_in_the_rows_and_in_the_manifest(result):
    degrees = result.kpis.select("response", "coordination").unique().sort("response")
    assert dict(degrees.iter_rows()) == {
        **{name: int(one) for one, name in POLICY_AT.items()},
        "undisturbed": 0,
        **{f"undisturbed+{name}": int(one) for one, name in POLICY_AT.items() if one},
    }
    assert {row["id"]: row["coordination"] for row in result.manifest["responses"]} == {
        name: int(one) for one, name in POLICY_AT.items()
    }
    assert [one["coordination"] for one in result.manifest["scenarios"]] == [list(DEGREES)]
    titles = {one.id: one.title for one in result.context().responses}
    assert titles["agreed"] == "rerouting that sites agree to"


def test_a_degree_that_does_not_exist_is_refused(collapse_study):
    with pytest.raises(ReroutingError, match="no degree of coordination 5"):
        collapse_study(coordination=(0, 5))
