"""The proposals of a ledger, folded from its entries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow as pa

from federation.agreement.documents import from_head, head_text
from federation.agreement.proposal import Answer, PlanProposal
from federation.errors import UnknownProposalError
from federation.schedule import ScheduleDelta

KINDS = ("proposal", "answer", "expired", "leftover")
"""Kinds of entries that are folded here."""
_HEAD = b"proposal_head"


class ProposalBook:
    """Every proposal that was made, by id, in the order in which they were made."""

    def __init__(self) -> None:
        self._found: dict[str, PlanProposal] = {}

    def __iter__(self) -> Iterator[PlanProposal]:
        return iter(tuple(self._found.values()))

    def __len__(self) -> int:
        return len(self._found)

    def get(self, proposal: str) -> PlanProposal:
        """The proposal of that id.

        Raises
        ------
        UnknownProposalError
            When there is none.
        """
        found = self._found.get(proposal)
        if found is None:
            known = ", ".join(self._found) or "none"
            raise UnknownProposalError(
                f"there is no proposal '{proposal}'", remedy=f"proposals: {known}"
            )
        return found

    @property
    def open(self) -> tuple[PlanProposal, ...]:
        """Those that nothing has closed; one whose deadline has passed may be among them."""
        return tuple(found for found in self._found.values() if found.closed is None)

    def fold(self, kind: str, body: pa.Table, at: datetime) -> None:
        """Take in an entry of one of ``KINDS``.

        Raises
        ------
        KeyError, TypeError, ValueError
            When the body is not one of that kind.
        """
        if kind == "proposal":
            head = (body.schema.metadata or {})[_HEAD].decode()
            made = from_head(head, ScheduleDelta.from_table(body), at)
            self._found[made.id] = made
            if made.replaces:
                self._change(made.replaces, replaced_by=made.id)
            return
        for text in body.column(kind).to_pylist():
            told = json.loads(text)
            found = self.get(told["proposal"])
            if kind == "answer":
                said = Answer(told["accepted"], at, told["reason"], told["by_policy"])
                self._found[found.id] = found.answered(told["site"], said)
            elif kind == "expired":
                self._found[found.id] = found.expired()
            else:
                self._change(found.id, leftover=tuple(told["reasons"]))

    def fold_schedule(self, delta: ScheduleDelta, at: datetime) -> None:
        """Take in that a version was published: one proposal became it, the others are too late."""
        for found in self.open:
            if found.id == delta.proposal:
                self._found[found.id] = found.agreed(delta.version, at)
            else:
                self._found[found.id] = found.superseded(delta.version, at)

    def _change(self, proposal: str, **fields: Any) -> None:
        self._found[proposal] = replace(self.get(proposal), **fields)


def proposal_body(proposal: PlanProposal) -> pa.Table:
    """The entry of a new proposal: the table of its delta, and the rest in its metadata."""
    rows = proposal.delta.table()
    metadata = {**(rows.schema.metadata or {}), _HEAD: head_text(proposal).encode()}
    return rows.replace_schema_metadata(metadata)


def answer_body(proposal: str, site: str, answer: Answer) -> pa.Table:
    """The entry of a site's answer; its time is that of the entry."""
    told = {
        "proposal": proposal,
        "site": site,
        "accepted": answer.accepted,
        "reason": answer.reason,
        "by_policy": answer.by_policy,
    }
    return _told("answer", told)


def expired_body(proposal: str) -> pa.Table:
    """The entry that a deadline has passed."""
    return _told("expired", {"proposal": proposal})


def leftover_body(proposal: str, reasons: tuple[str, ...]) -> pa.Table:
    """The entry that nothing is left of a partly accepted plan, and why."""
    return _told("leftover", {"proposal": proposal, "reasons": reasons})


def _told(kind: str, document: dict[str, Any]) -> pa.Table:
    text = json.dumps(document, separators=(",", ":"))
    return pa.table({kind: pa.array([text], pa.string())})
