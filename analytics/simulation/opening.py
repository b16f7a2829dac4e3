"""The opening of a run: arming the agenda, and sending waiting lots on after a new schedule."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.simulation import distributions, draws, flow, lots, slots
from analytics.simulation.cache import compiled
from analytics.simulation.events import pv_step, receive_orders, shift
from analytics.simulation.features import SHARES, USE_CLOCK
from analytics.simulation.heap import arm
from analytics.simulation.laying_aside import stays
from analytics.simulation.layout import FOREVER, NONE, PPM
from analytics.simulation.limits import (
    TURNS,
    admit_waiting,
    clear_lists,
    is_reworked,
    step_off,
    turn_of,
)
from analytics.simulation.loading import expect_vehicle, send_vehicle
from analytics.simulation.people import open_hands
from analytics.simulation.quality import refresh_yields
from analytics.simulation.shares import come_back, is_shared
from analytics.simulation.stock import unreserve
from analytics.simulation.supply import restock
from analytics.simulation.tariff import tariff_event
from analytics.simulation.upkeep import open_upkeep


@compiled
def _release_article(agenda: Any, shop: Any, work: Any, rules: Any, lot: int) -> None:
    """A first article that is sent elsewhere by a new schedule does not keep its gate shut.

    One that has not begun gives its place back; one that has is judged by what was made so far.
    """
    record = work.lot[lot]
    if record.article != 1 or record.place == NONE:
        return
    row = record.place * rules.scalar[0].parts + work.lot_c[lot].part
    gate = work.gate[row]
    op = work.lot_c[lot].first_op + record.op
    if record.op == 0:
        gate.status = lots.ARTICLE_NEEDED
        gate.lot = NONE
        record.article = 0
    elif shop.group_c[work.op[op].group].site != record.place:
        gate.status = lots.ARTICLE_PENDING
        record.article = 2
        moment = agenda.clock[0].now_ms + gate.approval_ms
        arm(agenda, agenda.bases[slots.APPROVAL] + row, moment)


@compiled
def _release_material(shop: Any, work: Any, rules: Any, lot: int) -> None:
    """A lot that a new schedule sends to another site leaves the material set aside for it."""
    record = work.lot[lot]
    op = work.lot_c[lot].first_op + record.op
    if work.op[op].reserved == 1 and shop.group_c[work.op[op].group].site != record.place:
        unreserve(work, rules, record.place, op, record.units)


@compiled
def requeue(
    agenda: Any, energy: Any, shop: Any, work: Any, ways: Any, rules: Any, scratch: Any
) -> None:
    """Take every lot that has not begun its next operation out of its list and send it on anew.

    After a change of the schedule: a lot may now be wanted elsewhere or at another rank. One that
    stays at its site keeps the material that is set aside for it.
    """
    limited = len(work.limit_c) > 0
    sharing = False
    for group in range(len(shop.group)):
        if shop.group_c[group].features & SHARES:
            sharing = True
    for group in range(len(shop.group)):
        if shop.group[group].lost_ppm != 0:
            refresh_yields(shop, work)
            break
    if limited:
        clear_lists(work)
    for group in range(len(shop.group)):
        shop.group[group].queue = NONE
        shop.group[group].queued = 0
        lots.mark_group(energy, shop, scratch, group)
    for row in range(len(work.gate)):
        work.gate[row].waiting = NONE
    for row in range(len(work.stock)):
        work.stock[row].waiting = NONE
    for link in range(len(ways.link)):
        ways.link[link].dock = NONE
        ways.link[link].docked = 0
        arm(agenda, agenda.bases[slots.DEPARTURE] + link, FOREVER)
    for lot in range(len(work.lot)):
        record = work.lot[lot]
        if sharing and is_shared(work, lot):
            record.next = NONE
            record.turn = 0
            come_back(agenda, shop, work, rules, lot)
            continue
        if (
            record.state != lots.WAITING
            and record.state != lots.QUEUED
            and record.state != lots.DOCK
            and record.state != lots.BLOCKED
        ):
            continue
        record.next = NONE
        record.turn = 0
        if record.waiting == 0:
            record.turn = turn_of(work, lot)
        if record.op < work.lot_c[lot].ops:
            _release_material(shop, work, rules, lot)
            _release_article(agenda, shop, work, rules, lot)
    for turn in range(1, TURNS + 1):
        for lot in range(len(work.lot)):
            record = work.lot[lot]
            if record.turn != turn:
                continue
            record.turn = 0
            if stays(shop, work, lot):
                flow.move_on(agenda, energy, shop, work, ways, rules, scratch, lot)
                continue
            if record.op == 0 and record.article != 2 and not is_reworked(work, lot):
                record.place = NONE  # nothing exists but its components, which lie where it begins
            flow.move_on(agenda, energy, shop, work, ways, rules, scratch, lot)
            if record.held_by > 0:
                step_off(agenda, energy, shop, work, rules, scratch, lot)
    if limited:
        admit_waiting(agenda, energy, shop, work, rules, scratch)


@compiled
def open_run(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    ways: Any,
    rules: Any,
    scratch: Any,
) -> None:
    """Arm what the model says and the state did not already know, on the first entry."""
    bases = agenda.bases
    stochastic = rules.scalar[0].deterministic == 0
    for number in range(len(agenda.slot)):  # what the compiler of the state has set
        if agenda.slot[number].time_ms < FOREVER and agenda.slot[number].position == NONE:
            moment = agenda.slot[number].time_ms
            agenda.slot[number].time_ms = FOREVER
            arm(agenda, number, moment)
    for row in range(len(work.op)):
        if work.optype_c[work.op[row].optype].yield_ppm < PPM:
            work.lot[work.op[row].lot].lossy = 1
    for site in range(len(energy.site)):
        c = energy.site_c[site]
        s = energy.site[site]
        shift(agenda, energy, shop, rules, scratch, site)
        receive_orders(agenda, energy, shop, work, rules, scratch, site)
        if c.ideal_power != 0:
            continue
        if agenda.slot[bases[slots.GRID] + site].time_ms == FOREVER and stochastic:
            if c.outage_mean_gap_ms > 0.0 and s.outage == 0:
                u = draws.uniform(rules.scalar[0], draws.OUTAGE_GAP, c.key, s.outage_index)
                span = -c.outage_mean_gap_ms * np.log1p(-u)
                arm(agenda, bases[slots.GRID] + site, max(1, int(span)))
        pv_step(agenda, energy, shop, rules, scratch, site)
        if c.bands > 0 or c.demand == 1:
            tariff_event(agenda, energy, shop, rules, scratch, site)
        lots.mark_all_groups(energy, shop, scratch, site)
    for machine in range(len(shop.machine)):
        g = shop.group_c[shop.machine_c[machine].group]
        shop.machine[machine].losing_ms = 0
        if g.failure_dist == NONE or not stochastic or g.features & USE_CLOCK:
            continue
        if agenda.slot[bases[slots.FAILURE] + machine].time_ms == FOREVER:
            u = draws.uniform(
                rules.scalar[0],
                draws.TIME_TO_FAILURE,
                shop.machine_c[machine].key,
                shop.machine[machine].failure_index,
            )
            span = distributions.ppf(rules.dist[g.failure_dist], rules.curve, u)
            arm(agenda, bases[slots.FAILURE] + machine, max(1, int(span)))
    open_upkeep(agenda, energy, shop, rules)
    open_hands(agenda, energy, shop, work, rules)
    for supplier in range(len(work.supply_c)):
        restock(agenda, work, rules, work.supply_c[supplier].stock, 0)
    for row in range(agenda.clock[0].consignments):
        if ways.consignment[row].arrived == 0:
            arm(agenda, bases[slots.ARRIVAL] + row, ways.consignment[row].arrive_ms)
        if ways.link_c[ways.consignment[row].link].vehicles > 0:
            if ways.consignment[row].back_ms > 0:
                expect_vehicle(agenda, ways, row)
            elif ways.consignment[row].arrived == 0:
                send_vehicle(agenda, ways, rules, row, 1.0)
    for row in range(len(work.gate)):
        if work.gate[row].status == lots.ARTICLE_PENDING:
            if agenda.slot[bases[slots.APPROVAL] + row].time_ms == FOREVER:
                arm(agenda, bases[slots.APPROVAL] + row, work.gate[row].approval_ms)
    at = agenda.clock[0].next_primitive
    if at < len(agenda.primitive):
        arm(agenda, bases[slots.PRIMITIVE], max(agenda.primitive[at].time_ms, 0))
    arm(agenda, bases[slots.RELEASE], 0)
    agenda.clock[0].started = 1
    agenda.clock[0].replan = 1
