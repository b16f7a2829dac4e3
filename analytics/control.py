"""The control: what a response that re-plans would save if nothing disrupted.

Breakdowns and late goods leave any running schedule behind a fresh one, and the policy may plan
better than the schedule at the fork. So a part of what rerouting saves repairs that schedule and is
no answer to the disruption. The control shows it: the same re-planning at the same moments, with
the same draws, without the disruption.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.answer import Context, Figures, ResponseInfo
from analytics.arithmetic import Table
from analytics.kpis.cost import PARTS
from analytics.kpis.registry import UNDISTURBED, control_id
from analytics.statistics import LEVEL, Interval, mean_interval
from analytics.wording import between, number, spread

_NOTHING = 0.5
"""Money that rounds to nothing."""


@dataclass(frozen=True, slots=True)
class Control:
    """What a response saves, with the disruption and without, replication by replication.

    Parameters
    ----------
    gain
        Waiting less the response, under the scenario.
    repair
        The undisturbed run less the control: what the same re-planning saves where nothing happens.
    answer
        ``gain - repair``: what answers the disruption.
    """

    gain: Interval
    repair: Interval
    answer: Interval

    @property
    def mostly_repair(self) -> bool:
        """Whether more than half of the gain would surely come without the disruption too."""
        repair = self.repair
        return repair.has_bounds and repair.low > 0.0 and 2.0 * repair.estimate > self.gain.estimate

    def reasons(self, money: str) -> Iterator[str]:
        """In a sentence; of the gain it speaks only where there surely is one."""
        repair, sure = self.repair, self.gain.has_bounds and self.gain.low > 0.0
        size = f"{number(abs(repair.estimate))} {money}"
        if abs(repair.estimate) < _NOTHING:
            if sure:
                yield (
                    "Without the disruption the same re-planning would save nothing: all of the "
                    "gain answers the disruption."
                )
            return
        if repair.estimate < 0.0:
            more = Interval(-repair.estimate, -repair.high, -repair.low, repair.count)
            text = (
                f"Without the disruption the same re-planning would cost {size}{_span(more)} more"
            )
            yield f"{text}: all of the gain answers the disruption." if sure else f"{text}."
            return
        text = f"Re-planning would save {size}{_span(repair)} even without the disruption"
        if not sure:
            yield f"{text}."
        elif self.answer.estimate < _NOTHING:
            yield f"{text}; none of the gain answers the disruption{_span(self.answer)}."
        else:
            part = f"{number(self.answer.estimate)} {money}{_span(self.answer)}"
            yield f"{text}; {part} of the gain answers the disruption."


def control_of(
    figures: Figures,
    context: Context,
    response: ResponseInfo,
    level: float = LEVEL,
    kpi: str = "cost",
) -> Control | None:
    """What a response saves of a figure, beside its control.

    Returns
    -------
    Control or None
        ``None`` for a response that does not re-plan, or where no control was run.
    """
    control, waiting = control_id(response.id), context.waiting.id
    if not response.reroutes or not figures.values(control, kpi):
        return None
    arms = (waiting, response.id, UNDISTURBED, control)
    runs = zip(*(figures.values(arm, kpi) for arm in arms), strict=True)
    found = [
        (wait - replan) - (calm - still)
        for wait, replan, calm, still in runs
        if wait is not None and replan is not None and calm is not None and still is not None
    ]
    return Control(
        gain=figures.paired(waiting, response.id, kpi, level),
        repair=figures.paired(UNDISTURBED, control, kpi, level),
        answer=mean_interval(found, level),
    )


def control_table(figures: Figures, context: Context, response: ResponseInfo) -> list[Table]:
    """What a response saves by kind of cost, with the disruption and without; none: no control."""
    rows: list[tuple[str, ...]] = []
    kinds = {f"{part}_cost": title for part, title in PARTS.items()} | {"cost": "all costs"}
    for kpi, title in kinds.items():
        found = control_of(figures, context, response, kpi=kpi)
        if found is None:
            return []
        saved = (found.gain, found.repair, found.answer)
        if kpi == "cost" or any(abs(one.estimate) >= _NOTHING for one in saved):
            rows.append((title, *(spread(one, sign=True) for one in saved)))
    table = Table(
        f"What {response.title} saves with and without the disruption",
        f"{context.currency}, means of the runs with paired 95 % intervals. With it: against "
        f"{context.waiting.title}. Without it: the undisturbed weeks against the same weeks in "
        "which the policy re-plans at the moments of the news. The rest answers the disruption.",
        ("saved", "with the disruption", "without it", "the rest"),
        tuple(rows),
        frozenset({len(rows) - 1}),
    )
    return [table]


def _span(interval: Interval) -> str:
    return f" ({between(interval)})" if interval.has_bounds else ""
