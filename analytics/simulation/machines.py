"""Machines: starting, finishing, interrupting and accounting for their time."""

from __future__ import annotations

from typing import Any

from analytics.simulation import draws, features, queue, slots
from analytics.simulation.cache import compiled, inlined
from analytics.simulation.flow import move_on
from analytics.simulation.gathering import GATHERS, lies_beside
from analytics.simulation.hands import lay_down, take_up
from analytics.simulation.heap import arm
from analytics.simulation.layout import FOREVER, NONE, PPM
from analytics.simulation.lots import (
    APPROVED,
    ARTICLE_PENDING,
    RUNNING,
    mark_group,
    put,
)
from analytics.simulation.people import return_tool
from analytics.simulation.places import emptied, hold
from analytics.simulation.quality import GOES_ON, SCRAPPED, STAYS, judge
from analytics.simulation.remake import remake
from analytics.simulation.rules.calendar import open_length, open_until
from analytics.simulation.rules.work import units_at
from analytics.simulation.setups import begin_anew, prepare, work_ms
from analytics.simulation.share_ends import end_share, reject, scrap_share
from analytics.simulation.shares import begin_share
from analytics.simulation.stock import issue
from analytics.simulation.upkeep import UNDER_WAY

# twins.states.MachineState, as plain integers for the compiler
OFF_SHIFT = 0
IDLE = 1
SETUP = 2
RUN = 3
DOWN = 4
BLOCKED = 5
NO_OPERATOR = 6
NO_POWER = 7
REWARM = 8
PAUSED = 9
MAINTENANCE = 10

HELD = 2
"""``refused`` of a machine whose work waits for the sun."""

# what an interruption does
RESUME = 0
RESTART = 1
SCRAP = 2


@inlined
def draw_power(energy: Any, shop: Any, machine: int, power_mw: int) -> None:
    """Set what a machine draws from its bus."""
    bus = shop.group_c[shop.machine_c[machine].group].bus
    energy.bus[bus].load_mw += power_mw - shop.machine[machine].draw_mw
    shop.machine[machine].draw_mw = power_mw


@inlined
def on_shift(energy: Any, shop: Any, group: int) -> bool:
    """Whether the hours allow a work centre to work."""
    if shop.group_c[group].unattended == 1:
        return True
    return bool(energy.site[shop.group_c[group].site].open == 1)


@compiled
def batch_units(work: Any, machine: Any) -> int:
    """Units of all lots, or of the share, that a machine (a row of ``MACHINE_S``) works on."""
    if machine.share_units > 0:
        return int(machine.share_units)
    units = 0
    op = machine.op
    while op != NONE:
        units += work.lot[work.op[op].lot].units
        op = work.op[op].batch_next
    return units


@compiled
def fits(energy: Any, rules: Any, site: int, left_ms: int, now: int) -> bool:
    """Whether work that cannot be laid down over night ends before the shift does.

    Work that is longer than a whole shift is begun all the same: it would never start otherwise.
    """
    calendar = energy.site[site].calendar
    if open_until(rules, calendar, now) - now >= left_ms:
        return True
    return bool(open_length(rules, calendar, now) < left_ms)


@compiled
def take_batch(agenda: Any, shop: Any, work: Any, rules: Any, machine: int) -> None:
    """Load the first lot of the queue, and in an oven those after it that fit beside it."""
    group = shop.machine_c[machine].group
    capacity = shop.group_c[group].batch_units
    op = queue.pop(shop, work, group)
    shop.group[group].next_rank = max(shop.group[group].next_rank, work.op[op].rank + 1)
    work.op[op].batch_next = NONE
    record = shop.machine[machine]
    record.op = op
    units = work.lot[work.op[op].lot].units
    last = op
    while capacity > 0 and shop.group[group].queued > 0:
        following = shop.group[group].queue
        more = work.lot[work.op[following].lot].units
        if units + more > capacity:
            break
        if not lies_beside(work, op, following):
            break
        queue.pop(shop, work, group)
        work.op[following].batch_next = NONE
        work.op[last].batch_next = following
        last = following
        units += more
    record.work_left_ms = work_ms(shop, work, rules, group, op, units)
    if shop.group_c[group].features & features.SETUPS or work.op[op].left_ms > 0:
        prepare(shop, work, rules, machine)
    if last != op and shop.group_c[group].limit > 0:  # an oven took several lots off its buffer
        arm(agenda, agenda.bases[slots.BATCH_WAIT] + group, agenda.clock[0].now_ms)


@compiled
def begin(agenda: Any, shop: Any, work: Any, rules: Any, machine: int) -> None:
    """A machine begins or goes on with the work on it; its draw is the caller's."""
    now = agenda.clock[0].now_ms
    record = shop.machine[machine]
    record.running = 1
    record.finish_ms = now + record.work_left_ms
    if record.paused_ms != NONE:
        arm(agenda, agenda.bases[slots.PAUSE_LIMIT] + machine, FOREVER)
        record.paused_ms = NONE
    arm(agenda, agenda.bases[slots.FINISH] + machine, record.finish_ms)
    g = shop.group_c[shop.machine_c[machine].group]
    site = g.site
    if g.features & features.RUNS:
        take_up(agenda, shop, rules, machine)
    if record.share_units > 0:
        begin_share(agenda, shop, work, rules, machine)
        return
    op = record.op
    while op != NONE:
        entry = work.op[op]
        if entry.start_ms == FOREVER:
            entry.start_ms = now
            entry.machine = machine
            entry.units = work.lot[entry.lot].units
            if entry.reserved == 1:
                issue(work, rules, site, op, work.lot[entry.lot].units)
            put(agenda, work, rules, entry.lot, RUNNING, NONE, machine)
        elif work.lot[entry.lot].state != RUNNING:  # it was laid aside
            entry.machine = machine
            put(agenda, work, rules, entry.lot, RUNNING, NONE, machine)
        op = entry.batch_next


@compiled
def pause(agenda: Any, energy: Any, shop: Any, scratch: Any, machine: int) -> None:
    """Lay work down without harm: the end of a shift."""
    record = shop.machine[machine]
    if shop.group_c[shop.machine_c[machine].group].features & features.RUNS:
        lay_down(agenda, energy, shop, scratch, machine)
    record.work_left_ms = record.finish_ms - agenda.clock[0].now_ms
    record.running = 0
    record.finish_ms = FOREVER
    arm(agenda, agenda.bases[slots.FINISH] + machine, FOREVER)


@compiled
def scrap(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    ways: Any,
    rules: Any,
    scratch: Any,
    machine: int,
) -> None:
    """What is on the machine is lost; its lots begin anew."""
    record = shop.machine[machine]
    op = record.op
    record.op = NONE
    record.running = 0
    record.work_left_ms = 0
    record.finish_ms = FOREVER
    record.paused_ms = NONE
    record.setup_left_ms = 0
    arm(agenda, agenda.bases[slots.FINISH] + machine, FOREVER)
    arm(agenda, agenda.bases[slots.PAUSE_LIMIT] + machine, FOREVER)
    return_tool(energy, shop, scratch, machine, agenda.clock[0].now_ms)
    by_power = record.powered == 0 or record.state == NO_POWER or record.state == REWARM
    if record.share_units > 0:
        scrap_share(agenda, shop, work, rules, machine, op, by_power)
        op = NONE
    while op != NONE:
        following = work.op[op].batch_next
        work.op[op].batch_next = NONE
        lot = work.op[op].lot
        record.scrap_units += work.lot[lot].units
        if by_power:
            record.power_scrap_units += work.lot[lot].units
        work.op[op].scrapped += work.lot[lot].units
        work.lot[lot].scrapped += work.lot[lot].units
        remake(agenda, energy, shop, work, ways, rules, scratch, lot)
        op = following
    if len(work.limit_c) > 0:
        emptied(agenda, energy, shop, work, rules, scratch, shop.machine_c[machine].group)
    mark_group(energy, shop, scratch, shop.machine_c[machine].group)


@compiled
def interrupt(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    ways: Any,
    rules: Any,
    scratch: Any,
    machine: int,
) -> None:
    """A power cut or breakdown hits a running machine: its work resumes, restarts, or is lost."""
    record = shop.machine[machine]
    if record.running == 0:
        return
    pause(agenda, energy, shop, scratch, machine)
    op = record.op
    optype = work.optype_c[work.op[op].optype]
    work.op[op].attempts += 1
    if begin_anew(shop, machine):
        return
    lost = optype.interruption == SCRAP
    if optype.interruption == RESUME and optype.resume_ppm < PPM:
        if rules.scalar[0].deterministic == 1:
            lost = optype.resume_ppm < PPM // 2
        else:
            u = draws.uniform(rules.scalar[0], draws.RESUME, work.op[op].key, work.op[op].attempts)
            lost = u * PPM >= optype.resume_ppm
    if lost:
        scrap(agenda, energy, shop, work, ways, rules, scratch, machine)
        return
    group = shop.machine_c[machine].group
    if optype.interruption == RESTART:
        units = batch_units(work, record)
        record.work_left_ms = work_ms(shop, work, rules, group, op, units)
    record.paused_ms = agenda.clock[0].now_ms
    if optype.longest_pause_ms < FOREVER:
        limit = agenda.clock[0].now_ms + optype.longest_pause_ms
        arm(agenda, agenda.bases[slots.PAUSE_LIMIT] + machine, limit)


@compiled
def finish(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    ways: Any,
    rules: Any,
    scratch: Any,
    machine: int,
) -> None:
    """A machine is done with what is on it; the lots go on."""
    now = agenda.clock[0].now_ms
    record = shop.machine[machine]
    group = shop.machine_c[machine].group
    site = shop.group_c[group].site
    limited = len(work.limit_c) > 0
    if shop.group_c[group].features & features.RUNS:
        lay_down(agenda, energy, shop, scratch, machine)
        return_tool(energy, shop, scratch, machine, now)
    op = record.op
    record.op = NONE
    record.running = 0
    record.work_left_ms = 0
    record.finish_ms = FOREVER
    arm(agenda, agenda.bases[slots.FINISH] + machine, FOREVER)
    draw_power(energy, shop, machine, shop.group_c[group].idle_mw)
    merged = 0
    if record.share_units > 0:
        merged = end_share(agenda, energy, shop, work, rules, scratch, machine, op)
        if merged < 0:
            op = NONE  # others still work on the lot
    while op != NONE:
        following = work.op[op].batch_next
        work.op[op].batch_next = NONE
        work.op[op].end_ms = now
        lot = work.op[op].lot
        entry = work.lot[lot]
        entry.op += 1
        good = max(units_at(rules, work, lot, entry.op) - merged, 0)
        if work.op[op].visits > 0 or good > entry.units:
            good = entry.units  # reworked, or a yield has changed since it was begun
        rejected = entry.units - good
        record.good_units += good
        if rejected > 0:
            reject(agenda, energy, shop, work, rules, scratch, machine, op, rejected)
        entry.units = good + merged
        if entry.op == work.lot_c[lot].ops:
            entry.good = good + merged
        verdict = GOES_ON
        if work.optype_c[work.op[op].optype].flow != 0:
            verdict = judge(agenda, work, rules, op)
            if verdict == SCRAPPED:
                record.good_units -= good
                record.scrap_units += good
                entry.scrapped += good + merged
                work.op[op].scrapped += good + merged
                remake(agenda, energy, shop, work, ways, rules, scratch, lot)
                op = following
                continue
        leaves = entry.op == work.lot_c[lot].ops
        if not leaves:
            leaves = shop.group_c[work.op[work.lot_c[lot].first_op + entry.op].group].site != site
        if entry.article == 1 and leaves:
            row = site * rules.scalar[0].parts + work.lot_c[lot].part
            if work.gate[row].status != APPROVED:
                work.gate[row].status = ARTICLE_PENDING
                entry.article = 2
                arm(agenda, agenda.bases[slots.APPROVAL] + row, now + work.gate[row].approval_ms)
        if verdict == STAYS:
            op = following
            continue
        if limited:
            entry.held_by = machine + 1
        move_on(agenda, energy, shop, work, ways, rules, scratch, lot)
        if limited:
            hold(agenda, energy, shop, work, machine, op, lot)
        op = following
    if limited and record.held == 0:
        emptied(agenda, energy, shop, work, rules, scratch, group)
    mark_group(energy, shop, scratch, group)
    if energy.site[site].refused == 1:
        first = energy.site_c[site].first_group
        for other in range(first, first + energy.site_c[site].groups):
            mark_group(energy, shop, scratch, other)


@compiled
def refresh(agenda: Any, energy: Any, shop: Any, rules: Any, machine: int) -> None:
    """Book the time of a machine's state until now and say what its state is from now on."""
    now = agenda.clock[0].now_ms
    record = shop.machine[machine]
    group = shop.machine_c[machine].group
    available = on_shift(energy, shop, group)
    has_work = record.op != NONE or (record.held == 0 and shop.group[group].queued > 0)
    has_work = has_work and record.unmanned != GATHERS
    if record.down > 0:
        state = DOWN
        if record.absent > 0:
            state = OFF_SHIFT
        elif record.upkeep == UNDER_WAY and record.down == 1:
            state = MAINTENANCE
    elif record.running == 1:
        state = RUN if record.setup_until_ms <= now else SETUP
    elif not available:
        state = PAUSED if record.op != NONE else OFF_SHIFT
    elif record.powered == 0:
        state = NO_POWER
    elif record.warm_ms > now:
        state = REWARM
    elif record.held > 0:
        state = BLOCKED
    elif record.op != NONE or has_work:
        state = NO_POWER if record.refused == 1 else BLOCKED
        if record.unmanned == 1:
            state = NO_OPERATOR
    else:
        state = IDLE
    if record.losing == 1:
        shop.lost[machine] += now - record.losing_ms
    record.losing = 1 if has_work and (state == NO_POWER or state == REWARM) else 0
    record.losing_ms = now
    if state != record.state:
        shop.time[machine, record.state] += now - max(record.since_ms, 0)
        record.state = state
        record.since_ms = now
        if rules.scalar[0].trace_level == 2:
            row = agenda.clock[0].machine_rows
            agenda.clock[0].machine_rows = row + 1
            entry = shop.trace[row]
            entry.time_ms = now
            entry.machine = machine
            entry.state = state
            entry.op = record.op
