from datetime import UTC, datetime, timedelta

import pytest

from federation.errors import ScheduleError
from federation.schedule import Schedule, ScheduleDelta, apply, diff, entries_of
from twins.work import ScheduleEntry

START = datetime(2027, 1, 4, 8, tzinfo=UTC)


def entry(lot: str, operation: int = 0, site: str = "A", rank: int = 0) -> ScheduleEntry:
    return ScheduleEntry(lot, operation, site, "laser", rank, START, START + timedelta(hours=1))


def test_a_delta_applied_to_the_old_version_gives_the_new_one():
    first = apply(Schedule(), diff(Schedule(), [entry("x"), entry("y")], "from empty"))
    wanted = [entry("y", site="B"), entry("z")]
    delta = diff(first, wanted, "A lost its grid")
    second = apply(first, delta)
    assert second == Schedule(2, {(e.lot, e.operation): e for e in wanted})
    assert delta.removed == (("x", 0),)
    assert {e.lot for e in delta.put} == {"y", "z"}


def test_an_unchanged_entry_is_not_in_the_delta():
    first = apply(Schedule(), diff(Schedule(), [entry("x"), entry("y")], "from empty"))
    assert diff(first, [entry("x"), entry("y", rank=1)], "order").put == (entry("y", rank=1),)


def test_a_delta_survives_its_table():
    first = apply(Schedule(), diff(Schedule(), [entry("x"), entry("y")], "from empty"))
    delta = diff(first, [entry("z", 1)], "why not")
    assert ScheduleDelta.from_table(delta.table()) == delta


def test_the_table_carries_the_version_and_gives_the_entries_back():
    schedule = apply(Schedule(), diff(Schedule(), [entry("y"), entry("x")], "from empty"))
    assert schedule.table().schema.metadata == {b"version": b"1"}
    assert entries_of(schedule.table()) == (entry("x"), entry("y"))


def test_a_delta_for_another_version_is_refused():
    delta = diff(Schedule(3), [entry("x")], "late")
    with pytest.raises(
        ScheduleError, match=r"made for version 3 .* at version 0; read the schedule"
    ):
        apply(Schedule(), delta)


def test_an_operation_is_scheduled_once():
    with pytest.raises(
        ScheduleError, match="operation 0 of lot 'x' is scheduled twice, at A and at B"
    ):
        diff(Schedule(), [entry("x"), entry("x", site="B")], "twice")


def test_a_finish_before_the_start_is_refused():
    backwards = ScheduleEntry("x", 0, "A", "laser", 0, START, START - timedelta(hours=1))
    with pytest.raises(ScheduleError, match="finishes before it starts"):
        diff(Schedule(), [backwards], "backwards")


def test_what_is_not_there_cannot_be_removed():
    with pytest.raises(ScheduleError, match="removes operation 0 of lot 'x', which is not in"):
        apply(Schedule(), ScheduleDelta(0, 1, (("x", 0),), (), "gone"))
