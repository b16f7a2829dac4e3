"""A candidate: what could be bought, for how much, and where its price comes from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.edits.base import Edit
from analytics.edits.investment import FOR_GOOD, Investment
from analytics.investing.errors import InvestingError
from analytics.scenario import Scenario
from federation.topology.model import ClusterSpec

YEAR = timedelta(days=365.25)
GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could be bought.

    Parameters
    ----------
    id
        Its name among the candidates.
    title
        What it is, in words.
    edit
        The investment, there from the fork on.
    basis
        Where its price comes from: the source, or that it is assumed.
    """

    id: str
    title: str
    edit: Investment
    basis: str

    @property
    def capital_cost(self) -> float:
        """What is paid for it, in the reporting currency."""
        return self.edit.capital_cost

    def charge(self, since: datetime, until: datetime) -> float:
        """Annuity, upkeep and rent of a window: what it must save there to pay."""
        return math.fsum(self.edit.costs(since, until).values())

    def net_present_value(self, saved_per_year: float) -> float:
        """Worth today of what it saves over its life, less its upkeep and its capital.

        ``(S - u) (1 - (1 + i)^-n) / i - C`` with savings S and upkeep u a year, interest i, life n
        and capital C; with i = 0, ``(S - u) n - C``.
        """
        rate, years = self.edit.interest_fraction, self.edit.life_years
        worth = years if rate == 0.0 else (1.0 - (1.0 + rate) ** -years) / rate
        return (saved_per_year - self.edit.upkeep_per_year) * worth - self.edit.capital_cost


def at_fork(edit: Investment, fork: datetime) -> Investment:
    """The investment as if it stood there at the fork, for good."""
    return edit.replace(start=fork, end=FOR_GOOD, announced_at=None)


def from_edits(
    edits: Iterable[Edit], cluster: ClusterSpec, fork: datetime, basis: str = GIVEN
) -> tuple[Candidate, ...]:
    """Candidates of a list of edits: the investments among them.

    Raises
    ------
    InvestingError
        When there is none, one costs nothing, or one does not fit the cluster.
    """
    found: list[Candidate] = []
    for edit in edits:
        if not isinstance(edit, Investment):
            continue
        moved = at_fork(edit, fork)
        problems = moved.check(cluster)
        if problems:
            raise InvestingError(f"the candidate {title_of(edit)} does not fit: {problems[0]}")
        note = getattr(edit, "source", None) or getattr(edit, "assumption", None)
        kind = "source" if getattr(edit, "source", None) else "assumption"
        found.append(
            Candidate(_id(edit), title_of(edit), moved, f"{kind}: {note}" if note else basis)
        )
    return unique(found)


def check(candidates: Sequence[Candidate], since: datetime, until: datetime) -> None:
    """See that there is something to compare, and that each has a price in the window.

    Raises
    ------
    InvestingError
        When there is nothing, or something costs nothing.
    """
    if not candidates:
        raise InvestingError(
            "there is nothing to buy",
            remedy="give candidates: edits with a capital_cost, such as added_machine",
        )
    for one in candidates:
        if one.charge(since, until) <= 0.0:
            raise InvestingError(
                f"the candidate '{one.id}' costs nothing, so money cannot rank it",
                remedy="give its capital_cost or upkeep_per_year",
            )


def unique(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The candidates, numbered where two have the same id."""
    taken: dict[str, int] = {}
    found = []
    for one in candidates:
        number = taken[one.id] = taken.get(one.id, 0) + 1
        name = one.id if number == 1 else f"{one.id}-{number}"
        found.append(Candidate(name, one.title, one.edit, one.basis))
    return tuple(found)


def with_bought(scenario: Scenario, bought: Iterable[Candidate]) -> Scenario:
    """The scenario in a cluster that has some candidates."""
    return scenario.replace(edits=(*scenario.edits, *(one.edit for one in bought)))


def _id(edit: Investment) -> str:
    where = getattr(edit, "site", None)
    name = where if isinstance(where, str) else getattr(where, "id", None)
    link, machine = getattr(edit, "link", None), getattr(edit, "machine", None)
    parts = [edit.kind.removeprefix("added_"), name, getattr(link, "id", None)]
    parts.append(machine if isinstance(machine, str) else getattr(machine, "id", None))
    parts.append(getattr(edit, "pool", None))
    return ":".join(part for part in parts if part)


def title_of(edit: Investment) -> str:
    """An investment in words."""
    kind = edit.kind.removeprefix("added_").replace("_", " ")
    name = _id(edit).split(":", 1)
    return f"{kind} {name[1].replace(':', ' ')}" if len(name) > 1 else kind
