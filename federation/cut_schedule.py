"""The tables of a snapshot about the plan: schedule, declined lots, open proposals. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from federation.agreement.proposal import PlanProposal
from federation.schedule import Schedule
from federation.tables import SCHEMAS, table


def plan_tables(schedule: Schedule, proposals: Sequence[PlanProposal]) -> dict[str, pa.Table]:
    """``schedule``, ``declined``, ``proposals`` and ``proposed``."""
    return {
        "schedule": schedule.table(),
        "declined": table("declined", {"lot": sorted(schedule.declined)}),
        "proposals": _proposals(proposals),
        "proposed": pa.concat_tables([_proposed(one) for one in proposals])
        if proposals
        else SCHEMAS["proposed"].empty_table(),
    }


def _proposals(proposals: Sequence[PlanProposal]) -> pa.Table:
    asked = [(one, part) for one in proposals for part in one.parts.values()]
    answers = [one.answers.get(part.site) for one, part in asked]
    return table(
        "proposals",
        {
            "proposal": [one.id for one, _ in asked],
            "site": [part.site for _, part in asked],
            "base_version": [one.delta.base for one, _ in asked],
            "made_at": [one.made_at for one, _ in asked],
            "deadline": [one.deadline for one, _ in asked],
            "policy": [one.policy for one, _ in asked],
            "gains": [len(part.gains) for _, part in asked],
            "losses": [len(part.losses) for _, part in asked],
            "shifts": [len(part.shifts) for _, part in asked],
            "gained_h": [part.gained_h for _, part in asked],
            "lost_h": [part.lost_h for _, part in asked],
            "largest_shift_h": [part.largest_shift_h for _, part in asked],
            "accepted": [None if answer is None else answer.accepted for answer in answers],
        },
    )


def _proposed(proposal: PlanProposal) -> pa.Table:
    rows = proposal.delta.table()
    whose = pa.array([proposal.id] * rows.num_rows, pa.string())
    columns = [
        whose if field.name == "proposal" else rows.column(field.name)
        for field in SCHEMAS["proposed"]
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMAS["proposed"])
