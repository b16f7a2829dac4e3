"""Proposals as JSON documents: what the ledger keeps, and what goes over the wire. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from federation.agreement.parts import SitePart
from federation.agreement.proposal import Answer, PlanProposal
from federation.schedule import ScheduleDelta, Step


def head_text(proposal: PlanProposal) -> str:
    """What the ledger keeps of a new proposal beside its delta."""
    return json.dumps(
        {
            "id": proposal.id,
            "policy": proposal.policy,
            "deadline": proposal.deadline.isoformat(),
            "parts": [asdict(part) for part in proposal.parts.values()],
            "replaces": proposal.replaces,
            "question": proposal.question,
            "key": proposal.key,
        },
        separators=(",", ":"),
    )


def from_head(text: str, delta: ScheduleDelta, made_at: datetime) -> PlanProposal:
    """The new proposal that ``head_text`` wrote."""
    head = json.loads(text)
    parts = [_part(row) for row in head["parts"]]
    return PlanProposal(
        id=head["id"],
        delta=delta,
        policy=head["policy"],
        made_at=made_at,
        deadline=datetime.fromisoformat(head["deadline"]),
        parts={part.site: part for part in parts},
        replaces=head["replaces"],
        question=head["question"],
        key=head["key"],
    )


def document(proposal: PlanProposal) -> dict[str, Any]:
    """A proposal as a document; its entries are a table beside it."""
    return {
        "id": proposal.id,
        "revision": proposal.revision,
        "status": proposal.status,
        "base_version": proposal.delta.base,
        "reason": proposal.delta.reason,
        "policy": proposal.policy,
        "made_at": proposal.made_at.isoformat(),
        "deadline": proposal.deadline.isoformat(),
        "closed_at": proposal.closed_at.isoformat() if proposal.closed_at else None,
        "version": proposal.version,
        "entries_put": len(proposal.delta.put),
        "entries_removed": len(proposal.delta.removed),
        "declined": list(proposal.delta.declined),
        "restored": list(proposal.delta.restored),
        "sites": [_site(proposal, part) for part in proposal.parts.values()],
        "replaces": proposal.replaces or None,
        "replaced_by": proposal.replaced_by or None,
        "leftover": list(proposal.leftover),
        "question": json.loads(proposal.question) if proposal.question else None,
    }


def from_document(found: Mapping[str, Any], delta: ScheduleDelta) -> PlanProposal:
    """The proposal that ``document`` wrote, with its delta."""
    parts = {row["site"]: _part(row) for row in found["sites"]}
    answers = {
        row["site"]: Answer(
            accepted=row["answer"] == "accepted",
            at=datetime.fromisoformat(row["answered_at"]),
            reason=row["reason"],
            by_policy=row["by_policy"],
        )
        for row in found["sites"]
        if row["answer"] is not None
    }
    question = found["question"]
    return PlanProposal(
        id=found["id"],
        delta=delta,
        policy=found["policy"],
        made_at=datetime.fromisoformat(found["made_at"]),
        deadline=datetime.fromisoformat(found["deadline"]),
        parts=parts,
        replaces=found["replaces"] or "",
        question=json.dumps(question, separators=(",", ":")) if question is not None else "",
        answers=answers,
        closed=None if found["status"] == "open" else found["status"],
        closed_at=datetime.fromisoformat(found["closed_at"]) if found["closed_at"] else None,
        version=found["version"],
        leftover=tuple(found["leftover"]),
        replaced_by=found["replaced_by"] or "",
    )


def _site(proposal: PlanProposal, part: SitePart) -> dict[str, Any]:
    answer = proposal.answers.get(part.site)
    said = {True: "accepted", False: "rejected"}
    return {
        **asdict(part),
        "answer": None if answer is None else said[answer.accepted],
        "answered_at": None if answer is None else answer.at.isoformat(),
        "reason": "" if answer is None else answer.reason,
        "by_policy": answer is not None and answer.by_policy,
    }


def _part(row: Mapping[str, Any]) -> SitePart:
    return SitePart(
        site=row["site"],
        gains=_steps(row["gains"]),
        losses=_steps(row["losses"]),
        shifts=_steps(row["shifts"]),
        gained_h=row["gained_h"],
        lost_h=row["lost_h"],
        largest_shift_h=row["largest_shift_h"],
    )


def _steps(rows: list[Any]) -> tuple[Step, ...]:
    return tuple((lot, operation) for lot, operation in rows)
