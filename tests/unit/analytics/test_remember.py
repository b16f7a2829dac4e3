"""Answers kept by the identity of what they were computed from."""

import gc

from analytics.remember import by_identity


def counted(kept=8):
    calls = []

    @by_identity(kept)
    def length(items, factor=1):
        calls.append(items)
        return len(items) * factor

    return length, calls


def test_the_same_object_is_asked_once_and_an_equal_one_again():
    length, calls = counted()
    first, equal = [1, 2], [1, 2]
    assert length(first) == length(first) == 2
    assert len(calls) == 1
    assert length(equal) == 2
    assert len(calls) == 2


def test_numbers_and_texts_are_compared_by_value():
    length, calls = counted()
    items = [1, 2, 3]
    assert length(items, int("1000")) == 3000
    assert length(items, int("1000")) == 3000
    assert length(items, int("2000")) == 6000
    assert len(calls) == 2


def test_the_oldest_answer_makes_room():
    length, calls = counted(kept=2)
    a, b, c = [1], [2], [3]
    for items in (a, b, c, c, b, a):
        length(items)
    assert len(calls) == 4


def test_an_argument_lives_as_long_as_its_answer():
    length, calls = counted(kept=4)
    for size in range(200):
        # freed lists would leave their ids to later ones, and with them wrong answers
        assert length(list(range(size))) == size
        gc.collect(0)
    assert len(calls) == 200
