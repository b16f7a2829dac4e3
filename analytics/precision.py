"""How often a study runs: a fixed number of replications, pairs, or until its answer is sharp."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, TypedDict

from analytics.answer import Criterion, StudyError, pair_means
from analytics.kpis.registry import UNDISTURBED, kpis
from analytics.run_result import RunResult
from analytics.stopping import FIRST, half_width, observations_next


class PrecisionOptions(TypedDict, total=False):
    """What is handed on to a study as it is; ``Study`` says what each means."""

    target_half_width: float | None
    target_kpi: str
    max_replications: int
    antithetic: bool
    horizon_check: bool
    choose_by: Criterion
    break_even: bool


@dataclass(frozen=True)
class Precision:
    """What a study was asked for beside its first replications.

    Parameters
    ----------
    half_width
        Of the 95 % interval of ``kpi``, in its unit; ``None``: run no more than was asked for.
    kpi
        Key figure of the cluster.
    most
        Replications at most.
    antithetic
        Replications come in pairs, whose mean is the observation.
    """

    half_width: float | None = None
    kpi: str = "cost"
    most: int = 1000
    antithetic: bool = False

    def check(self, replications: int) -> None:
        """See that it can be asked for.

        Raises
        ------
        StudyError
            When it cannot.
        """
        if self.antithetic and replications % 2:
            raise StudyError(
                f"the study cannot run: {replications} replications are no antithetic pairs",
                remedy=f"ask for {replications + 1}",
            )
        if self.half_width is None:
            return
        if not 0.0 < self.half_width < math.inf:
            raise StudyError(
                f"the study cannot run: a target half-width of {self.half_width}",
                remedy="give one above 0, in the unit of the key figure",
            )
        if self.kpi not in kpis():
            raise StudyError(
                f"the study cannot run: there is no key figure '{self.kpi}'",
                remedy="choose one of " + ", ".join(kpis()),
            )
        if self.most < self.first(replications):
            raise StudyError(
                f"the study cannot run: at most {self.most} replications, and "
                f"{self.first(replications)} are needed to begin with",
                remedy="raise max_replications",
            )

    @property
    def _size(self) -> int:
        """Replications of an observation."""
        return 2 if self.antithetic else 1

    def first(self, replications: int) -> int:
        """Replications before the first look."""
        if self.half_width is None:
            return replications
        return max(replications, FIRST * self._size)

    def next_count(self, count: int, widest: float) -> int:
        """Replications to have at the next look; ``count``: stop."""
        if self.half_width is None:
            return count
        size = self._size
        return size * observations_next(count // size, widest, self.half_width, self.most // size)

    def manifest(self) -> dict[str, Any]:
        """What the manifest says of it; nothing where nothing was asked for."""
        told: dict[str, Any] = {}
        if self.antithetic:
            told["antithetic"] = True
        if self.half_width is not None:
            told["target"] = {
                "kpi": self.kpi,
                "half_width": self.half_width,
                "max_replications": self.most,
            }
        return told


class Watch:
    """Reads the figure that must be sharp out of the results as they come."""

    def __init__(self, precision: Precision) -> None:
        self._precision = precision
        self._seen: dict[tuple[str, str], dict[int, float | None]] = defaultdict(dict)

    def see(self, result: RunResult) -> None:
        """Take in the key figures of one run."""
        if self._precision.half_width is None:
            return
        if result.response.partition("+")[0] == UNDISTURBED:
            return
        for row in result.figures.arrow().to_pylist():
            if row["kpi"] == self._precision.kpi and row["scope"] == "cluster":
                key = result.scenario, result.response
                self._seen[key][result.replication] = row["value"]

    def next_count(self, count: int) -> int:
        """Replications to have at the next look; ``count``: stop."""
        widest = max((self._half_width(found) for found in self._seen.values()), default=math.inf)
        return self._precision.next_count(count, widest)

    def _half_width(self, found: dict[int, float | None]) -> float:
        values = [found[replication] for replication in sorted(found)]
        if self._precision.antithetic:
            values = pair_means(values)
        return half_width(value for value in values if value is not None)
