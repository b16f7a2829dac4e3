"""Records of a state in which nothing has happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analytics.simulation import layout
from analytics.simulation.keys import op_keys
from analytics.simulation.layout import FOREVER, NONE

if TYPE_CHECKING:
    from analytics.simulation.model import Records, SimModel


def filled(rows: int, dtype: np.dtype[np.void], **values: int) -> Records:
    """``rows`` zero records with the named fields set."""
    array: Records = np.zeros(rows, dtype)
    for name, value in values.items():
        array[name] = value
    return array


def empty_sites(model: SimModel) -> Records:
    """``SITE_S`` of sites at which nothing has happened."""
    sites = filled(
        len(model.site),
        layout.SITE_S,
        delivery_ms=FOREVER,
        last_delivery_ms=-FOREVER,
        dry_ms=FOREVER,
    )
    sites["calendar"] = 2 * np.arange(len(sites))
    sites["on_grid"] = (model.site["grid_mw"] > 0) | (model.site["ideal_power"] > 0)
    sites["receipt"] = model.site["first_receipt"]
    sites["metered"] = (
        (model.site["bands"] > 0) | (model.site["demand"] == 1) | (model.site["export_mw"] > 0)
    )
    return sites


def empty_ops(model: SimModel) -> Records:
    """``OP_S`` of operations that wait, in the order of their lots."""
    counts = model.lot["ops"]
    ops = filled(
        int(counts.sum()),
        layout.OP_S,
        group=NONE,
        child=NONE,
        sibling=NONE,
        batch_next=NONE,
        machine=NONE,
        start_ms=FOREVER,
        end_ms=FOREVER,
    )
    lots = np.repeat(np.arange(len(counts)), counts)
    step = np.arange(len(ops)) - model.lot["first_op"][lots]
    ops["lot"] = lots
    ops["optype"] = model.first_optype[model.lot["part"][lots]] + step
    ops["rank"] = lots
    ops["key"] = op_keys(model.lot["key"][lots], step)
    return ops
