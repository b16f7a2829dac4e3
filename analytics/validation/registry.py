"""All cases of the reference in its order, and how they are run."""

from __future__ import annotations

import time
from collections.abc import Sequence

from analytics.validation import (
    dispatch,
    energy,
    failing_machines,
    laws,
    lines,
    networks,
    queues,
    schedules,
    slotted_line,
    typical_year,
)
from analytics.validation.case import Case, Outcome
from twins.errors import TwinfedError


class UnknownCaseError(TwinfedError, LookupError):
    """A validation case that does not exist was asked for."""


def _order(case: Case) -> tuple[int, int, str]:
    """V before E, by number, then by letter."""
    digits = "".join(char for char in case.id if char.isdigit())
    return ("VE".index(case.id[0]), int(digits), case.id)


CASES: tuple[Case, ...] = tuple(
    sorted(
        (
            *queues.CASES,
            *lines.CASES,
            *slotted_line.CASES,
            *networks.CASES,
            *failing_machines.CASES,
            *schedules.CASES,
            *laws.CASES,
            *energy.CASES,
            *dispatch.CASES,
            *typical_year.CASES,
        ),
        key=_order,
    )
)
"""Every V and E case of the reference."""


def chosen_cases(ids: Sequence[str]) -> tuple[Case, ...]:
    """The cases of these numbers; all for none.

    Raises
    ------
    UnknownCaseError
        When a number does not exist.
    """
    known = {case.id for case in CASES}
    for one in ids:
        if one not in known:
            raise UnknownCaseError(
                f"there is no validation case '{one}'",
                remedy="choose from " + ", ".join(case.id for case in CASES),
            )
    return tuple(case for case in CASES if not ids or case.id in ids)


def run_case(case: Case) -> Outcome:
    """Run one case and take its time."""
    start = time.perf_counter()
    figures = tuple(case.measure())
    return Outcome(case, figures, time.perf_counter() - start)
