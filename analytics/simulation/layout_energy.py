"""The records of sites, buses and sources: constants (``_C``), state (``_S``) and the energy trace.

Units as in ``layout``, which names these types too.
"""

from __future__ import annotations

import numpy as np

SITE_C = np.dtype(
    [
        ("key", "u8"),  # hash of the stable id, for draws
        ("utc_offset_ms", "i8"),
        ("first_group", "i8"),
        ("groups", "i8"),
        ("first_bus", "i8"),
        ("buses", "i8"),
        ("ideal_power", "i8"),  # 1: power without limit; 2: the same, work centres share a pool
        ("grid_mw", "i8"),  # 0: no grid
        ("outage_mean_gap_ms", "f8"),  # 0: no background outages
        ("outage_dist", "i8"),  # row of DIST_C
        ("inverter_mw", "i8"),
        ("transfer_ms", "i8"),
        ("battery_uj", "i8"),  # capacity; 0: none
        ("charge_mw", "i8"),
        ("discharge_mw", "i8"),
        ("charge_ppm", "i8"),
        ("discharge_ppm", "i8"),
        ("soc_min_uj", "i8"),
        ("soc_reserve_uj", "i8"),
        ("soc_unlock_uj", "i8"),  # machines may use the battery again from here (hysteresis)
        ("genset_mw", "i8"),  # rated; 0: none unless a primitive brings one
        ("genset_min_mw", "i8"),
        ("genset_start_ms", "i8"),
        ("genset_first", "i8"),  # 1: genset before battery in the island order
        ("fuel_intercept_pl_ms", "i8"),  # F0 x rated
        ("fuel_slope_fl_ms_per_kw", "i8"),
        ("tank_pl", "i8"),
        ("fuel_order_pl", "i8"),  # a delivery is ordered below this level
        ("delivery_lead_ms", "i8"),  # FOREVER: none
        ("delivery_every_ms", "i8"),
        ("delivery_pl", "i8"),
        ("first_receipt", "i8"),
        ("receipts", "i8"),
        # what is 0 below is not used
        # -- energy
        ("feeder", "i8"),  # row of FEEDER_C + 1
        ("feeder_share_mw", "i8"),  # what it may always draw over the feeder
        ("first_band", "i8"),  # rows of BAND_C, which cover the week; none: one price
        ("bands", "i8"),
        ("demand", "i8"),  # 1: the highest quarter-hour of a month is charged
        ("quarter_phase_ms", "i8"),  # time of the fork within its quarter-hour
        ("export_mw", "i8"),  # what the grid takes of PV surplus
        ("dispatch", "i8"),  # 0 backup, 1 self-consumption, 2 tariff, 3 cycle charging
        ("cycle_stop_uj", "i8"),  # cycle charging ends here
        ("island_below_ppm", "i8"),  # voltage below which the site leaves the grid
        ("pv_error_sigma", "f8"),  # of the log of the daily factor
        ("pv_region_key", "u8"),
        ("pv_region_share", "f8"),  # root of the correlation within the region
        ("shift_ppm", "i8"),  # share of a heavy start that spare PV must cover
        ("shift_wait_ms", "i8"),
        # -- people and upkeep
        ("crew", "i8"),  # row of POOL_C + 1: the repair crews
        ("first_pool", "i8"),  # people, crews and tools of the site
        ("pools", "i8"),
        # -- end
    ],
    align=True,
)

HIRED_C = np.dtype(  # per site: the genset that P_HIRED_GENSET brings to a site that has none
    [
        ("genset_mw", "i8"),
        ("genset_min_mw", "i8"),
        ("genset_start_ms", "i8"),
        ("fuel_intercept_pl_ms", "i8"),
        ("fuel_slope_fl_ms_per_kw", "i8"),
        ("tank_pl", "i8"),
        ("fuel_pl", "i8"),  # in its tank on arrival
        ("fuel_order_pl", "i8"),
        ("delivery_lead_ms", "i8"),
        ("delivery_every_ms", "i8"),
        ("delivery_pl", "i8"),
    ],
    align=True,
)

BUS_C = np.dtype(
    [
        ("site", "i8"),
        ("base_mw", "i8"),
        ("limit_mw", "i8"),  # FOREVER: none
        ("on_inverter", "i8"),  # 1: the inverter backs it up
        ("on_genset", "i8"),
        ("on_hired_genset", "i8"),  # 1: a genset that a primitive brings backs it up
        # what is 0 below is not used
        # -- energy
        ("limit_mva", "i8"),  # apparent power in mVA
        ("phases", "i8"),
        # -- end
    ],
    align=True,
)

BAND_C = np.dtype(  # hours of a tariff by time of use, in ms of the UTC week; ascending per site
    [
        ("site", "i8"),
        ("open_ms", "i8"),
        ("close_ms", "i8"),
        ("number", "i8"),
        ("price_micro_per_kwh", "i8"),
        # -- energy
        ("use", "i8"),  # of the battery by tariff: 0 backup, 1 charge, 2 serve first
        # -- end
    ],
    align=True,
)

FEEDER_C = np.dtype([("limit_mw", "i8"), ("first_site", "i8"), ("last_site", "i8")], align=True)
"""A feeder of the public grid that several sites share."""

SITE_S = np.dtype(
    [
        ("calendar", "i8"),
        ("open", "i8"),
        ("down", "i8"),
        ("grid_off", "i8"),  # count of primitives that hold it off
        ("grid_calm", "i8"),
        ("outage", "i8"),  # 1: a background outage is under way
        ("outage_index", "i8"),
        ("outage_since_ms", "i8"),  # beginning of the one under way
        ("on_grid", "i8"),
        ("transfer_until_ms", "i8"),  # buses are dead until then; 0: no transfer
        ("pv_step", "i8"),
        ("pv_mw", "i8"),  # available now
        ("pv_traced_mw", "i8"),  # available in the last row of the trace
        ("soc_uj", "i8"),
        ("battery_locked", "i8"),  # 1: at the reserve, machines may not use it
        ("genset", "i8"),  # 0 off, 1 starting, 2 running
        ("genset_wanted", "i8"),
        ("hired", "i8"),  # hired genset is there
        ("fuel_pl", "i8"),
        ("delivery_ms", "i8"),  # of the fuel under way; FOREVER: none
        ("last_delivery_ms", "i8"),
        ("receipt", "i8"),  # next row of its receipts
        ("dirty", "i8"),
        ("refused", "i8"),  # 1: a start was refused for want of power
        ("power_ms", "i8"),  # flows below hold since then
        ("load_mw", "i8"),  # wanted by base loads and machines that are on
        ("served_mw", "i8"),
        ("pv_used_mw", "i8"),
        ("grid_now_mw", "i8"),
        ("discharge_now_mw", "i8"),  # at the bus
        ("charge_now_mw", "i8"),
        ("genset_now_mw", "i8"),
        ("dumped_mw", "i8"),
        ("soc_rate_mw", "i8"),  # at the cells
        ("fuel_rate_pl_ms", "i8"),
        ("load_uj", "i8"),  # integrals of the same, from the fork
        ("served_uj", "i8"),
        ("pv_available_uj", "i8"),
        ("pv_uj", "i8"),
        ("grid_uj", "i8"),
        ("discharge_uj", "i8"),
        ("charge_uj", "i8"),
        ("genset_uj", "i8"),
        ("dumped_uj", "i8"),
        ("soc_in_uj", "i8"),
        ("soc_out_uj", "i8"),
        ("fuel_used_pl", "i8"),
        ("fuel_received_pl", "i8"),
        ("dry_ms", "i8"),  # first time the tank ran dry; FOREVER: never
        ("grid_off_ms", "i8"),  # time without grid
        ("open_time_ms", "i8"),  # shift time
        # -- energy
        ("metered", "i8"),  # 1: bands, demand, export or a changed price are booked
        ("band", "i8"),  # row of BAND_C now
        ("export_now_mw", "i8"),
        ("export_uj", "i8"),
        ("surcharge_uj", "i8"),  # grid energy x change of its price, where there are no bands
        ("quarter_uj", "i8"),  # over the grid in this quarter-hour
        ("month_peak_uj", "i8"),  # of the quarter-hours of this month
        ("billed_peak_uj", "i8"),  # sum of the peaks of the months before
        ("highest_uj", "i8"),  # quarter-hour of all
        ("month_ms", "i8"),  # its end
        ("wake_ms", "i8"),  # work held for the sun is looked at again; 0: never
        ("cycle", "i8"),  # 1: the genset charges the battery up to the set point
        # changes by primitives, as what is missing to one, in ppm
        ("tariff_change_ppm", "i8"),  # on top of one
        ("grid_drop_ppm", "i8"),
        ("voltage_drop_ppm", "i8"),
        ("pv_drop_ppm", "i8"),
        ("fuel_drop_ppm", "i8"),
        ("battery_absent", "i8"),  # counts
        ("genset_absent", "i8"),
        ("due_pl", "i8"),  # what the delivery under way at the fork brings; 0: the allocation
        ("pv_told", "f8"),  # factor of the sun's error as it was seen at the fork
        ("pv_told_until_ms", "i8"),  # end of the local day that it holds for; 0: nothing was seen
        # -- people and upkeep
        ("wanting", "i8"),  # 1: people, a crew or a tool were missing at it
        ("overtime_ms", "i8"),  # people were called in outside regular hours then, + 1
        # -- end
    ],
    align=True,
)

BUS_S = np.dtype([("live", "i8"), ("load_mw", "i8"), ("served_mw", "i8")], align=True)

FEEDER_S = np.dtype(
    [("used_mw", "i8"), ("lending", "i8")],  # the latter 1: starts may go beyond the share
    align=True,
)

BAND_S = np.dtype(
    [("grid_uj", "i8"), ("surcharge_uj", "i8")],  # the latter: times the change of its price
    align=True,
)

ENERGY_TRACE = np.dtype(
    [
        ("time_ms", "i8"),
        ("site", "i8"),
        ("on_grid", "i8"),
        ("pv_available_mw", "i8"),
        ("load_mw", "i8"),
        ("served_mw", "i8"),
        ("pv_mw", "i8"),
        ("grid_mw", "i8"),
        ("discharge_mw", "i8"),
        ("charge_mw", "i8"),
        ("genset_mw", "i8"),
        ("dumped_mw", "i8"),
        ("export_mw", "i8"),
        ("soc_uj", "i8"),
        ("fuel_pl", "i8"),
    ],
    align=True,
)
