"""Stable 64-bit keys: what every draw is tied to, never a position."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

GOLDEN = 0x9E3779B97F4A7C15
"""2^64 divided by the golden ratio: the increment of splitmix64."""


def stable_key(name: str) -> int:
    """A 64-bit key for draws from a stable id: the same on every platform and in every process."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def op_keys(
    lot_keys: npt.NDArray[np.uint64], steps: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint64]:
    """Keys of operations: the lot's key and the position in its routing, mixed (splitmix64)."""
    with np.errstate(over="ignore"):
        return mix64(lot_keys + (steps.astype(np.uint64) + np.uint64(1)) * np.uint64(GOLDEN))


def mix64(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014): spreads every bit over all."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
