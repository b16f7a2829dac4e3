from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from pvlib.irradiance import get_total_irradiance
from pvlib.location import Location

from analytics.simulation.compile import compile_snapshot
from analytics.simulation.compile.solar import (
    STEP_MS,
    Plane,
    compile_pv,
    phase_ms,
    plane_irradiance,
)
from analytics.simulation.layout import DAY_MS
from federation.cut import planned
from tests.support.small_cluster import MONDAY, small_cluster

YEAR_STEPS = 365 * 48


@pytest.mark.parametrize(
    ("latitude", "longitude", "ghi_kwh_m2_day"),
    [(7.3735, 3.8676, 6.3), (5.603, -0.187, 6.4), (10.5105, 7.4165, 6.5), (-1.302, 36.8379, 8.0)],
)
def test_the_clear_sky_of_a_year(latitude, longitude, ghi_kwh_m2_day):
    flat_plane = Plane(latitude, longitude, 0.0, 180.0)
    flat = plane_irradiance((flat_plane,), datetime(2027, 1, 1, tzinfo=UTC), YEAR_STEPS)
    assert flat.sum() / 2000 / 365 == pytest.approx(ghi_kwh_m2_day, rel=0.02)


def alone(plane: Plane, first: datetime, steps: int) -> np.ndarray:
    """The same by pvlib's tables, a place at a time."""
    place = Location(plane.latitude_deg, plane.longitude_deg, tz="UTC")
    times = pd.date_range(first + timedelta(minutes=15), periods=steps, freq="30min")
    sun = place.get_solarposition(times)
    sky = place.get_clearsky(times, model="ineichen", solar_position=sun)
    total = get_total_irradiance(
        plane.tilt_deg,
        plane.azimuth_deg,
        sun["apparent_zenith"],
        sun["azimuth"],
        sky["dni"],
        sky["ghi"],
        sky["dhi"],
        model="isotropic",
    )
    return np.nan_to_num(total["poa_global"].to_numpy())


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:divide by zero")
def test_planes_together_get_what_each_gets_alone():
    """Also over the end of a leap year, and from a fork between half hours."""
    planes = tuple(
        Plane(-70.0 + 2.0 * number, -170.0 + 5.0 * number, float(number % 40), 3.0 * number)
        for number in range(67)
    )
    first = datetime(2028, 12, 30, 7, 12, 0, 123000, tzinfo=UTC)
    together = plane_irradiance(planes, first, 5 * 48)
    assert together.shape == (67, 240)
    for row in (0, 1, 35, 63, 64, 66):
        assert np.array_equal(together[row], alone(planes[row], first, 240))


def test_power_is_peak_times_irradiance_clearness_and_losses():
    table = compile_pv(small_cluster(), MONDAY, DAY_MS)
    plane = plane_irradiance((Plane(10.5105, 7.4165, 10.0, 180.0),), MONDAY, table.shape[1])[0]
    noon = int(np.argmax(plane))
    assert table[0, noon] / 1e6 == pytest.approx(10 * plane[noon] / 1000 * 0.75 * 0.86, abs=1e-6)
    assert (table[1] == 0).all()


def test_the_sun_is_up_by_day_in_local_time():
    table = compile_pv(small_cluster(), MONDAY, DAY_MS)
    up = np.flatnonzero(table[0, :48] > 0) / 2 + 1.0  # local hours, UTC+1
    assert 6.0 <= up.min() <= 7.5
    assert 17.0 <= up.max() <= 19.0


def test_steps_begin_at_half_hours_whenever_the_fork_is():
    fork = MONDAY + timedelta(hours=11, minutes=42)
    assert phase_ms(fork) == 12 * 60_000
    whole = compile_pv(small_cluster(), MONDAY, 2 * DAY_MS)
    late = compile_pv(small_cluster(), fork, DAY_MS)
    assert (late[0, :48] == whole[0, 23:71]).all()
    model, _ = compile_snapshot(planned(small_cluster(), fork))
    assert model.scalar["pv_phase_ms"][0] == 12 * 60_000
    assert model.scalar["pv_step_ms"][0] == STEP_MS
