import pytest

from tests.support.site_telemetry import HOUR_US, MINUTE_US, NOON_US, SITE, batch, day, lot_text
from twins.fold import Observed, TwinState
from twins.work import LotState

LATER = NOON_US + 1000 * HOUR_US
LOT = "lot:ORD-1/01/frame"


def folded(*parts, source="gateway"):
    state = TwinState(SITE)
    for number, part in enumerate(parts, start=1):
        state.fold(batch(number, part, source), LATER)
    return state


def power(time_us, value, asset="laser"):
    return (asset, "power.active_kw", time_us, value, None, 0)


def test_the_last_value_is_that_of_the_newest_device_time():
    state = folded([power(NOON_US + 2, 7.0), power(NOON_US, 3.0)], [power(NOON_US + 1, 4.0)])
    assert state.value("laser", "power.active_kw") == Observed(NOON_US + 2, 7.0, None, 0)


def test_of_equal_times_the_one_told_later_stands():
    assert folded([power(NOON_US, 3.0), power(NOON_US, 1.0)]).value(
        "laser", "power.active_kw"
    ) == Observed(NOON_US, 1.0, None, 0)
    assert folded([power(NOON_US, 3.0)], [power(NOON_US, 1.0)]).value(
        "laser", "power.active_kw"
    ) == Observed(NOON_US, 1.0, None, 0)


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_of_equal_times_of_two_sources_the_last_name_stands(order):
    state = TwinState(SITE)
    for source in order:
        state.fold(batch(1, [power(NOON_US, {"a": 1.0, "b": 2.0}[source])], source), LATER)
    assert state.value("laser", "power.active_kw").value == 2.0


def test_what_was_never_told_has_no_value():
    state = folded(day())
    assert state.value("mill-2", "machine.state") is None
    assert state.value("lot:ORD-9/01/frame", "lot.event") is None


def test_texts_and_nulls_are_values_too():
    state = folded(
        [("laser", "job.lot", NOON_US, None, "ORD-1/01/frame", 0)],
        [("laser", "job.lot", NOON_US + 1, None, None, 0)],
        [("laser", "job.remaining_h", NOON_US, 2.0, None, 0)],
        [("laser", "job.remaining_h", NOON_US + 1, None, None, 1)],
    )
    assert state.value("laser", "job.lot") == Observed(NOON_US + 1, None, None, 0)
    assert state.value("laser", "job.remaining_h") == Observed(NOON_US + 1, None, None, 1)


def test_the_text_of_the_winning_row_stands_also_beside_refused_and_late_rows():
    newest = NOON_US + HOUR_US
    state = folded(
        [("laser", "job.lot", newest - MINUTE_US, None, "first", 0)],
        [
            ("press", "job.lot", newest, None, "unknown", 0),
            ("laser", "job.lot", NOON_US, None, "late", 0),
            ("laser", "job.lot", newest, None, "second", 0),
        ],
    )
    assert state.value("laser", "job.lot").text == "second"


def test_a_value_behind_the_window_is_counted_and_not_folded():
    state = TwinState(SITE)
    state.fold(batch(1, [("laser", "part.good", NOON_US + HOUR_US, 50.0, None, 0)]), LATER)
    changes = state.fold(batch(2, [("laser", "part.good", NOON_US, 10.0, None, 0)]), LATER)
    assert (changes.accepted, changes.late, changes.values) == (1, 1, ())
    assert state.tables()["counters"].to_pylist()[0]["total"] == 0.0


def test_a_value_exactly_at_the_window_still_counts():
    window_us = 5 * MINUTE_US
    state = folded(
        [("laser", "part.good", NOON_US + window_us, 50.0, None, 0)],
        [("laser", "part.good", NOON_US, 10.0, None, 0)],
    )
    assert state.tables()["counters"].to_pylist()[0]["total"] == 40.0


def test_the_window_is_that_of_each_signal():
    state = TwinState(SITE)
    state.fold(batch(1, [power(NOON_US + HOUR_US, 5.0)]), LATER)
    changes = state.fold(batch(2, [power(NOON_US, 2.0, "mill-1")]), LATER)
    assert (changes.late, changes.values) == (0, (("mill-1", "power.active_kw"),))


def test_lateness_within_one_batch_is_that_of_its_rows_one_by_one():
    rows = [power(NOON_US, 1.0), power(NOON_US + HOUR_US, 2.0), power(NOON_US + 1, 3.0)]
    assert TwinState(SITE).fold(batch(1, rows), LATER).late == 1
    assert TwinState(SITE).fold(batch(1, rows[::-1]), LATER).late == 1
    assert TwinState(SITE).fold(batch(1, [rows[0], rows[2], rows[1]]), LATER).late == 0


def test_a_lot_is_where_its_highest_event_says_whatever_the_times():
    state = folded(
        [(LOT, "lot.event", NOON_US, 3.0, lot_text(LotState.TRANSIT, 2, "LOS"), 0)],
        [(LOT, "lot.event", NOON_US + HOUR_US, 2.0, lot_text(LotState.DOCK, 2), 0)],
    )
    (lot,) = state.tables()["lots"].to_pylist()
    assert (lot["lot"], lot["event"], lot["place"]) == ("ORD-1/01/frame", 3, "LOS")
    assert (lot["state"], lot["operation"]) == (LotState.TRANSIT, 2)
    assert lot["since"].timestamp() * 1e6 == NOON_US
    assert state.value(LOT, "lot.event") == Observed(
        NOON_US, 3.0, lot_text(LotState.TRANSIT, 2, "LOS"), 0
    )


def test_the_changes_name_what_is_new():
    state = folded([power(NOON_US + 5, 1.0)])
    changes = state.fold(
        batch(
            2,
            [
                power(NOON_US + 4, 2.0),
                power(NOON_US + 6, 2.0, "mill-2"),
                (LOT, "lot.event", NOON_US, 1.0, lot_text(), 0),
            ],
        ),
        LATER,
    )
    assert changes.values == (("mill-2", "power.active_kw"),)
    assert changes.lots == ("ORD-1/01/frame",)


def test_the_tables_are_sorted_and_typed():
    tables = folded(day(120)[::-1]).tables()
    assert set(tables) == {"values", "lots", "counters", "meters", "quarantine"}
    names = list(zip(*(tables["values"][c].to_pylist() for c in ("asset", "signal")), strict=True))
    assert names == sorted(names)
    assert str(tables["values"].schema.field("time").type) == "timestamp[us, tz=UTC]"


def test_tables_of_nothing_have_their_columns():
    assert all(table.num_rows == 0 for table in TwinState(SITE).tables().values())


def test_the_last_time_is_that_of_the_newest_accepted_row():
    assert TwinState(SITE).last_time_us is None
    state = folded(day(7), [power(NOON_US - 5, 1.0)])
    assert state.last_time_us == NOON_US + 6 * MINUTE_US
    assert folded([("press", "machine.state", NOON_US, 1.0, None, 0)]).last_time_us is None


def test_reading_does_not_change_the_state():
    state, untouched = TwinState(SITE), TwinState(SITE)
    for number, start in enumerate(range(0, 120, 40), start=1):
        part = batch(number, day(120)[start : start + 40])
        state.fold(part, LATER)
        state.tables()
        state.state_hash()
        untouched.fold(part, LATER)
    assert state.state_hash() == untouched.state_hash()


def test_other_telemetry_has_another_hash():
    hashes = {
        folded(part).state_hash()
        for part in (
            day(60),
            day(59),
            [*day(60), ("press", "machine.state", NOON_US, 3.0, None, 0)],
            [*day(60), power(NOON_US, 1.0)],
            [*day(60), power(NOON_US, 1.5)],
            [*day(60), (LOT, "lot.event", NOON_US, 900.0, lot_text(), 0)],
        )
    }
    assert len(hashes) == 6
    assert folded(day(60)).state_hash() != folded(day(60), source="other").state_hash()
