"""Tariff by time of use, demand charge and export: answers by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from analytics.simulation.compile.tariffs import week_of_bands
from analytics.simulation.extract import extract
from analytics.simulation.layout import DAY_MS, P_GRID_LIMIT, P_TARIFF, UJ_PER_KWH, WEEK_MS
from analytics.simulation.metering import month_end
from analytics.simulation.run import run
from analytics.validation.one_site import HOUR, START, build, compile_one, energy_rows
from federation.topology.product_model import OperationSpec
from twins.energy_spec import BusSpec, EnergySpec, GridSpec, InverterSpec, PvSpec
from twins.spec import MachineSpec
from twins.tariff_spec import ExportSpec, TariffBandSpec

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
BANDS = (
    TariffBandSpec(id="peak", price_per_kwh=0.5, days=WORKDAYS, start="18:00", end="22:00"),
    TariffBandSpec(id="night", price_per_kwh=0.1, start="00:00", end="06:00"),
)


def test_a_week_of_four_kilowatts_costs_what_its_bands_say() -> None:
    """4 kW for a week: 20 h peak, 42 h night, 106 h base."""
    grid = GridSpec(limit_kw=50.0, tariff_per_kwh=0.2, bands=BANDS)
    model, state = compile_one(
        build(EnergySpec(buses=(BusSpec(id="main", base_load_kw=4.0),), grid=grid))
    )
    run(model, state, WEEK_MS)
    tables = extract(model, state)
    rows = {row["band"]: row for row in tables["tariffs"].to_pylist()}
    assert {name: row["grid_kwh"] for name, row in rows.items()} == {
        "peak": 80.0,
        "night": 168.0,
        "base": 424.0,
    }
    assert rows["peak"]["grid_cost"] == pytest.approx(40.0, abs=1e-9)
    site = tables["energy"].to_pylist()[0]
    assert site["grid_cost"] == pytest.approx(40.0 + 16.8 + 84.8, abs=1e-9)
    assert state.band["grid_uj"].sum() == state.site["grid_uj"][0] == 4 * 168 * UJ_PER_KWH


def test_bands_are_in_the_local_time_of_the_site() -> None:
    """At UTC+3, 00:00 to 06:00 is 21:00 to 03:00 UTC: cut at the turn of the week."""
    cluster = build(EnergySpec(grid=GridSpec(limit_kw=5.0, bands=BANDS[1:])))
    site = cluster.sites[0].model_copy(update={"utc_offset_h": 3.0})
    night = [(start, end) for start, end, band, _ in week_of_bands(site) if band == 1]
    assert night[0] == (0, 3 * HOUR)
    assert night[-1] == (WEEK_MS - 3 * HOUR, WEEK_MS)
    whole = week_of_bands(site)
    assert whole[0][0] == 0
    assert [row[1] for row in whole[:-1]] == [row[0] for row in whole[1:]]
    assert whole[-1][1] == WEEK_MS


@pytest.mark.parametrize("bands", [(), BANDS])
def test_a_timed_change_of_the_price_is_paid_from_then_on(bands) -> None:
    """2 kW from Monday 06:00 to 18:00 at 0.2, the last 6 h at one and a half times the price."""
    grid = GridSpec(limit_kw=50.0, tariff_per_kwh=0.2, bands=bands)
    cluster = build(EnergySpec(buses=(BusSpec(id="main", base_load_kw=2.0),), grid=grid))
    model, state = compile_one(cluster, [(12 * HOUR, P_TARIFF, 0, 1_500_000)])
    run(model, state, 6 * HOUR)
    before = extract(model, state)["energy"].to_pylist()[0]["grid_cost"]
    run(model, state, 18 * HOUR)
    after = extract(model, state)["energy"].to_pylist()[0]["grid_cost"]
    assert after - before == pytest.approx(12 * 0.2 + 12 * 0.3, abs=1e-9)


def test_the_demand_charge_is_for_the_highest_quarter_hour_of_each_month() -> None:
    """2 kW always. 6 kW more for 10 min of a quarter in January: 6 kW in the mean of it; for
    20 min from a full quarter in February: 8 kW."""
    cluster = build(
        EnergySpec(
            buses=(BusSpec(id="main", base_load_kw=2.0),),
            grid=GridSpec(limit_kw=50.0, tariff_per_kwh=0.2, demand_charge_per_kw=10.0),
        ),
        machine=MachineSpec(id="m", process="work", run_kw=6.0),
        operation=OperationSpec(id="op", process="work", unit_time_min=10.0),
        lots=3,
    )
    february = datetime.fromisoformat("2027-02-02T12:00:00+00:00")
    releases = [START + timedelta(minutes=5), february, february]
    orders = tuple(
        order.model_copy(update={"release": release})
        for order, release in zip(cluster.orders, releases, strict=True)
    )
    model, state = compile_one(cluster.model_copy(update={"orders": orders}), trace_level=0)
    run(model, state, HOUR)
    january = extract(model, state)["energy"].to_pylist()[0]
    assert january["demand_peak_kw"] == 6.0
    assert january["demand_cost"] == 60.0
    run(model, state, 40 * DAY_MS)
    both = extract(model, state)["energy"].to_pylist()[0]
    assert both["demand_peak_kw"] == 8.0
    assert both["demand_cost"] == 140.0


def test_pv_surplus_is_exported_up_to_the_limit_and_paid() -> None:
    """What the sun gives above 1 kW of load goes to the grid, at most 3 kW, at 0.05."""
    grid = GridSpec(
        limit_kw=50.0, tariff_per_kwh=0.2, export=ExportSpec(limit_kw=3.0, price_per_kwh=0.05)
    )
    cluster = build(
        EnergySpec(
            buses=(BusSpec(id="main", base_load_kw=1.0),),
            grid=grid,
            inverter=InverterSpec(power_kw=10.0, pv=PvSpec(peak_kw=8.0)),
        )
    )
    model, state = compile_one(cluster)
    run(model, state, 2 * DAY_MS)
    pv = model.pv[0, :96]  # steps of half an hour
    export = np.clip(pv - 1_000_000, 0, 3_000_000)
    assert export.max() == 3_000_000
    assert state.site["export_uj"][0] == int(export.sum()) * HOUR // 2
    bought = np.clip(1_000_000 - pv, 0, None)
    assert state.site["grid_uj"][0] == int(bought.sum()) * HOUR // 2
    rows = energy_rows(state)
    supply = rows["pv_mw"] + rows["grid_mw"] + rows["discharge_mw"]
    assert np.array_equal(supply, rows["served_mw"] + rows["charge_mw"] + rows["export_mw"])
    site = extract(model, state)["energy"].to_pylist()[0]
    assert site["export_revenue"] == pytest.approx(0.05 * site["export_kwh"], rel=1e-12)


def test_a_reduced_connection_serves_what_is_left_of_it() -> None:
    """A quarter of 8 kW for 3 h: a base load of 5 kW gets 2 kW, and nothing with a share of 0."""
    energy = EnergySpec(buses=(BusSpec(id="main", base_load_kw=5.0),), grid=GridSpec(limit_kw=8.0))
    changes = [(HOUR, P_GRID_LIMIT, 0, 250_000), (4 * HOUR, P_GRID_LIMIT, 0, 0)]
    model, state = compile_one(build(energy), [*changes, (6 * HOUR, P_GRID_LIMIT, 0, 1_000_000)])
    run(model, state, 8 * HOUR)
    assert state.site["served_uj"][0] == (5 * 3 + 2 * 3) * UJ_PER_KWH
    assert state.site["grid_off_ms"][0] == 2 * HOUR


def test_months_end_where_the_calendar_says() -> None:
    moments = np.array(
        ["2027-01-04", "2027-02-28T23:59:59.999", "2028-02-28", "2028-02-29T12:00", "2027-12-31"],
        dtype="datetime64[ms]",
    )
    ends = np.array(
        ["2027-02-01", "2027-03-01", "2028-03-01", "2028-03-01", "2028-01-01"],
        dtype="datetime64[ms]",
    )
    assert [month_end(int(at)) for at in moments.astype(np.int64)] == ends.astype(np.int64).tolist()
