"""The closed table of timed changes: what every edit and lever is compiled to."""

from __future__ import annotations

import numpy as np

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
P_MACHINE_ABSENT = 7  # machine, +1 / -1: not bought, not hired or not there yet
P_GRID_VOLTAGE = 8  # site, voltage in ppm of the nominal
P_GRID_LIMIT = 9  # site, share of the connection in ppm
P_PV_SHARE = 10  # site, share of the PV power in ppm
P_BATTERY_ABSENT = 11  # site, +1 / -1
P_GENSET_ABSENT = 12  # site, +1 / -1
P_SUPPLY_SHARE = 13  # stock row, share of what its receipts and supplier bring in ppm
P_POOL = 14  # row of POOL_C, change of its capacity in ppm
P_YIELD = 15  # work centre, share of the yield in ppm
P_SPEED = 16  # work centre, share of the speed in ppm
P_APPROVAL = 17  # gate, ms that its approval takes longer
P_TARIFF = 18  # site, share of the grid's price in ppm
P_FUEL_SHARE = 19  # site, share of a fuel delivery in ppm
P_EXPRESS = 20  # lot, 1: from now on it goes by expedited links where they are faster
