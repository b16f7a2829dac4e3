"""Recovery: when the backlog is again what it would have been."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from analytics.kpis.base import Figure, Kpi, Run, Setting, micros
from analytics.run_table import Ints, RunTable


@dataclass(frozen=True)
class Recovery:
    """Hours from the fork until the backlog equals that of the undisturbed run for good."""

    id: str = "recovery"
    kpis: tuple[Kpi, ...] = (
        Kpi("normal_after_h", "back to normal after", "h", needs_baseline=True),
        Kpi("peak_extra_backlog", "largest extra backlog", "1", needs_baseline=True),
    )

    def measure(self, run: Run, setting: Setting) -> Iterator[Figure]:
        """``normal_after_h`` is undefined where the backlog is still larger at the horizon."""
        if run.baseline is None:
            return
        time_us, extra = _extra(run.tables["lots"], run.baseline.tables["lots"], setting)
        yield Figure("normal_after_h", _hours_until_normal(time_us, extra, setting))
        yield Figure("peak_extra_backlog", float(extra.max(initial=0)))


def _extra(lots: RunTable, baseline: RunTable, setting: Setting) -> tuple[Ints, Ints]:
    """Moments in us, ascending, and the extra backlog from each on."""
    steps = (_steps(lots, setting, 1), _steps(baseline, setting, -1))
    time_us, row = np.unique(np.concatenate([times for times, _ in steps]), return_inverse=True)
    change = np.zeros(len(time_us), dtype=np.int64)
    np.add.at(change, row, np.concatenate([changes for _, changes in steps]))
    return time_us, np.cumsum(change)


def _steps(lots: RunTable, setting: Setting, sign: int) -> tuple[Ints, Ints]:
    """A lot joins the backlog when it is due (or at the fork) and leaves it on delivery."""
    units = sign * lots.numbers("quantity")
    left, never = lots.moments("delivered_at")
    begin = np.maximum(lots.moments("due")[0], micros(setting.fork_at))
    horizon = micros(setting.horizon_end)
    late = (begin < horizon) & (never | (left > begin))
    ends = late & ~never & (left <= horizon)
    return (
        np.concatenate([begin[late], left[ends]]),
        np.concatenate([units[late], -units[ends]]),
    )


def _hours_until_normal(time_us: Ints, extra: Ints, setting: Setting) -> float | None:
    """First moment after which the backlog never exceeds the baseline's again."""
    worse = np.flatnonzero(extra > 0)
    if len(worse) == 0:
        return 0.0
    last = int(worse[-1])
    if last + 1 == len(extra):
        return None
    since_fork = timedelta(microseconds=int(time_us[last + 1]) - micros(setting.fork_at))
    return since_fork / timedelta(hours=1)


FAMILY = Recovery()
