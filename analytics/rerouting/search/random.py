"""Random numbers of a search: xorshift64 (Marsaglia 2003), whose state is one word of an array."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.simulation.cache import compiled
from analytics.simulation.keys import mix64


def seeded(seed: int, start: int) -> Any:
    """uint64[1]: the state for a start of a search; never zero."""
    word = mix64(np.array([seed], dtype=np.uint64) ^ mix64(np.array([start + 1], dtype=np.uint64)))
    return np.maximum(word, np.uint64(1))


@compiled
def below(word: Any, count: int) -> Any:
    """An integer of 0 ... ``count`` - 1."""
    x = word[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    word[0] = x
    return np.int64((x >> np.uint64(11)) % np.uint64(count))


@compiled
def uniform(word: Any) -> float:
    """A number of [0, 1)."""
    x = word[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    word[0] = x
    return np.float64(x >> np.uint64(11)) * (1.0 / 9007199254740992.0)
