"""What a site's energy is: buses, and the sources that feed them."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from twins.calendar_spec import RosterSpec
from twins.distribution_spec import DistributionSpec
from twins.spec_base import Fraction, Identifier, NonNegative, Positive, Spec
from twins.tariff_spec import BASE_BAND, ExportSpec, PvShiftSpec, TariffBandSpec, overlap

DispatchRule = Literal["backup", "self_consumption", "tariff", "cycle_charging"]


class BusSpec(Spec):
    """A switchboard section: machines and a base load hang on it."""

    id: Identifier
    base_load_kw: NonNegative = 0.0
    """Load that runs day and night while the bus has power: compressor, extraction, light,
    servers."""
    limit_kw: Positive | None = None
    """Largest total load of the bus; ``None``: the sources alone decide."""
    limit_kva: Positive | None = None
    """Largest apparent power of the bus, a third of it on each of three phases; ``None``: none."""
    phases: Literal[1, 3] = 3


class GridOutageSpec(Spec):
    """Background interruptions of the public grid: Poisson arrivals, durations as given."""

    per_month: Positive
    """Outages per 730 h of calendar time."""
    duration: DistributionSpec


class GridSpec(Spec):
    """The connection to the public grid; feeds every bus of the site."""

    limit_kw: Positive
    tariff_per_kwh: NonNegative = 0.0
    """Price in the hours that no band covers."""
    bands: tuple[TariffBandSpec, ...] = ()
    """Tariff by time of use."""
    demand_charge_per_kw: NonNegative = 0.0
    """Per calendar month begun, for the highest 15-minute mean of the grid power in it."""
    export: ExportSpec | None = None
    emission_g_per_kwh: NonNegative = 0.0
    outages: GridOutageSpec | None = None
    roster: tuple[RosterSpec, ...] = ()
    """Published load shedding, known to everybody beforehand."""

    @model_validator(mode="after")
    def _bands_agree(self) -> Self:
        both = overlap(self.bands)
        if both is not None:
            earlier, later = (f"bands[{number}] ('{self.bands[number].id}')" for number in both)
            raise ValueError(f"{later} claims hours of {earlier}; let each hour have one price")
        prices = {band.id: band.price_per_kwh for band in self.bands}
        for band in self.bands:
            if band.price_per_kwh != prices[band.id]:
                raise ValueError(
                    f"the band '{band.id}' has two prices; give one price, or another id"
                )
        return self

    @property
    def prices(self) -> dict[str, float]:
        """Price of each band by its name, the hours that no band covers first."""
        named = {band.id: band.price_per_kwh for band in self.bands}
        return {BASE_BAND: self.tariff_per_kwh, **named}


class PvSpec(Spec):
    """Photovoltaic generator behind the inverter: clear sky of the place times its clearness."""

    peak_kw: Positive
    clearness_fraction: Fraction = 0.75
    losses_fraction: Fraction = 0.14
    tilt_deg: float = Field(default=10.0, ge=0.0, le=90.0)
    azimuth_deg: float = Field(default=180.0, ge=0.0, le=360.0)
    error_cv: float = Field(default=0.0, ge=0.0, le=2.0)
    """Coefficient of variation of a log-normal factor, with mean 1, on the power of each day; the
    sites of a region share it after the cluster's ``pv_error_correlation``."""


class BatterySpec(Spec):
    """Battery behind the inverter. Efficiencies are one-way, between the bus and the cells."""

    capacity_kwh: Positive
    charge_kw: Positive
    discharge_kw: Positive
    charge_efficiency: float = Field(default=0.95, gt=0.0, le=1.0)
    discharge_efficiency: float = Field(default=0.95, gt=0.0, le=1.0)
    soc_min_fraction: Fraction = 0.1
    """The cells are never discharged below this."""
    reserve_fraction: Fraction = 0.2
    """Without the grid, machines may draw the battery down to here; the rest is kept for base
    loads."""
    initial_soc_fraction: Fraction = 1.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.soc_min_fraction <= self.reserve_fraction <= 1.0:
            raise ValueError(
                "reserve_fraction must lie between soc_min_fraction and 1; raise reserve_fraction"
            )
        if not self.soc_min_fraction <= self.initial_soc_fraction:
            raise ValueError("initial_soc_fraction must be at least soc_min_fraction")
        return self


class InverterSpec(Spec):
    """Hybrid inverter: PV and battery on one side, the buses on the other.

    With the grid on, PV serves the loads, its surplus charges the battery, the grid fills the
    battery up, and what is left is curtailed. Without the grid, the inverter forms its own grid on
    the buses in ``backs_up``, if it has a battery that is not empty or a genset beside it.
    """

    power_kw: Positive
    """Largest power to the buses, PV and battery together."""
    backs_up: tuple[Identifier, ...] = ("main",)
    transfer_time_s: NonNegative = 0.02
    pv: PvSpec | None = None
    battery: BatterySpec | None = None
    island_below_voltage_fraction: Fraction = 0.0
    """Below this share of the nominal voltage the site leaves the grid and lives on its inverter
    while the battery is above its reserve; 0: never."""


class FuelDeliverySpec(Spec):
    """Fuel that can be had in a crisis: so much, so often, the first after the lead time."""

    lead_h: NonNegative
    allocation_l: Positive
    every_h: Positive


class GensetSpec(Spec):
    """Diesel generator set with the linear fuel curve of Skarstein and Uhlen (1989).

    Fuel in L/h = ``fuel_intercept_l_per_kwh`` x rated power + ``fuel_slope_l_per_kwh`` x output.
    """

    rated_kw: Positive
    backs_up: tuple[Identifier, ...] = ("main",)
    start_time_s: NonNegative = 30.0
    minimum_load_fraction: Fraction = 0.0
    """Below this load the surplus charges the battery, and what is left is dumped."""
    fuel_intercept_l_per_kwh: NonNegative = 0.08415
    fuel_slope_l_per_kwh: NonNegative = 0.246
    tank_l: Positive
    fuel_on_hand_l: NonNegative
    fuel_price_per_l: NonNegative = 0.0
    emission_kg_per_l: NonNegative = 2.66155
    deliveries: FuelDeliverySpec | None = None

    @model_validator(mode="after")
    def _fuel_fits(self) -> Self:
        if self.fuel_on_hand_l > self.tank_l:
            raise ValueError("fuel_on_hand_l exceeds tank_l; correct one of them")
        return self


class EnergySpec(Spec):
    """The energy of a site. A site without one has power without limit, price or emission."""

    buses: tuple[BusSpec, ...] = (BusSpec(id="main"),)
    grid: GridSpec | None = None
    inverter: InverterSpec | None = None
    genset: GensetSpec | None = None
    island_order: tuple[Literal["battery", "genset"], Literal["battery", "genset"]] = (
        "battery",
        "genset",
    )
    """Which source serves first when the grid is off; the other comes in for what is missing."""
    dispatch: DispatchRule = "backup"
    """``backup``: the grid keeps the battery full. ``self_consumption``: the battery serves before
    the grid and is charged by surplus PV. ``tariff``: it is charged in the cheapest band and serves
    in the dearest. ``cycle_charging``: as ``backup``, and without the grid a genset that runs
    charges the battery at full load up to ``cycle_charging_to_fraction``."""
    cycle_charging_to_fraction: Fraction = 0.8
    pv_shift: PvShiftSpec | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        known = {bus.id for bus in self.buses}
        if len(known) != len(self.buses):
            raise ValueError("two buses have the same id; give each bus its own")
        for name, source in (("inverter", self.inverter), ("genset", self.genset)):
            for bus in source.backs_up if source else ():
                if bus not in known:
                    raise ValueError(
                        f"{name}.backs_up names the bus '{bus}', which does not exist; "
                        f"known buses: {', '.join(sorted(known))}"
                    )
        if self.island_order[0] == self.island_order[1]:
            raise ValueError("island_order must name battery and genset once each")
        if self.grid is None and self.inverter is None and self.genset is None:
            raise ValueError("no source feeds the buses; add a grid, an inverter or a genset")
        return self

    @model_validator(mode="after")
    def _rules_can_work(self) -> Self:
        battery = self.inverter.battery if self.inverter else None
        pv = self.inverter.pv if self.inverter else None
        if self.dispatch != "backup" and battery is None:
            raise ValueError(f"dispatch '{self.dispatch}' needs a battery; add it, or use 'backup'")
        if self.dispatch == "tariff" and len(self.price_levels) < 2:
            raise ValueError(
                "dispatch 'tariff' needs a grid with two prices at least; add grid.bands"
            )
        if self.dispatch == "cycle_charging" and battery is not None:
            if self.genset is None:
                raise ValueError("dispatch 'cycle_charging' needs a genset; add it")
            if self.cycle_charging_to_fraction <= battery.reserve_fraction + 0.05:
                raise ValueError(
                    "cycle_charging_to_fraction must lie more than 0.05 above reserve_fraction, "
                    "where the genset starts; raise it"
                )
        if self.grid is not None and self.grid.export is not None and pv is None:
            raise ValueError("grid.export without inverter.pv has no effect; remove one of them")
        if self.pv_shift is not None and pv is None:
            raise ValueError("pv_shift needs inverter.pv; add it, or remove pv_shift")
        return self

    @property
    def price_levels(self) -> list[float]:
        """Prices over the grid that occur in the week, ascending."""
        if self.grid is None:
            return []
        prices = {band.price_per_kwh for band in self.grid.bands}
        minutes = sum(_minutes(band) for band in self.grid.bands)
        if minutes < 7 * 24 * 60:
            prices.add(self.grid.tariff_per_kwh)
        return sorted(prices)


def _minutes(band: TariffBandSpec) -> int:
    """Minutes of the week in a band."""
    (start_h, start_min), (end_h, end_min) = (
        map(int, moment.split(":")) for moment in (band.start, band.end)
    )
    return len(set(band.days)) * (60 * (end_h - start_h) + end_min - start_min)
