"""How ways came about, and what machine time they took: followed back from the end."""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled
from analytics.simulation.layout import NONE


@compiled
def add(nodes: Any, before: int, beside: int, group: int, bucket: int, share_ms: float) -> int:
    """Note a step of a way; ``NONE`` where there is no room, or nobody will ask."""
    at = nodes.used[0]
    if at < 0 or at == len(nodes.before):
        return NONE
    nodes.before[at] = before
    nodes.beside[at] = beside
    nodes.group[at] = group
    nodes.bucket[at] = bucket
    nodes.share_ms[at] = share_ms
    nodes.used[0] = at + 1
    return int(at)


@compiled
def count_use(nodes: Any, last: int, used_ms: Any) -> None:
    """Add the machine time of a way to ``used_ms`` float64[groups, buckets]."""
    if last == NONE:
        return
    nodes.stack[0] = last
    depth = 1
    while depth > 0:
        depth -= 1
        at = nodes.stack[depth]
        if nodes.group[at] != NONE:
            used_ms[nodes.group[at], nodes.bucket[at]] += nodes.share_ms[at]
        for before in (nodes.before[at], nodes.beside[at]):
            if before != NONE:
                nodes.stack[depth] = before
                depth += 1
