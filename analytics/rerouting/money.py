"""Prices of a cluster by the rows of its model, in the reporting currency."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from analytics.kpis.material import material_value
from analytics.remember import by_identity
from analytics.rerouting.weights import Weights
from analytics.simulation.freight import freight_prices
from analytics.simulation.layout import DAY_MS, NONE
from analytics.simulation.model import Records, SimModel
from analytics.simulation.names import Names
from federation.topology.model import ClusterSpec, LinkSpec

Floats = npt.NDArray[np.float64]


@by_identity()
def prices_of(cluster: ClusterSpec, names: Names) -> Prices:
    """The prices of a cluster by the rows of a model; every plan of a study shares them."""
    return Prices(cluster, names)


@by_identity()
def _lateness_per_ms(cluster: ClusterSpec, names: Names, lot: Records) -> Floats:
    product = {spec.id: spec.lateness_cost_per_unit_day for spec in cluster.products}
    by_order = {
        order.id: product[order.product]
        if order.lateness_cost_per_unit_day is None
        else order.lateness_cost_per_unit_day
        for order in cluster.orders
    }
    rates = np.array([by_order[order] for order in names.orders], dtype=np.float64)
    if len(lot) == 0:
        return np.zeros(0)
    cost: Floats = rates[lot["order"]] * lot["quantity"] / DAY_MS
    return cost


@by_identity()
def _sale_price(cluster: ClusterSpec, names: Names, lot: Records) -> Floats:
    price = {product.id: product.price for product in cluster.products}
    by_part = np.array([price[product] for product, _ in names.parts], dtype=np.float64)
    if len(lot) == 0:
        return np.zeros(0)
    return np.where(lot["parent"] == NONE, by_part[lot["part"]] * lot["quantity"], 0.0)


class Prices:
    """What transport, lateness, energy, approvals and overtime cost.

    Parameters
    ----------
    cluster
        The prices.
    names
        The rows of the model.
    """

    def __init__(self, cluster: ClusterSpec, names: Names) -> None:
        self._cluster = cluster
        self._names = names

    @cached_property
    def _links(self) -> Floats:
        """float64[links, 3]: money per gram, minimum charge, kg CO2e per gram."""
        return np.array(
            [
                (row.cost_per_t / 1e6, row.minimum_charge, row.emission_kg_per_t / 1e6)
                for row in self.links
            ],
            dtype=np.float64,
        ).reshape(-1, 3)

    @cached_property
    def links(self) -> tuple[LinkSpec, ...]:
        """The link of each direction."""
        specs = {link.id: link for link in self._cluster.links}
        return tuple(specs[link] for link, _, _ in self._names.links)

    @cached_property
    def freight(self) -> Floats:
        """float64[5, links]: prices of consignments, see ``freight_prices``."""
        return freight_prices(self.links)

    @property
    def cost_per_g(self) -> Floats:
        """float64[links]."""
        return self._links[:, 0]

    @property
    def minimum_charge(self) -> Floats:
        """float64[links]: smallest price of a consignment."""
        return self._links[:, 1].copy()

    @property
    def emission_per_g(self) -> Floats:
        """float64[links]: kg CO2e."""
        return self._links[:, 2]

    @property
    def carbon_per_kg(self) -> float:
        """Money for a kilogram of CO2e."""
        return self._cluster.carbon_price_per_t / 1000.0

    def per_g(self, weights: Weights) -> Floats:
        """float64[links]: weighted money for a gram, carbon included."""
        carbon = self.emission_per_g * self.carbon_per_kg * weights.carbon
        return np.ascontiguousarray(self.cost_per_g * weights.transport + carbon)

    def lateness_per_ms(self, model: SimModel) -> Floats:
        """float64[lots]: money for a millisecond by which a lot for the customer is late."""
        return _lateness_per_ms(self._cluster, self._names, model.lot)

    @cached_property
    def approval_cost(self) -> Floats:
        """float64[sites x parts]: money for the approval of a first article."""
        parts = len(self._names.parts)
        cost = np.zeros(len(self._names.sites) * parts)
        for product in self._cluster.products:
            for permission in product.permissions:
                part = self._names.part_row[product.id, permission.part]
                row = self._names.site_row[permission.site] * parts + part
                cost[row] = permission.approval_cost
        return cost

    @cached_property
    def material_worth(self) -> Floats:
        """float64[operations of all routings]: worth of the material in a unit in work."""
        frame = material_value(self._cluster)
        worth = {row[:3]: row[3] for row in frame.rows()}
        return np.array(
            [
                worth.get((product.id, part.id, step), 0.0)
                for product in self._cluster.products
                for part in product.parts
                for step in range(len(part.operations))
            ],
            dtype=np.float64,
        )

    def sale_price(self, model: SimModel) -> Floats:
        """float64[lots]: what the customer pays for a lot; 0 for components."""
        return _sale_price(self._cluster, self._names, model.lot)

    @cached_property
    def energy_kg(self) -> Floats:
        """float64[sites, 2]: kg CO2e per kWh of grid and per litre of fuel."""
        hire = {offer.site: offer.genset for offer in self._cluster.genset_hire}
        rows = []
        for site in self._cluster.sites:
            grid = site.energy.grid if site.energy else None
            genset = (site.energy.genset if site.energy else None) or hire.get(site.id)
            rows.append(
                (
                    grid.emission_g_per_kwh / 1000.0 if grid else 0.0,
                    genset.emission_kg_per_l if genset else 0.0,
                )
            )
        return np.array(rows, dtype=np.float64).reshape(-1, 2)

    @cached_property
    def overtime_per_ms(self) -> Floats:
        """float64[sites]: money for a millisecond in which all people of a site work overtime."""
        rates = []
        for site in self._cluster.sites:
            labour = site.labour
            rate = 0.0
            if labour is not None:
                rate = labour.headcount * labour.wage_per_h * labour.overtime_premium
            rates.append(rate / 3_600_000.0)
        return np.array(rates, dtype=np.float64)
