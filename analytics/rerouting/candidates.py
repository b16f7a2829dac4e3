"""Which work centres an operation could go to, and why the other sites cannot have it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from analytics.remember import by_identity
from analytics.simulation.compile.assignment import capabilities
from analytics.simulation.layout import WEEK_MS
from analytics.simulation.model import Ints, Names, Records, SimModel, SimState
from federation.matching import judged, too_short
from federation.topology.capability import Refusal, Status
from federation.topology.model import ClusterSpec

FORBIDDEN, APPROVED, ARTICLE_NEEDED, ARTICLE_RUNNING, ARTICLE_PENDING = range(5)
"""Codes of ``GATE_S.status``."""


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
        short = _short(model, state, max(1, -(-horizon_ms // WEEK_MS)))
        status = state.gate["status"].astype(np.int64)
        self._rows = _qualified(
            cluster,
            model.names,
            model.optype,
            model.consume,
            model.first_optype,
            status.tobytes() if approved_only else b"",
            (status == FORBIDDEN).tobytes(),
            short.tobytes(),
        )

    def groups(self, optype: int) -> tuple[int, ...]:
        """Rows of the work centres that qualify."""
        return self._rows.groups[optype]

    def refusals(self, optype: int) -> tuple[Refusal, ...]:
        """The sites that do not qualify, each with the first requirement that fails."""
        return self._rows.refusals(optype)

    @property
    def rows(self) -> tuple[Ints, Ints]:
        """int64[optypes + 1] first row, and int64 work centres, for the decoder."""
        return self._rows.flat


def _short(model: SimModel, state: SimState, weeks: int) -> npt.NDArray[np.bool_]:
    """bool[sites, consumed]: a material that is too short even for one unit, with its receipts."""
    sites, materials = len(model.site), len(model.names.materials)
    stock = state.stock["on_hand"].astype(np.int64).reshape(sites, materials)
    weekly = np.zeros((sites, materials), dtype=np.int64)
    count = model.site["receipts"]
    site = np.repeat(np.arange(sites), count)
    if len(site):
        skipped = model.site["first_receipt"] - (np.cumsum(count) - count)
        row = np.repeat(skipped, count) + np.arange(len(site))
        np.add.at(weekly, (site, model.receipt["material"][row]), model.receipt["milli"][row])
    supplied = state.stock["supplier"].reshape(sites, materials) > 0
    material = model.consume["material"]
    return too_short(
        (stock + weekly * weeks)[:, material],
        model.consume["milli_per_unit"],
        supplied[:, material],
        model.consume["alternative"] != 0,
    )


class _Qualified:
    """Who qualifies for what, given permissions and material: the ``Circumstances`` of a state."""

    def __init__(
        self,
        cluster: ClusterSpec,
        names: Names,
        optype: Records,
        consume: Records,
        first_optype: Ints,
        status: npt.NDArray[np.int64],
        forbidden: npt.NDArray[np.bool_],
        short: npt.NDArray[np.bool_],
    ) -> None:
        self._names = names
        self._index = capabilities(cluster)
        self._sites = {site.id: row for row, site in enumerate(cluster.sites)}
        self._optype = optype
        self._consume = consume
        self._forbidden = forbidden
        self._short = short
        self._first_optype = first_optype
        routings = int(np.count_nonzero(optype["at_group"] == 0))
        ends = np.append(first_optype[1:], routings).tolist()
        self._steps = [
            (part, product_id, part_id, step)
            for part, (product_id, part_id) in enumerate(names.parts)
            for step in range(ends[part] - int(first_optype[part]))
        ]
        own = np.arange(routings, len(optype))  # work centres with times of their own
        self._steps += [self._steps[row] for row in (own - optype["base_back"][own]).tolist()]
        self._refusals: dict[int, tuple[Refusal, ...]] = {}
        self.groups: list[tuple[int, ...]] = []
        for row in range(len(self._steps)):
            groups = tuple(group for group, refusal in self._tried(row) if refusal is None)
            self.groups.append(self._approved(row, groups, status) if len(status) else groups)
        counts = np.array([len(groups) for groups in self.groups], dtype=np.int64)
        first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        flat = [group for groups in self.groups for group in groups]
        self.flat = (first, np.array(flat, dtype=np.int64))

    def refusals(self, row: int) -> tuple[Refusal, ...]:
        """Made when they are asked for: in a large cluster nearly every site is one."""
        if row not in self._refusals:
            _, product_id, part_id, step = self._steps[row]
            found = list(self._index.refusals(product_id, part_id, step))
            found += [refusal for _, refusal in self._tried(row) if refusal is not None]
            ordered = sorted(found, key=lambda refusal: self._sites[refusal.site])
            self._refusals[row] = tuple(ordered)
        return self._refusals[row]

    def _tried(self, row: int) -> Iterator[tuple[int, Refusal | None]]:
        """Work centres that could do it by machine and permission, with what forbids it now."""
        _, product_id, part_id, step = self._steps[row]
        for one, refusal in judged(self._index, self, product_id, part_id, step):
            yield self._names.group_row[one.site, one.work_centre], refusal

    def status(self, product: str, part: str, site: str) -> Status | None:
        """The permission of a site for a part; ``None``: it was withdrawn."""
        gate = self._names.site_row[site] * len(self._names.parts)
        gate += self._names.part_row[product, part]
        if self._forbidden[gate]:
            return None
        permission = self._index.permission(product, part, site)
        return permission.status if permission is not None else None

    def missing(self, product: str, part: str, operation: int, site: str) -> str | None:
        """A material that the operation takes and the site neither has nor gets."""
        row = self._first_optype[self._names.part_row[product, part]] + operation
        first = int(self._optype["first_consume"][row])
        last = first + int(self._optype["consumes"][row])
        short = self._short[self._names.site_row[site], first:last]
        if not short.any():
            return None
        return self._names.materials[int(self._consume["material"][first + int(short.argmax())])]

    def _approved(
        self, row: int, groups: tuple[int, ...], status: npt.NDArray[np.int64]
    ) -> tuple[int, ...]:
        """Without sites that need a first article, where an approved site can do it."""
        part, parts = self._steps[row][0], len(self._names.parts)
        sites = [self._names.site_row[self._names.groups[group][0]] for group in groups]
        approved = tuple(
            group
            for group, site in zip(groups, sites, strict=True)
            if status[site * parts + part] == APPROVED
        )
        return approved or groups


@by_identity(32)
def _qualified(
    cluster: ClusterSpec,
    names: Names,
    optype: Records,
    consume: Records,
    first_optype: Ints,
    status: bytes,
    forbidden: bytes,
    short: bytes,
) -> _Qualified:
    """The same permissions and materials give the same answer: it is made once for a study."""
    return _Qualified(
        cluster,
        names,
        optype,
        consume,
        first_optype,
        np.frombuffer(status, dtype=np.int64),
        np.frombuffer(forbidden, dtype=np.bool_),
        np.frombuffer(short, dtype=np.bool_).reshape(len(names.sites), len(consume)),
    )
