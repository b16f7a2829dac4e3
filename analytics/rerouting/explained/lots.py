"""What a plan does with each lot, and which sites could have had it: in words and as rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

import numpy as np

from analytics.rerouting.candidates import ARTICLE_NEEDED
from analytics.rerouting.explained.hindrance import Hindrance, Hindrances
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.rerouting.proposal import Proposal, open_operations, part_of
from analytics.rerouting.trees import roots
from analytics.simulation.layout import FOREVER, HOUR_MS, NONE
from analytics.simulation.model import Records
from analytics.wording import duration, moment
from twins.work import LotState

Outcome = Literal["moved", "stays", "declined"]
Role = Literal["from", "to", "stays", "could", "refused"]
PROVEN = 1e-6
"""A gap below it is none: sums in another order differ in their last digits."""


@dataclass(frozen=True, slots=True)
class SiteAnswer:
    """Whether a site could do an operation.

    Parameters
    ----------
    site, work_centre
        Which; no work centre where no machine has the process.
    role
        ``from`` and ``to`` of a move, ``stays``, ``could`` have had it, or ``refused``.
    qualified
        Whether it meets every requirement, as is believed now.
    requirement, reason
        What fails first, and in words; of a site that qualifies what stands in its way for a time.
    further
        The other requirements that fail.
    """

    site: str
    work_centre: str
    role: Role
    qualified: bool
    requirement: str = ""
    reason: str = ""
    further: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """An operation that has not begun, and all sites.

    Parameters
    ----------
    operation, id, process
        Position in the routing, and what it is.
    why
        In words why it moves or stays.
    sites
        Work centres that qualify, then sites that are refused.
    """

    operation: int
    id: str
    process: str
    why: str
    sites: tuple[SiteAnswer, ...]

    @property
    def refused(self) -> tuple[SiteAnswer, ...]:
        """The sites that fail a requirement."""
        return tuple(one for one in self.sites if not one.qualified)

    @property
    def qualified(self) -> tuple[SiteAnswer, ...]:
        """Work centres that meet every requirement."""
        return tuple(one for one in self.sites if one.qualified)


@dataclass(frozen=True, slots=True)
class LotAnswer:
    """A lot in a plan.

    Parameters
    ----------
    lot, order, product, part
        Which.
    outcome
        ``moved``, ``stays`` or ``declined``.
    due
        When its order is to be with the customer.
    delivered, delivered_if_stays
        When it is, by the replays of the plan and of the running one; ``None``: not within the
        horizon.
    why
        In words.
    steps
        Its operations that have not begun.
    """

    lot: str
    order: str
    product: str
    part: str
    outcome: Outcome
    due: datetime
    delivered: datetime | None
    delivered_if_stays: datetime | None
    why: str
    steps: tuple[StepAnswer, ...]

    @property
    def served(self) -> bool:
        """Whether its order is delivered within the horizon."""
        return self.delivered is not None


class Explainer:
    """Explains one plan, lot by lot, as it is asked.

    Parameters
    ----------
    problem
        The question.
    proposal
        The plan.
    policy
        Name of the policy that was asked.
    """

    def __init__(self, problem: ReroutingProblem, proposal: Proposal, policy: str) -> None:
        self._problem = problem
        self._proposal = proposal
        self._policy = policy
        self._hindrances = Hindrances(problem)
        self._group = problem.state.op["group"].astype(np.int64)
        self._group[proposal.op] = proposal.group

    @cached_property
    def _open(self) -> dict[int, list[int]]:
        """Open operations by lot."""
        found: dict[int, list[int]] = {}
        for op in open_operations(self._problem).tolist():
            found.setdefault(int(self._problem.state.op["lot"][op]), []).append(op)
        return found

    @property
    def lots(self) -> list[int]:
        """Rows of the lots with operations that have not begun, moved ones first."""
        kinds = {"moved": 0, "declined": 1, "stays": 2}
        return sorted(self._open, key=lambda lot: (kinds[self.outcome(lot)], lot))

    def outcome(self, lot: int) -> Outcome:
        """What becomes of a lot."""
        rows = self._open[lot]
        if (self._group[rows] == NONE).any():
            return "declined"
        before = self._problem.state.op["group"][rows]
        return "moved" if (self._group[rows] != before).any() else "stays"

    def served(self, lot: int) -> bool:
        """Whether the order of a lot is delivered within the horizon."""
        return self._delivered(self._proposal.end.lot, self._root(lot)) is not None

    def lot(self, lot: int) -> LotAnswer:
        """The answer about a lot."""
        problem, names, model = self._problem, self._problem.model.names, self._problem.model
        product, part = names.parts[int(model.lot["part"][lot])]
        root = self._root(lot)
        due = self._moment(int(model.lot["due_ms"][root]))
        now = self._delivered(self._proposal.end.lot, root)
        then = self._delivered(problem.present.lot, root)
        outcome = self.outcome(lot)
        name = names.lots[lot]
        return LotAnswer(
            lot=name,
            order=name.split("/", 1)[0],
            product=product,
            part=part,
            outcome=outcome,
            due=due,
            delivered=now,
            delivered_if_stays=then,
            why=self._why(lot, root, outcome, due, now, then),
            steps=tuple(self._step(op) for op in self._open[lot]),
        )

    def _root(self, lot: int) -> int:
        return int(roots(self._problem.model)[lot])

    def _moment(self, time_ms: int) -> datetime:
        return self._problem.model.fork_at + timedelta(milliseconds=time_ms)

    def _delivered(self, lot: Records, root: int) -> datetime | None:
        done = int(lot["done_ms"][root])
        if int(lot["state"][root]) != LotState.DELIVERED or done > self._problem.until_ms:
            return None
        return self._moment(done)

    def _why(
        self,
        lot: int,
        root: int,
        outcome: Outcome,
        due: datetime,
        now: datetime | None,
        then: datetime | None,
    ) -> str:
        if outcome == "declined":
            if int(self._problem.pins[self._open[lot][0]]) == Pin.DECLINED:
                return "the running schedule declines it"
            return "declining it costs less than making it"
        if now is None:
            return self._stuck(root)
        late = (now - due).total_seconds()
        words = f"delivered {moment(now)}, " + (
            f"{duration(late)} late" if late > 0.0 else f"due {moment(due)}"
        )
        if then is None:
            return f"{words}; if all stays, not within the horizon"
        if now != then:
            after = "if all stays"
            sooner = "sooner" if now < then else "later"
            words += f"; {duration(abs((then - now).total_seconds()))} {sooner} than {after}"
        return words

    def _stuck(self, root: int) -> str:
        """Why an order is not delivered within the horizon: the first thing that is not done."""
        problem, end = self._problem, self._proposal.end
        names = problem.model.names
        tree = np.flatnonzero(roots(problem.model) == root)
        mine = np.flatnonzero(np.isin(end.op["lot"], tree))
        undone = mine[end.op["end_ms"][mine] >= FOREVER]
        until = moment(self._moment(problem.until_ms))
        if len(undone) == 0:
            return f"made, and not with the customer by the end of the horizon, {until}"
        op = min(
            undone.tolist(), key=lambda row: (int(end.op["start_ms"][row]), -self._depth(row), row)
        )
        step, group = self._spec(op), int(self._group[op])
        what = f"{step[0]} of {names.lots[int(end.op['lot'][op])]}"
        if group == NONE:
            return f"{what} is given to nobody"
        site, work_centre = names.groups[group]
        begun = "is not done" if int(end.op["start_ms"][op]) < FOREVER else "has not begun"
        words = f"{what} {begun} at {site}/{work_centre} by the end of the horizon, {until}"
        since = max(problem.now_ms, int(problem.model.lot["release_ms"][root]))
        stops = self._hindrances.at(group, since, problem.until_ms)
        return f"{words}: {stops.reason}" if stops is not None else words

    def _depth(self, op: int) -> int:
        """Joins between an operation and the customer: what is deeper comes first."""
        depth, lot = 0, int(self._problem.state.op["lot"][op])
        parent = self._problem.model.lot["parent"]
        while int(parent[lot]) != NONE:
            depth, lot = depth + 1, int(parent[lot])
        return depth

    def _spec(self, op: int) -> tuple[str, str, int]:
        """Id, process and position of an operation."""
        problem = self._problem
        lot = int(problem.state.op["lot"][op])
        number = op - int(problem.model.lot["first_op"][lot])
        step = part_of(problem, lot).operations[number]
        return step.id, step.process, number

    def _step(self, op: int) -> StepAnswer:
        name, process, number = self._spec(op)
        return StepAnswer(number, name, process, self._why_there(op), tuple(self._sites(op)))

    def _begins(self, op: int) -> int:
        """When an operation begins if all stays, or could; ms from the fork."""
        problem = self._problem
        begins = int(problem.present.op["start_ms"][op])
        if begins < FOREVER:
            return begins
        lot = int(problem.state.op["lot"][op])
        return min(max(problem.now_ms, int(problem.model.lot["release_ms"][lot])), problem.until_ms)

    def _lacks(self, op: int, group: int) -> Hindrance | None:
        """What no candidate may lack, beside what the matcher asks: hours, and a way on."""
        problem = self._problem
        lot = int(problem.state.op["lot"][op])
        since = min(
            max(problem.now_ms, int(problem.model.lot["release_ms"][lot])), problem.until_ms
        )
        shut = self._hindrances.shut(group, since)
        if shut is not None:
            return shut
        first, count = (int(problem.model.lot[name][lot]) for name in ("first_op", "ops"))
        if op < first + count - 1:
            return None  # where it goes on is decided with it
        parent = int(problem.model.lot["parent"][lot])
        if parent == NONE:
            end = int(problem.model.lot["destination"][lot])
        else:
            joined = int(self._group[int(problem.model.lot["first_op"][parent])])
            if joined == NONE:
                return None
            end = problem.sites[joined]
        return self._hindrances.no_way(lot, problem.sites[group], end, since)

    def _sites(self, op: int) -> Iterator[SiteAnswer]:
        problem, names = self._problem, self._problem.model.names
        before, after = int(problem.state.op["group"][op]), int(self._group[op])
        table = problem.table.groups(int(problem.state.op["optype"][op]))
        able = dict.fromkeys((*table, *(row for row in (before, after) if row != NONE)))
        refusals = {one.site: one for one in problem.refusals(op)}
        for group in able:
            site, work_centre = names.groups[group]
            role: Role = "could"
            if group == after:
                role = "stays" if after == before else "to"
            elif group == before:
                role = "from"
            refusal = refusals.get(site) if group not in table else None
            if refusal is not None:
                yield SiteAnswer(
                    site, work_centre, role, False, refusal.requirement, refusal.reason,
                    refusal.further,
                )  # fmt: skip
                continue
            lacks = self._lacks(op, group)
            if lacks is not None:
                role = "refused" if role == "could" else role
                yield SiteAnswer(site, work_centre, role, False, lacks.requirement, lacks.reason)
                continue
            stops = self._hindrances.at(group, problem.now_ms, self._begins(op) + HOUR_MS)
            told = ("", "") if stops is None else (stops.requirement, stops.reason)
            article = self._article(op, group)
            if article and stops is None:
                told = ("permission", article)
            yield SiteAnswer(site, work_centre, role, True, *told)
        mine = {names.groups[group][0] for group in able}
        for refusal in refusals.values():
            if refusal.site not in mine:
                yield SiteAnswer(
                    refusal.site, refusal.work_centre or "", "refused", False,
                    refusal.requirement, refusal.reason, refusal.further,
                )  # fmt: skip

    def _article(self, op: int, group: int) -> str:
        """That a site needs a first article, and how long its approval takes."""
        problem, model = self._problem, self._problem.model
        part = int(model.lot["part"][int(problem.state.op["lot"][op])])
        gate = problem.state.gate[problem.sites[group] * model.parts + part]
        if int(gate["status"]) != ARTICLE_NEEDED:
            return ""
        site = model.names.sites[problem.sites[group]]
        approval = duration(int(gate["approval_ms"]) / 1000.0)
        return f"{site} needs a first article of {'/'.join(model.names.parts[part])}: {approval}"

    def _why_not(self, able: str) -> str:
        """What is known of going to work centres that could do it."""
        gap = self._proposal.gap
        if gap is not None and gap < PROVEN:
            return f"going to {able} would not make the whole plan cheaper"
        if self._policy == "stay":
            return f"the policy stay moves nothing; {able} could do it"
        return f"{self._policy} found no plan with it at {able} that costs enough less"

    def _why_there(self, op: int) -> str:
        problem, names = self._problem, self._problem.model.names
        before, after = int(problem.state.op["group"][op]), int(self._group[op])
        pinned = problem.why_pinned(op)
        if after == NONE:
            return "nobody makes it"
        there = "/".join(names.groups[after])
        if before == after:
            if pinned is not None:
                return f"it stays at {there}: {pinned}"
            others = [one for one in self._sites(op) if one.qualified and one.role == "could"]
            if not others:
                return f"it stays at {there}: no other work centre qualifies"
            able = ", ".join(f"{one.site}/{one.work_centre}" for one in others)
            return f"it stays at {there}: {self._why_not(able)}"
        if before == NONE:
            return f"it goes to {there}: nobody was to make it"
        since = "/".join(names.groups[before])
        begins = int(self._proposal.end.op["start_ms"][op])
        then = int(problem.present.op["start_ms"][op])
        words = f"it goes from {since} to {there}"
        stops = self._hindrances.at(before, problem.now_ms, self._begins(op) + HOUR_MS)
        if stops is not None:
            words += f": {stops.reason}"
        if begins < FOREVER and then < FOREVER:
            words += f"; it begins {moment(self._moment(begins))} and not "
            words += moment(self._moment(then))
        elif begins < FOREVER:
            words += f"; it begins {moment(self._moment(begins))} and not after the horizon"
        return words
