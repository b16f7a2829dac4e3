"""What the routing says of bad lots: rework, inspection and quarantine."""

from __future__ import annotations

from analytics.simulation.compile import units
from analytics.simulation.compile.dists import DistTable
from analytics.simulation.compile.errors import CompileError
from analytics.simulation.layout import PPM
from analytics.simulation.names import Names
from analytics.simulation.quality import CERTIFIED, INSPECTS, REJECTS_TO_REWORK, REWORKS
from federation.topology.flow_model import ReworkSpec
from federation.topology.product_model import OperationSpec, PartSpec


def flow_columns(names: Names, part: PartSpec, dists: DistTable) -> list[dict[str, int]]:
    """The columns of ``OPTYPE_C`` of each operation of a part, without those that are 0.

    Raises
    ------
    CompileError
        When the owner of a rework is no work centre of the cluster.
    """
    steps = {operation.id: at for at, operation in enumerate(part.operations)}
    rows = []
    for at, operation in enumerate(part.operations):
        row = _inspection(operation, dists)
        if operation.rework is not None:
            rework = operation.rework
            row["flow"] = row.get("flow", 0) | REWORKS
            row["rework_ppm"] = units.ppm(rework.probability)
            row["rework_back"] = at - steps[rework.to]
            row["rework_most"] = rework.at_most or 0
            row["rework_group"] = _owner(names, operation, rework)
        if operation.minimum_share_units is not None:
            row["share_units"] = operation.minimum_share_units
        visits = mean_visits(part, at)
        if visits > 1.0:
            row["visits_ppm"] = round(visits * PPM)
        rows.append(row)
    return rows


def _inspection(operation: OperationSpec, dists: DistTable) -> dict[str, int]:
    inspection = operation.inspection
    if inspection is None:
        return {}
    flow = INSPECTS
    if inspection.until_certified:
        flow |= CERTIFIED
    if inspection.on_reject == "rework":
        flow |= REJECTS_TO_REWORK
    return {
        "flow": flow,
        "hold_dist": 0 if inspection.hold is None else dists.duration(inspection.hold) + 1,
        "reject_ppm": units.ppm(inspection.reject_probability),
    }


def _owner(names: Names, operation: OperationSpec, rework: ReworkSpec) -> int:
    """Row + 1 of the work centre that does the rework; 0: the one that did it before."""
    if rework.site is None or rework.work_centre is None:
        return 0
    row = names.group_row.get((rework.site, rework.work_centre))
    if row is None:
        raise CompileError(
            f"the rework of '{operation.id}' belongs to {rework.site}/{rework.work_centre}, which "
            "does not exist; name a site and one of its machines"
        )
    return row + 1


def mean_visits(part: PartSpec, at: int) -> float:
    """Mean number of times that operation ``at`` is done for a lot, loops of rework included.

    A loop that fails with probability p is done p + p^2 + ... more times, up to its limit.
    """
    visits = 1.0
    for end, operation in enumerate(part.operations):
        rework = operation.rework
        if rework is None:
            continue
        begin = next(i for i, other in enumerate(part.operations) if other.id == rework.to)
        if not begin <= at <= end:
            continue
        failing = rework.probability
        if operation.inspection is not None and operation.inspection.on_reject == "rework":
            failing = 1.0 - (1.0 - failing) * (1.0 - operation.inspection.reject_probability)
        loops = failing / (1.0 - failing)
        if rework.at_most is not None:
            loops *= 1.0 - failing**rework.at_most
        visits *= 1.0 + loops
    return visits
