"""The tables of a run's history: spans of lots, lead times, work in progress, bottlenecks."""

from __future__ import annotations

import numpy as np

from analytics.history.causes import (
    DOWN,
    HOLD,
    NO_OPERATOR,
    NO_POWER,
    OFF_SHIFT,
    WAITING,
    is_in_shop,
)
from analytics.history.lead_time import lead_times, queue_centres
from analytics.history.spans import LotSpans, Phases, lot_spans, machine_phases, queue_phases
from analytics.run_table import RunTable
from analytics.simulation.columns import RunColumns, hours
from analytics.simulation.extract import down_off_shift_ms, machine_time
from analytics.simulation.layout import FOREVER, HOUR_MS, NONE
from analytics.simulation.model import Ints, SimModel, SimState
from analytics.tables import PHASES
from twins.states import TIME_ELEMENT, MachineState
from twins.work import LotState

STEP_MS = HOUR_MS
"""Work in progress is counted so often."""
_BUSY = [MachineState.SETUP, MachineState.RUN]
_PLANNED = [int(state) for state, element in TIME_ELEMENT.items() if element != "not_planned"]
_COUNTED = {
    "queued": (LotState.QUEUED,),
    "working": (LotState.RUNNING,),
    "docked": (LotState.DOCK,),
    "carried": (LotState.TRANSIT,),
}


def history(model: SimModel, opening: SimState, state: SimState) -> dict[str, RunTable]:
    """``lot_series, lead_time, wip, bottlenecks`` of a run.

    Parameters
    ----------
    model
        Of a cluster.
    opening
        The state that the run began with.
    state
        The same, stopped at the horizon, traced in full.
    """
    columns = RunColumns.of(model)
    spans = lot_spans(model, opening, state)
    queues = queue_phases(model, opening, state)
    centre = queue_centres(model, opening, state, spans)
    return {
        "lot_series": _lot_series(columns, model, spans, centre),
        "lead_time": _lead_time(columns, model, opening, state, spans, queues),
        "wip": _wip(columns, model, spans, int(state.clock["now_ms"][0])),
        "bottlenecks": _bottlenecks(columns, model, state, spans, queues, centre),
    }


def _lot_series(columns: RunColumns, model: SimModel, spans: LotSpans, centre: Ints) -> RunTable:
    rows = np.flatnonzero(is_in_shop(spans.state) & (spans.end_ms > spans.start_ms))
    lot, machine = spans.lot[rows], spans.machine[rows]
    group = np.where(machine != NONE, model.machine["group"][machine], centre[rows])
    return RunTable(
        "lot_series",
        {
            "lot": columns.take("lots", lot),
            "order": columns.take("orders", model.lot["order"][lot]),
            "product": columns.take("products", model.lot["part"][lot]),
            "part": columns.take("parts", model.lot["part"][lot]),
            "operation": spans.op[rows].astype(np.int32),
            "state": spans.state[rows].astype(np.int8),
            "place": columns.take("places", spans.place[rows]),
            "work_centre": columns.take("groups", group),
            "machine": columns.take("machines", machine),
            "link": columns.take("links", spans.link[rows]),
            "start": columns.moments(spans.start_ms[rows]),
            "finish": columns.moments(spans.end_ms[rows]),
        },
    )


def _lead_time(
    columns: RunColumns,
    model: SimModel,
    opening: SimState,
    state: SimState,
    spans: LotSpans,
    queues: Phases,
) -> RunTable:
    machines = machine_phases(opening, state)
    found = lead_times(model, opening, state, spans, machines, queues)
    lot = found.lot
    delivered = state.lot["state"][lot] == LotState.DELIVERED
    return RunTable(
        "lead_time",
        {
            "lot": columns.take("lots", lot),
            "order": columns.take("orders", model.lot["order"][lot]),
            "product": columns.take("products", model.lot["part"][lot]),
            "quantity": model.lot["quantity"][lot],
            "start": columns.moments(found.start_ms),
            "delivered_at": columns.moments(np.where(delivered, found.end_ms, FOREVER)),
            "lead_time_h": hours(found.end_ms - found.start_ms),
            **{f"{name}_h": hours(found.spent_ms[:, at]) for at, name in enumerate(PHASES)},
        },
    )


def _wip(columns: RunColumns, model: SimModel, spans: LotSpans, now_ms: int) -> RunTable:
    """Lots at each place at each full hour; what exists nowhere yet is no work in progress."""
    rows = np.flatnonzero(is_in_shop(spans.state) & (spans.place != NONE))
    kind = np.full(len(rows), len(_COUNTED))
    for at, states in enumerate(_COUNTED.values()):
        kind[np.isin(spans.state[rows], states)] = at
    steps, places = now_ms // STEP_MS + 1, len(model.names.places)
    change = np.zeros((steps + 1, places, len(_COUNTED) + 1), np.int64)
    place = spans.place[rows]
    came, went = (-(-moment[rows] // STEP_MS) for moment in (spans.start_ms, spans.end_ms))
    gone = spans.end_ms[rows] < now_ms  # the others are still there at the horizon
    np.add.at(change, (came, place, kind), 1)
    np.add.at(change, (went[gone], place[gone], kind[gone]), -1)
    counts = np.cumsum(change, axis=0)[:steps]
    moment = np.repeat(np.arange(steps) * STEP_MS, places)
    flat = counts.reshape(steps * places, len(_COUNTED) + 1)
    used = np.tile(counts.any(axis=(0, 2)), steps)
    names = [*_COUNTED, "held"]
    return RunTable(
        "wip",
        {
            "place": columns.take("places", np.tile(np.arange(places), steps)[used]),
            "time": columns.moments(moment[used]),
            **{f"{name}_lots": flat[used, at] for at, name in enumerate(names)},
        },
    )


def _bottlenecks(
    columns: RunColumns,
    model: SimModel,
    state: SimState,
    spans: LotSpans,
    queues: Phases,
    centre: Ints,
) -> RunTable:
    """Work centres, the one that has lots wait longest while it is on shift first."""
    groups = len(model.group)
    spent, of = machine_time(state), model.machine["group"]

    def total(values: Ints) -> Ints:
        summed = np.zeros(groups, np.int64)
        np.add.at(summed, of, values)
        return summed

    planned = total(spent[:, _PLANNED].sum(axis=1) - down_off_shift_ms(model, state, spent))
    busy = total(spent[:, _BUSY].sum(axis=1))
    rows = np.flatnonzero(centre != NONE)
    queue = np.zeros((groups, len(PHASES)), np.int64)
    waits = queues.spent_ms(centre[rows], spans.start_ms[rows], spans.end_ms[rows])
    np.add.at(queue, centre[rows], waits)
    caused = queue.sum(axis=1) - queue[:, OFF_SHIFT]
    use = np.divide(busy, planned, out=np.zeros(groups), where=planned > 0)
    lots = np.bincount(centre[rows], minlength=groups)
    order = np.lexsort((-use, -caused))
    order = order[(caused[order] > 0) | (busy[order] > 0)]
    by_use = np.empty(len(order), np.int32)
    by_use[np.argsort(-use[order], kind="stable")] = np.arange(1, len(order) + 1)
    return RunTable(
        "bottlenecks",
        {
            "rank": np.arange(1, len(order) + 1, dtype=np.int32),
            "utilisation_rank": by_use,
            "site": columns.take("sites", model.group["site"][order]),
            "work_centre": columns.take("groups", order),
            "machines": model.group["machines"][order].astype(np.int32),
            "busy_h": hours(busy[order]),
            "planned_h": hours(planned[order]),
            "utilisation": use[order],
            "lots": lots[order].astype(np.int32),
            "waiting_caused_h": hours(caused[order]),
            **{
                f"{name}_h": hours(queue[order, phase])
                for name, phase in (
                    ("behind_work", WAITING),
                    ("no_power", NO_POWER),
                    ("down", DOWN),
                    ("no_operator", NO_OPERATOR),
                    ("hold", HOLD),
                    ("off_shift", OFF_SHIFT),
                )
            },
            "mean_queue_lots": queue[order].sum(axis=1) / max(int(state.clock["now_ms"][0]), 1),
        },
    )
