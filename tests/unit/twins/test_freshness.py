from tests.support.site_telemetry import HOUR_US, MINUTE_US, NOON_US, SITE, batch
from twins.fold import TwinState
from twins.freshness import Freshness, freshness, judged
from twins.telemetry import Quality

LATER = NOON_US + 1000 * HOUR_US


def site_of_two_sources():
    state = TwinState(SITE)
    state.fold(
        batch(
            1,
            [
                ("laser", "machine.state", NOON_US, 3.0, None, 0),
                ("laser", "part.good", NOON_US, 3.0, None, 3),
                ("material:steel", "stock.quantity", NOON_US, 9.0, None, 0),
            ],
            "laser-adapter",
        ),
        LATER,
    )
    state.fold(
        batch(1, [("mill-1", "machine.state", NOON_US - HOUR_US, 1.0, None, 0)], "gateway"), LATER
    )
    state.fold(
        batch(2, [("mill-2", "machine.state", NOON_US + HOUR_US, 1.0, None, 0)], "gateway"), LATER
    )
    return state


def quality_at(state, now_us):
    rows = judged(state.tables()["values"], state, now_us).to_pylist()
    return {(row["asset"], row["signal"]): Quality(row["quality"]) for row in rows}


def test_an_old_value_of_a_source_that_still_speaks_is_good():
    quality = quality_at(site_of_two_sources(), NOON_US + HOUR_US)
    assert quality["mill-1", "machine.state"] is Quality.GOOD


def test_a_value_of_a_silent_source_grows_stale_by_its_signal():
    state = site_of_two_sources()
    assert quality_at(state, NOON_US + 15 * MINUTE_US)["laser", "machine.state"] is Quality.GOOD
    quality = quality_at(state, NOON_US + HOUR_US)
    assert quality["laser", "machine.state"] is Quality.STALE
    assert quality["material:steel", "stock.quantity"] is Quality.GOOD
    assert (
        quality_at(state, NOON_US + 25 * HOUR_US)["material:steel", "stock.quantity"]
        is Quality.STALE
    )


def test_bad_stays_bad():
    assert quality_at(site_of_two_sources(), LATER)["laser", "part.good"] is Quality.BAD


def test_every_value_has_an_age_and_its_source_a_silence():
    state = site_of_two_sources()
    rows = judged(state.tables()["values"], state, NOON_US + HOUR_US).to_pylist()
    ages = {row["asset"]: (row["age_s"], row["silence_s"]) for row in rows}
    assert ages["laser"] == (3600.0, 3600.0)
    assert ages["mill-1"] == (7200.0, 0.0)


def test_a_clock_that_runs_ahead_has_no_negative_age():
    state = site_of_two_sources()
    rows = judged(state.tables()["values"], state, NOON_US).to_pylist()
    assert min(row["age_s"] for row in rows) == 0.0


def test_the_state_does_not_age():
    state = site_of_two_sources()
    before = state.state_hash()
    judged(state.tables()["values"], state, LATER)
    assert state.state_hash() == before


def test_a_site_is_summed_up():
    state = site_of_two_sources()
    values = judged(state.tables()["values"], state, NOON_US + HOUR_US)
    assert freshness(values, state, NOON_US + HOUR_US) == Freshness(5, 2, 0.0)
    assert not freshness(values, state, NOON_US + HOUR_US).fresh
    nothing = TwinState(SITE)
    summary = freshness(judged(nothing.tables()["values"], nothing, LATER), nothing, LATER)
    assert summary == Freshness(0, 0, None)
    assert not summary.fresh
