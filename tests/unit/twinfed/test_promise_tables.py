"""The headline of a promise date: a share where there are runs enough for one, else a count."""

from datetime import UTC, datetime
from itertools import islice

import pytest

from analytics.promise.answer import Promise
from analytics.promise.request import PromiseRequest
from federation.matching import Match
from twinfed.cli.promise_tables import parts


def headline(hours):
    found = Promise(
        request=PromiseRequest("FRAME", 4),
        customer="town",
        currency="USD",
        taken_at=datetime(2027, 1, 4, tzinfo=UTC),
        horizon_h=672.0,
        replications=len(hours),
        seed=1,
        match=Match("FRAME", ()),
        hours=hours,
    )
    return next(islice(parts(found), 1, None)).plain


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ((10.0,) * 6, "Promise Mon 4 Jan 10:00: kept in 6 of 6 runs."),
        ((*[10.0] * 18, 20.0, None), "Promise Mon 4 Jan 10:00: kept in 18 of 20 runs."),
        ((*[10.0] * 29,), "Promise Mon 4 Jan 10:00: kept in 29 of 29 runs."),
        ((*[10.0] * 30,), "Promise Mon 4 Jan 10:00: 90.0 % sure."),
    ],
)
def test_few_runs_are_counted_and_many_make_a_share(hours, words):
    assert headline(hours) == words
