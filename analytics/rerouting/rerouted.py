"""The answer to 'where should the open work be done': plan, certificate and explanation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import pyarrow as pa

from analytics.edits.base import Disruption, Edit
from analytics.rerouting.bounds.bound import Bound, lower_bound
from analytics.rerouting.explained.lots import PROVEN, Explainer, LotAnswer
from analytics.rerouting.explained.tables import costs_table, lots_table, sites_table
from analytics.rerouting.offering import offer_of
from analytics.rerouting.policy import Policy
from analytics.rerouting.problem import PIN_WORDS, Pin, ReroutingProblem
from analytics.rerouting.proposal import Proposal, open_operations
from analytics.rerouting.questions import Question
from analytics.rerouting.stay import Stay
from analytics.simulation.layout import NONE
from analytics.wording import moment, number, percent
from federation.agreement.agreeing import Offer
from federation.snapshot import ClusterSnapshot

Kind = Literal["reroute", "stay", "nothing to decide"]
_ROUNDS = 20
"""How often the bound is sharpened."""


@dataclass(frozen=True, eq=False)
class Rerouting:
    """A plan for the open work, against waiting.

    Parameters
    ----------
    snapshot
        The fork that it was made from.
    question
        What was asked.
    problem
        The same as a policy sees it.
    policy
        Name of the policy that was asked.
    proposal
        Its plan.
    stay
        The running plan.
    bound
        What no plan costs less than, with the arguments.
    """

    snapshot: ClusterSnapshot
    question: Question
    problem: ReroutingProblem
    policy: str
    proposal: Proposal
    stay: Proposal
    bound: Bound

    @property
    def currency(self) -> str:
        """In which money is told."""
        return self.problem.cluster.currency

    @property
    def kind(self) -> Kind:
        """Reroute, stay, or nothing to decide."""
        if len(self.problem.movable) == 0:
            return "nothing to decide"
        return "reroute" if self.proposal.policy != "stay" else "stay"

    @property
    def saving(self) -> float:
        """Weighted money that the plan saves against waiting, as believed."""
        return self.stay.total - self.proposal.total

    @property
    def lower_bound(self) -> float:
        """Weighted money that every plan costs at least."""
        return self.bound.money

    @property
    def gap(self) -> float:
        """Share of its cost by which the plan may lie above the best one."""
        return self.proposal.gap or 0.0

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer(self.problem, self.proposal, self.policy)

    def explained(self, lots: Iterable[str] | None = None) -> tuple[LotAnswer, ...]:
        """The answer about each lot with work to begin, moved ones first.

        Parameters
        ----------
        lots
            Only these; default: all.

        Raises
        ------
        ReroutingError
            When one of them is no lot with work to begin.
        """
        from analytics.rerouting.errors import ReroutingError

        rows = self._explainer.lots
        if lots is not None:
            known = {self.problem.model.names.lots[row]: row for row in rows}
            wanted = list(lots)
            missing = [name for name in wanted if name not in known]
            if missing:
                raise ReroutingError(
                    f"{', '.join(missing)}: no such lot has work that is still to begin",
                    remedy=_some_lots(list(known)),
                )
            rows = [known[name] for name in wanted]
        return tuple(self._explainer.lot(row) for row in rows)

    @cached_property
    def moved(self) -> tuple[LotAnswer, ...]:
        """The lots of which an operation goes elsewhere."""
        return self._of("moved")

    @cached_property
    def declined(self) -> tuple[LotAnswer, ...]:
        """The lots that nobody makes."""
        return self._of("declined")

    @cached_property
    def unserved(self) -> tuple[LotAnswer, ...]:
        """The lots whose order is not delivered within the horizon, declined ones apart."""
        one = self._explainer
        rows = [row for row in one.lots if one.outcome(row) != "declined" and not one.served(row)]
        return tuple(one.lot(row) for row in rows)

    def _of(self, outcome: str) -> tuple[LotAnswer, ...]:
        one = self._explainer
        return tuple(one.lot(row) for row in one.lots if one.outcome(row) == outcome)

    @property
    def sentence(self) -> str:
        """The answer in a sentence."""
        return f"{self._verdict}{self._without_knowing}."

    @property
    def _verdict(self) -> str:
        if self.kind == "nothing to decide":
            return f"Nothing to decide: {self._why_nothing}"
        waiting = f"{number(self.stay.total)} {self.currency}"
        if self.kind == "stay":
            return f"Stay: {self._why_stay(waiting)}"
        share = self.saving / abs(self.stay.total) if self.stay.total else 0.0
        saved = f"saves {number(self.saving)} of {waiting} ({percent(share)})"
        return f"Reroute: {self._what_changes}, which {saved}"

    @property
    def _what_changes(self) -> str:
        moves, moved = self.proposal.moves, {move.lot for move in self.proposal.explanation}
        op = self.problem.state.op[self.proposal.op]
        dropped = (self.proposal.group == NONE) & (op["group"] != NONE)
        declined = len(set(op["lot"][dropped].tolist()))
        found = []
        if moves:
            found.append(
                f"{len(moved)} {'lot moves' if len(moved) == 1 else 'lots move'} with "
                f"{moves} {'operation' if moves == 1 else 'operations'}"
            )
        if declined:
            found.append(f"{declined} {'lot is' if declined == 1 else 'lots are'} declined")
        return " and ".join(found) or "the same work is done in another order"

    @property
    def _without_knowing(self) -> str:
        """What of the scenario is not announced yet, for a reader of the first line alone."""
        unknown = self._unknown
        if not unknown:
            return ""
        scenario = self.question.scenario
        whole = scenario is not None and len(unknown) == len(scenario.edits)
        if whole and all(isinstance(edit, Disruption) for edit in unknown.values()):
            what = "the disruption"
        else:
            counts = [str(count) for count in unknown]
            what = f"{'edit' if len(counts) == 1 else 'edits'} {' and '.join(counts)}"
        since = sorted({edit.known_from for edit in unknown.values()})
        verb = "are" if what.startswith("edits") else "is"
        begins = "on" if len(since) == 1 else "from"
        return f", without knowing of {what}, which {verb} announced {begins} {moment(since[0])}"

    def _why_stay(self, waiting: str) -> str:
        """What is known of other plans: that none is cheaper, or what the policy came to."""
        if self.gap < PROVEN:
            return f"no plan costs less than waiting ({waiting})"
        if self.policy == "stay":
            return f"the policy stay moves nothing ({waiting}); ask greedy or search for a plan"
        return f"{self.policy} found no plan that costs enough less than waiting ({waiting})"

    @property
    def _why_nothing(self) -> str:
        opened = self.problem.pins[open_operations(self.problem)].tolist()
        if not opened:
            return "no operation is still to begin"
        counts = Counter(Pin(pin) for pin in opened)
        reasons = [f"{count:,}: {PIN_WORDS[pin]}" for pin, count in counts.most_common()]
        total = sum(counts.values())
        return f"none of {total:,} operations may move ({'; '.join(reasons)})"

    @property
    def certificate(self) -> str:
        """How good the plan is, in a sentence."""
        bound = f"{number(self.lower_bound)} {self.currency}"
        if self.gap < PROVEN:
            return f"No plan costs less: every plan costs at least {bound}."
        return (
            f"No plan costs less than {bound}: this one lies at most {percent(self.gap)} of its "
            "cost above the best."
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """How the policy ended, who proposes the plan if another, and what nobody knows yet."""
        found = [f"{self.policy}: {self.proposal.ended}"] if self.proposal.ended else []
        if self.proposal.policy not in {self.policy, "stay"} and not found:
            found.append(
                f"{self.policy} found nothing better than the {self.proposal.policy} plan, which "
                "is proposed"
            )
        return (*found, *self._not_yet, *self.snapshot.warnings)

    @property
    def _unknown(self) -> dict[int, Edit]:
        """Edits by count that nobody knows of at the fork."""
        edits = self.question.scenario.edits if self.question.scenario is not None else ()
        now = self.snapshot.taken_at
        return {count: edit for count, edit in enumerate(edits, start=1) if edit.known_from > now}

    @property
    def _not_yet(self) -> list[str]:
        """What nobody knows of at the fork: a plan that used it would know the future."""
        now = moment(self.snapshot.taken_at)
        return [
            f"edit {count} ({edit.kind}) is announced {moment(edit.known_from)}, after the fork "
            f"of {now}: the plan does not know of it; ask then, or give an 'announced_at' that "
            "has passed"
            for count, edit in self._unknown.items()
        ]

    @cached_property
    def costs(self) -> pa.Table:
        """Weighted money by part, if all stays and with the plan."""
        problem = self.problem
        return costs_table(
            self.stay.objective.weighted(problem), self.proposal.objective.weighted(problem)
        )

    @cached_property
    def lots(self) -> pa.Table:
        """A row for each lot with work to begin."""
        return lots_table(self.explained())

    @cached_property
    def sites(self) -> pa.Table:
        """A row for each operation to begin and each site: who qualifies, who fails on what."""
        return sites_table(self.explained())

    def offer(self, reason: str = "") -> Offer:
        """What the sites are asked to agree to: see ``fed.propose``."""
        return offer_of(self.snapshot, self.problem, self.proposal, reason, self.question.to_json())


def reroute(snapshot: ClusterSnapshot, question: Question, policy: Policy, name: str) -> Rerouting:
    """Ask a policy, and certify its plan.

    Parameters
    ----------
    snapshot
        A fork.
    question
        What is believed, what counts, and for how long.
    policy, name
        Who answers.
    """
    problem = question.problem(snapshot)
    proposal = policy.propose(problem)
    bound = lower_bound(problem, _ROUNDS)
    if proposal.lower_bound is not None:
        bound = bound.raised_to(proposal.lower_bound, _SOLVED)
    # What is a sum of floats in another order may differ in its last digits.
    best = min(bound.money, proposal.total)
    return Rerouting(
        snapshot,
        question,
        problem,
        name,
        replace(proposal, lower_bound=best),
        Stay().propose(problem),
        replace(bound, money=best),
    )


def _some_lots(known: list[str]) -> str:
    """Which lots there are, for who asked for another."""
    if not known:
        return "no lot has"
    some, more = ", ".join(known[:_NAMED]), len(known) - _NAMED
    return f"it is one of {some}" + (f" and {more} more, see --all" if more > 0 else "")


_NAMED = 3
"""So many lots are named to who asks for one that is not there."""
_SOLVED = "The solver's model, of which every plan is one, has no cheaper plan."
