"""What a validation case is: figures that were published, and the same figures as simulated."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Verdict = Literal["pass", "fail"]

SEED = 1
"""Of all draws of all cases; never chosen by its outcome."""
MOST_ERRORS = 3.0
"""A stochastic figure fails at so many standard errors from the exact one."""
LARGEST_ERROR = 0.005
"""A standard error above this share of the exact figure says too little: the figure fails."""


@dataclass(frozen=True)
class Figure:
    """One figure of a case, expected and simulated.

    Parameters
    ----------
    name
        What it is, with its unit.
    expected
        Published, or from the closed formula.
    simulated
        By the kernel.
    standard_error
        Of ``simulated`` over independent replications; ``None``: nothing is random in it.
    resolution
        By how much a figure that is not random may differ: the grid of the kernel's integers, or
        the digits that were published. 0 where the figures are integers themselves.
    """

    name: str
    expected: float
    simulated: float
    standard_error: float | None = None
    resolution: float = 0.0

    @property
    def deviation(self) -> float | None:
        """Distance from the expected figure in standard errors; ``None``: not random."""
        if self.standard_error is None:
            return None
        apart = self.simulated - self.expected
        if self.standard_error == 0.0:
            return math.copysign(math.inf, apart) if apart else 0.0
        return apart / self.standard_error

    @property
    def verdict(self) -> Verdict:
        """Whether the simulator reproduces it."""
        deviation = self.deviation
        if self.standard_error is None or deviation is None:
            near = abs(self.simulated - self.expected) <= self.resolution
        else:
            sharp = self.standard_error <= LARGEST_ERROR * abs(self.expected)
            near = sharp and abs(deviation) < MOST_ERRORS
        return "pass" if near else "fail"


@dataclass(frozen=True)
class Case:
    """A case of the reference.

    Parameters
    ----------
    id
        Its number, such as ``V1``.
    title
        What is modelled.
    source
        Formula or publication that the expected figures come from.
    measure
        Simulates and compares.
    """

    id: str
    title: str
    source: str
    measure: Callable[[], Sequence[Figure]]


@dataclass(frozen=True)
class Outcome:
    """A case that was run."""

    case: Case
    figures: tuple[Figure, ...]
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """``fail`` when one of the figures fails."""
        passed = bool(self.figures) and all(one.verdict == "pass" for one in self.figures)
        return "pass" if passed else "fail"


def estimate(name: str, expected: float, values: Sequence[float] | npt.NDArray[Any]) -> Figure:
    """A figure from independent replications: their mean and its standard error."""
    sample = np.asarray(values, np.float64)
    error = float(np.std(sample, ddof=1)) / math.sqrt(len(sample))
    return Figure(name, expected, float(np.mean(sample)), error)
