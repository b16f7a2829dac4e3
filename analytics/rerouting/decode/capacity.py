"""Finite capacity: the time that is left at each work centre, in buckets.

An operation takes the first free machine time after it is ready, at most so many machines at a time
as may share its lot.
Work may lie down at the end of a shift or in a power cut and go on afterwards, so closed buckets
are stepped over; small gaps before work that was planned earlier are filled.
"""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled
from analytics.simulation.layout import FOREVER


@compiled
def find(
    shop: Any, group: int, ready_ms: int, need_ms: int, machines: int, take: bool
) -> tuple[int, int]:
    """Start and end of ``need_ms`` of machine time from ``ready_ms``; ``take`` books it.

    At most ``machines`` work at once. Returns ``(FOREVER, FOREVER)`` where the work centre never
    works.
    """
    if ready_ms >= FOREVER:
        return FOREVER, FOREVER
    buckets = shop.free.shape[1]
    begun = FOREVER
    left = need_ms
    bucket = max(0, (ready_ms - shop.start_ms) // shop.bucket_ms)
    while bucket < buckets:
        bucket = free_from(shop, group, bucket)
        if bucket >= buckets:
            break
        free = shop.free[group, bucket]
        end = shop.start_ms + (bucket + 1) * shop.bucket_ms
        usable = min(free, machines * min(shop.open[group, bucket], end - ready_ms))
        used = min(usable, left)
        if begun == FOREVER:
            begun = end - (usable + machines - 1) // machines
        if take:
            shop.free[group, bucket] = free - used
            if free == used:
                shop.skip[group, bucket] = bucket + 1
        left -= used
        if left == 0:
            return begun, end - (usable - used) // machines
        bucket += 1
    if shop.share[group] <= 0.0:
        return FOREVER, FOREVER
    after = max(ready_ms, shop.start_ms + buckets * shop.bucket_ms)
    if begun == FOREVER:
        begun = after
    return begun, after + int(left / (machines * shop.share[group]))


@compiled
def free_from(shop: Any, group: int, bucket: int) -> int:
    """The first bucket with free time from one on; what it steps over is stepped over for good."""
    skip = shop.skip[group]
    found = bucket
    while skip[found] != found:
        found = skip[found]
    while skip[bucket] != found:
        following = skip[bucket]
        skip[bucket] = found
        bucket = following
    return int(found)
