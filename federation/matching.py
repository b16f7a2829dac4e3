"""Which sites qualify for an operation now, and on which requirement the others are refused. Pure.

What the specification says is judged by ``CapabilityIndex``; what changes from day to day, the
permissions and the material of the moment, is judged here. Policies that reroute ask the same
functions as the graph does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from federation.errors import NotInClusterError
from federation.snapshot import ClusterSnapshot
from federation.topology.capability import Candidate, CapabilityIndex, Refusal, Status
from federation.topology.problems import did_you_mean
from federation.topology.product_model import OperationSpec, ProductSpec

MATCH_SCHEMA = pa.schema(
    [
        ("product", pa.string()),
        ("part", pa.string()),
        ("operation", pa.string()),
        ("process", pa.string()),
        ("site", pa.string()),
        ("work_centre", pa.string()),
        ("status", pa.string()),
        ("requirement", pa.string()),
        ("reason", pa.string()),
        ("further", pa.list_(pa.string())),
    ]
)
"""A row for each work centre that qualifies (with ``status``), and for each site that is refused
(with ``requirement``, ``reason`` and the ``further`` requirements that fail)."""

STANDING_WEEKS = 4
"""So many weeks of standing receipts count as material that is there."""


class Circumstances(Protocol):
    """What is so at the moment."""

    def status(self, product: str, part: str, site: str) -> Status | None:
        """The permission of a site for a part; ``None``: it was withdrawn."""
        ...

    def missing(self, product: str, part: str, operation: int, site: str) -> str | None:
        """A material that the operation takes and the site neither has nor gets."""
        ...


def judged(
    index: CapabilityIndex, now: Circumstances, product: str, part: str, operation: int
) -> Iterator[tuple[Candidate, Refusal | None]]:
    """Work centres that could do an operation by machine and permission; what forbids it now."""
    for candidate in index.candidates(product, part, operation):
        site, refusal = candidate.site, None
        status = now.status(product, part, site)
        if status is None:
            reason = f"{site} has no permission for {product}/{part} any more"
            refusal = Refusal(site, candidate.work_centre, "permission", reason)
        elif (missing := now.missing(product, part, operation, site)) is not None:
            reason = f"{site} has no {missing}, and none is on order"
            refusal = Refusal(site, candidate.work_centre, "material", reason)
        yield Candidate(site, candidate.work_centre, status or candidate.status), refusal


def too_short(
    there: npt.NDArray[Any],
    per_unit: npt.NDArray[Any],
    supplied: npt.NDArray[np.bool_],
    replaceable: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    """Where a material does not suffice for one unit, and neither supplier nor substitute helps.

    Parameters
    ----------
    there
        On hand, and standing receipts as far as they count. What is reserved is in it: it is
        reserved for lots that may move away.
    per_unit
        What one unit takes.
    supplied, replaceable
        Whether a supplier brings it, whether another material does; how much of them there is shows
        in the replay of a plan.
    """
    found: npt.NDArray[np.bool_] = (there < per_unit) & ~supplied & ~replaceable
    return found


class SnapshotCircumstances:
    """Permissions and stock of a snapshot.

    Parameters
    ----------
    snapshot
        The moment.
    weeks
        Standing receipts of so many weeks count as there.
    """

    def __init__(self, snapshot: ClusterSnapshot, weeks: int = STANDING_WEEKS) -> None:
        told = snapshot.tables["approvals"].to_pylist()
        self._status = {(row["product"], row["part"], row["site"]): row["status"] for row in told}
        self._there: dict[tuple[str, str], float] = {}
        for row in snapshot.tables["stock"].to_pylist():
            self._there[row["site"], row["material"]] = row["quantity"]
        self._supplied: set[tuple[str, str]] = set()
        for site in snapshot.cluster.sites:
            for entry in site.stock:
                key = (site.id, entry.key)
                self._there[key] = self._there.get(key, 0.0) + weeks * entry.weekly_receipt
                if entry.supplier is not None:
                    self._supplied.add(key)
        self._consumed = {
            (product.id, part.id): [operation.consumes for operation in part.operations]
            for product in snapshot.cluster.products
            for part in product.parts
        }

    def status(self, product: str, part: str, site: str) -> Status | None:
        """The permission of a site for a part; ``None``: it was withdrawn."""
        code = self._status.get((product, part, site), 0)
        if code == 0:
            return None
        return "approved" if code == 1 else "first_article"

    def missing(self, product: str, part: str, operation: int, site: str) -> str | None:
        """A material that the operation takes and the site neither has nor gets."""
        flows = self._consumed[product, part][operation]
        keys = [(site, flow.material) for flow in flows]
        short = too_short(
            np.array([self._there.get(key, 0.0) for key in keys]),
            np.array([flow.quantity_per_unit for flow in flows]),
            np.array([key in self._supplied for key in keys], dtype=np.bool_),
            np.array([flow.substitute is not None for flow in flows], dtype=np.bool_),
        )
        return flows[int(short.argmax())].material if short.any() else None


@dataclass(frozen=True, slots=True)
class StepMatch:
    """Who can do one operation.

    Parameters
    ----------
    product, part, operation, process
        The operation.
    qualified
        Work centres, in the order of sites and machines.
    refused
        Every other site, in the order of the cluster.
    """

    product: str
    part: str
    operation: str
    process: str
    qualified: tuple[Candidate, ...]
    refused: tuple[Refusal, ...]

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites that qualify."""
        return tuple(dict.fromkeys(candidate.site for candidate in self.qualified))


@dataclass(frozen=True, slots=True)
class Match:
    """Who can do the operations of a product, or of one of its parts.

    Parameters
    ----------
    product
        Its id.
    steps
        Components before the part that joins them, each in the order of its routing.
    """

    product: str
    steps: tuple[StepMatch, ...]

    @property
    def makeable(self) -> bool:
        """Whether each operation has a site; whether goods get from one to the next is not said."""
        return all(step.qualified for step in self.steps)

    def whole(self, part: str) -> tuple[str, ...]:
        """The sites that qualify for every operation of a part."""
        steps = [step.sites for step in self.steps if step.part == part]
        return tuple(site for site in steps[0] if all(site in sites for sites in steps[1:]))

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts, components first."""
        return tuple(dict.fromkeys(step.part for step in self.steps))

    def table(self) -> pa.Table:
        """All of it, in ``MATCH_SCHEMA``."""
        rows: list[dict[str, Any]] = []
        for step in self.steps:
            head = {
                "product": step.product,
                "part": step.part,
                "operation": step.operation,
                "process": step.process,
            }
            for one in step.qualified:
                able = {"site": one.site, "work_centre": one.work_centre, "status": one.status}
                rows.append({**head, **able, "further": []})
            for no in step.refused:
                why = {"requirement": no.requirement, "reason": no.reason, "further": no.further}
                rows.append({**head, "site": no.site, "work_centre": no.work_centre, **why})
        return pa.Table.from_pylist(rows, schema=MATCH_SCHEMA)


def match(
    snapshot: ClusterSnapshot,
    product: str,
    part: str | None = None,
    operation: str | None = None,
) -> Match:
    """Who can do the operations of a product now, with a reason for each site that cannot.

    Parameters
    ----------
    snapshot
        The cluster and the moment.
    product
        Id of the product.
    part, operation
        Only this part, only its operation of this id; default: all.

    Raises
    ------
    NotInClusterError
        When there is no such product, part or operation.
    """
    cluster = snapshot.cluster
    found = {one.id: one for one in cluster.products}
    if product not in found:
        what = f"the cluster has no product '{product}'"
        raise NotInClusterError(what, remedy=did_you_mean(product, found))
    wanted = _wanted(found[product], part, operation)
    index, now = CapabilityIndex(cluster), SnapshotCircumstances(snapshot)
    row = {site.id: number for number, site in enumerate(cluster.sites)}
    steps: list[StepMatch] = []
    for part_id, number, step in wanted:
        tried = list(judged(index, now, product, part_id, number))
        qualified = tuple(candidate for candidate, refusal in tried if refusal is None)
        able = {candidate.site for candidate in qualified}
        refused = [*index.refusals(product, part_id, number)]
        refused += [no for _, no in tried if no is not None and no.site not in able]
        by_site = {no.site: no for no in reversed(refused)}
        steps.append(
            StepMatch(
                product,
                part_id,
                step.id,
                step.process,
                qualified,
                tuple(sorted(by_site.values(), key=lambda no: row[no.site])),
            )
        )
    return Match(product, tuple(steps))


def _wanted(
    product: ProductSpec, part: str | None, operation: str | None
) -> list[tuple[str, int, OperationSpec]]:
    parts = [one.id for one in product.parts]
    if part is not None and part not in parts:
        what = f"the product {product.id} has no part '{part}'"
        raise NotInClusterError(what, remedy=did_you_mean(part, parts))
    steps = [
        (one.id, number, step)
        for one in product.parts
        if part in {None, one.id}
        for number, step in enumerate(one.operations)
    ]
    chosen = [entry for entry in steps if operation in {None, entry[2].id}]
    if not chosen:
        known = [step.id for _, _, step in steps]
        where = part or product.id
        what = f"{where} has no operation '{operation}'"
        raise NotInClusterError(what, remedy=did_you_mean(str(operation), known))
    return chosen
