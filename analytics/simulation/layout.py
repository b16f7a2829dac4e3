"""The record arrays of the kernel: constants of a model, and everything that changes.

Times are int64 milliseconds from the fork, power int64 milliwatts, energy int64 microjoules
(mW x ms), fuel int64 picolitres, mass int64 grams, stock int64 thousandths of the material's unit.
``FOREVER`` is a time that never comes; ``NONE`` (-1) is no index.

Places are numbered sites first (0 ... sites-1), then customers that have a place of their own.
"""

from __future__ import annotations

import numpy as np

from analytics.simulation.layout_energy import (
    BAND_C,
    BAND_S,
    BUS_C,
    BUS_S,
    ENERGY_TRACE,
    FEEDER_C,
    FEEDER_S,
    HIRED_C,
    SITE_C,
    SITE_S,
)
from analytics.simulation.layout_material import CONSUME_C, SUPPLY_C, SUPPLY_ORDERS
from analytics.simulation.layout_primitives import (
    P_APPROVAL,
    P_BATTERY_ABSENT,
    P_CALENDAR,
    P_EXPRESS,
    P_FUEL_SHARE,
    P_GENSET_ABSENT,
    P_GRID_CALM,
    P_GRID_LIMIT,
    P_GRID_OFF,
    P_GRID_VOLTAGE,
    P_HIRED_GENSET,
    P_LINK_CLOSED,
    P_MACHINE_ABSENT,
    P_MACHINE_DOWN,
    P_POOL,
    P_PV_SHARE,
    P_SITE_DOWN,
    P_SPEED,
    P_SUPPLY_SHARE,
    P_TARIFF,
    P_YIELD,
    PRIMITIVE_C,
)
from analytics.simulation.layout_state import (
    CLOCK_S,
    CONSIGNMENT_S,
    GATE_S,
    GROUP_S,
    LIMIT_S,
    LINK_S,
    LOT_S,
    LOT_TRACE,
    MACHINE_S,
    MACHINE_STATES,
    MACHINE_TRACE,
    OP_S,
    POOL_S,
    SLOT_S,
    STATUS_BROKEN,
    STATUS_DONE,
    STATUS_GROW,
    STATUS_STUCK,
    STOCK_S,
    SUPPLY_S,
)

__all__ = [
    "BAND_C",
    "BAND_S",
    "BUS_C",
    "BUS_S",
    "CALENDAR_C",
    "CLOCK_S",
    "CONSIGNMENT_S",
    "CONSUME_C",
    "DAY_MS",
    "DIST_C",
    "ENERGY_TRACE",
    "FEEDER_C",
    "FEEDER_S",
    "FOREVER",
    "GATE_S",
    "GROUP_C",
    "GROUP_S",
    "HIRED_C",
    "HOUR_MS",
    "INTERVAL_C",
    "LIMIT_C",
    "LIMIT_S",
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
    "POOL_C",
    "POOL_S",
    "PPM",
    "PRIMITIVE_C",
    "P_APPROVAL",
    "P_BATTERY_ABSENT",
    "P_CALENDAR",
    "P_EXPRESS",
    "P_FUEL_SHARE",
    "P_GENSET_ABSENT",
    "P_GRID_CALM",
    "P_GRID_LIMIT",
    "P_GRID_OFF",
    "P_GRID_VOLTAGE",
    "P_HIRED_GENSET",
    "P_LINK_CLOSED",
    "P_MACHINE_ABSENT",
    "P_MACHINE_DOWN",
    "P_POOL",
    "P_PV_SHARE",
    "P_SITE_DOWN",
    "P_SPEED",
    "P_SUPPLY_SHARE",
    "P_TARIFF",
    "P_YIELD",
    "RECEIPT_C",
    "SCALAR_C",
    "SETUP_C",
    "SITE_C",
    "SITE_S",
    "SLOT_S",
    "STATUS_BROKEN",
    "STATUS_DONE",
    "STATUS_GROW",
    "STATUS_STUCK",
    "STOCK_S",
    "SUPPLY_C",
    "SUPPLY_ORDERS",
    "SUPPLY_S",
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
        ("fork_epoch_ms", "i8"),  # the fork in ms since 1970
        ("redirect_patience_ms", "i8"),  # 0: no lot is redirected, see ``redirect``
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
        # what is 0 below is not used; new code of a feature hides behind one bit of features
        ("features", "i8"),
        # -- people and upkeep
        ("first_ability", "i8"),
        ("abilities", "i8"),
        ("first_setup", "i8"),
        ("setups", "i8"),
        ("setup_default_ms", "i8"),
        ("setup_same_ms", "i8"),
        ("dispatch_rule", "i8"),  # see priorities
        ("atc_k", "f8"),
        ("upkeep_every_ms", "i8"),
        ("upkeep_first_ms", "i8"),
        ("upkeep_by_use", "i8"),  # 1: the interval counts hours of work
        ("upkeep_dist", "i8"),
        ("upkeep_calendar", "i8"),  # row of CALENDAR_C + 1: it may begin when that is open
        ("upkeep_overdue_ms", "i8"),  # it waits no longer then
        # -- flow of lots
        ("limit", "i8"),  # row of LIMIT_C + 1: places in its queue
        ("batch_minimum", "i8"),  # units that an oven waits for
        ("batch_wait_ms", "i8"),  # no lot waits longer for them
        # -- energy
        ("checks", "i8"),  # bit 0: voltage, bit 1: kVA of its bus
        ("minimum_voltage_ppm", "i8"),
        ("phase", "i8"),  # 0 all three, else 1 to 3
        ("apparent_ppm", "i8"),  # apparent over active power
        ("start_mw", "i8"),  # for start_ms when work begins
        ("start_ms", "i8"),
        ("criticality", "i8"),
        ("heavy", "i8"),  # 1: its work waits for the sun
        # -- end
    ],
    align=True,
)

MACHINE_C = np.dtype(
    [
        ("key", "u8"),
        ("group", "i8"),
        # what is 0 below is not used
        # -- people and upkeep
        # -- energy
        # -- end
    ],
    align=True,
)

# kind 0 deterministic, 1 exponential, 2 lognormal (a=mu, b=sigma), 3 weibull (a=scale, b=shape),
# 4 gamma (a=scale, b=shape), 5 empirical (a=first point in curve, b=points)
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
        # what is 0 below is not used; new code of a feature hides behind one bit of features
        ("features", "i8"),
        # -- people and upkeep
        ("family", "i8"),  # setup family, from 1
        ("tool", "i8"),  # POOL_C.tool of what it needs, from 1
        # -- flow of lots
        ("flow", "i8"),  # bits of quality.py: what is done about bad lots
        ("rework_ppm", "i8"),  # share of the visits after which a lot is sent back
        ("rework_back", "i8"),  # by so many operations
        ("rework_most", "i8"),  # so many times; 0: any number
        ("rework_group", "i8"),  # work centre + 1 that does the first of them
        ("hold_dist", "i8"),  # row of DIST_C + 1: time in quarantine after an inspection
        ("reject_ppm", "i8"),
        ("visits_ppm", "i8"),  # mean number of visits, for deterministic runs
        ("share_units", "i8"),  # several machines may work on it, at least so many units each
        # -- alternatives: rows of work centres with times of their own, behind all routings
        ("alternative", "i8"),  # row + 1 of the next one
        ("at_group", "i8"),  # work centre + 1 that this row is for
        ("base_back", "i8"),  # so many rows before this one stands that of the routing
        # -- energy
        # -- end
    ],
    align=True,
)


POOL_C = np.dtype(  # people with a skill, repair crews, tools: so many at a site
    [
        ("site", "i8"),
        ("kind", "i8"),  # 0 people, 1 repair crew, 2 tool
        ("capacity_ppm", "i8"),
        ("calendar", "i8"),  # NONE: the hours of the site
        # -- people and upkeep
        ("tool", "i8"),  # kind 2: which, from 1
        ("minimum_call_in_ms", "i8"),
        # -- end
    ],
    align=True,
)

SETUP_C = np.dtype(  # of one work centre: from a family to a family
    [("before", "i8"), ("after", "i8"), ("setup_ms", "i8")], align=True
)

LIMIT_C = np.dtype(  # at most so many lots: a buffer, a kanban loop, a CONWIP loop
    [
        ("capacity", "i8"),
        ("kind", "i8"),  # 0 buffer, 1 CONWIP, 2 kanban
        ("loss", "i8"),  # 1: what finds it full is lost
        # -- flow of lots
        ("group", "i8"),  # work centre of a buffer or of kanban cards
        ("part", "i8"),  # row of the part + 1 that it counts; 0: every part
        ("site", "i8"),  # CONWIP: site + 1 that it holds at; 0: the cluster
        ("next", "i8"),  # row + 1 of the limit that is asked next
        # -- end
    ],
    align=True,
)


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
        # what is 0 below is not used
        # -- flow of lots
        ("conwip", "i8"),  # row of LIMIT_C + 1 that it is released under
        ("released_with", "i8"),  # row + 1 of the lot above it that is released under one
        ("owner", "i8"),  # customer + 1 whose own material it may use
        ("dangerous", "i8"),  # 1: goes by the second block of next_hop
        # -- people and upkeep
        ("priority", "i8"),  # of its order; smaller is sooner
        ("weight", "i8"),  # thousandths of money a day that its lateness costs
        # -- end
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
        # what is 0 below is not used
        # -- flow of lots
        ("features", "i8"),  # 1: one of the following is used
        ("consolidation_ms", "i8"),  # from the first lot to the departure, without a timetable
        ("vehicles", "i8"),
        ("capacity_g", "i8"),  # of a vehicle or departure
        ("papers_ms", "i8"),
        ("dangerous_ms", "i8"),  # papers of dangerous goods
        # -- end
    ],
    align=True,
)

CALENDAR_C = np.dtype(
    [("first", "i8"), ("intervals", "i8"), ("first_closure", "i8"), ("closures", "i8")], align=True
)
"""Rows of an interval table; no interval: never open. Closures are holidays, ms from the fork."""

INTERVAL_C = np.dtype([("open_ms", "i8"), ("close_ms", "i8")], align=True)
"""[open, close) in ms of the UTC week, ascending, not overlapping, 0 <= open < close <= WEEK_MS."""

RECEIPT_C = np.dtype([("week_ms", "i8"), ("material", "i8"), ("milli", "i8")], align=True)
"""Standing weekly receipts of a site, sorted by ms of the UTC week."""
