"""What investments are worth: an obvious bottleneck, a price too high, a budget too small."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from analytics.edits.added_genset import AddedGenset
from analytics.edits.added_machine import AddedMachine
from analytics.edits.machine_upgrade import MachineUpgrade
from analytics.investing.candidate import Candidate, from_edits
from analytics.investing.errors import InvestingError
from analytics.investing.phases import phased
from analytics.investing.value import MarginalValue, marginal_value
from analytics.investing.worth import Arms, Worth
from analytics.statistics import Interval
from federation.cut import planned
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import START, cluster_data
from twins.spec import MachineSpec

WINDOW = {"horizon_h": 240.0, "replications": 2}


def bending_shop(**figures):
    """Only North may make the part; its brake needs 4 h of every 5 h, in 8 h of the day."""
    data = cluster_data(
        **{"orders": 6, "gap_h": 5.0, "lead_days": 2.0, "lateness": 20.0, **figures}
    )
    data["products"][0]["permissions"].pop()
    return planned(ClusterSpec.model_validate(data))


def machine(name, process, cost, site="North", run_kw=4.0):
    return AddedMachine(
        site=site,
        machine=MachineSpec(id=name, process=process, run_kw=run_kw),
        start=START,
        capital_cost=cost,
    )


@pytest.fixture(scope="module")
def shop():
    return bending_shop()


@pytest.fixture(scope="module")
def generated(shop):
    return marginal_value(shop, **WINDOW)


def test_the_bottleneck_is_found_and_comes_first(generated):
    best = generated.worths[0]
    assert best.candidate.id == "machine:North:brake"
    assert best.verdict == "pays"
    assert best.ratio > 1.0
    assert generated.sentence.startswith("Buy one more brake at North first: it saves")


def test_its_benefit_is_the_difference_of_two_simulated_clusters(shop, generated):
    best = generated.worths[0]
    arms = Arms(shop, horizon_h=WINDOW["horizon_h"])
    without = arms.costs((), range(2))
    with_it = arms.costs([best.candidate], range(2))
    assert best.benefit.estimate == pytest.approx(sum(without) / 2 - sum(with_it) / 2)
    assert generated.cost.estimate == pytest.approx(sum(without) / 2)


def test_the_charge_is_annuity_and_upkeep_of_the_window():
    edit = machine("b2", "bending", 36525.0).replace(life_years=10.0, upkeep_per_year=365.25)
    one = Candidate("b2", "b2", edit, "given")
    assert one.charge(START, START + timedelta(days=10)) == pytest.approx(110.0)
    assert one.net_present_value(4000.0) == pytest.approx((4000 - 365.25) * 10 - 36525)
    loan = Candidate("b2", "b2", edit.replace(interest_fraction=0.1), "given")
    annuity = 36525.0 * 0.1 / (1.0 - 1.1**-10)
    assert loan.charge(START, START + timedelta(days=10)) == pytest.approx(annuity / 36.525 + 10)
    assert loan.net_present_value(annuity + 365.25) == pytest.approx(0.0, abs=1e-6)


def test_a_machine_where_nothing_waits_and_a_price_too_high_do_not_pay(shop):
    found = marginal_value(
        shop,
        None,
        [machine("cell2", "assembly", 3000.0, "Port"), machine("b2", "bending", 1e9)],
        **WINDOW,
    )
    verdicts = {one.candidate.id: one.verdict for one in found.worths}
    assert verdicts == {"machine:Port:cell2": "does not pay", "machine:North:b2": "does not pay"}
    assert found.sentence == "Nothing is worth its money within 240 h."
    assert found.paying == ()


def test_without_lateness_nothing_is_short_and_a_plan_buys_nothing():
    calm = bending_shop(orders=1)
    found = marginal_value(
        calm, None, [machine("b2", "bending", 9000.0)], budgets=(20000.0,), **WINDOW
    )
    assert found.plan.bought == ()
    assert found.plan.phases[0].left == 20000.0
    assert found.plan.stopped == "nothing that is left is worth its money"


def test_a_plan_keeps_to_its_money_and_gains_less_with_each_machine(shop):
    arms = Arms(shop, horizon_h=WINDOW["horizon_h"])
    brake = from_edits([machine("b2", "bending", 9000.0)], shop.cluster, START)
    plan = phased(arms, brake, (10000.0, 10000.0), 2)
    assert [one.title for one in plan.bought][:1] == ["machine North b2"]
    money = 0.0
    for phase in plan.phases:
        money += phase.money
        assert phase.spent_in_all <= money
        assert phase.left == pytest.approx(money - phase.spent_in_all)
    gains = [pick.benefit.estimate for phase in plan.phases for pick in phase.picks]
    assert gains == sorted(gains, reverse=True)
    bought = plan.bought
    assert len({one.edit.machine.id for one in bought}) == len(bought)
    # No chance is in this cluster: the draws that confirm say the same as those that chose.
    assert plan.phases[-1].benefit.estimate == pytest.approx(sum(gains))


def test_money_that_suffices_for_nothing_says_so(shop):
    arms = Arms(shop, horizon_h=WINDOW["horizon_h"])
    plan = phased(
        arms, from_edits([machine("b2", "bending", 9000.0)], shop.cluster, START), [5.0], 2
    )
    assert plan.bought == ()
    assert plan.stopped == "the cheapest candidate costs 9,000, more than is left"


def test_an_interval_around_nothing_is_left_open(shop):
    one = from_edits([machine("b2", "bending", 9000.0)], shop.cluster, START)[0]
    worth = Worth(one, 10.0, Interval(12.0, 8.0, 16.0, 5), timedelta(days=10))
    assert (worth.verdict, worth.ratio) == ("open", 1.2)
    assert replace(worth, benefit=Interval(12.0, 11.0, 13.0, 5)).verdict == "pays"
    assert replace(worth, benefit=Interval(7.0, 5.0, 9.0, 5)).verdict == "does not pay"
    assert worth.payback_years == pytest.approx(9000.0 / (12.0 * 36.525))
    assert replace(worth, benefit=Interval(-1.0, -2.0, 0.0, 5)).payback_years is None
    told = MarginalValue(
        "s", "s", "USD", START, 240.0, 5, 1, "greedy", Interval(0, 0, 0, 5), (worth,)
    )
    assert told.sentence.startswith("Nothing surely pays: machine North b2 may")


def test_what_the_edit_says_of_its_price_is_kept(shop):
    noted = machine("b2", "bending", 9000.0).replace(source="offer of 3 May")
    assert from_edits([noted], shop.cluster, START)[0].basis == "source: offer of 3 May"
    assert from_edits([noted.replace(source=None)], shop.cluster, START)[0].basis == "given"


@pytest.mark.parametrize(
    ("candidates", "options", "words"),
    [
        ([], {}, "there is nothing to buy"),
        ([machine("b2", "bending", 0.0)], {}, "'machine:North:b2' costs nothing"),
        ([machine("brake", "bending", 5.0)], {}, "has a machine 'brake' already"),
        ([machine("b2", "bending", 5.0, "West")], {}, "there is no site 'West'"),
        ([machine("b2", "bending", 5.0)], {"replications": 1}, "give no interval"),
        ([machine("b2", "bending", 5.0)], {"seed": -1}, "the seed -1 is none"),
        ([machine("b2", "bending", 5.0)], {"budgets": (0.0,)}, "a budget of 0"),
        ([machine("b2", "bending", 5.0)], {"budgets": (1e308,)}, "above 0 and at most 1e\\+15"),
        ([machine("b2", "bending", 5.0)], {"budgets": (1.0,) * 13}, "13 budgets"),
        ([machine("b2", "bending", 5.0)], {"budgets": 5}, "budgets is 5; give a list of money"),
        ([machine("b2", "bending", 5.0)], {"budgets": "5"}, "budgets is '5'"),
        ([machine("b2", "bending", 5.0)], {"budgets": ("5",)}, "a budget of '5'; give a number"),
        ([machine("b2", "bending", 5.0)], {"replications": "2"}, "replications is '2'"),
    ],
)
def test_what_means_nothing_is_refused(shop, candidates, options, words):
    with pytest.raises(InvestingError, match=words):
        marginal_value(shop, None, candidates, **{**WINDOW, **options})


@pytest.mark.parametrize("field", ["capital_cost", "upkeep_per_year"])
def test_money_beside_which_the_rest_is_lost_in_rounding_is_refused(field):
    most = machine("b2", "bending", 5.0).model_dump() | {field: 1e15}
    assert AddedMachine.model_validate(most).cost_per_year >= 1e14
    with pytest.raises(ValidationError, match="less than or equal to 1000000000000000"):
        AddedMachine.model_validate(most | {field: 1.1e15})


def test_a_second_genset_is_not_bought_beside_the_first(shop):
    spec = {"rated_kw": 10, "tank_l": 50, "fuel_on_hand_l": 50}
    first, second = (
        AddedGenset(site="North", genset=spec, start=START, capital_cost=cost)
        for cost in (100.0, 200.0)
    )
    arms = Arms(shop, horizon_h=24.0)
    one, other = from_edits([first, second], shop.cluster, START)
    assert one.id != other.id
    assert other.edit.check(arms.cluster([one])) == [
        "North has a genset already; change its figures or choose another site"
    ]


def test_a_faster_machine_is_a_candidate_too(shop):
    faster = MachineUpgrade(
        site="North", machine="brake", speed_factor=3.0, start=START, capital_cost=2000.0
    )
    found = marginal_value(shop, None, [faster], **WINDOW)
    assert found.worths[0].verdict == "pays"
