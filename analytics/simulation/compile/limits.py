"""Limits of work in process: buffers and kanban cards of work centres, CONWIP loops of parts."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from analytics.simulation import layout
from analytics.simulation.layout import NONE
from analytics.simulation.model import Records
from analytics.simulation.names import Names
from analytics.simulation.places import BUFFER, CONWIP, KANBAN
from federation.topology.model import ClusterSpec


def compile_limits(cluster: ClusterSpec, names: Names, group: Records, lot: Records) -> Records:
    """``LIMIT_C``; the work centres and lots that a limit holds for are given its row."""
    rows: list[dict[str, int]] = []
    for site in cluster.sites:
        for machine in site.machines:
            at = names.group_row[site.id, machine.id]
            if machine.buffer_lots is not None:
                loss = int(machine.when_full == "lost")
                rows.append({"capacity": machine.buffer_lots, "kind": BUFFER, "loss": loss})
                rows[-1]["group"] = at
                group["limit"][at] = len(rows)
            following = 0
            for kanban in machine.kanban:
                part = _part(cluster, names, kanban.product, kanban.part)
                rows.append({"capacity": kanban.cards, "kind": KANBAN, "group": at})
                rows[-1] |= {"part": part + 1, "next": following}
                following = len(rows)
                group["limit"][at] = following
    loops: dict[int, int] = defaultdict(int)
    whole_first = sorted(cluster.conwip, key=lambda entry: entry.site is not None)
    for conwip in whole_first:  # the loop of a site is asked before that of the cluster
        part = _part(cluster, names, conwip.product, conwip.part)
        scope = 0 if conwip.site is None else names.site_row[conwip.site] + 1
        rows.append({"capacity": conwip.lots, "kind": CONWIP, "site": scope})
        rows[-1] |= {"part": part + 1, "next": loops[part]}
        loops[part] = len(rows)
    if loops:
        _loops_of_lots(lot, loops)
    limit = np.zeros(len(rows), layout.LIMIT_C)
    for row, values in enumerate(rows):
        for name, value in values.items():
            limit[name][row] = value
    return limit


def _part(cluster: ClusterSpec, names: Names, product: str, part: str | None) -> int:
    return names.part_row[product, part or cluster.product(product).root.id]


def _loops_of_lots(lot: Records, loops: dict[int, int]) -> None:
    """Which loop each lot is released under, and which lots are released with the one above."""
    lot["conwip"] = [loops.get(part, 0) for part in lot["part"].tolist()]
    above = lot["parent"].tolist()
    for row in range(len(lot) - 1, -1, -1):  # a component stands before the lot it is joined into
        parent = above[row]
        if parent != NONE and lot["conwip"][row] == 0:
            inherited = int(lot["released_with"][parent])
            lot["released_with"][row] = parent + 1 if lot["conwip"][parent] else inherited
