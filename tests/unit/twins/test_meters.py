import pytest

from tests.support.site_telemetry import HOUR_US, MINUTE_US, NOON_US, SITE, batch
from twins.fold import TwinState
from twins.states import TIME_ELEMENT, MachineState

LATER = NOON_US + 1000 * HOUR_US


def state_of(rows, *, source="gateway"):
    state = TwinState(SITE)
    state.fold(batch(1, rows, source), LATER)
    return state


def counter(values, asset="laser"):
    rows = [
        (asset, "part.good", NOON_US + at * MINUTE_US, value, None, 0)
        for at, value in enumerate(values)
    ]
    return state_of(rows).tables()["counters"].to_pylist()[0]


def meters(state, asset):
    rows = state.tables()["meters"].to_pylist()
    return {row["meter"]: row["value"] for row in rows if row["asset"] == asset}


@pytest.mark.parametrize(
    ("values", "total", "resets"),
    [
        ([5.0], 0.0, 0),
        ([5.0, 5.0, 9.0], 4.0, 0),
        ([5.0, 9.0, 2.0, 4.0], 8.0, 1),  # 4 before the reset, 2 and 2 after it
        ([5.0, 0.0, 3.0, 0.0, 1.0], 4.0, 2),
    ],
)
def test_a_counter_counts_across_resets(values, total, resets):
    row = counter(values)
    assert (row["total"], row["resets"]) == (total, resets)


def test_a_late_count_inside_the_window_is_no_reset():
    rows = [
        ("laser", "part.good", NOON_US + at * MINUTE_US, value, None, 0)
        for at, value in [(0, 10.0), (2, 12.0), (1, 11.0), (3, 13.0)]
    ]
    (row,) = state_of(rows).tables()["counters"].to_pylist()
    assert (row["total"], row["resets"]) == (3.0, 0)


def test_counts_and_their_span_go_on_as_the_window_passes():
    state = TwinState(SITE)
    for number in range(100):
        row = ("laser", "part.good", NOON_US + number * MINUTE_US, float(number), None, 0)
        state.fold(batch(number + 1, [row]), LATER)
        state.settle()
    assert len(state.meters.waiting) == 6  # five minutes and the newest
    (row,) = state.tables()["counters"].to_pylist()
    assert (row["total"], row["resets"]) == (99.0, 0)
    assert row["since"].timestamp() * 1e6 == NOON_US
    assert row["until"].timestamp() * 1e6 == NOON_US + 99 * MINUTE_US


def test_time_in_each_state_becomes_the_elements_of_iso_22400():
    told = [(0, 1), (30, 2), (45, 3), (165, 4), (180, 3), (240, 7), (270, 0)]
    rows = [
        ("laser", "machine.state", NOON_US + minute * MINUTE_US, float(code), None, 0)
        for minute, code in told
    ]
    spent = meters(state_of(rows), "laser")
    assert spent["ADET"] == 0.5
    assert spent["AUST"] == 0.25
    assert spent["APT"] == 3.0
    assert spent["ADOT"] == 0.75  # down and without power
    assert spent["not_planned"] == 0.0  # off shift has only begun
    assert spent["state.down"] == 0.25
    assert spent["state.no_power"] == 0.5
    elements = set(TIME_ELEMENT.values())
    assert sum(spent[element] for element in elements) == 4.5
    assert sum(spent[f"state.{code.name.lower()}"] for code in MachineState) == 4.5


def test_the_energy_of_a_power_is_that_of_its_steps():
    rows = [
        ("site", "battery.power_kw", NOON_US + minute * MINUTE_US, value, None, 0)
        for minute, value in [(0, 4.0), (30, -2.0), (60, 0.0), (90, 8.0)]
    ]
    assert meters(state_of(rows), "site") == {"battery.power_kw": 1.0}


def test_nothing_is_known_of_a_power_while_there_is_none():
    rows = [
        ("site", "grid.power_kw", NOON_US + minute * MINUTE_US, value, None, 0)
        for minute, value in [(0, 4.0), (30, None), (60, 4.0), (90, 0.0)]
    ]
    assert meters(state_of(rows), "site") == {"grid.power_kw": 4.0}


def test_bad_values_are_shown_but_not_metered():
    rows = [
        ("laser", "part.good", NOON_US, 10.0, None, 0),
        ("laser", "part.good", NOON_US + 1, 0.0, None, 3),
        ("laser", "part.good", NOON_US + 2, 11.0, None, 0),
    ]
    (row,) = state_of(rows).tables()["counters"].to_pylist()
    assert (row["total"], row["resets"]) == (1.0, 0)


def test_of_two_counts_at_one_time_the_one_told_later_stands():
    rows = [("laser", "part.good", NOON_US + at, v, None, 0) for at, v in [(0, 1), (1, 9), (1, 4)]]
    assert state_of(rows).tables()["counters"].to_pylist()[0]["total"] == 3.0


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_of_two_sources_at_one_time_the_last_name_is_metered(order):
    told = {
        "a": [(0, 1.0), (1, 5.0), (2, 20.0)],
        "b": [(1, 11.0)],
    }
    state = TwinState(SITE)
    for source in order:
        rows = [("laser", "part.good", NOON_US + at, v, None, 0) for at, v in told[source]]
        state.fold(batch(1, rows, source), LATER)
    (row,) = state.tables()["counters"].to_pylist()
    assert (row["total"], row["resets"]) == (19.0, 0)
