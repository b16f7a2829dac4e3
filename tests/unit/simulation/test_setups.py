"""Setups that depend on what was made before, and what an interruption does to them."""

from __future__ import annotations

from typing import Any

from analytics.simulation.extract import machine_time
from analytics.simulation.layout import P_MACHINE_DOWN
from tests.support.shop_floor import HOUR, MINUTE, Job, finished, shop, simulate, spans, step
from twins.states import MachineState

SETUPS: dict[str, Any] = {
    "default_min": 30.0,
    "same_family_min": 5.0,
    "changeovers": [{"before": "red", "after": "blue", "time_min": 50.0}],
}


def _jobs(*families: str | None) -> list[Job]:
    return [Job([step(10.0, setup_family=family)]) for family in families]


def test_a_changeover_takes_what_lies_between_its_families() -> None:
    cluster = shop([{"id": "m", "setups": SETUPS}], _jobs("red", "red", "blue", "red", None))
    _, state = simulate(cluster)
    assert spans(state) == [
        ("SETUP", 0.0, 30.0),  # nothing is known of what was made before
        ("RUN", 30.0, 40.0),
        ("SETUP", 40.0, 45.0),
        ("RUN", 45.0, 55.0),
        ("SETUP", 55.0, 105.0),
        ("RUN", 105.0, 115.0),
        ("SETUP", 115.0, 145.0),
        ("RUN", 145.0, 165.0),  # the last lot asks for no family and follows at once
    ]
    assert machine_time(state)[0, MachineState.SETUP] == 115 * MINUTE


def test_the_first_lot_finds_what_the_machine_was_set_up_for() -> None:
    setups = {**SETUPS, "initial_family": "red"}
    _, state = simulate(shop([{"id": "m", "setups": setups}], _jobs("blue", "blue")))
    assert spans(state)[0] == ("SETUP", 0.0, 50.0)


def test_a_breakdown_in_a_changeover_begins_it_anew_and_harms_no_lot() -> None:
    job = Job([step(10.0, setup_family="red", on_interruption="scrap")])
    down = [(20 * MINUTE, P_MACHINE_DOWN, 0, 1), (HOUR, P_MACHINE_DOWN, 0, -1)]
    _, state = simulate(shop([{"id": "m", "setups": SETUPS}], [job]), changes=down)
    assert spans(state) == [
        ("SETUP", 0.0, 20.0),
        ("DOWN", 20.0, 60.0),
        ("SETUP", 60.0, 90.0),
        ("RUN", 90.0, 100.0),
    ]
    assert state.lot["scrapped"][0] == 0


def test_a_breakdown_after_it_leaves_the_machine_set_up() -> None:
    job = Job([step(10.0, setup_family="red", on_interruption="restart")])
    down = [(35 * MINUTE, P_MACHINE_DOWN, 0, 1), (HOUR, P_MACHINE_DOWN, 0, -1)]
    _, state = simulate(shop([{"id": "m", "setups": SETUPS}], [job]), changes=down)
    assert spans(state)[-1] == ("RUN", 60.0, 70.0)


def test_a_changeover_goes_on_in_the_next_shift() -> None:
    day = [{"days": ["mon", "tue"], "start": "08:00", "end": "08:20"}]
    cluster = shop([{"id": "m", "setups": SETUPS}], _jobs("red"), shifts=day)
    _, state = simulate(cluster)
    assert [entry for entry in spans(state) if entry[0] in {"SETUP", "RUN"}] == [
        ("SETUP", 480.0, 500.0),
        ("SETUP", 1920.0, 1930.0),
        ("RUN", 1930.0, 1940.0),
    ]


def test_deterministic_runs_hold_the_same_changeovers() -> None:
    cluster = shop([{"id": "m", "setups": SETUPS}], _jobs("red", "blue"))
    assert finished(simulate(cluster)[1]) == finished(simulate(cluster, deterministic=True)[1])
