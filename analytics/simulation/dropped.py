"""Lots that nobody wants any more: never released in truth, believed wanted until that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.model import Ints, SimModel, SimState


def without_dropped(
    model: SimModel, state: SimState, dropped: Mapping[int, int]
) -> tuple[SimModel, SimState]:
    """The model in which lots are never released, and its state at the fork, changed in place.

    Parameters
    ----------
    model, state
        At the fork; the lots are planned.
    dropped
        Row of each lot, and when it becomes known that nobody wants it, ms from the fork.
    """
    if not dropped:
        return model, state
    rows = np.array(sorted(dropped), dtype=np.int64)
    wanted = model.release_order[~np.isin(model.release_order, rows)]
    state.clock["open_lots"] -= np.count_nonzero(model.lot["parent"][rows] == NONE)
    return replace(model, release_order=wanted, dropped=tuple(sorted(dropped.items()))), state


def believed_drops(model: SimModel, view: SimState, now: int) -> SimModel:
    """The model as believed at ``now``: lots that are still believed wanted will be released.

    Those that are known to be dropped count as lots of an order that nobody knows.
    """
    if not model.dropped:
        return model
    rows, known_ms = (
        np.array(column, dtype=np.int64) for column in zip(*model.dropped, strict=True)
    )
    unknown = rows[known_ms > now]
    known = model.known_ms.copy()
    known[rows[known_ms <= now]] = FOREVER
    # What is not known to be dropped is released later than it would be known: after now.
    order = np.concatenate([model.release_order, unknown])
    order = order[np.lexsort((order, model.lot["release_ms"][order]))]
    view.clock["open_lots"] += np.count_nonzero(model.lot["parent"][unknown] == NONE)
    return replace(model, release_order=order, known_ms=known)


def wanted_roots(model: SimModel) -> Ints:
    """Rows of the lots that customers get, without those that nobody wants any more."""
    wanted = model.lot["parent"] == NONE
    wanted[[row for row, _ in model.dropped]] = False
    return np.flatnonzero(wanted).astype(np.int64)
