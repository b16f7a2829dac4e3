"""The record arrays of the kernel: constants of a model, and everything that changes.

Times are int64 milliseconds from the fork, power int64 milliwatts, energy int64 microjoules (mW x ms),
fuel int64 picolitres, mass int64 grams, stock int64 thousandths of the material's unit. ``FOREVER``
is a time that never comes; ``NONE`` (-1) is no index.

Places are numbered sites first (0 ... sites-1), then customers that have a place of their own.
"""

from __future__ import annotations

import numpy as np

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
        ("deterministic", "i8"),  # 1: mean times, no failures, no background outages, planning factors
        ("trace_level", "i8"),  # 0 kpi, 1 orders, 2 full
        ("sites", "i8"),
        ("places", "i8"),
        ("materials", "i8"),
        ("parts", "i8"),
        ("week_offset_ms", "i8"),  # time of the fork within the UTC week that begins on Monday 00:00
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
        ("fuel_slope_pl_ms_per_kw", "i8"),
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
        ("fuel_slope_pl_ms_per_kw", "i8"),
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
    ],
    align=True,
)

MACHINE_C = np.dtype([("key", "u8"), ("group", "i8")], align=True)

DIST_C = np.dtype(  # kind 0 deterministic, 1 exponential, 2 lognormal(a=mu, b=sigma), 3 weibull(a=scale, b=shape)
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

PRIMITIVE_C = np.dtype([("time_ms", "i8"), ("kind", "i8"), ("entity", "i8"), ("value", "i8")], align=True)
"""The closed table of timed changes, sorted by time."""

# kinds of primitive: entity, value
P_SITE_DOWN = 0  # site, +1 / -1 (counted: overlapping edits add up)
P_MACHINE_DOWN = 1  # machine, +1 / -1
P_GRID_OFF = 2  # site, +1 / -1
P_GRID_CALM = 3  # site, +1 / -1: background outages are suppressed (a published roster replaces them)
P_LINK_CLOSED = 4  # link direction, +1 / -1
P_CALENDAR = 5  # site, calendar row from now on
P_HIRED_GENSET = 6  # site, +1 / -1: the hired genset of HIRED_C is there

# --- everything that changes ---------------------------------------------------------------------

CLOCK_S = np.dtype(  # one row
    [
        ("now_ms", "i8"),
        ("heap_rows", "i8"),
        ("started", "i8"),  # 0: first entry, the kernel arms all slots
        ("replan", "i8"),  # 1: rebuild queues, docks and waiting lists from the lots
        ("next_primitive", "i8"),
        ("next_release", "i8"),
        ("consignments", "i8"),
        ("machine_rows", "i8"),  # rows used in the traces
        ("energy_rows", "i8"),
        ("lot_rows", "i8"),
        ("events", "i8"),
        ("open_lots", "i8"),  # lots for customers not yet delivered
        ("status", "i8"),
    ],
    align=True,
)
STATUS_DONE = 0  # reached the horizon
STATUS_GROW = 1  # an array is full: grow and enter again
STATUS_BROKEN = 2  # an invariant does not hold (power balance)

SLOT_S = np.dtype([("time_ms", "i8"), ("position", "i8")], align=True)

SITE_S = np.dtype(
    [
        ("calendar", "i8"),
        ("open", "i8"),
        ("down", "i8"),
        ("grid_off", "i8"),  # count of primitives that hold it off
        ("grid_calm", "i8"),
        ("outage", "i8"),  # 1: a background outage is under way
        ("outage_index", "i8"),
        ("on_grid", "i8"),
        ("transfer_until_ms", "i8"),  # buses are dead until then; 0: no transfer
        ("pv_step", "i8"),
        ("pv_mw", "i8"),  # available now
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
    ],
    align=True,
)

BUS_S = np.dtype([("live", "i8"), ("load_mw", "i8"), ("served_mw", "i8")], align=True)

GROUP_S = np.dtype([("queue", "i8"), ("queued", "i8")], align=True)
"""``queue``: root of the pairing heap of waiting operations (ordered by rank, then row)."""

MACHINE_S = np.dtype(
    [
        ("state", "i8"),  # twins.states.MachineState
        ("since_ms", "i8"),
        ("op", "i8"),  # first operation of the batch on it; NONE: empty
        ("running", "i8"),  # 1: work proceeds
        ("work_left_ms", "i8"),  # when not running
        ("finish_ms", "i8"),  # when running
        ("down", "i8"),  # count: breakdown + edits
        ("failed", "i8"),  # 1: own breakdown under way
        ("failure_index", "i8"),
        ("powered", "i8"),
        ("warm_ms", "i8"),  # warm from then on
        ("paused_ms", "i8"),  # when the operation on it was interrupted; NONE: not
        ("hit", "i8"),  # 1: interrupted, its consequence is due at restart
        ("good_units", "i8"),
        ("scrap_units", "i8"),
        ("run_uj", "i8"),  # energy while working
    ],
    align=True,
)
MACHINE_STATES = 12
"""Columns of ``machine_time``: int64[machines, MACHINE_STATES], ms in each state from the fork, plus
``machine_lost``: int64[machines] ms on shift without power while there was work."""

LOT_S = np.dtype(
    [
        ("state", "i8"),  # twins.work.LotState
        ("op", "i8"),  # cursor: 0 ... ops
        ("place", "i8"),  # NONE until it exists physically
        ("waiting", "i8"),  # components still missing
        ("event", "i8"),  # event number of its last change
        ("since_ms", "i8"),
        ("attempt", "i8"),  # times it was begun anew after scrap
        ("units", "i8"),  # units in work now (more than quantity before a yield loss)
        ("good", "i8"),
        ("scrapped", "i8"),
        ("link", "i8"),  # in a dock or on the way
        ("next", "i8"),  # intrusive list: dock, consignment, waiting list
        ("done_ms", "i8"),
        ("article", "i8"),  # 1: it is the first article of its gate
    ],
    align=True,
)

OP_S = np.dtype(
    [
        ("lot", "i8"),
        ("optype", "i8"),
        ("group", "i8"),
        ("rank", "i8"),  # smaller is sooner
        ("child", "i8"),  # pairing heap
        ("sibling", "i8"),
        ("batch_next", "i8"),  # next operation of the same machine cycle
        ("machine", "i8"),
        ("start_ms", "i8"),  # first start; FOREVER: not yet
        ("end_ms", "i8"),
        ("attempts", "i8"),
        ("reserved", "i8"),  # 1: its material is set aside
        ("key", "u8"),
    ],
    align=True,
)

GATE_S = np.dtype(  # one per site x part: row = site * parts + part
    [
        ("status", "i8"),  # 0 forbidden, 1 approved, 2 first article needed, 3 running, 4 waits for approval
        ("approval_ms", "i8"),
        ("lot", "i8"),  # the first article
        ("waiting", "i8"),  # list of lots
        ("approved_at_ms", "i8"),
    ],
    align=True,
)

STOCK_S = np.dtype(  # row = site * materials + material; thousandths of the unit
    [
        ("on_hand", "i8"),
        ("reserved", "i8"),
        ("received", "i8"),
        ("issued", "i8"),
        ("recovered", "i8"),
        ("waiting", "i8"),  # list of lots (kept at the first material that is short)
    ],
    align=True,
)

LINK_S = np.dtype([("closed", "i8"), ("dock", "i8"), ("docked", "i8"), ("departure_index", "i8")], align=True)

CONSIGNMENT_S = np.dtype(
    [
        ("link", "i8"),
        ("depart_ms", "i8"),
        ("arrive_ms", "i8"),
        ("mass_g", "i8"),
        ("lots", "i8"),
        ("first_lot", "i8"),  # list, emptied on arrival
        ("arrived", "i8"),
    ],
    align=True,
)

MACHINE_TRACE = np.dtype(
    [("time_ms", "i8"), ("machine", "i8"), ("state", "i8"), ("op", "i8")], align=True
)
LOT_TRACE = np.dtype(
    [
        ("time_ms", "i8"),
        ("lot", "i8"),
        ("event", "i8"),
        ("state", "i8"),
        ("op", "i8"),
        ("place", "i8"),
        ("link", "i8"),
        ("machine", "i8"),
        ("units", "i8"),
    ],
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
        ("soc_uj", "i8"),
        ("fuel_pl", "i8"),
    ],
    align=True,
)
