"""Photovoltaic power available at each site: clear sky of the place times its clearness.

Ineichen's clear-sky irradiance (pvlib, with its climatology of the Linke turbidity) is transposed
to the plane of the array under an isotropic sky; power = peak power x irradiance / 1000 W/m2
x clearness x (1 - losses), at the middle of each step. Cell temperature is part of the losses.
"""

from __future__ import annotations

import warnings
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from analytics.simulation.compile import units
from analytics.simulation.layout import HOUR_MS
from analytics.simulation.model import Ints
from federation.topology.model import ClusterSpec

STEP_MS = HOUR_MS // 2
_MARGIN_STEPS = 48
"""Steps beyond the horizon, for answers that are asked with a longer one."""


def phase_ms(fork: datetime) -> int:
    """Time of the fork within its step; steps begin at full and half hours UTC."""
    return units.week_offset_ms(fork) % STEP_MS


def compile_pv(cluster: ClusterSpec, fork: datetime, horizon_ms: int) -> Ints:
    """int64[sites, steps] mW available; step 0 holds the fork."""
    steps = (horizon_ms + phase_ms(fork)) // STEP_MS + 1 + _MARGIN_STEPS
    first = fork - timedelta(milliseconds=phase_ms(fork))
    table = np.zeros((len(cluster.sites), steps), dtype=np.int64)
    for row, site in enumerate(cluster.sites):
        inverter = site.energy.inverter if site.energy else None
        pv = inverter.pv if inverter else None
        if pv is None:
            continue
        irradiance = plane_irradiance(
            site.latitude_deg, site.longitude_deg, pv.tilt_deg, pv.azimuth_deg, first, steps
        )
        share = irradiance / 1000.0 * pv.clearness_fraction * (1.0 - pv.losses_fraction)
        table[row] = np.rint(share * units.milliwatts(pv.peak_kw)).astype(np.int64)
    return table


@lru_cache(maxsize=512)
def plane_irradiance(
    latitude_deg: float,
    longitude_deg: float,
    tilt_deg: float,
    azimuth_deg: float,
    first: datetime,
    steps: int,
) -> npt.NDArray[np.float64]:
    """Clear-sky irradiance in the plane of the array, W/m2, at the middle of each step."""
    import pandas as pd
    from pvlib.irradiance import get_total_irradiance
    from pvlib.location import Location

    middle = pd.Timestamp(first) + pd.Timedelta(STEP_MS // 2, unit="ms")
    times = pd.date_range(middle, periods=steps, freq=pd.Timedelta(STEP_MS, unit="ms"))
    place = Location(latitude_deg, longitude_deg, tz="UTC")
    with warnings.catch_warnings():
        # pvlib asks pandas for an attribute by its old name.
        warnings.simplefilter("ignore", DeprecationWarning)
        sun = place.get_solarposition(times)
        sky = place.get_clearsky(times, model="ineichen", solar_position=sun)
        total = get_total_irradiance(
            surface_tilt=tilt_deg,
            surface_azimuth=azimuth_deg,
            solar_zenith=sun["apparent_zenith"],
            solar_azimuth=sun["azimuth"],
            dni=sky["dni"],
            ghi=sky["ghi"],
            dhi=sky["dhi"],
            model="isotropic",
        )
    plane: npt.NDArray[np.float64] = total["poa_global"].to_numpy(dtype=np.float64)
    irradiance = np.nan_to_num(plane)
    irradiance.flags.writeable = False
    return irradiance
