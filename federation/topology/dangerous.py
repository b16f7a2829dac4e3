"""Dangerous goods: the parts that are, by themselves or by what they are made of. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from federation.topology.model import ClusterSpec
from federation.topology.product_model import PartSpec, ProductSpec


def dangerous_parts(cluster: ClusterSpec) -> Mapping[tuple[str, str], str]:
    """Class of each dangerous part, by ``(product, part)``."""
    classes = {
        material.id: material.dangerous_goods
        for material in cluster.materials
        if material.dangerous_goods is not None
    }
    found: dict[tuple[str, str], str] = {}
    for product in cluster.products:
        found |= _of_product(product, classes)
    return found


def _of_product(product: ProductSpec, classes: Mapping[str, str]) -> Mapping[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}

    def visit(part: PartSpec) -> str | None:
        own = [part.dangerous_goods, *(visit(component) for component in part.components)]
        for operation in part.operations:
            for used in operation.consumes:
                own.append(classes.get(used.material))
                if used.substitute is not None:
                    own.append(classes.get(used.substitute.material))
        first = next((name for name in own if name is not None), None)
        if first is not None:
            found[product.id, part.id] = first
        return first

    visit(product.root)
    return found
