"""The record arrays of the kernel: constants of a model, and everything that changes.

Times are int64 milliseconds from the fork, power int64 milliwatts, energy int64 microjoules
(mW x ms), fuel int64 picolitres, mass int64 grams, stock int64 thousandths of the material's unit.
``FOREVER`` is a time that never comes; ``NONE`` (-1) is no index.

Places are numbered sites first (0 ... sites-1), then customers that have a place of their own.
"""

from __future__ import annotations

import numpy as np

from analytics.simulation.layout_state import (
    BUS_S,
    CLOCK_S,
    CONSIGNMENT_S,
    ENERGY_TRACE,
    GATE_S,
    GROUP_S,
    LINK_S,
    LOT_S,
    LOT_TRACE,
    MACHINE_S,
    MACHINE_STATES,
    MACHINE_TRACE,
    OP_S,
    SITE_S,
    SLOT_S,
    STATUS_BROKEN,
    STATUS_DONE,
    STATUS_GROW,
    STOCK_S,
)

__all__ = [
    "BUS_C",
    "BUS_S",
    "CALENDAR_C",
    "CLOCK_S",
    "CONSIGNMENT_S",
    "CONSUME_C",
    "DAY_MS",
    "DIST_C",
    "ENERGY_TRACE",
    "FOREVER",
    "GATE_S",
    "GROUP_C",
    "GROUP_S",
    "HIRED_C",
    "HOUR_MS",
    "INTERVAL_C",
    "LINK_C",
    "LINK_S",
    "LOT_C",
    "LOT_S",
    "LOT_TRACE",
    "MACHINE_C",
    "MACHINE_S",
    "MACHINE_STATES",
    "MACHINE_TRACE",
    "NONE",
    "OPTYPE_C",
    "OP_S",
    "PL_PER_L",
    "PPM",
    "PRIMITIVE_C",
    "P_CALENDAR",
    "P_GRID_CALM",
    "P_GRID_OFF",
    "P_HIRED_GENSET",
    "P_LINK_CLOSED",
    "P_MACHINE_DOWN",
    "P_SITE_DOWN",
    "RECEIPT_C",
    "SCALAR_C",
    "SITE_C",
    "SITE_S",
    "SLOT_S",
    "STATUS_BROKEN",
    "STATUS_DONE",
    "STATUS_GROW",
    "STOCK_S",
    "UJ_PER_KWH",
    "WEEK_MS",
]

FOREVER = 2**60
NONE = -1
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS
UJ_PER_KWH = 3_600_000_000_000
PL_PER_L = 1_000_000_000_000
PPM = 1_000_000

# --- constants ---------------------------------------------------------------------------------

SCALAR_C = np.dtype(
    [
        ("seed", "u8"),
        ("replication", "u8"),
        (
            "deterministic",
            "i8",
        ),  # 1: mean times, no failures, no background outages, planning factors
        ("trace_level", "i8"),  # 0 kpi, 1 orders, 2 full
        ("sites", "i8"),
        ("places", "i8"),
        ("materials", "i8"),
        ("parts", "i8"),
        (
            "week_offset_ms",
            "i8",
        ),  # time of the fork within the UTC week that begins on Monday 00:00
        ("pv_step_ms", "i8"),
        ("pv_phase_ms", "i8"),  # PV step k covers [k*step - phase, (k+1)*step - phase)
        ("primitives", "i8"),
        ("antithetic", "i8"),  # 1: every uniform u is drawn as 1-u
    ],
    align=True,
)

SITE_C = np.dtype(
    [
        ("key", "u8"),  # hash of the stable id, for draws
        ("utc_offset_ms", "i8"),
        ("first_group", "i8"),
        ("groups", "i8"),
        ("first_bus", "i8"),
        ("buses", "i8"),
        ("ideal_power", "i8"),  # 1: the site has no EnergySpec, power without limit
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
    ],
    align=True,
)

GROUP_C = np.dtype(  # a work centre: equal machines with one queue
    [
        ("site", "i8"),
        ("bus", "i8"),
        ("first_machine", "i8"),
        ("machines", "i8"),
        ("idle_mw", "i8"),
        ("run_mw", "i8"),
        ("speed_ppm", "i8"),
        ("unattended", "i8"),
        ("batch_units", "i8"),  # 0: one lot at a time
        ("ride_through_ms", "i8"),
        ("rewarm_ms", "i8"),
        ("failure_dist", "i8"),  # rows of DIST_C; NONE: never fails
        ("repair_dist", "i8"),
        ("planning_ppm", "i8"),  # effective time factor of deterministic runs (1/availability)
        ("operators_ppm", "i8"),
        ("in_order", "i8"),  # 1: strictly by rank 0, 1, 2, ...: a machine waits for the next one
    ],
    align=True,
)

MACHINE_C = np.dtype([("key", "u8"), ("group", "i8")], align=True)

# kind 0 deterministic, 1 exponential, 2 lognormal (a=mu, b=sigma), 3 weibull (a=scale, b=shape)
DIST_C = np.dtype(
    [("kind", "i8"), ("a", "f8"), ("b", "f8"), ("mean", "f8"), ("cap", "f8")], align=True
)

OPTYPE_C = np.dtype(  # one operation of one part of one product
    [
        ("unit_ns", "i8"),  # nanoseconds per unit at speed 1
        ("cycle_ms", "i8"),
        ("setup_ms", "i8"),
        ("dist", "i8"),  # unit-mean factor on the whole time; NONE: none
        ("interruption", "i8"),  # 0 resume, 1 restart, 2 scrap
        ("resume_ppm", "i8"),
        ("longest_pause_ms", "i8"),  # FOREVER: none
        ("yield_ppm", "i8"),
        ("first_consume", "i8"),
        ("consumes", "i8"),
        ("first_recover", "i8"),
        ("recovers", "i8"),
    ],
    align=True,
)

CONSUME_C = np.dtype([("material", "i8"), ("milli_per_unit", "i8")], align=True)

LOT_C = np.dtype(
    [
        ("key", "u8"),
        ("order", "i8"),
        ("part", "i8"),  # row of the parts over all products
        ("quantity", "i8"),  # good units wanted
        ("mass_g", "i8"),  # of the finished lot
        ("first_op", "i8"),
        ("ops", "i8"),
        ("parent", "i8"),  # lot that it is joined into; NONE: the customer gets it
        ("children", "i8"),
        ("destination", "i8"),  # place of the customer, for lots without a parent
        ("release_ms", "i8"),
        ("due_ms", "i8"),
    ],
    align=True,
)

LINK_C = np.dtype(  # one direction of a link
    [
        ("key", "u8"),
        ("start", "i8"),  # places
        ("end", "i8"),
        ("drive_ms", "i8"),
        ("border_ms", "i8"),
        ("night_ban", "i8"),  # 1: wheels turn from 06:00 to 20:00 local time of the start
        ("customs_calendar", "i8"),  # NONE: open always
        ("utc_offset_ms", "i8"),  # of the starting place
        ("first_departure", "i8"),  # rows of the timetable: local ms of the day, ascending
        ("departures", "i8"),
        ("dist", "i8"),  # unit-mean factor on driving and border hours; NONE: none
    ],
    align=True,
)

CALENDAR_C = np.dtype([("first", "i8"), ("intervals", "i8")], align=True)
"""Rows of an interval table; no interval: never open."""

INTERVAL_C = np.dtype([("open_ms", "i8"), ("close_ms", "i8")], align=True)
"""[open, close) in ms of the UTC week, ascending, not overlapping, 0 <= open < close <= WEEK_MS."""

RECEIPT_C = np.dtype([("week_ms", "i8"), ("material", "i8"), ("milli", "i8")], align=True)
"""Standing weekly receipts of a site, sorted by ms of the UTC week."""

PRIMITIVE_C = np.dtype(
    [("time_ms", "i8"), ("kind", "i8"), ("entity", "i8"), ("value", "i8")], align=True
)
"""The closed table of timed changes, sorted by time."""

# kinds of primitive: entity, value
P_SITE_DOWN = 0  # site, +1 / -1 (counted: overlapping edits add up)
P_MACHINE_DOWN = 1  # machine, +1 / -1
P_GRID_OFF = 2  # site, +1 / -1
P_GRID_CALM = (
    3  # site, +1 / -1: background outages are suppressed (a published roster replaces them)
)
P_LINK_CLOSED = 4  # link direction, +1 / -1
P_CALENDAR = 5  # site, calendar row from now on
P_HIRED_GENSET = 6  # site, +1 / -1: the hired genset of HIRED_C is there
