"""E2: the PV yield of a typical year, from the weather file that ships with pvlib.

The chain of the reference (transposition, cell temperature, PVWatts) is pvlib's. The simulator
takes no weather file of a user: its sun is the clear sky of the place times its clearness, and
``tests/validation/test_pv_yield.py`` says how far that lies from this year. So the first three
figures check the library under the simulator, and the last two what the kernel makes of a year of
such power: it is given hour by hour as what the array of a site can give, and metered there.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analytics.simulation.layout import DAY_MS, UJ_PER_KWH
from analytics.simulation.run import run
from analytics.validation.case import Case, Figure
from analytics.validation.one_site import build, compile_one, energy_rows
from twins.energy_spec import BusSpec, EnergySpec, GridSpec, InverterSpec, PvSpec

STATION = "723170TYA.CSV"
"""Greensboro, North Carolina: a typical year of the series TMY3."""
LATITUDE_DEG, LONGITUDE_DEG, TILT_DEG, AZIMUTH_DEG = 36.1, -79.95, 30.0, 180.0
ARRAY_W = 1000.0
INVERTER_EFFICIENCY = 0.96
PUBLISHED = 0.05
"""The figures were published with one decimal."""


@dataclass(frozen=True)
class Year:
    """A year by the hour, float64[8760] each.

    Irradiance on the ground and in the plane of the array is in W/m2, DC and AC power of an array
    of 1 kW in W.
    """

    ground: npt.NDArray[np.float64]
    plane: npt.NDArray[np.float64]
    dc: npt.NDArray[np.float64]
    ac: npt.NDArray[np.float64]


def pvwatts() -> Year:
    """The year through pvlib: -0.4 %/K, 30 degrees south, open rack, inverter of 1000 / 0.96 W."""
    import pandas as pd
    import pvlib

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, about what pvlib asks it for
        data, place = pvlib.iotools.read_tmy3(
            Path(pvlib.__file__).parent / "data" / STATION, coerce_year=1990, map_variables=True
        )
        data = data[["ghi", "dni", "dhi", "temp_air", "wind_speed"]]
        data.index = data.index - pd.Timedelta(30, unit="min")  # the middle of each hour
        rack = pvlib.temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"]["open_rack_glass_polymer"]
        system = pvlib.pvsystem.PVSystem(
            surface_tilt=TILT_DEG,
            surface_azimuth=AZIMUTH_DEG,
            module_parameters={"pdc0": ARRAY_W, "gamma_pdc": -0.004},
            inverter_parameters={
                "pdc0": ARRAY_W / INVERTER_EFFICIENCY,
                "eta_inv_nom": INVERTER_EFFICIENCY,
            },
            temperature_model_parameters=rack,
        )
        chain = pvlib.modelchain.ModelChain.with_pvwatts(
            system,
            pvlib.location.Location(
                LATITUDE_DEG, LONGITUDE_DEG, tz="Etc/GMT+5", altitude=place["altitude"]
            ),
        )
        chain.run_model(data)
    found = chain.results
    columns = (data["ghi"], found.total_irrad["poa_global"], found.dc, found.ac)
    # where there is no sun, pvlib gives no number for some of them
    return Year(*(column.fillna(0.0).to_numpy(dtype=np.float64) for column in columns))


def yield_of_a_year() -> Sequence[Figure]:
    """E2: what pvlib says of the year, and what a site with that array meters in it."""
    year = pvwatts()
    cluster = build(
        EnergySpec(
            buses=(BusSpec(id="main", base_load_kw=2.0),),  # takes all that the array gives
            grid=GridSpec(limit_kw=5.0),
            inverter=InverterSpec(power_kw=2.0, pv=PvSpec(peak_kw=ARRAY_W / 1000.0)),
        )
    )
    model, state = compile_one(cluster)
    half_hours = np.repeat(np.rint(year.ac * 1000.0).astype(np.int64), 2)
    run(replace(model, pv=half_hours[np.newaxis, :]), state, 365 * DAY_MS)
    metered_kwh = int(state.site["pv_uj"][0]) / UJ_PER_KWH
    peak_w = int(energy_rows(state)["pv_mw"].max()) / 1000.0
    return (
        Figure(
            "irradiation on the ground, kWh/m²", 1566.2, _kwh(year.ground), resolution=PUBLISHED
        ),
        Figure("in the plane of the array, kWh/m²", 1781.2, _kwh(year.plane), resolution=PUBLISHED),
        Figure("DC yield, kWh/kWp", 1451.4, _kwh(year.dc), resolution=PUBLISHED),
        Figure("AC yield as metered, kWh/kWp", 1386.7, metered_kwh, resolution=PUBLISHED),
        Figure("highest power as metered, W", 861.1, peak_w, resolution=PUBLISHED),
    )


def _kwh(power: npt.NDArray[np.float64]) -> float:
    """Of a year by the hour, from W."""
    return float(power.sum()) / 1000.0


CASES = (
    Case(
        "E2",
        "PV yield of a typical year",
        "pvlib 0.16.1 with the TMY3 weather of Greensboro that it ships",
        yield_of_a_year,
    ),
)
