"""What the material in a unit is worth at each operation of its routing."""

from __future__ import annotations

import polars as pl

from federation.topology.model import ClusterSpec
from federation.topology.product_model import PartSpec


def material_value(cluster: ClusterSpec) -> pl.DataFrame:
    """Bought material in one unit in work, by product, part and operation.

    Components count with all that went into them, an operation with what it and those before it
    consume. Units lost earlier on are their own scrap and not added to those that go on. Material
    that suppliers bring is worth nothing here: it is paid as a purchase.

    Returns
    -------
    frame
        ``product, part, operation, value_per_unit`` in the reporting currency.
    """
    bought = {entry.material for site in cluster.sites for entry in site.stock if entry.supplier}
    prices = {
        material.id: 0.0 if material.id in bought else material.price
        for material in cluster.materials
    }
    rows: list[tuple[str, str, int, float]] = []

    def visit(product: str, part: PartSpec) -> float:
        value = sum(visit(product, component) for component in part.components)
        for number, operation in enumerate(part.operations):
            value += sum(
                prices[used.material] * used.quantity_per_unit for used in operation.consumes
            )
            rows.append((product, part.id, number, value))
        return value

    for product in cluster.products:
        visit(product.id, product.root)
    schema = {
        "product": pl.String,
        "part": pl.String,
        "operation": pl.Int32,
        "value_per_unit": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
