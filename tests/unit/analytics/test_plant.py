"""The emulated plant: what it tells, and that a mirror of it shows the truth."""

from collections import Counter
from datetime import timedelta

import pytest

from analytics.plant import Plant
from federation.cut import Cutter
from tests.support.mirror import differences, mirrored
from tests.support.small_cluster import MONDAY, small_cluster
from twins.clock import to_us
from twins.lot_events import parse
from twins.signals import CATALOGUE
from twins.work import LotState


def day_of(plant: Plant, days: float):
    return list(plant.tell(MONDAY + timedelta(days=days)))


@pytest.fixture(scope="module")
def cluster():
    return small_cluster()


@pytest.fixture(scope="module")
def told(cluster):
    """A plant that was silent for half a day and then told everything for ten."""
    plant = Plant(cluster, sample_s=600.0, batch_rows=50)
    plant.advance(MONDAY + timedelta(hours=12))
    return plant, day_of(plant, 10.5)


def test_the_mirror_shows_the_truth_at_the_end(cluster, told):
    plant, batches = told
    readings = mirrored(cluster, batches)
    snapshot = Cutter(cluster).cut(plant.now, readings)
    assert differences(plant.truth(), snapshot) == []
    assert set(plant.truth()) == {"sites", "machines", "stock", "lots", "approvals"}


@pytest.mark.parametrize("hours", [0.5, 7.25, 30, 61])
def test_the_mirror_shows_the_truth_at_any_moment(cluster, hours):
    plant = Plant(cluster, seed=5)
    batches = day_of(plant, hours / 24)
    snapshot = Cutter(cluster).cut(plant.now, mirrored(cluster, batches))
    assert differences(plant.truth(), snapshot) == []


def test_nothing_it_tells_is_refused_or_late(cluster, told):
    for reading in mirrored(cluster, told[1]).values():
        assert reading.tables["quarantine"].num_rows == 0
    assert {signal for b in told[1] for signal in b.table.column("signal").to_pylist()} <= set(
        CATALOGUE
    )


def test_batches_are_numbered_and_in_the_order_of_device_time(cluster, told):
    for site in cluster.sites:
        mine = [batch for batch in told[1] if batch.site == site.id]
        assert [batch.sequence for batch in mine] == list(range(1, len(mine) + 1))
        times = [t for batch in mine for t in batch.table.column("time").to_pylist()]
        assert times == sorted(times)
        assert {(batch.source, batch.source_epoch) for batch in mine} == {("plant", 1)}
        assert max(batch.rows for batch in mine) <= 50


def test_equal_seeds_tell_equal_stories_however_they_are_cut(cluster, told):
    other = Plant(cluster, sample_s=600.0, batch_rows=7)
    other.advance(MONDAY + timedelta(hours=12))
    pieces = [b for day in (3.25, 7, 10.5) for b in day_of(other, day)]
    assert other.truth() == told[0].truth()

    def lot_rows(batches):
        return sorted(
            (row["asset"], row["value"], row["time"], row["text"])
            for batch in batches
            for row in batch.table.to_pylist()
            if row["signal"] == "lot.event"
        )

    assert lot_rows(pieces) == lot_rows(told[1])


def test_another_seed_tells_another_story(cluster, told):
    other = Plant(cluster, seed=2, sample_s=600.0)
    other.advance(MONDAY + timedelta(days=10.5))
    assert other.truth() != told[0].truth()


def test_a_lots_events_tell_its_whole_life(told):
    events: dict[str, list[tuple[int, LotState]]] = {}
    for batch in told[1]:
        for row in batch.table.to_pylist():
            if row["signal"] == "lot.event":
                event = parse(row["text"])
                assert event is not None
                events.setdefault(row["asset"], []).append((int(row["value"]), event.state))
    # Those told at birth were released before; the others are told from their release on.
    from_release = [found for found in events.values() if found[0][0] == 1]
    assert len(from_release) >= 3
    for found in events.values():
        numbers = [number for number, _ in sorted(found)]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    ended = Counter(max(found)[1] for found in events.values())
    assert ended[LotState.DELIVERED] >= 1


def test_birth_tells_states_as_old_as_they_are(cluster):
    plant = Plant(cluster)
    plant.advance(MONDAY + timedelta(hours=30))
    births = plant.birth()
    truth = {(m["site"], m["machine"]): m["since"] for m in plant.truth()["machines"].to_pylist()}
    seen = {
        (batch.site, row["asset"]): row["time"]
        for batch in births
        for row in batch.table.to_pylist()
        if row["signal"] == "machine.state"
    }
    assert seen == truth
    assert any(since < plant.now for since in truth.values())


def test_the_plant_does_not_run_back(cluster):
    plant = Plant(cluster)
    plant.advance(MONDAY + timedelta(hours=30))
    with pytest.raises(RuntimeError, match="cannot run back"):
        plant.advance(MONDAY)


def test_a_plant_without_orders_tells_its_machines_and_energy():
    idle = small_cluster(orders=())
    plant = Plant(idle)
    batches = list(plant.tell(MONDAY + timedelta(days=1)))
    snapshot = Cutter(idle).cut(plant.now, mirrored(idle, batches))
    assert differences(plant.truth(), snapshot) == []
    assert plant.truth()["lots"].num_rows == 0


def test_a_plant_may_start_later(cluster):
    start = MONDAY + timedelta(days=2)
    plant = Plant(cluster, start=start)
    assert plant.now == start
    (first, *_) = plant.birth()
    times = {row["signal"]: to_us(row["time"]) for row in first.table.to_pylist()}
    # What is warm at the start has been on its bus, and that on the grid, long enough for that.
    assert max(times.pop("machine.powered"), times.pop("grid.available")) <= to_us(start)
    assert set(times.values()) == {to_us(start)}
