import pytest

from connectors.mapping import Row
from connectors.mtconnect.config import MTConnectKeys
from connectors.mtconnect.machine import EXECUTION, MachineMapper
from connectors.mtconnect.payload import decode_line
from twins.states import MachineState
from twins.telemetry import Quality

BAD, GOOD = Quality.BAD, Quality.GOOD


def rows_of(*lines: str, **keys: object) -> list[Row]:
    mapper = MachineMapper("mill", MTConnectKeys(**keys))
    rows = []
    for second, line in enumerate(lines):
        rows += mapper.apply(decode_line(f"2022-08-08T13:37:{second:02d}Z|{line}"))
    return rows


def states(*lines: str) -> list[MachineState]:
    return [
        MachineState(int(row.value))
        for row in rows_of(*lines)
        if row.signal == "machine.state" and row.value is not None
    ]


@pytest.mark.parametrize(("word", "state"), EXECUTION.items())
def test_execution_decides_when_all_is_well(word, state):
    assert states(f"avail|AVAILABLE|estop|ARMED|execution|{word}") == [state]


def test_an_unknown_word_is_an_unknown_state():
    assert states("execution|DANCING") == [MachineState.UNKNOWN]


def test_an_emergency_stop_outranks_execution_and_absence_outranks_both():
    assert states(
        "execution|ACTIVE", "estop|TRIGGERED", "avail|UNAVAILABLE", "avail|AVAILABLE"
    ) == [
        MachineState.RUN,
        MachineState.DOWN,
        MachineState.UNKNOWN,
        MachineState.DOWN,
    ]


def test_a_fault_holds_until_every_code_is_cleared():
    assert states(
        "execution|ACTIVE",
        "system|FAULT|E1|||hot",
        "system|FAULT|E2|||stuck",
        "system|NORMAL|E1|||",
        "system|NORMAL||||",
    ) == [MachineState.RUN, MachineState.DOWN, MachineState.RUN]


def test_a_warning_is_no_fault():
    assert states("execution|ACTIVE", "system|WARNING|W1|||warm") == [MachineState.RUN]


def test_the_state_is_told_when_it_changes_only():
    assert states("execution|READY", "execution|READY", "execution|PROGRAM_COMPLETED") == [
        MachineState.IDLE
    ]


def test_what_stands_on_one_line_is_judged_together():
    assert states("avail|UNAVAILABLE", "execution|ACTIVE|avail|AVAILABLE") == [
        MachineState.UNKNOWN,
        MachineState.RUN,
    ]


def test_an_unknown_state_is_of_bad_quality():
    assert [row.quality for row in rows_of("avail|UNAVAILABLE", "avail|AVAILABLE|exec|READY")] == [
        BAD,
        GOOD,
    ]


def test_counts_go_through_as_they_stand_resets_included():
    counts = [
        row.value for row in rows_of("Part_Count|7", "Part_Count|8", "Part_Count|0", "Part_Count|1")
    ]
    assert counts == [7.0, 8.0, 0.0, 1.0]


def test_counts_that_are_none_are_counted_as_skipped():
    mapper = MachineMapper("mill", MTConnectKeys())
    for said in ("UNAVAILABLE", "twelve", "nan"):
        assert mapper.apply(decode_line(f"2022-08-08T13:37:18Z|Part_Count|{said}")) == []
    assert mapper.skipped == {"count unavailable": 1, "count is no number": 2}


def test_scrap_and_program_have_signals_of_their_own():
    rows = rows_of("PartCountBad|2", "program|ORD-1/01/bracket", program=("program",))
    assert [(row.signal, row.value, row.text) for row in rows] == [
        ("part.scrap", 2.0, None),
        ("job.lot", None, "ORD-1/01/bracket"),
    ]


def test_items_that_mean_nothing_here_are_counted():
    mapper = MachineMapper("mill", MTConnectKeys())
    mapper.apply(decode_line("2022-08-08T13:37:18Z|Spindle_Override|100|Current_Tool|3"))
    assert mapper.skipped == {"item not mapped": 2}
