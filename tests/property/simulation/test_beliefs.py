"""Whatever the times of a disruption: the past is seen as it was, the future never as it is."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from analytics.edits.site_down import SiteDown
from tests.support.small_cluster import MONDAY

hours = st.integers(1, 500)


def down(announced, start, end, believed, told):
    def at(number):
        return None if number is None else MONDAY + timedelta(hours=number)

    return SiteDown(
        site="NORTH",
        announced_at=at(announced),
        start=at(start),
        end=at(end),
        believed_end=at(believed),
        end_announced_at=at(told),
    )


@st.composite
def disruptions(draw):
    announced = draw(st.integers(0, 50))
    start = announced + draw(st.integers(0, 50))
    end = start + draw(hours)
    believed = start + draw(hours)
    told = draw(st.one_of(st.none(), st.integers(announced, end)))
    return down(announced, start, end, believed, told)


shares = st.floats(0.0, 0.999)


def between(first, last, share):
    return first + (last - first) * share


@given(disruptions(), shares)
def test_it_is_never_believed_to_be_over_while_it_is_on(edit, share):
    now = between(edit.known_from, edit.end, share)
    assert edit.end_as_believed(now) > now


@given(disruptions(), hours)
def test_once_over_it_is_known_when_it_ended(edit, later):
    assert edit.end_as_believed(edit.end + timedelta(hours=later - 1)) == edit.end


@given(disruptions(), hours, shares)
def test_the_real_end_is_not_seen_before_it_is_news(edit, other_end, share):
    edit = edit.replace(end_announced_at=None)
    other = edit.replace(end=edit.start + timedelta(hours=other_end))
    now = between(edit.known_from, min(edit.end, other.end), share)
    assert edit.end_as_believed(now) == other.end_as_believed(now)


@given(disruptions(), shares, shares)
def test_beliefs_change_at_news_and_at_no_other_time(edit, one, other):
    last = edit.end + timedelta(hours=50)
    first, second = (
        between(edit.known_from, last, share) for share in (min(one, other), max(one, other))
    )
    changes = {edit.end_as_believed(first), *map(edit.end_as_believed, edit.news())}
    assert edit.end_as_believed(second) in changes
    if not any(first < moment <= second for moment in edit.news()):
        assert edit.end_as_believed(first) == edit.end_as_believed(second)
