"""Recovery: when the backlog is again what it would have been."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from analytics.kpis.base import Figure, Kpi, Run, Setting


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
        extra = extra_backlog(run.tables["lots"], run.baseline.tables["lots"], setting)
        worse = extra.filter(pl.col("extra") > 0)
        yield Figure("normal_after_h", _hours_until_normal(extra, setting))
        peak = worse.get_column("extra").max() if worse.height else 0
        yield Figure("peak_extra_backlog", float(peak))  # type: ignore[arg-type]


def extra_backlog(lots: pl.DataFrame, baseline: pl.DataFrame, setting: Setting) -> pl.DataFrame:
    """Late open units beyond those of the baseline: a step function of time.

    Returns
    -------
    frame
        ``time, extra``: from each time on, the extra backlog in units; ascending.
    """
    steps = pl.concat([_steps(lots, setting, 1), _steps(baseline, setting, -1)])
    changes = steps.group_by("time").agg(pl.col("change").sum()).sort("time")
    return changes.select("time", extra=pl.col("change").cum_sum())


def _steps(lots: pl.DataFrame, setting: Setting, sign: int) -> pl.DataFrame:
    """A lot joins the backlog when it is due (or at the fork) and leaves it on delivery."""
    late = lots.with_columns(
        begin=pl.max_horizontal(pl.col("due"), pl.lit(setting.fork_at, pl.Datetime("us", "UTC")))
    ).filter(
        (pl.col("begin") < setting.horizon_end)
        & (pl.col("delivered_at").is_null() | (pl.col("delivered_at") > pl.col("begin")))
    )
    begins = late.select(time="begin", change=sign * pl.col("quantity"))
    ends = late.filter(pl.col("delivered_at") <= setting.horizon_end).select(
        time="delivered_at", change=-sign * pl.col("quantity")
    )
    return pl.concat([begins, ends])


def _hours_until_normal(extra: pl.DataFrame, setting: Setting) -> float | None:
    """First moment after which the backlog never exceeds the baseline's again."""
    worse = extra.with_row_index().filter(pl.col("extra") > 0)
    if worse.is_empty():
        return 0.0
    last = int(worse.get_column("index")[-1])
    if last + 1 == extra.height:
        return None
    normal: datetime = extra.get_column("time")[last + 1]
    return (normal - setting.fork_at) / timedelta(hours=1)


FAMILY = Recovery()
