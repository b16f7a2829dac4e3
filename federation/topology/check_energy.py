"""Power of each site at full work against what its sources can give, with and without the grid."""

from __future__ import annotations

from dataclasses import dataclass

from federation.topology.model import ClusterSpec
from twins.energy_spec import BatterySpec, EnergySpec, GensetSpec
from twins.spec import SiteSpec


@dataclass(frozen=True, slots=True)
class BusPower:
    """One bus of a site, in kW.

    Parameters
    ----------
    site, bus
        Ids.
    base_kw
        Load day and night.
    machines_kw
        Running power of all machines on it at once.
    peak_kw
        Their sum.
    limit_kw
        Limit of the bus; ``None``: the sources alone decide.
    on_inverter, on_genset
        Whether they back it up.
    """

    site: str
    bus: str
    base_kw: float
    machines_kw: float
    peak_kw: float
    limit_kw: float | None
    on_inverter: bool
    on_genset: bool


@dataclass(frozen=True, slots=True)
class SitePower:
    """The sources of a site against its peak load, in kW, kWh and h.

    Parameters
    ----------
    site
        Id.
    peak_kw
        All buses with all machines running.
    grid_kw, inverter_kw, genset_kw
        Limits of the sources; 0: none.
    grid_share
        Part of the peak that the grid serves alone, at most 1.
    inverter_share, genset_share
        Part of the peak of the buses it backs up that the source serves alone; ``None`` without it.
        PV and the state of charge are not looked at.
    dark_kw
        Peak of the buses that nothing backs up.
    battery_kwh
        Usable between full and ``soc_min_fraction``, at the bus.
    battery_base_h
        Hours that a full battery carries the base loads of its buses, without sun.
    fuel_base_h, fuel_peak_h
        Hours that the fuel on hand lasts at the base load, and at the peak load, of its buses.
    """

    site: str
    peak_kw: float
    grid_kw: float
    inverter_kw: float
    genset_kw: float
    grid_share: float
    inverter_share: float | None
    genset_share: float | None
    dark_kw: float
    battery_kwh: float
    battery_base_h: float | None
    fuel_base_h: float | None
    fuel_peak_h: float | None


def bus_power(site: SiteSpec) -> tuple[BusPower, ...]:
    """The buses of a site; none when its energy is not described."""
    energy = site.energy
    if energy is None:
        return ()
    on_inverter = energy.inverter.backs_up if energy.inverter else ()
    on_genset = energy.genset.backs_up if energy.genset else ()
    rows = []
    for bus in energy.buses:
        machines = sum(m.count * m.run_kw for m in site.machines if m.bus == bus.id)
        rows.append(
            BusPower(
                site=site.id,
                bus=bus.id,
                base_kw=bus.base_load_kw,
                machines_kw=machines,
                peak_kw=bus.base_load_kw + machines,
                limit_kw=bus.limit_kw,
                on_inverter=bus.id in on_inverter,
                on_genset=bus.id in on_genset,
            )
        )
    return tuple(rows)


def site_power(site: SiteSpec) -> SitePower | None:
    """The sources of a site against its load; ``None`` when its energy is not described."""
    energy = site.energy
    if energy is None:
        return None
    buses = bus_power(site)
    peak = sum(bus.peak_kw for bus in buses)
    grid = energy.grid.limit_kw if energy.grid else 0.0
    inverter = _inverter_kw(energy)
    genset = energy.genset.rated_kw if energy.genset else 0.0
    island = [bus for bus in buses if bus.on_inverter]
    running = [bus for bus in buses if bus.on_genset]
    battery = energy.inverter.battery if energy.inverter else None
    usable = _usable_kwh(battery)
    return SitePower(
        site=site.id,
        peak_kw=peak,
        grid_kw=grid,
        inverter_kw=inverter,
        genset_kw=genset,
        grid_share=_share(grid, peak),
        inverter_share=_share(inverter, _peak(island)) if energy.inverter else None,
        genset_share=_share(genset, _peak(running)) if energy.genset else None,
        dark_kw=sum(bus.peak_kw for bus in buses if not (bus.on_inverter or bus.on_genset)),
        battery_kwh=usable,
        battery_base_h=usable / base if battery and (base := _base(island)) > 0.0 else None,
        fuel_base_h=_fuel_hours(energy.genset, _base(running)),
        fuel_peak_h=_fuel_hours(energy.genset, min(_peak(running), genset)),
    )


def cluster_power(cluster: ClusterSpec) -> tuple[SitePower, ...]:
    """All sites whose energy is described."""
    return tuple(row for site in cluster.sites if (row := site_power(site)) is not None)


def _inverter_kw(energy: EnergySpec) -> float:
    """What the inverter can give at night: its power, or less by its battery."""
    inverter = energy.inverter
    if inverter is None or inverter.battery is None:
        return 0.0
    return min(inverter.power_kw, inverter.battery.discharge_kw)


def _usable_kwh(battery: BatterySpec | None) -> float:
    if battery is None:
        return 0.0
    return battery.capacity_kwh * (1.0 - battery.soc_min_fraction) * battery.discharge_efficiency


def _base(buses: list[BusPower]) -> float:
    return sum(bus.base_kw for bus in buses)


def _peak(buses: list[BusPower]) -> float:
    return sum(bus.peak_kw for bus in buses)


def _share(source_kw: float, load_kw: float) -> float:
    return min(source_kw / load_kw, 1.0) if load_kw > 0.0 else 1.0


def _fuel_hours(genset: GensetSpec | None, load_kw: float) -> float | None:
    """Skarstein and Uhlen: litres an hour from rated power and output."""
    if genset is None:
        return None
    output = max(load_kw, genset.minimum_load_fraction * genset.rated_kw)
    rate = genset.fuel_intercept_l_per_kwh * genset.rated_kw + genset.fuel_slope_l_per_kwh * output
    return genset.fuel_on_hand_l / rate if rate > 0.0 else None
