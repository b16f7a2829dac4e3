"""The record arrays that change during a run: clock, agenda, sites, machines, lots, traces.

Units as in ``layout``, which names these types too.
"""

from __future__ import annotations

import numpy as np

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
        # -- flow of lots
        ("progress_ms", "i8"),  # when something last happened that is not a mere round of the clock
        # -- end
    ],
    align=True,
)
STATUS_DONE = 0  # reached the horizon
STATUS_GROW = 1  # an array is full: grow and enter again
STATUS_BROKEN = 2  # an invariant does not hold (power balance)
STATUS_STUCK = 3  # open lots, and nothing that could move them

SLOT_S = np.dtype([("time_ms", "i8"), ("position", "i8")], align=True)

GROUP_S = np.dtype(
    [
        ("queue", "i8"),
        ("queued", "i8"),
        ("dirty", "i8"),
        ("next_rank", "i8"),
        # -- people and upkeep
        ("speed_change_ppm", "i8"),  # of its speed, by primitives
        # -- flow of lots
        ("stuck", "i8"),  # 1: its machines are blocked in a circle
        ("lost_ppm", "i8"),  # share of what it passed by specification that it now rejects too
        ("stands_ms", "i8"),  # since when none of its machines can work, + 1; 0: one can
        # -- end
    ],
    align=True,
)
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
        ("failed", "i8"),  # 1: own breakdown under way; 2: and waits for a repair crew
        ("failure_index", "i8"),
        ("powered", "i8"),
        ("warm_ms", "i8"),  # warm from then on
        ("paused_ms", "i8"),  # when the operation on it was interrupted; NONE: not
        ("good_units", "i8"),
        ("scrap_units", "i8"),
        ("power_scrap_units", "i8"),  # of them: lost because power failed
        ("run_uj", "i8"),  # energy while working
        ("draw_mw", "i8"),  # what it draws now
        ("refused", "i8"),  # 1: has work and power, but its start was refused for want of power
        ("losing", "i8"),  # 1: loses time to power with work waiting, on shift
        ("losing_ms", "i8"),  # accounted until then
        # -- people and upkeep
        ("family", "i8"),  # what it is set up for; 0: unknown
        ("setup_ms", "i8"),  # changeover of the work on it
        ("setup_left_ms", "i8"),  # of it, when not running; part of work_left_ms
        ("setup_until_ms", "i8"),  # when running
        ("pool", "i8"),  # row of POOL_C + 1: its people
        ("tool", "i8"),  # row of POOL_C + 1: the tool on it
        ("unmanned", "i8"),  # 1: has work and power, but nobody is free; 2: waits for a minimum
        ("use_left_ms", "i8"),  # work until it fails, when it does not run
        ("next_broken", "i8"),  # machine + 1 behind it in the line for a repair crew
        ("repair_ms", "i8"),  # begin of a repair that had to wait for a crew
        ("crew_wait_ms", "i8"),  # waited for crews
        ("absent", "i8"),  # count of primitives that keep it away
        ("upkeep", "i8"),  # 0 not due, 1 due, 2 under way
        ("upkeep_due_ms", "i8"),
        ("upkeep_since_ms", "i8"),
        ("upkeep_left_ms", "i8"),  # work until it falls due, when it does not run
        ("upkeep_index", "i8"),  # done so far
        ("worn_ms", "i8"),  # at the fork: on the clock of its failures since its last repair
        ("untold", "i8"),  # 1: nobody told how much of the work on it is left at the fork
        # -- flow of lots
        ("held", "i8"),  # row + 1 of a finished operation whose lot found no room: blocked
        ("share_units", "i8"),  # of the lot on it, which others work on too; 0: all of it
        ("shares", "i8"),  # such shares that it has begun
        # -- energy
        ("peak_ms", "i8"),  # its start-up peak is over then
        ("rewarm_uj", "i8"),  # energy of warming up that is over
        # -- end
    ],
    align=True,
)
MACHINE_STATES = 12
"""Columns of ``machine_time``: int64[machines, MACHINE_STATES], ms in each state from the
fork, plus ``machine_lost``: int64[machines] ms on shift without power while there was work."""

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
        ("lossy", "i8"),  # 1: an operation of its routing has a yield below 1; set at the opening
        # -- flow of lots
        ("held_by", "i8"),  # machine + 1 that it stands on, finished
        ("card", "i8"),  # row + 1 of the limit whose kanban card it holds
        ("loop", "i8"),  # row + 1 of the CONWIP limit that it counts in
        ("turn", "i8"),  # while queues are rebuilt: when it is sent on
        ("papers_ms", "i8"),  # at a dock: when its papers are ready
        ("express", "i8"),  # 1: goes by the third or fourth block of next_hop
        ("until_ms", "i8"),  # end of its quarantine at the fork as it was told; 0: it was not
        ("hold_ms", "i8"),  # end of its time in quarantine, whatever its certificate says
        # while several machines work on it: units are those not merged yet, good those that are
        ("shares", "i8"),  # machines that work on it
        ("apart", "i8"),  # units that wait in the queue
        ("renewed", "i8"),  # units that were lost and wait for new material
        # -- people and upkeep
        # -- end
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
        ("units", "i8"),  # in work since it started
        ("scrapped", "i8"),  # units lost at it, in all attempts
        ("key", "u8"),
        # -- people and upkeep
        ("urgency", "i8"),  # first key of the queue
        ("queued_ms", "i8"),  # first came into a queue then, + 1
        ("left_ms", "i8"),  # work that is left of an operation that was laid aside
        ("done_ms", "i8"),  # work that was done on it by then
        # -- flow of lots
        ("chosen", "i8"),  # alternatives taken: four bits for each material of the operation
        ("visits", "i8"),  # times it was begun again for rework, since the lot was begun
        ("loops", "i8"),  # times its lot was sent back after it, since the lot was begun
        ("reworks", "i8"),  # the same in all attempts
        ("held_ms", "i8"),  # its lot was in quarantine after it
        ("lost_ppm", "i8"),  # share that its work centre rejects beyond the specification
        ("home", "i8"),  # work centre + 1 of the schedule, while the owner of its rework does it
        # -- end
    ],
    align=True,
)

GATE_S = np.dtype(  # one per site x part: row = site * parts + part
    [
        (
            "status",
            "i8",
        ),  # 0 forbidden, 1 approved, 2 first article needed, 3 running, 4 waits for approval
        ("approval_ms", "i8"),
        ("lot", "i8"),  # the first article
        ("waiting", "i8"),  # list of lots
        ("approved_at_ms", "i8"),
        # -- flow of lots
        ("certified_ms", "i8"),  # what is held for its certificate is released then
        # -- end
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
        # -- flow of lots
        ("supplier", "i8"),  # row of SUPPLY_C + 1
        ("ordered", "i8"),  # under way from the supplier
        ("missing_ppm", "i8"),  # of what receipts and the supplier should bring
        ("stands_in", "i8"),  # 1: an alternative to other materials
        # -- end
    ],
    align=True,
)

LINK_S = np.dtype(
    [
        ("closed", "i8"),
        ("dock", "i8"),
        ("docked", "i8"),
        # -- flow of lots
        ("away", "i8"),  # vehicles
        ("out", "i8"),  # row + 1 of a consignment whose vehicle is not back yet; a list
        ("free_ms", "i8"),  # nothing leaves before: loading takes a minute
        # -- end
    ],
    align=True,
)

POOL_S = np.dtype(
    [
        ("busy_ppm", "i8"),
        ("change_ppm", "i8"),  # of the capacity, by primitives
        # -- people and upkeep
        ("open", "i8"),
        ("since_ms", "i8"),  # accounted until then
        ("worked_ppm_ms", "i8"),  # busy x time
        ("available_ppm_ms", "i8"),  # capacity x time in its hours
        ("call_in_ppm_ms", "i8"),  # paid beyond overtime, for the shortest call-in
        ("first_broken", "i8"),  # machine + 1: first in the line for a crew
        ("last_broken", "i8"),
        # -- end
    ],
    align=True,
)

LIMIT_S = np.dtype(
    [
        ("used", "i8"),
        ("waiting", "i8"),  # list of lots
        # -- flow of lots
        ("last", "i8"),  # of that list
        ("lost", "i8"),  # lots that found it full
        # -- end
    ],
    align=True,
)

SUPPLY_S = np.dtype(  # SUPPLY_ORDERS rows for each supplier: its orders under way
    [
        ("milli", "i8"),  # 0: no order
        ("ordered_ms", "i8"),
        ("due_ms", "i8"),
        ("orders", "i8"),  # so far, in the first row of a supplier: the index of their draws
        ("delivered", "i8"),  # so far, in the first row
        ("told", "i8"),  # 1: when it comes was told before the fork
    ],
    align=True,
)

CONSIGNMENT_S = np.dtype(
    [
        ("link", "i8"),
        ("depart_ms", "i8"),
        ("arrive_ms", "i8"),
        ("mass_g", "i8"),
        ("lots", "i8"),
        ("first_lot", "i8"),  # list, emptied on arrival
        ("arrived", "i8"),
        # what is 0 below is not used
        ("back_ms", "i8"),  # its vehicle is back at the start
        ("next_out", "i8"),  # row + 1: list of vehicles that are away
        ("dangerous", "i8"),  # 1: dangerous goods are in it
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
