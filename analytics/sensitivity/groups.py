"""Which assumed figures of a cluster are varied together, and which cannot be."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from pydantic import ValidationError

from federation.topology import provenance
from federation.topology.model import ClusterSpec

_PLACE = re.compile(r"\[[^\]]*\]")
_SHARE = re.compile(r"(fraction|probability|efficiency)$")
_OBSERVED = "the fork holds what was observed"
_HELD = {
    "orders.quantity": "the fork holds these orders and their lots",
    "lot_size": "the fork holds lots of this size",
    "products.lot_size": "the fork holds lots of this size",
    "products.minimum_lot": "the fork holds lots of this size",
    "sites.machines.count": "the fork holds these machines",
    "sites.stock.on_hand": _OBSERVED,
    "sites.energy.genset.fuel_on_hand_l": _OBSERVED,
    "sites.energy.inverter.battery.initial_soc_fraction": _OBSERVED,
}
"""Kinds of figures that the live state has overtaken, and why."""
_HOLDERS = frozenset({"sites", "root", "energy", "inverter", "genset_hire", "capacity_hire"})
"""Words of a path that tell a reader nothing beside the words after them."""


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of one kind that one assumption stands behind: they rise and fall together.

    Parameters
    ----------
    kind
        Their common path without places: ``sites.machines.run_kw``.
    note
        The assumption.
    figures
        All of them.
    """

    kind: str
    note: str
    figures: tuple[provenance.Figure, ...]

    @property
    def title(self) -> str:
        """For a reader: ``machines run kw``."""
        parts = self.kind.split(".")
        said = [part for part in parts[:-1] if part not in _HOLDERS]
        return " ".join([*said[-2:], parts[-1]]).replace("_", " ")

    def at(self, cluster: ClusterSpec, change: float) -> ClusterSpec:
        """The cluster with the figures times ``1 + change``; fractions end at 1.

        Raises
        ------
        pydantic.ValidationError
            When the specification does not take a figure.
        """
        return provenance.replaced(
            cluster, {figure.path: _moved(figure, change) for figure in self.figures}
        )


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Assumed figures that were not varied, or not in one direction, and why."""

    kind: str
    note: str
    figures: int
    reason: str


def groups(cluster: ClusterSpec) -> tuple[tuple[Group, ...], tuple[LeftOut, ...]]:
    """The groups of a cluster in the order of its specification, and what is left out."""
    found: dict[tuple[str, str], list[provenance.Figure]] = defaultdict(list)
    for figure in provenance.figures(cluster):
        if figure.kind == "assumption":
            found[_PLACE.sub("", figure.path), figure.note].append(figure)
    varied: list[Group] = []
    left: list[LeftOut] = []
    for (kind, note), figures in found.items():
        if kind in _HELD:
            left.append(LeftOut(kind, note, len(figures), _HELD[kind]))
        elif all(figure.value == 0.0 for figure in figures):
            left.append(LeftOut(kind, note, len(figures), "a share of nothing is nothing"))
        else:
            varied.append(Group(kind, note, tuple(figures)))
    return tuple(varied), tuple(left)


def varied(group: Group, cluster: ClusterSpec, change: float) -> ClusterSpec | LeftOut:
    """The cluster with the group at a change, or why the specification does not take it."""
    try:
        changed = group.at(cluster, change)
    except ValidationError as error:
        reason = f"at {change:+.0%}: {error.errors()[0]['msg']}"
        return LeftOut(group.kind, group.note, len(group.figures), reason)
    if changed == cluster:
        reason = f"at {change:+.0%}: rounds to what it is, or is 1 already"
        return LeftOut(group.kind, group.note, len(group.figures), reason)
    return changed


def _moved(figure: provenance.Figure, change: float) -> float:
    value = figure.value * (1.0 + change)
    return min(value, 1.0) if _SHARE.search(figure.path) else value
