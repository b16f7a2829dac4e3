"""The numbering of the indexed heap: one slot per entity and kind of event.

Slots are numbered kind after kind in the order of priority, then entity after entity, so that the
number of a slot alone breaks a tie in time. Arrivals of consignments come last: their number grows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

PRIMITIVE = 0
GRID = 1  # site: a background outage begins or ends
TRANSFER = 2  # site: the transfer time is over
GENSET = 3  # site: started up
FUEL = 4  # site: delivery
PV = 5  # site: next step
BATTERY = 6  # site: full, at the reserve or empty
TANK = 7  # site: order level or dry
CALENDAR = 8  # site: opens or closes
FAILURE = 9  # machine: breaks down or is repaired
FINISH = 10  # machine
REWARM = 11  # machine
APPROVAL = 12  # gate = site * parts + part
RECEIPT = 13  # site
RELEASE = 14
DEPARTURE = 15  # link direction
PAUSE_LIMIT = 16  # machine: longest pause is over
MAINTENANCE = 17  # machine: due, begins its window or ends
HOLD = 18  # lot: its inspection or its wait is over
SUPPLY = 19  # stock row = site * materials + material: a supplier delivers
BATCH_WAIT = 20  # work centre: the oven waits no longer
TARIFF = 21  # site: the band of its tariff changes
VEHICLE = 22  # link direction: a vehicle is back
REDIRECT = 23  # lots that wait at work centres that stand are looked at
ARRIVAL = 24  # consignment
KINDS = 25


def slot_bases(
    *, sites: int, groups: int, machines: int, parts: int, lots: int, stocks: int, links: int
) -> npt.NDArray[np.int64]:
    """First slot of each kind.

    Parameters
    ----------
    sites, groups, machines, parts, lots, stocks, links
        Numbers of rows; links are directions, stocks sites x materials.

    Returns
    -------
    int64[25]
        Slot of entity ``e`` and kind ``k`` is ``bases[k] + e``. The last entry is the number of
        slots before the first consignment.
    """
    counts = np.ones(KINDS, dtype=np.int64)
    counts[GRID:FAILURE] = sites
    counts[[FAILURE, FINISH, REWARM, PAUSE_LIMIT, MAINTENANCE]] = machines
    counts[APPROVAL] = sites * parts
    counts[[RECEIPT, TARIFF]] = sites
    counts[[DEPARTURE, VEHICLE]] = links
    counts[HOLD] = lots
    counts[SUPPLY] = stocks
    counts[BATCH_WAIT] = groups
    counts[[PRIMITIVE, RELEASE, REDIRECT]] = 1
    bases = np.zeros(KINDS, dtype=np.int64)
    bases[1:] = np.cumsum(counts)[:-1]
    return bases
