"""Operations of all parts, what they consume and recover, and where they are permitted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from analytics.simulation import layout
from analytics.simulation.compile import units
from analytics.simulation.compile.alternatives import with_own_times
from analytics.simulation.compile.dists import DistTable
from analytics.simulation.compile.errors import CompileError
from analytics.simulation.compile.flow import flow_columns
from analytics.simulation.compile.materials import material_row, per_unit, with_alternatives
from analytics.simulation.compile.people import tool_numbers
from analytics.simulation.compile.setups import family_numbers
from analytics.simulation.layout import FOREVER
from analytics.simulation.model import Ints, Records
from analytics.simulation.names import Names
from federation.topology.model import ClusterSpec
from federation.topology.product_model import ConsumptionSpec, OperationSpec, RecoverySpec

FORBIDDEN, APPROVED, FIRST_ARTICLE, ARTICLE_RUNNING, ARTICLE_WAITS = range(5)
"""Codes of a gate: ``GATE_S.status`` and the telemetry signal ``approval.status``."""

_INTERRUPTION = {"resume": 0, "restart": 1, "scrap": 2}


@dataclass(frozen=True, eq=False)
class ProductTables:
    """``OPTYPE_C``, ``CONSUME_C`` (also for recoveries) and the first operation of each part."""

    optype: Records
    consume: Records
    recover: Records
    first_optype: Ints


def compile_products(cluster: ClusterSpec, names: Names, dists: DistTable) -> ProductTables:
    """The operations of all parts, part after part.

    Raises
    ------
    CompileError
        When an operation names an unknown material, or less than a thousandth of one.
    """
    families, tools = family_numbers(cluster), tool_numbers(cluster)
    needs: list[tuple[int, int]] = []
    steps: list[OperationSpec] = []
    optypes: list[tuple[int, ...]] = []
    consumes: list[tuple[int, int]] = []
    recovers: list[tuple[int, int]] = []
    first: list[int] = []
    flows: list[dict[str, int]] = []
    for product in cluster.products:
        for part in product.parts:
            first.append(len(optypes))
            flows.extend(flow_columns(names, part, dists))
            for operation in part.operations:
                where = f"{product.id}/{part.id}/{operation.id}"
                steps.append(operation)
                taken = _flows(names, operation.consumes, where)
                won = _flows(names, operation.recovers, where)
                optypes.append(
                    (
                        *_work(operation, dists),
                        *(len(consumes), len(taken)),
                        *(len(recovers), len(won)),
                    )
                )
                needs.append(
                    (
                        families.get(operation.setup_family or "", 0),
                        tools.get(operation.tool or "", 0),
                    )
                )
                consumes.extend(taken)
                recovers.extend(won)
    optype = _records(optypes, flows)
    optype["family"] = [family for family, _ in needs]
    optype["tool"] = [tool for _, tool in needs]
    return ProductTables(
        optype=with_own_times(optype, steps, names),
        consume=with_alternatives(cluster, names, _flow_records(consumes)),
        recover=_flow_records(recovers),
        first_optype=np.array(first, dtype=np.int64),
    )


def _records(rows: list[tuple[int, ...]], flows: list[dict[str, int]]) -> Records:
    """``OPTYPE_C`` of its first columns, and of those by name."""
    table = np.zeros(len(rows), layout.OPTYPE_C)
    for column, name in enumerate((layout.OPTYPE_C.names or ())[:12]):
        table[name] = [row[column] for row in rows]
    for row, values in enumerate(flows):
        for name, value in values.items():
            table[name][row] = value
    return table


def _flow_records(rows: list[tuple[int, int]]) -> Records:
    """``CONSUME_C`` without alternatives."""
    table = np.zeros(len(rows), layout.CONSUME_C)
    table["material"] = [material for material, _ in rows]
    table["milli_per_unit"] = [thousandths for _, thousandths in rows]
    return table


def _work(operation: OperationSpec, dists: DistTable) -> tuple[int, ...]:
    """The first eight columns of ``OPTYPE_C``."""
    pause = operation.longest_pause_min
    return (
        round(operation.unit_time_min * units.NS_PER_MIN),
        units.minutes(operation.cycle_time_min),
        units.minutes(operation.setup_time_min),
        dists.factor("lognormal", operation.time_cv),
        _INTERRUPTION[operation.on_interruption],
        units.ppm(operation.resume_probability),
        FOREVER if pause is None else units.minutes(pause),
        units.ppm(operation.yield_fraction),
    )


def _flows(
    names: Names, entries: tuple[ConsumptionSpec, ...] | tuple[RecoverySpec, ...], where: str
) -> list[tuple[int, int]]:
    return [
        (
            material_row(names, entry.material, where),
            per_unit(entry.material, entry.quantity_per_unit, where),
        )
        for entry in entries
    ]


def compile_permissions(cluster: ClusterSpec, names: Names, fork: datetime) -> Records:
    """``GATE_S`` before any work: row = site x parts + part.

    Raises
    ------
    CompileError
        When a permission names an unknown site.
    """
    parts = len(names.parts)
    gates = np.zeros(len(names.sites) * parts, layout.GATE_S)
    gates["lot"] = layout.NONE
    gates["waiting"] = layout.NONE
    gates["approved_at_ms"] = FOREVER
    for product in cluster.products:
        for permission in product.permissions:
            site = names.site_row.get(permission.site)
            if site is None:
                raise CompileError(
                    f"product {product.id}: a permission for part '{permission.part}' names the "
                    f"site '{permission.site}', which does not exist; "
                    f"name one of {', '.join(names.sites)}"
                )
            row = site * parts + names.part_row[product.id, permission.part]
            approved = permission.status == "approved"
            gates["status"][row] = APPROVED if approved else FIRST_ARTICLE
            gates["approval_ms"][row] = units.hours(permission.approval_h)
            if permission.certified_at is not None:
                gates["certified_ms"][row] = max(0, units.moment_ms(permission.certified_at, fork))
    return gates
