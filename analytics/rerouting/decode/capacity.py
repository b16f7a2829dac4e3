"""Finite capacity: the time that is left at each work centre, in buckets.

An operation takes the first free machine time after it is ready, at most one machine at a time.
Work may lie down at the end of a shift or in a power cut and go on afterwards, so closed buckets
are stepped over; small gaps before work that was planned earlier are filled.
"""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled
from analytics.simulation.layout import FOREVER


@compiled
def find(shop: Any, group: int, ready_ms: int, need_ms: int, take: bool) -> tuple[int, int]:
    """Start and end of ``need_ms`` of one machine's time from ``ready_ms``; ``take`` books it.

    Returns ``(FOREVER, FOREVER)`` where the work centre never works.
    """
    if ready_ms >= FOREVER:
        return FOREVER, FOREVER
    buckets = shop.free.shape[1]
    bucket = max(shop.first[group], (ready_ms - shop.start_ms) // shop.bucket_ms)
    begun = FOREVER
    left = need_ms
    while bucket < buckets:
        free = shop.free[group, bucket]
        if free > 0:
            end = shop.start_ms + (bucket + 1) * shop.bucket_ms
            usable = min(free, shop.open[group, bucket], end - ready_ms)
            if usable > 0:
                used = min(usable, left)
                if begun == FOREVER:
                    begun = end - usable
                if take:
                    shop.free[group, bucket] = free - used
                left -= used
                if left == 0:
                    if take:
                        _skip_full(shop, group)
                    return begun, end - usable + used
        bucket += 1
    if take:
        _skip_full(shop, group)
    if shop.share[group] <= 0.0:
        return FOREVER, FOREVER
    after = max(ready_ms, shop.start_ms + buckets * shop.bucket_ms)
    if begun == FOREVER:
        begun = after
    return begun, after + int(left / shop.share[group])


@compiled
def _skip_full(shop: Any, group: int) -> None:
    """Move the mark of the first free bucket."""
    bucket = shop.first[group]
    while bucket < shop.free.shape[1] and shop.free[group, bucket] <= 0:
        bucket += 1
    shop.first[group] = bucket
