"""Where time went, on figures that can be checked in the head (ms are hours here)."""

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from analytics.history.causes import BORDER, MACHINE_PHASE, QUEUE_RANK, is_in_shop
from analytics.history.lead_time import lead_times
from analytics.history.spans import LotSpans, Phases, queue_phases
from analytics.history.tables import history
from analytics.scenario import Scenario
from analytics.simulation.compile import arm_state
from analytics.simulation.layout import DAY_MS, HOUR_MS, NONE
from analytics.simulation.run import run
from analytics.tables import PHASES
from federation.cut import planned
from tests.support.small_cluster import MONDAY, small_cluster
from twins.states import MachineState
from twins.work import LotState

M, L = MachineState, LotState


def records(**columns):
    kinds = [(name, "i8") for name in columns]
    found = np.zeros(len(next(iter(columns.values()))), kinds)
    for name, values in columns.items():
        found[name] = values
    return found


def phases(*steps, now=100):
    """Phases of entities from ``(entity, start, name)``."""
    entity, start, name = (np.array(column) for column in zip(*steps, strict=True))
    return Phases(entity, start, np.array([list(PHASES).index(one) for one in name]), now)


def test_time_in_phases_is_exact_across_changes():
    found = phases((0, 0, "run"), (0, 10, "no_power"), (0, 30, "run"), (1, 0, "setup"))
    spent = found.spent_ms(np.array([0, 0, 1]), np.array([5, 40, 20]), np.array([35, 40, 100]))
    named = [{n: int(v) for n, v in zip(PHASES, row, strict=True) if v} for row in spent]
    assert named == [{"run": 10, "no_power": 20}, {}, {"setup": 80}]


def queue_of(*machines):
    """Phase of a queue before machines in given states."""
    opening = SimpleNamespace(machine=records(state=machines))
    state = SimpleNamespace(
        machine_trace=records(time_ms=[], machine=[], state=[]),
        clock=records(now_ms=[10], machine_rows=[0]),
    )
    model = SimpleNamespace(machine=records(group=[0] * len(machines)))
    return list(PHASES)[queue_phases(model, opening, state).phase[-1]]


@pytest.mark.parametrize(
    ("machines", "why"),
    [
        ((M.RUN, M.NO_POWER), "waiting"),
        ((M.NO_POWER, M.DOWN), "no_power"),
        ((M.REWARM, M.OFF_SHIFT), "no_power"),
        ((M.DOWN, M.OFF_SHIFT), "down"),
        ((M.MAINTENANCE,), "down"),
        ((M.NO_OPERATOR, M.DOWN), "no_operator"),
        ((M.PAUSED, M.OFF_SHIFT), "off_shift"),
        ((M.BLOCKED,), "hold"),
    ],
)
def test_a_queue_waits_for_the_best_of_its_machines(machines, why):
    assert queue_of(*machines) == why


def test_a_queue_follows_its_machines_over_time():
    opening = SimpleNamespace(machine=records(state=[M.RUN, M.DOWN, M.RUN]))
    state = SimpleNamespace(
        machine_trace=records(
            time_ms=[4, 6, 8], machine=[0, 1, 0], state=[M.NO_POWER, M.NO_POWER, M.RUN]
        ),
        clock=records(now_ms=[10], machine_rows=[3]),
    )
    model = SimpleNamespace(machine=records(group=[0, 0, 1]))
    found = queue_phases(model, opening, state)
    spent = found.spent_ms(np.array([0, 1]), np.array([0, 0]), np.array([10, 10]))
    named = [{n: int(v) for n, v in zip(PHASES, row, strict=True) if v} for row in spent]
    assert named == [{"waiting": 6, "no_power": 4}, {"waiting": 10}]


def test_every_state_has_a_phase():
    assert len(MACHINE_PHASE) == len(QUEUE_RANK) == len(MachineState)
    assert is_in_shop([int(s) for s in LotState]).sum() < len(LotState)


def test_a_lot_takes_over_what_its_last_component_went_through():
    """Lamp 2 waits 0-60 for shell 0 (there at 30) and lens 1 (there at 60), then is packed."""
    lots = [0, 0, 1, 1, 1, 2, 2]
    states = [L.RUNNING, L.JOINED, L.RUNNING, L.TRANSIT, L.JOINED, L.WAITING, L.RUNNING]
    start = [0, 30, 0, 20, 60, 0, 70]
    end = [30, 100, 20, 60, 100, 70, 100]
    spans = LotSpans(
        lot=np.array(lots), state=np.array(states), op=np.zeros(7, np.int64),
        place=np.zeros(7, np.int64), link=np.array([NONE, NONE, NONE, 0, NONE, NONE, NONE]),
        machine=np.array([0, NONE, 1, NONE, NONE, NONE, 0]), start_ms=np.array(start),
        end_ms=np.array(end), first=np.array([0, 2, 5, 7]),
    )  # fmt: skip
    model = SimpleNamespace(
        lot=records(parent=[2, 2, NONE], children=[0, 0, 2], first_op=[0, 1, 2]),
        link=records(drive_ms=[10], border_ms=[30], customs_calendar=[NONE], night_ban=[0]),
        group=records(site=[0]),
    )
    state = SimpleNamespace(
        lot=records(state=[L.JOINED, L.JOINED, L.RUNNING], waiting=[0, 0, 0]),
        op=records(group=[0, 0, 0]), clock=records(now_ms=[100]),
    )  # fmt: skip
    machines = phases((0, 0, "run"), (1, 0, "setup"), (1, 5, "run"))
    found = lead_times(model, state, state, spans, machines, phases((0, 0, "waiting")))
    assert found.lot.tolist() == [2]
    named = {n: int(v) for n, v in zip(PHASES, found.spent_ms[0], strict=True) if v}
    assert named == {
        "setup": 5, "run": 15 + 30, "transport": 10, "border": 30, "hold": 10,
    }  # fmt: skip
    assert found.spent_ms[0, BORDER] == 30


@pytest.fixture(scope="module")
def tables():
    model, opening = Scenario(id="test", title="Test", fork_at=MONDAY).compile(
        planned(small_cluster())
    )
    model, state = model.with_run(3, 0, trace_level=2), opening.copy()
    arm_state(model, state)
    run(model, state, 7 * DAY_MS)
    made = history(model, opening, state)
    found = {name: pl.from_arrow(table.arrow()) for name, table in made.items()}
    return model, state, found


def test_work_in_progress_is_the_spans_counted_hour_by_hour(tables):
    _, _, found = tables
    spans = found["lot_series"].filter(pl.col("place").is_not_null())
    wip = found["wip"]
    counted = wip.select(pl.sum_horizontal("^.*_lots$")).sum().item()
    hours = [MONDAY.timestamp() + hour * 3600 for hour in range(7 * 24 + 1)]
    start = spans["start"].dt.timestamp("us").to_numpy() / 1e6
    end = spans["finish"].dt.timestamp("us").to_numpy() / 1e6
    end[end == hours[-1]] += 1.0  # still there at the horizon
    assert counted == sum(int(((start <= hour) & (end > hour)).sum()) for hour in hours)
    assert wip["time"].n_unique() == 7 * 24 + 1


def test_queue_hours_of_the_ranking_are_those_of_the_spans(tables):
    _, _, found = tables
    queued = found["lot_series"].filter(pl.col("state") == int(L.QUEUED))
    hours = (queued["finish"] - queued["start"]).dt.total_milliseconds().sum() / HOUR_MS
    rows = found["bottlenecks"]
    assert (rows["waiting_caused_h"] + rows["off_shift_h"]).sum() == pytest.approx(hours)
    assert rows["mean_queue_lots"].sum() == pytest.approx(hours / (7 * 24))  # Little
    parts = ("behind_work_h", "no_power_h", "down_h", "no_operator_h", "hold_h")
    assert rows.select(pl.sum_horizontal(parts)).to_series().to_list() == pytest.approx(
        rows["waiting_caused_h"].to_list()
    )
    assert rows["waiting_caused_h"].is_sorted(descending=True)
    assert sorted(rows["utilisation_rank"]) == rows["rank"].to_list()
    assert rows["utilisation"].is_between(0.0, 1.0).all()


def test_lead_times_in_hours_add_up(tables):
    _, _, found = tables
    rows = found["lead_time"]
    phases_h = rows.select(pl.sum_horizontal(f"{name}_h" for name in PHASES)).to_series()
    assert phases_h.to_list() == pytest.approx(rows["lead_time_h"].to_list(), abs=1e-9)
    assert rows["delivered_at"].is_not_null().any()
