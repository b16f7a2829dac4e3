import math

import pytest

from analytics.statistics import Interval
from analytics.wording import duration, moment, number, percent, spread
from tests.unit.analytics.answers import FORK


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12345.6, "12,346"),
        (99.94, "99.9"),
        (12.0, "12"),
        (1.25, "1.25"),
        (0.0, "0"),
        (-0.001, "0"),
        (-1500.4, "−1,500"),
        (math.nan, "–"),
    ],
)
def test_numbers_have_as_many_digits_as_are_worth_reading(value, text):
    assert number(value) == text


def test_a_change_carries_its_sign():
    assert number(12.0, sign=True) == "+12"
    assert number(0.0, sign=True) == "0"


def test_estimate_and_half_width_have_the_same_decimals():
    assert spread(Interval(12.34, 11.9, 12.78, 5)) == "12.3 ± 0.4"
    assert spread(Interval(5.0, 5.0, 5.0, 5)) == "5"
    assert spread(Interval(5.0, math.nan, math.nan, 1)) == "5"


def test_shares_times_and_ages_read_as_people_write_them():
    assert percent(0.934) == "93.4 %"
    assert percent(1.0) == "100 %"
    assert moment(FORK) == "Mon 15 Feb 05:00"
    assert [duration(s) for s in (45, 600, 20_000, 400_000, math.inf)] == [
        "45 s", "10 min", "5.6 h", "4.6 d", "never heard",
    ]  # fmt: skip
