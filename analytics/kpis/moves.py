"""Moves: what is made elsewhere than the schedule at the fork said, and what travels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analytics.kpis.base import Figure, Kpi, Run, Setting, SiteFigures, sums_by_site, total
from analytics.remember import by_identity
from analytics.run_table import Ints, RunTable, texts

_STRIDE = 1 << 20
"""More than the operations of a routing."""


@dataclass(frozen=True)
class Moves:
    """Lots and operations moved to another site, consignments, border crossings."""

    id: str = "moves"
    kpis: tuple[Kpi, ...] = (
        Kpi("lots_moved", "lots moved", "1", None),
        Kpi("operations_moved", "operations moved", "1", None, ("cluster", "site")),
        Kpi("sites_gaining", "sites that gain work", "1", None),
        Kpi("consignments", "consignments", "1", None),
        Kpi("border_crossings", "border crossings", "1", None),
        Kpi("mass_moved_t", "mass carried", "t", None),
    )

    def measure(self, run: Run, setting: Setting) -> Iterator[Figure | SiteFigures]:
        """Compare the sites of operations begun after the fork with the schedule at the fork."""
        operations, transports = run.tables["operations"], run.tables["transports"]
        moved = moved_operations(operations, setting)
        yield Figure("lots_moved", float(len(np.unique(operations.names("lot").rows[moved]))))
        yield Figure("operations_moved", float(np.count_nonzero(moved)))
        gained = sums_by_site(operations, moved, setting)
        yield Figure("sites_gaining", float(np.count_nonzero(gained)))
        yield SiteFigures("operations_moved", gained)
        yield Figure("consignments", float(len(transports)))
        yield Figure("border_crossings", total(transports, "border"))
        yield Figure("mass_moved_t", total(transports, "mass_kg") / 1000.0)


def moved_operations(operations: RunTable, setting: Setting) -> npt.NDArray[np.bool_]:
    """bool[rows]: operations begun at another site than planned at the fork."""
    lot = operations.names("lot")
    keys, planned = _planned(setting, lot.names)
    if not len(keys):
        return np.zeros(len(operations), np.bool_)
    wanted = lot.rows.astype(np.int64) * _STRIDE + operations.numbers("operation")
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    sites = setting.site_rows(operations.names("site"))
    moved: npt.NDArray[np.bool_] = (keys[at] == wanted) & (planned[at] != sites)
    return moved


@by_identity(32)
def _planned(setting: Setting, lots: pa.Array) -> tuple[Ints, Ints]:
    """Lot and operation as one number, ascending, and row of the site in the schedule at the fork.

    A site that the cluster has no longer is ``-1``.
    """
    row = {name: at for at, name in enumerate(texts(lots))}
    found = sorted(
        (row[lot] * _STRIDE + operation, setting.site_row.get(site, -1))
        for (lot, operation), site in setting.planned_site.items()
        if lot in row
    )
    both = np.array(found, dtype=np.int64).reshape(-1, 2)
    return both[:, 0].copy(), both[:, 1].copy()


FAMILY = Moves()
