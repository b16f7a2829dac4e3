"""What generated candidates cost: list prices, each with its source or the word that it is assumed.

Prices are in USD and turned into the reporting currency at the cluster's newest rate. They are
orders of magnitude: whoever has an offer gives candidates of one's own.
"""

from __future__ import annotations

from dataclasses import dataclass

from federation.topology.model import ClusterSpec

INTEREST_FRACTION = 0.14
"""Assumed: a development loan in local money."""
UPKEEP_FRACTION = 0.05
"""Assumed: service, spares and insurance a year, of the capital."""

_ASSUMED = "assumption: list price of a small used or entry-level machine"


@dataclass(frozen=True, slots=True)
class ListPrice:
    """Price of one unit.

    Parameters
    ----------
    usd
        Per machine, kWh, kW, person or link.
    life_years
        Over which it is paid off.
    basis
        Source or assumption.
    """

    usd: float
    life_years: float
    basis: str


MACHINES: dict[str, float] = {
    "3d_printing_fdm": 1_000.0,
    "3d_printing_sla": 4_000.0,
    "3d_printing_sls": 60_000.0,
    "assembly": 3_000.0,
    "bending": 35_000.0,
    "cnc_milling": 60_000.0,
    "cnc_turning": 50_000.0,
    "coating": 15_000.0,
    "cutting": 10_000.0,
    "forming": 30_000.0,
    "injection_molding": 60_000.0,
    "inspection": 10_000.0,
    "laser_cutting": 60_000.0,
    "mig_welding": 5_000.0,
    "packaging": 2_000.0,
    "painting": 12_000.0,
    "pcb_assembly": 45_000.0,
    "sawing": 8_000.0,
    "sewing": 1_500.0,
    "soldering": 5_000.0,
    "sterilisation": 20_000.0,
    "testing": 6_000.0,
    "tig_welding": 6_000.0,
    "woodworking": 12_000.0,
}
"""Assumed, USD for one machine, by process."""
OTHER_MACHINE_USD = 20_000.0

BATTERY_KWH = ListPrice(
    273.0, 10.0, "source: IRENA, Renewable power generation costs in 2023: 273 USD/kWh installed"
)
INVERTER_KW = ListPrice(150.0, 10.0, "assumption: 150 USD/kW")
PV_KW = ListPrice(1_000.0, 20.0, "assumption: 1,000 USD/kW on a roof, installed")
GENSET_KW = ListPrice(400.0, 10.0, "assumption: 400 USD/kW with tank and switch")
LINK = ListPrice(2_000.0, 5.0, "assumption: 2,000 USD to set up a route; the rides are paid apart")
TRAINING = ListPrice(800.0, 3.0, "assumption: 800 USD for a course; the wage is upkeep")


def machine_price(process: str) -> ListPrice:
    """Price of a machine for a process."""
    usd = MACHINES.get(process, OTHER_MACHINE_USD)
    return ListPrice(usd, 8.0, f"{_ASSUMED} for {process}, {usd:,.0f} USD")


def in_currency(cluster: ClusterSpec) -> tuple[float, str]:
    """What a USD is worth in the reporting currency, and a remark where that is assumed."""
    if cluster.currency == "USD":
        return 1.0, ""
    dated = sorted(
        (rate for rate in cluster.exchange_rates if rate.currency == "USD"),
        key=lambda rate: rate.date,
    )
    if not dated:
        return 1.0, f"; a USD is taken for one {cluster.currency}: the cluster has no rate"
    return dated[-1].rate, f"; at {dated[-1].rate:g} {cluster.currency} of {dated[-1].date}"
