"""Where the lead time of each lot for a customer went: exact sums along its critical path.

A lot that waits for components takes over what the component that came last went through, and so on
down the bill of materials. Each millisecond between release (or the fork) and delivery (or the
horizon) is thus in one phase, and the phases add up to the lead time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.history.causes import (
    BORDER,
    DOCK,
    HOLD,
    RUN,
    TRANSPORT,
    WAITING,
    is_in_shop,
)
from analytics.history.spans import LotSpans, Phases
from analytics.simulation.layout import NONE
from analytics.simulation.model import Ints, SimModel, SimState
from analytics.tables import PHASES
from twins.work import LotState


@dataclass(frozen=True, eq=False)
class LeadTimes:
    """Lead times of the lots for customers that were under way between fork and horizon.

    Parameters
    ----------
    lot
        int64[rows]: row of the lot.
    start_ms, end_ms
        int64[rows]: release or fork; delivery or horizon.
    spent_ms
        int64[rows, phases]: adds up to ``end_ms - start_ms`` in every row.
    """

    lot: Ints
    start_ms: Ints
    end_ms: Ints
    spent_ms: Ints


def lead_times(
    model: SimModel,
    opening: SimState,
    state: SimState,
    spans: LotSpans,
    machines: Phases,
    queues: Phases,
) -> LeadTimes:
    """Lead times and their phases."""
    of_root = (model.lot["parent"][spans.lot] == NONE) & is_in_shop(spans.state)
    rows = np.flatnonzero(of_root)
    lots, root = np.unique(spans.lot[rows], return_inverse=True)
    start, end = spans.start_ms[rows], spans.end_ms[rows]
    first = np.full(len(lots), np.iinfo(np.int64).max)
    last = np.zeros(len(lots), np.int64)
    np.minimum.at(first, root, start)
    np.maximum.at(last, root, end)
    spent = np.zeros((len(lots), len(PHASES)), np.int64)
    joined_ms, component = _last_components(model, state, spans)
    centre = queue_centres(model, opening, state, spans)
    while len(rows):
        until = np.clip(joined_ms[rows], start, end)  # waits for its components until then
        own = phases_of(model, spans, machines, queues, centre, rows, until, end)
        np.add.at(spent, root, own)
        waits = np.flatnonzero(until > start)
        rows, root, start, end = _component_spans(
            spans, component[rows[waits]], root[waits], start[waits], until[waits], spent
        )
    return LeadTimes(lots, first, last, spent)


def phases_of(
    model: SimModel,
    spans: LotSpans,
    machines: Phases,
    queues: Phases,
    centre: Ints,
    rows: Ints,
    start: Ints,
    end: Ints,
) -> Ints:
    """int64[rows, phases]: time of parts of spans in each phase, components apart."""
    spent = np.zeros((len(rows), len(PHASES)), np.int64)
    state, length = spans.state[rows], end - start
    machine, link = spans.machine[rows], spans.link[rows]
    on_machine = (state == LotState.RUNNING) & (machine != NONE)
    spent[on_machine] = machines.spent_ms(machine[on_machine], start[on_machine], end[on_machine])
    queued = (state == LotState.QUEUED) & (centre[rows] != NONE)
    spent[queued] = queues.spent_ms(centre[rows][queued], start[queued], end[queued])
    left = ~(on_machine | queued)
    phase = np.full(len(rows), HOLD)
    phase[state == LotState.RUNNING] = RUN
    phase[state == LotState.QUEUED] = WAITING
    phase[state == LotState.DOCK] = DOCK
    phase[state == LotState.TRANSIT] = TRANSPORT
    phase[~is_in_shop(state)] = WAITING  # joined already, while another part begins anew
    spent[np.flatnonzero(left), phase[left]] = length[left]
    abroad = np.flatnonzero((state == LotState.TRANSIT) & (link != NONE))
    border = _border_ms(model, link[abroad], length[abroad])
    spent[abroad, BORDER] = border
    spent[abroad, TRANSPORT] -= border
    return spent


def _border_ms(model: SimModel, link: Ints, length: Ints) -> Ints:
    """Time of journeys at borders.

    Where the post is always open and wheels turn at night, driving and border stretch alike.
    Elsewhere it is what the journey takes beyond its driving hours.
    """
    record = model.link[link]
    drive, border = record["drive_ms"], record["border_ms"]
    plain = (record["customs_calendar"] == NONE) & (record["night_ban"] == 0)
    share = np.divide(border, drive + border, out=np.zeros(len(link)), where=border > 0)
    found = np.where(plain, np.rint(length * share).astype(np.int64), length - drive)
    at_border: Ints = np.where(border > 0, np.clip(found, 0, length), 0).astype(np.int64)
    return at_border


def queue_centres(model: SimModel, opening: SimState, state: SimState, spans: LotSpans) -> Ints:
    """int64[spans]: work centre of a lot in a queue.

    The trace knows the site; the work centre is that of the schedule at the end, else of the one at
    the fork. ``NONE`` where both have moved the operation to other sites since.
    """
    op = np.minimum(model.lot["first_op"][spans.lot] + spans.op, max(len(state.op) - 1, 0))
    centre = np.full(len(spans.lot), NONE, np.int64)
    queued = spans.state == LotState.QUEUED
    for schedule in (opening, state):
        group = schedule.op["group"][op]
        here = queued & (model.group["site"][group] == spans.place)
        centre[here] = group[here]
    return centre


def _last_components(model: SimModel, state: SimState, spans: LotSpans) -> tuple[Ints, Ints]:
    """Until when a span waits for components, and the component that comes last.

    ``-1``: it waits for none. Where one is missing at the end, the span waits until there.
    """
    count, parent = len(spans.lot), model.lot["parent"]
    until, component = np.full(count, -1, np.int64), np.full(count, NONE, np.int64)
    joins = np.flatnonzero((spans.state == LotState.JOINED) & (spans.start_ms > 0))
    of = parent[spans.lot[joins]]
    order = np.lexsort((spans.start_ms[joins], of))
    joins, of = joins[order], of[order]
    stride = int(state.clock["now_ms"][0]) + 1
    rows = np.flatnonzero(
        (spans.state == LotState.WAITING) & (model.lot["children"][spans.lot] > 0)
    )
    if len(joins):
        keys = of * stride + spans.start_ms[joins]
        wanted = spans.lot[rows] * stride + spans.end_ms[rows]
        at = np.maximum(np.searchsorted(keys, wanted, side="right") - 1, 0)
        moment = spans.start_ms[joins[at]]
        hit = (of[at] == spans.lot[rows]) & (moment > spans.start_ms[rows])
        hit &= moment <= spans.end_ms[rows]
        until[rows[hit]], component[rows[hit]] = moment[hit], spans.lot[joins[at[hit]]]
    missing = np.full(len(model.lot), NONE, np.int64)
    open_lots = np.flatnonzero((state.lot["state"] != LotState.JOINED) & (parent != NONE))
    missing[parent[open_lots]] = open_lots
    final = rows == spans.first[spans.lot[rows] + 1] - 1
    waits = rows[final & (state.lot["waiting"][spans.lot[rows]] > 0)]
    waits = waits[missing[spans.lot[waits]] != NONE]
    until[waits], component[waits] = spans.end_ms[waits], missing[spans.lot[waits]]
    return until, component


def _component_spans(
    spans: LotSpans, component: Ints, root: Ints, start: Ints, end: Ints, spent: Ints
) -> tuple[Ints, Ints, Ints, Ints]:
    """Spans of components within the time for which their parents waited.

    What they do not cover (a component that was not released yet) is waiting.
    """
    counts = spans.first[component + 1] - spans.first[component]
    item = np.repeat(np.arange(len(component)), counts)
    offset = np.arange(len(item)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = spans.first[component[item]] + offset
    begin = np.maximum(spans.start_ms[rows], start[item])
    finish = np.minimum(spans.end_ms[rows], end[item])
    inside = finish > begin
    rows, item, begin, finish = rows[inside], item[inside], begin[inside], finish[inside]
    covered = np.zeros(len(component), np.int64)
    np.add.at(covered, item, finish - begin)
    np.add.at(spent[:, WAITING], root, end - start - covered)
    return rows, root[item], begin, finish
