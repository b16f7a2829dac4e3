"""Answers kept for the arguments they were computed from, told apart by identity.

A study asks the same questions of the same cluster thousands of times: names as columns, prices,
calendars. The arguments are large immutable objects, whose comparison would cost as much as the
answer; so they are compared by identity, and kept alive as long as the answer that stands for them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

_BY_VALUE = frozenset((int, str, bytes))


def by_identity(
    kept: int = 8,
) -> Callable[[Callable[Arguments, Answer]], Callable[Arguments, Answer]]:
    """Keep the last ``kept`` answers of a pure function of positional arguments.

    Integers, texts and bytes are compared by value, everything else by identity. The answers are
    shared: nobody may change them, nor the arguments.
    """

    def decorate(function: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
        answers: dict[tuple[object, ...], tuple[object, Answer]] = {}
        lock = threading.Lock()

        @wraps(function)
        def answer(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
            key = tuple([one if type(one) in _BY_VALUE else (id(one),) for one in args])
            found = answers.get(key)
            if found is not None:
                return found[1]
            value = function(*args, **kwargs)
            with lock:
                while len(answers) >= kept:
                    del answers[next(iter(answers))]
                answers[key] = (args, value)  # the arguments live on, so their ids stay theirs
            return value

        return answer

    return decorate
