"""What consignments cost: by mass, at least the minimum charge, with papers and vehicles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.simulation.layout import HOUR_MS
from federation.topology.model import LinkSpec

Floats = npt.NDArray[np.float64]


def freight_prices(links: Sequence[LinkSpec]) -> Floats:
    """float64[5, links]: money per tonne, minimum charge, papers, dangerous goods, vehicle hour.

    Parameters
    ----------
    links
        The link of each direction.
    """
    figures = [
        (
            link.cost_per_t,
            link.minimum_charge,
            link.papers_cost,
            link.dangerous_cost,
            link.vehicle_cost_per_h,
        )
        for link in links
    ]
    return np.array(figures, dtype=np.float64).reshape(-1, 5).T.copy()


def freight_cost(prices: Floats, goods: Any) -> Floats:
    """float64[consignments]: their price, paid when they leave.

    Parameters
    ----------
    prices
        Of each direction, see ``freight_prices``.
    goods
        Rows of ``CONSIGNMENT_S``.
    """
    per_t, minimum, papers, dangerous, vehicle = prices[:, goods["link"]]
    away_h = np.maximum(goods["back_ms"] - goods["depart_ms"], 0) / HOUR_MS
    by_mass = goods["mass_g"] / 1e6 * per_t
    cost = np.maximum(by_mass, minimum) + papers + goods["dangerous"] * dangerous
    whole: Floats = cost + away_h * vehicle
    return whole
