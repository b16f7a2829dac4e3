"""The least makespan of a plain shop: job lengths, and the work that machines have to do."""

from __future__ import annotations

import heapq
from collections import defaultdict

import numpy as np

from analytics.rerouting.search.plain import PlainShop
from analytics.simulation.model import Ints


def plain_makespan_ms(shop: PlainShop) -> int:
    """No plan of the shop is done sooner than so long after its begin.

    The longest job; for each machine the preemptive one-machine schedule of what only it can do,
    with heads and tails (Jackson 1955; Carlier 1982); for each set of machines that operations have
    to choose from the mean load of those that have no other choice, between the least head and
    tail.
    """
    heads, tails, times = _heads(shop), _tails(shop), _times(shop)
    longest = int((heads + times + tails).max(initial=0))
    best = longest
    for machines, ops in _confined(shop).items():
        rows = np.array(ops, dtype=np.int64)
        head, work, tail = heads[rows], times[rows], tails[rows]
        mean = -(-int(work.sum()) // len(machines))
        best = max(best, mean + int(head.min()) + int(tail.min()))
        if len(machines) == 1:
            best = max(best, preemptive_ms(head, work, tail))
    return best


def preemptive_ms(head: Ints, work: Ints, tail: Ints) -> int:
    """Makespan of Jackson's preemptive schedule on one machine: the longest tail first.

    Parameters
    ----------
    head, work, tail
        int64[operations]: when each is there, how long it takes, what follows it.
    """
    order = np.argsort(head, kind="stable").tolist()
    ready: list[tuple[int, int]] = []
    time, best, at = 0, 0, 0
    while at < len(order) or ready:
        if not ready:
            time = max(time, int(head[order[at]]))
        while at < len(order) and int(head[order[at]]) <= time:
            heapq.heappush(ready, (-int(tail[order[at]]), int(work[order[at]])))
            at += 1
        after, left = heapq.heappop(ready)
        until = int(head[order[at]]) if at < len(order) else time + left
        done = min(left, until - time)
        time += done
        if done < left:
            heapq.heappush(ready, (after, left - done))
        else:
            best = max(best, time - after)
    return best


def _times(shop: PlainShop) -> Ints:
    """int64[ops]: the shortest time of each operation."""
    return np.minimum.reduceat(shop.time_ms, shop.first_way[:-1])


def _heads(shop: PlainShop) -> Ints:
    """int64[ops]: the shortest time of what comes before it in its job."""
    done = np.concatenate([[0], np.cumsum(_times(shop))])
    begins = np.repeat(done[shop.first_op[:-1]], np.diff(shop.first_op))
    heads: Ints = done[:-1] - begins
    return heads


def _tails(shop: PlainShop) -> Ints:
    """int64[ops]: the shortest time of what follows it in its job."""
    done = np.concatenate([[0], np.cumsum(_times(shop))])
    ends = np.repeat(done[shop.first_op[1:]], np.diff(shop.first_op))
    tails: Ints = ends - done[1:]
    return tails


def _confined(shop: PlainShop) -> dict[frozenset[int], list[int]]:
    """Sets of machines, and the operations that none but these can do."""
    ways: dict[frozenset[int], list[int]] = defaultdict(list)
    for op in range(len(shop.first_way) - 1):
        rows = shop.group[shop.first_way[op] : shop.first_way[op + 1]]
        ways[frozenset(rows.tolist())].append(op)
    everything = frozenset().union(*ways)
    found: dict[frozenset[int], list[int]] = {}
    for machines in {*ways, everything}:
        found[machines] = [op for own, ops in ways.items() if own <= machines for op in ops]
    return found
