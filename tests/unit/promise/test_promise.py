"""Promise dates of two metal shops: counted by hand, kept by chance, refused with the reason."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from analytics.edits.more_orders import with_orders
from analytics.promise.errors import PromiseError
from analytics.promise.place import NewOrder
from analytics.promise.promise import promise
from analytics.promise.request import PromiseRequest
from analytics.rerouting.questions import Question
from federation.cut import planned
from federation.errors import NotInClusterError
from federation.topology.load import load_cluster
from tests.support.workshop import write_workshop

HORIZON_H = 300.0
RUNS = 6


def at(day, hour, minute=0):
    return datetime(2027, 1, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def shops(tmp_path):
    """``shops(**changes)``: the snapshot of the workshop at its start, with changed files."""

    def written(**changes):
        return planned(load_cluster(write_workshop(tmp_path / str(len(changes)), **changes)))

    return written


@pytest.fixture
def snapshot(shops):
    return shops()


@pytest.fixture
def chancy(shops):
    """Bending takes now longer, now shorter."""
    return shops(products__frame=("unit_time_min: 12\n", "unit_time_min: 12\n      time_cv: 0.6\n"))


def asked(snapshot, quantity=10, **more):
    options = {"horizon_h": HORIZON_H, "replications": RUNS}
    options |= {name: more.pop(name) for name in ("replications", "seed") if name in more}
    return promise(snapshot, PromiseRequest("FRAME", quantity, **more), **options)


def test_the_date_is_that_of_the_free_shop_counted_by_hand(snapshot):
    # Shop A has the order book. In shop B 10 frames bend from 08:00 (12 min each), weld from 10:00
    # (15 min each), leave at 17:00 and are an hour and a half on the road.
    found = asked(snapshot)
    assert found.date(0.5) == found.date(0.9) == found.expected == at(4, 18, 30)
    assert [step.work_centres for step in found.steps] == [("SHOP-B/brake",), ("SHOP-B/cell",)]
    assert (found.steps[0].first, found.steps[1].last) == (at(4, 8), at(4, 12, 30))
    assert [step.others for step in found.steps] == [("SHOP-A",), ("SHOP-A",)]
    # minimum charge 10; (2 h x 4 kW + 2.5 h x 5 kW) x 0.3
    assert found.cost.estimate == pytest.approx(10 + 20.5 * 0.3)
    assert found.cost_parts["transport"] == pytest.approx(10.0)
    assert found.revenue == 400.0


def test_nothing_of_the_schedule_is_moved_and_the_order_comes_behind_it(snapshot):
    request = PromiseRequest("FRAME", 10)
    order = request.order(snapshot, HORIZON_H)
    problem = Question(horizon_h=HORIZON_H, frozen_h=0.0).problem(with_orders(snapshot, (order,)))
    new = NewOrder(problem, order.id, 5.0)
    placed = new.place()
    state = new.write(problem.state, placed)
    others = [op for op in range(len(state.op)) if op not in set(new.ops.tolist())]
    for name in ("group", "rank"):
        assert (state.op[name][others] == problem.state.op[name][others]).all()
    assert placed.rank.min() > problem.state.op["rank"][others].max()
    before = Question(horizon_h=HORIZON_H, frozen_h=0.0).problem(snapshot).present
    after = new.replay(placed)
    assert (after.op["start_ms"][others] == before.op["start_ms"]).all()


def test_the_parts_of_the_order_sum_to_it(snapshot):
    found = asked(snapshot, 25)
    assert [lot.quantity for lot in found.lots] == [10, 10, 5]
    assert max(lot.expected for lot in found.lots) == found.expected


def test_a_promise_is_never_earlier_than_the_median_of_the_runs(chancy):
    found = asked(chancy, 25, replications=20)
    assert len(set(found.hours)) > 1
    middle = sorted(found.hours)[9]
    assert found.quantile(0.5).estimate == middle
    assert found.date() >= found.date(0.5) == found.taken_at + timedelta(hours=middle)
    assert found.date(0.9) <= found.date(0.99)


def test_the_same_seed_gives_the_same_answer_and_another_one_another(chancy):
    first = asked(chancy, 25).hours
    assert asked(chancy, 25).hours == first
    assert asked(chancy, 25, seed=2).hours != first


def test_the_probability_of_a_wished_date_is_the_share_of_the_runs(chancy):
    wished = at(5, 12)
    found = asked(chancy, 25, by=wished, replications=20)
    hours = (wished - found.taken_at) / timedelta(hours=1)
    kept = sum(1 for one in found.hours if one <= hours)
    assert found.on_time.estimate == kept / 20
    assert found.on_time.low <= kept / 20 <= found.on_time.high


def test_a_wish_far_ahead_is_made_where_it_is_cheapest(snapshot):
    # At the customer's gate in shop A nothing has to be carried.
    far = asked(snapshot, by=at(16, 12))
    assert far.steps[0].sites == far.steps[1].sites == ("SHOP-A",)
    assert far.cost_parts["transport"] == 0.0
    assert far.on_time.estimate == 1.0
    elsewhere = {one.site: one.delivered for one in far.alternatives}
    assert elsewhere["SHOP-B"] < elsewhere[""]


@pytest.mark.parametrize(
    "question", [{}, {"by": at(4, 19)}, {"by": at(16, 12)}], ids=["soonest", "close", "far"]
)
def test_no_alternative_is_sooner_and_cheaper_than_what_is_told(shops, question):
    # Operation by operation the approval of shop B's first article puts it off, and the order is
    # bent in shop A and waits there for the cell; made in shop B as a whole it is there sooner.
    snapshot = shops(
        products__frame=(
            "site: SHOP-B, part: frame, status: approved",
            (
                "site: SHOP-B, part: frame, status: first_article, approver: SHOP-A, "
                "approval_h: 4, approval_cost: 30"
            ),
        )
    )
    told, *others = asked(snapshot, 4, **question).alternatives
    assert others
    for one in others:
        assert (one.delivered >= told.delivered) or (one.cost >= told.cost)


def test_an_approval_that_does_not_pay_counts_where_it_is_the_only_way(shops):
    def counts(approval_cost):
        written = shops(
            products__frame=(
                "site: SHOP-B, part: frame, status: approved",
                (
                    "site: SHOP-B, part: frame, status: first_article, approver: SHOP-A, "
                    f"approval_h: 4, approval_cost: {approval_cost}"
                ),
            )
        )
        found = asked(written, 4, by=at(16, 12), replications=2)
        return {one.site: one.cost for one in found.alternatives}

    free, paid = counts(0), counts(30)
    assert free["SHOP-B"] == pytest.approx(10.0)  # the minimum charge of the road
    assert paid["SHOP-B"] > free["SHOP-B"]
    assert paid[""] == free[""] == 0.0


def test_a_wish_that_the_cheapest_way_cannot_keep_is_planned_for_the_earliest_date(shops):
    # Lateness costs nothing, so that the cheapest way is shop A, which is booked until Thursday.
    snapshot = shops(
        products__frame=("lateness_cost_per_unit_day: 5", "lateness_cost_per_unit_day: 0")
    )
    assert asked(snapshot, by=at(15, 12)).steps[0].sites == ("SHOP-A",)
    close = asked(snapshot, by=at(4, 19))
    assert close.steps[0].sites == ("SHOP-B",)
    assert close.on_time.estimate == 1.0


def test_what_is_available_is_what_no_planned_lot_will_need(shops):
    # 9 kg a frame: 100 kg in shop B are 11 frames, all free; shop A has 90 frames to make.
    snapshot = shops(sites__shop_b=("on_hand: 2000", "on_hand: 100"))
    found = asked(snapshot, 10)
    assert found.available_units == 10
    row = found.free[0]
    assert (row.site, row.on_hand, row.planned, row.needed) == ("SHOP-B", 100.0, 0.0, 90.0)
    here = asked(snapshot, 10, by=at(16, 12)).free[0]
    assert (here.site, here.planned) == ("SHOP-A", 90 * 9.0)


def test_lots_that_begin_after_the_next_receipt_leave_what_lies_there(shops):
    # More comes on Wednesday at 07:00. Until then shop A bends O1 and O2: 70 frames, 630 of 700 kg;
    # the other 70 kg are seven frames and a bit.
    snapshot = shops(
        sites__shop_a=("on_hand: 2000", "on_hand: 700, weekly_receipt: 900, receipt_day: wed")
    )
    found = asked(snapshot, 10, by=at(16, 12))
    row = found.free[0]
    assert (row.site, row.planned, row.free) == ("SHOP-A", 630.0, 70.0)
    assert found.available_units == 7
    assert found.on_time.estimate == 1.0


def test_what_is_short_makes_fewer_units_available(shops):
    # Shop A has 850 kg and 810 of them go to the order book: 40 kg are four frames of the 25.
    snapshot = shops(
        sites__shop_a=("on_hand: 2000", "on_hand: 850"),
        products__frame=("  - {site: SHOP-B, part: frame, status: approved}\n", ""),
    )
    found = asked(snapshot, 25)
    assert found.available_units == 4
    assert found.free[0].free == pytest.approx(40.0)
    assert "SHOP-A has 40 of 225 sheet that no planned lot needs" in found.reason
    assert asked(snapshot, 4).possible


def test_where_nobody_can_the_matchers_reasons_are_given(shops):
    empty = shops(
        sites__shop_a=("on_hand: 2000", "on_hand: 0"),
        sites__shop_b=("on_hand: 2000", "on_hand: 0"),
    )
    found = asked(empty)
    assert not found.possible
    assert found.date() is None
    assert found.reason.startswith("nobody can do 'bend' of frame: SHOP-A: SHOP-A has no sheet")
    assert "SHOP-B has no sheet, and none is on order" in found.reason


def test_where_no_way_leads_to_the_customer_it_is_said(snapshot):
    cluster = snapshot.cluster
    frame = cluster.products[0]
    only_b = frame.model_copy(update={"permissions": frame.permissions[1:]})
    alone = cluster.model_copy(update={"links": (), "products": (only_b,), "orders": ()})
    found = asked(planned(alone))
    assert "no way leads" in found.reason


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"quantity": 0}, "0 units of FRAME cannot be promised"),
        ({"quantity": -3}, "ask for 1 to"),
        ({"quantity": 20_001}, "are 2,001 lots, more than are planned at once"),
        ({"by": at(4, 0)}, "is not after the state"),
        ({"by": at(30, 0)}, "lies beyond the 300 h"),
        ({"by": datetime(2027, 1, 6, 12)}, "has no UTC offset"),  # noqa: DTZ001
        ({"probability": 0.4}, "does not lie between 0.5 and 0.99"),
        ({"probability": math.nan}, "does not lie between 0.5 and 0.99"),
        ({"replications": 1}, "1 replications give no probability"),
        ({"seed": -1}, "the seed -1 is none"),
        ({"quantity": 4.5}, "quantity is 4.5; give a whole number"),
        ({"quantity": "40"}, "quantity is '40'"),
        ({"quantity": None}, "quantity is None"),
        ({"quantity": True}, "quantity is True"),
        ({"by": "2027-03-01"}, "by is '2027-03-01'; give a datetime with its UTC offset"),
        ({"at": 5}, "at is 5; give the id of a customer"),
        ({"probability": "0.9"}, "probability is '0.9'"),
        ({"replications": "2"}, "replications is '2'"),
    ],
)
def test_what_means_nothing_is_refused_with_the_remedy(snapshot, question, words):
    with pytest.raises(PromiseError, match=words):
        asked(snapshot, **question)


@pytest.mark.parametrize("horizon_h", [0.0, math.inf, 9000.0])
def test_a_horizon_must_be_one(snapshot, horizon_h):
    with pytest.raises(PromiseError, match="cannot be simulated"):
        promise(snapshot, PromiseRequest("FRAME", 5), horizon_h=horizon_h)


def test_unknown_names_are_refused(snapshot):
    with pytest.raises(NotInClusterError, match="did you mean 'FRAME'"):
        promise(snapshot, PromiseRequest("FRAMES", 5))
    with pytest.raises(NotInClusterError, match="no customer 'twon'; did you mean 'town'"):
        asked(snapshot, at="twon")
    with pytest.raises(NotInClusterError, match="no variant 'red'"):
        asked(snapshot, variant="red")
