"""A phased plan: what to buy with the money of each phase, until nothing is worth it any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.edits.added_machine import AddedMachine
from analytics.edits.investment import LARGEST_MONEY
from analytics.investing.candidate import Candidate
from analytics.investing.errors import InvestingError
from analytics.investing.generate import free_name
from analytics.investing.worth import Arms, Worth, worths
from analytics.statistics import Interval, paired_difference
from analytics.study_check import is_number

MOST_PHASES = 12


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of the plan.

    Parameters
    ----------
    number
        From 1.
    money
        Its budget; what earlier phases left comes on top.
    picks
        What is bought, in this order, each with its worth beside all that was bought before.
    spent, spent_in_all
        Capital of this phase, and of all up to it.
    left
        Money that goes into the next phase.
    benefit
        What all that is bought so far saves in the window, charges apart: from draws that the
        choice has not seen.
    charge
        Annuity and upkeep of all that is bought so far, for the window.
    """

    number: int
    money: float
    picks: tuple[Worth, ...]
    spent: float
    spent_in_all: float
    left: float
    benefit: Interval
    charge: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What to buy in which phase.

    Parameters
    ----------
    phases
        One for each budget.
    stopped
        Why it ends where it does.
    """

    phases: tuple[Phase, ...]
    stopped: str

    @property
    def bought(self) -> tuple[Candidate, ...]:
        """All that is bought, in this order."""
        return tuple(pick.candidate for phase in self.phases for pick in phase.picks)


def phased(
    arms: Arms, candidates: Sequence[Candidate], budgets: Sequence[float], replications: int
) -> Plan:
    """Buy what brings most for the money, simulate again, and go on.

    After each purchase all that is left is simulated beside what was bought: a second machine at a
    bottleneck brings less than the first. Bought is only what pays surely (the simultaneous
    interval of benefit less charge lies above 0). A machine can be bought several times. The
    benefit that a phase is said to bring comes from as many replications with other draws, since
    the best of many looks better in the runs that it was chosen in than it is.

    Parameters
    ----------
    arms
        The fork, the scenario and the response.
    candidates
        What can be bought.
    budgets
        Capital of each phase; what is left goes into the next.
    replications
        Runs that a choice rests on.

    Raises
    ------
    InvestingError
        When a budget is not above 0, or there are too many phases.
    """
    check_budgets(budgets)
    choosing, proving = range(replications), range(replications, 2 * replications)
    open_ = list(candidates)
    bought: list[Candidate] = []
    phases: list[Phase] = []
    purse = spent = 0.0
    stopped = ""
    for number, money in enumerate(budgets, start=1):
        purse += money
        picks: list[Worth] = []
        while True:
            within = [one for one in open_ if one.capital_cost <= purse + 1e-9]
            able = [one for one in within if _fits(arms, one, bought)]
            arms.expect(len(choosing) * (len(able) + (not picks and not phases)))
            ranked = worths(arms, able, choosing, bought) if able else ()
            best = next((one for one in ranked if one.verdict == "pays"), None)
            if best is None:
                stopped = _why(open_, within, ranked)
                break
            picks.append(best)
            bought.append(best.candidate)
            purse -= best.candidate.capital_cost
            open_.remove(best.candidate)
            again = _again(best.candidate, arms, bought)
            if again is not None:
                open_.append(again)
        now = sum(pick.candidate.capital_cost for pick in picks)
        spent += now
        arms.expect(2 * len(proving) if picks else 0)
        benefit = paired_difference(arms.costs((), proving), arms.costs(bought, proving))
        phases.append(
            Phase(number, money, tuple(picks), now, spent, purse, benefit, arms.charge(bought))
        )
    return Plan(tuple(phases), stopped)


def check_budgets(budgets: Sequence[float]) -> None:
    """See that the budgets are money.

    Raises
    ------
    InvestingError
        When they are no list of numbers, one is not above 0 or above 1e15, or there are none or too
        many.
    """
    if isinstance(budgets, (str, bytes)) or not isinstance(budgets, Sequence):
        raise InvestingError(
            f"budgets is {budgets!r}", remedy="give a list of money, one for each phase"
        )
    if not 1 <= len(budgets) <= MOST_PHASES:
        raise InvestingError(
            f"{len(budgets)} budgets", remedy=f"give one for each phase, 1 to {MOST_PHASES}"
        )
    for money in budgets:
        if not is_number(money):
            raise InvestingError(f"a budget of {money!r}", remedy="give a number")
        if not 0.0 < money <= LARGEST_MONEY:
            raise InvestingError(
                f"a budget of {money:g}",
                remedy=f"give money above 0 and at most {LARGEST_MONEY:g}",
            )


def _fits(arms: Arms, one: Candidate, bought: Sequence[Candidate]) -> bool:
    """Whether it can be had beside what is bought: no second genset where one was bought."""
    return not bought or not one.edit.check(arms.cluster(bought))


def _again(one: Candidate, arms: Arms, bought: Sequence[Candidate]) -> Candidate | None:
    """The same machine once more, under another name."""
    edit = one.edit
    if not isinstance(edit, AddedMachine):
        return None
    site = arms.cluster(bought).site(edit.site)
    machine = edit.machine.model_copy(update={"id": free_name(edit.machine.id, site)})
    further = edit.replace(machine=machine, permissions=())
    return Candidate(f"{one.id}+", f"{one.title}, once more", further, one.basis)


def _why(open_: Sequence[Candidate], within: Sequence[Candidate], ranked: Sequence[Worth]) -> str:
    if not open_:
        return "everything is bought"
    if not within:
        cheapest = min(one.capital_cost for one in open_)
        return f"the cheapest candidate costs {cheapest:,.0f}, more than is left"
    if any(one.verdict == "open" and one.net.estimate > 0.0 for one in ranked):
        return "nothing that is left pays surely; more replications may tell"
    return "nothing that is left is worth its money"
