"""What a change of the schedule asks of each site, and which sites agree to it by their policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from federation.agreement.hours import WorkHours
from federation.schedule import Step
from twins.agreement_spec import AgreementSpec, Change
from twins.work import ScheduleEntry

SAME_DATE_H = 1.0
"""A start or finish that moves by less than this is the same date to people."""


@dataclass(frozen=True, slots=True)
class SitePart:
    """What one site is asked to agree to.

    Parameters
    ----------
    site
        The site.
    gains, losses
        Operations that come to it, and that leave it or are declined: ``(lot, operation)``, sorted.
    shifts
        Operations that stay and whose start or finish moves by an hour at least, or whose work
        centre changes.
    gained_h, lost_h
        Machine hours of the operations that come and leave.
    largest_shift_h
        Largest change of a start or finish of ``shifts``, in hours.
    """

    site: str
    gains: tuple[Step, ...] = ()
    losses: tuple[Step, ...] = ()
    shifts: tuple[Step, ...] = ()
    gained_h: float = 0.0
    lost_h: float = 0.0
    largest_shift_h: float = 0.0

    @property
    def changes(self) -> frozenset[Change]:
        """The kinds of change in it."""
        kinds: tuple[tuple[Change, tuple[Step, ...]], ...] = (
            ("gains", self.gains),
            ("losses", self.losses),
            ("shifts", self.shifts),
        )
        return frozenset(kind for kind, steps in kinds if steps)


@dataclass
class _Tally:
    """The entries of a part while it is counted."""

    gains: list[ScheduleEntry] = field(default_factory=list)
    losses: list[ScheduleEntry] = field(default_factory=list)
    shifts: list[Step] = field(default_factory=list)
    largest_shift_h: float = 0.0


def parts_of(
    before: Mapping[Step, ScheduleEntry],
    after: Mapping[Step, ScheduleEntry],
    hours: WorkHours,
) -> dict[str, SitePart]:
    """What a change asks of each site, by site; sites that it does not touch are left out.

    Parameters
    ----------
    before
        The running schedule, with the dates that it is expected to keep.
    after
        The schedule that is proposed.
    hours
        Machine hours of an entry.
    """
    found: defaultdict[str, _Tally] = defaultdict(_Tally)
    for step, was in before.items():
        new = after.get(step)
        if new is None or new.site != was.site:
            found[was.site].losses.append(was)
        elif new is not was:
            shift_h = _shift_h(was, new)
            if shift_h >= SAME_DATE_H or new.work_centre != was.work_centre:
                found[was.site].shifts.append(step)
                found[was.site].largest_shift_h = max(found[was.site].largest_shift_h, shift_h)
    for step, new in after.items():
        if step not in before or before[step].site != new.site:
            found[new.site].gains.append(new)
    return {
        site: SitePart(
            site=site,
            gains=_steps(tally.gains),
            losses=_steps(tally.losses),
            shifts=tuple(sorted(tally.shifts)),
            gained_h=hours.total(tally.gains),
            lost_h=hours.total(tally.losses),
            largest_shift_h=tally.largest_shift_h,
        )
        for site, tally in sorted(found.items())
    }


def refused(policy: AgreementSpec, part: SitePart) -> frozenset[Change]:
    """The kinds of change in a part that a site does not agree to without being asked."""
    kinds = set(part.changes - frozenset(policy.auto_accept))
    if policy.max_extra_h is not None and part.gained_h - part.lost_h > policy.max_extra_h:
        kinds.add("gains")
    if policy.max_shift_h is not None and part.largest_shift_h > policy.max_shift_h:
        kinds.add("shifts")
    return frozenset(kinds)


def agrees(policy: AgreementSpec, part: SitePart) -> bool:
    """Whether a site agrees to its part without being asked."""
    return not refused(policy, part)


def _shift_h(was: ScheduleEntry, new: ScheduleEntry) -> float:
    moved = (new.planned_start - was.planned_start, new.planned_finish - was.planned_finish)
    return max(abs(change) for change in moved) / timedelta(hours=1)


def _steps(entries: Iterable[ScheduleEntry]) -> tuple[Step, ...]:
    return tuple(sorted((entry.lot, entry.operation) for entry in entries))
