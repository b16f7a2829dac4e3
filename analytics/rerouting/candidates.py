"""Which work centres an operation could go to, and why the other sites cannot have it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from analytics.simulation.layout import WEEK_MS
from analytics.simulation.model import Ints, SimModel, SimState
from federation.topology.capability import CapabilityIndex
from federation.topology.model import ClusterSpec
from twins.spec import SiteSpec

Requirement = Literal["process", "material_worked", "permission", "material"]

FORBIDDEN, APPROVED, ARTICLE_NEEDED, ARTICLE_RUNNING, ARTICLE_PENDING = range(5)
"""Codes of ``GATE_S.status``."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a site does not qualify for an operation.

    Parameters
    ----------
    site
        The site.
    work_centre
        The work centre that came closest; ``None`` where no machine has the process.
    requirement
        The first requirement that fails.
    reason
        The same in words.
    """

    site: str
    work_centre: str | None
    requirement: Requirement
    reason: str


class CandidateTable:
    """Candidates and refusals by operation type (row of ``SimModel.optype``).

    Parameters
    ----------
    model, state
        The believed model and state: permissions and stock are those of the moment.
    cluster
        Machines, products and permissions.
    horizon_ms
        How long standing receipts are counted.
    approved_only
        Leave out sites that need a first article where an approved site can do the operation.
    """

    def __init__(
        self,
        model: SimModel,
        state: SimState,
        cluster: ClusterSpec,
        horizon_ms: int,
        *,
        approved_only: bool = False,
    ) -> None:
        self._model = model
        self._state = state
        self._index = CapabilityIndex(cluster)
        self._sites: dict[str, SiteSpec] = {site.id: site for site in cluster.sites}
        self._weeks = max(1, -(-horizon_ms // WEEK_MS))
        self._groups: list[tuple[int, ...]] = []
        self._refusals: list[tuple[Refusal, ...]] = []
        for part, (product_id, part_id) in enumerate(model.names.parts):
            last = len(model.optype) if part + 1 == model.parts else model.first_optype[part + 1]
            for step in range(int(last) - int(model.first_optype[part])):
                groups, refusals = self._one(part, product_id, part_id, step)
                if approved_only:
                    groups = self._prefer_approved(part, groups)
                self._groups.append(groups)
                self._refusals.append(refusals)

    def groups(self, optype: int) -> tuple[int, ...]:
        """Rows of the work centres that qualify."""
        return self._groups[optype]

    def refusals(self, optype: int) -> tuple[Refusal, ...]:
        """The sites that do not qualify, each with the first requirement that fails."""
        return self._refusals[optype]

    @cached_property
    def rows(self) -> tuple[Ints, Ints]:
        """int64[optypes + 1] first row, and int64 work centres, for the decoder."""
        counts = np.array([len(groups) for groups in self._groups], dtype=np.int64)
        first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        flat = [group for groups in self._groups for group in groups]
        return first, np.array(flat, dtype=np.int64)

    def _one(
        self, part: int, product_id: str, part_id: str, step: int
    ) -> tuple[tuple[int, ...], tuple[Refusal, ...]]:
        groups: list[int] = []
        refusals = [
            Refusal(found.site, found.work_centre, found.requirement, found.reason)
            for found in self._index.refusals(product_id, part_id, step)
        ]
        for candidate in self._index.candidates(product_id, part_id, step):
            site = self._model.names.site_row[candidate.site]
            gate = self._state.gate[site * self._model.parts + part]
            if int(gate["status"]) == FORBIDDEN:
                reason = f"{candidate.site} has no permission for {product_id}/{part_id} any more"
                refusals.append(
                    Refusal(candidate.site, candidate.work_centre, "permission", reason)
                )
                continue
            missing = self._missing(part, step, site)
            if missing is not None:
                reason = f"{candidate.site} has no {missing}, and none is on order"
                refusals.append(Refusal(candidate.site, candidate.work_centre, "material", reason))
                continue
            groups.append(self._model.names.group_row[candidate.site, candidate.work_centre])
        order = {site: row for row, site in enumerate(self._sites)}
        return tuple(groups), tuple(sorted(refusals, key=lambda refusal: order[refusal.site]))

    def _missing(self, part: int, step: int, site: int) -> str | None:
        """A material that is too short even for one unit, receipts of the horizon included."""
        optype = self._model.optype[int(self._model.first_optype[part]) + step]
        first = int(optype["first_consume"])
        for entry in self._model.consume[first : first + int(optype["consumes"])]:
            material = int(entry["material"])
            stock = self._state.stock[site * len(self._model.names.materials) + material]
            constant = self._model.site[site]
            begin = int(constant["first_receipt"])
            receipts = self._model.receipt[begin : begin + int(constant["receipts"])]
            weekly = int(receipts["milli"][receipts["material"] == material].sum())
            # What is reserved is reserved for lots that may move away with this very plan.
            if int(stock["on_hand"]) + weekly * self._weeks < int(entry["milli_per_unit"]):
                return self._model.names.materials[material]
        return None

    def _prefer_approved(self, part: int, groups: tuple[int, ...]) -> tuple[int, ...]:
        rows = self._model.group["site"][list(groups)] * self._model.parts + part
        status = self._state.gate["status"][rows]
        approved = tuple(
            group for group, code in zip(groups, status, strict=True) if code == APPROVED
        )
        return approved or groups
