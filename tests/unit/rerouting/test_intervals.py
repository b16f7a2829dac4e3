"""Arithmetic of open and closed times."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.rerouting.intervals import both, length, merged, within, without

SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda span: (span[0], sum(span))),
    max_size=6,
)


def minutes(intervals):
    return {minute for begin, end in intervals for minute in range(begin, end)}


@given(SPANS, SPANS)
def test_they_are_the_operations_of_sets(first, second):
    a, b = merged(first), merged(second)
    assert minutes(a) == minutes(first)
    assert minutes(without(a, b)) == minutes(a) - minutes(b)
    assert minutes(both(a, b)) == minutes(a) & minutes(b)
    assert length(a) == len(minutes(a))


@given(SPANS)
def test_buckets_share_the_time_out(spans):
    intervals = merged(spans)
    edges = np.arange(0, 91, 7)
    expected = [
        len(minutes(intervals) & set(range(int(begin), int(end))))
        for begin, end in itertools.pairwise(edges)
    ]
    assert within(intervals, 0, 7, len(edges) - 1).tolist() == expected


def test_neighbours_are_joined():
    assert merged([(5, 8), (1, 3), (3, 5)]) == ((1, 8),)
