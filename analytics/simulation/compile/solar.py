"""Photovoltaic power available at each site: clear sky of the place times its clearness.

Ineichen's clear-sky irradiance (pvlib, with its climatology of the Linke turbidity) is transposed
to the plane of the array under an isotropic sky; power = peak power x irradiance / 1000 W/m2
x clearness x (1 - losses), at the middle of each step. Cell temperature is part of the losses.
"""

from __future__ import annotations

import warnings
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from analytics.simulation.compile import units
from analytics.simulation.layout import HOUR_MS
from analytics.simulation.model import Ints
from federation.topology.model import ClusterSpec

STEP_MS = HOUR_MS // 2
_MARGIN_STEPS = 48
"""Steps beyond the horizon, for answers that are asked with a longer one."""
_AT_ONCE = 64
"""Planes that are computed together: what depends on time alone is then worked out once for them,
and the arrays stay small."""

_MEAN_TEMPERATURE_C = 12.0
_TERRESTRIAL_AHEAD_S = 67.0
_REFRACTION_AT_HORIZON_DEG = 0.5667
"""These three are the defaults of pvlib's solar position."""


class Plane(NamedTuple):
    """Where an array of modules lies and looks: south is an azimuth of 180 degrees."""

    latitude_deg: float
    longitude_deg: float
    tilt_deg: float
    azimuth_deg: float


def phase_ms(fork: datetime) -> int:
    """Time of the fork within its step; steps begin at full and half hours UTC."""
    return units.week_offset_ms(fork) % STEP_MS


def compile_pv(cluster: ClusterSpec, fork: datetime, horizon_ms: int) -> Ints:
    """int64[sites, steps] mW available; step 0 holds the fork."""
    steps = (horizon_ms + phase_ms(fork)) // STEP_MS + 1 + _MARGIN_STEPS
    first = fork - timedelta(milliseconds=phase_ms(fork))
    table = np.zeros((len(cluster.sites), steps), dtype=np.int64)
    arrays = {
        row: (site, site.energy.inverter.pv)
        for row, site in enumerate(cluster.sites)
        if site.energy and site.energy.inverter and site.energy.inverter.pv
    }
    planes = tuple(
        Plane(site.latitude_deg, site.longitude_deg, pv.tilt_deg, pv.azimuth_deg)
        for site, pv in arrays.values()
    )
    irradiances = plane_irradiance(planes, first, steps)
    for (row, (_, pv)), irradiance in zip(arrays.items(), irradiances, strict=True):
        share = irradiance / 1000.0 * pv.clearness_fraction * (1.0 - pv.losses_fraction)
        table[row] = np.rint(share * units.milliwatts(pv.peak_kw)).astype(np.int64)
    return table


@lru_cache(maxsize=8)
def plane_irradiance(
    planes: tuple[Plane, ...], first: datetime, steps: int
) -> npt.NDArray[np.float64]:
    """float64[planes, steps]: clear-sky irradiance in each plane, W/m2, at the middle of each step.

    Parameters
    ----------
    planes
        Where arrays lie and look.
    first
        Beginning of step 0.
    steps
        Number of steps of ``STEP_MS``.
    """
    irradiance = np.zeros((len(planes), steps))
    for at in range(0, len(planes), _AT_ONCE):
        some = planes[at : at + _AT_ONCE]
        irradiance[at : at + len(some)] = _irradiance(some, first, steps)
    irradiance.flags.writeable = False
    return irradiance


def _irradiance(planes: tuple[Plane, ...], first: datetime, steps: int) -> npt.NDArray[np.float64]:
    """The same of a few planes: pvlib's functions of numbers, on planes x steps."""
    import pandas as pd
    from pvlib.atmosphere import alt2pres, get_absolute_airmass, get_relative_airmass
    from pvlib.clearsky import ineichen
    from pvlib.irradiance import get_extra_radiation, get_total_irradiance
    from pvlib.spa import solar_position_numpy

    middle = pd.Timestamp(first) + pd.Timedelta(STEP_MS // 2, unit="ms")
    times = pd.date_range(middle, periods=steps, freq=pd.Timedelta(STEP_MS, unit="ms"))
    day = (times.normalize() - times[0].normalize()).days.to_numpy()
    climate = [
        _climate(plane.latitude_deg, plane.longitude_deg, times[0].date(), int(day[-1]) + 1)
        for plane in planes
    ]
    altitude_m = np.array([[one] for one, _ in climate])
    pressure_pa = np.array([[alt2pres(one)] for one, _ in climate])
    turbidity = np.array([daily for _, daily in climate])[:, day]
    latitude, longitude, tilt, azimuth = np.array(planes).T[:, :, None]
    zenith, _, _, _, sun_azimuth, _ = solar_position_numpy(
        ((times - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(1, unit="s")).to_numpy(),
        latitude,
        longitude,
        altitude_m,
        pressure_pa / 100.0,
        _MEAN_TEMPERATURE_C,
        _TERRESTRIAL_AHEAD_S,
        _REFRACTION_AT_HORIZON_DEG,
        numthreads=1,
    )
    airmass = get_absolute_airmass(get_relative_airmass(zenith), pressure_pa)
    with np.errstate(divide="ignore"):  # the sun on the horizon
        sky = ineichen(
            zenith,
            airmass,
            turbidity,
            altitude=altitude_m,
            dni_extra=get_extra_radiation(times.day_of_year.to_numpy()),
        )
    total = get_total_irradiance(
        surface_tilt=tilt,
        surface_azimuth=azimuth,
        solar_zenith=zenith,
        solar_azimuth=sun_azimuth,
        dni=sky["dni"],
        ghi=sky["ghi"],
        dhi=sky["dhi"],
        model="isotropic",
    )
    plane: npt.NDArray[np.float64] = np.nan_to_num(total["poa_global"])
    return plane


@lru_cache(maxsize=4096)
def _climate(
    latitude_deg: float, longitude_deg: float, first: date, days: int
) -> tuple[float, npt.NDArray[np.float64]]:
    """Altitude in m, and float64[days] Linke turbidity at each day, from pvlib's maps."""
    import pandas as pd
    from pvlib.clearsky import lookup_linke_turbidity
    from pvlib.location import lookup_altitude

    times = pd.date_range(first, periods=days, freq="D", tz="UTC")
    with warnings.catch_warnings():
        # pvlib asks pandas for an attribute by its old name.
        warnings.simplefilter("ignore", DeprecationWarning)
        daily = lookup_linke_turbidity(times, latitude_deg, longitude_deg).to_numpy()
    return float(lookup_altitude(latitude_deg, longitude_deg)), daily
