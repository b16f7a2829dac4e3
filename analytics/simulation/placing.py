"""Operations and their work centres: the one place that writes which of them does what."""

from __future__ import annotations

import numpy as np

from analytics.simulation.layout import FOREVER
from analytics.simulation.model import Ints, SimModel, SimState


def put(model: SimModel, state: SimState, ops: Ints, groups: Ints) -> None:
    """Give operations to work centres, with the times that these take for them.

    Parameters
    ----------
    model
        Constants of the run.
    state
        ``op`` is written to.
    ops
        int64 rows of the operations.
    groups
        int64 rows of their work centres; ``NONE``: nobody does it.
    """
    state.op["group"][ops] = groups
    if model.has_alternatives:
        state.op["optype"][ops] = kinds_at(model, state.op["optype"][ops], groups)


def kinds_at(model: SimModel, kinds: Ints, groups: Ints) -> Ints:
    """int64: row of ``OPTYPE_C`` of each operation at each work centre, see ``rules.work``."""
    table = model.optype
    base = kinds - table["base_back"][kinds]
    found: Ints = base.copy()
    row = table["alternative"][base] - 1
    while np.any(row >= 0):
        here = (row >= 0) & (table["at_group"][row] == groups + 1)
        found[here] = row[here]
        row = np.where((row >= 0) & ~here, table["alternative"][row] - 1, -1)
    return found


def number_sequences(model: SimModel, state: SimState) -> None:
    """Number what each work centre that keeps a sequence has still to do, from 0.

    Needed whenever ranks were written: what is begun, or went elsewhere, leaves no gap to wait for.
    """
    op = state.op
    for group in model.in_order.tolist():
        mine = np.flatnonzero((op["group"] == group) & (op["start_ms"] >= FOREVER))
        op["rank"][mine[np.lexsort((mine, op["rank"][mine]))]] = np.arange(len(mine))
        state.group["next_rank"][group] = 0
