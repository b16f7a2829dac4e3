"""The laws of the fold: how a stream was cut or shuffled inside the window never shows."""

from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.site_telemetry import NOON_US, SITE, batch, lot_text
from twins import state_codec
from twins.fold import TwinState
from twins.work import LotState

WINDOW_S = 10.0
WINDOW_US = 10_000_000
RECEIVED_US = NOON_US + 400_000_000

times = st.integers(0, 40).map(lambda second: NOON_US + second * 1_000_000)
qualities = st.sampled_from([0, 0, 0, 1, 3])
numbers = st.floats(0.0, 1e6, allow_nan=False) | st.sampled_from([0.0, 1.0, 2.0, 0.1])

rows = st.one_of(
    st.tuples(
        st.sampled_from(["laser", "mill-1", "press"]),
        st.just("machine.state"),
        times,
        st.integers(0, 12).map(float),
        st.none(),
        qualities,
    ),
    st.tuples(
        st.sampled_from(["laser", "mill-2"]),
        st.just("part.good"),
        times,
        numbers | st.just(float("nan")),
        st.none(),
        qualities,
    ),
    st.tuples(
        st.just("site"),
        st.sampled_from(["grid.power_kw", "battery.power_kw"]),
        times | st.just(RECEIVED_US + 1_000_000_000),
        numbers | st.none(),
        st.none(),
        qualities,
    ),
    st.tuples(
        st.sampled_from(["laser", "mill-1"]),
        st.just("job.lot"),
        times,
        st.none(),
        st.sampled_from(["ORD-1/01/frame", "ORD-2/01/frame", "", None]),
        qualities,
    ),
    st.builds(
        lambda time, number, operation: (
            "lot:ORD-1/01/frame",
            "lot.event",
            time,
            float(number),
            lot_text(LotState.QUEUED, operation),
            0,
        ),
        times,
        st.integers(1, 6),
        st.integers(0, 5),
    ),
)
streams = st.lists(rows, max_size=60)


def fold(parts, source="gateway", state=None):
    state = state or TwinState(SITE, WINDOW_S)
    for number, part in enumerate(parts, start=1):
        state.fold(batch(number, part, source), RECEIVED_US)
    return state


def cut(stream, where):
    bounds = [0, *sorted(w % (len(stream) + 1) for w in where), len(stream)]
    return [stream[a:b] for a, b in pairwise(bounds)]


@given(streams, st.lists(st.integers(0, 1000), max_size=12))
def test_the_cut_into_batches_does_not_show(stream, where):
    whole, parts = fold([stream]), fold(cut(stream, where))
    assert parts.state_hash() == whole.state_hash()
    assert parts.tables() == whole.tables()


@given(streams)
def test_rows_one_by_one_give_the_same_state(stream):
    assert fold([[row] for row in stream]).state_hash() == fold([stream]).state_hash()


@given(streams, st.integers(1, 5))
def test_when_integrals_are_settled_does_not_show(stream, often):
    often_settled = TwinState(SITE, WINDOW_S)
    for number, row in enumerate(stream, start=1):
        often_settled.fold(batch(number, [row]), RECEIVED_US)
        if number % often == 0:
            often_settled.settle()
    assert often_settled.state_hash() == fold([stream]).state_hash()


@given(streams, st.randoms(use_true_random=False))
def test_order_inside_the_window_does_not_show(stream, random):
    # One value for each signal and time: of equal times the order told decides, by design.
    stream = list({(row[0], row[1], row[2]): row for row in stream}.values())
    lots = {}
    for row in stream:
        if row[1] == "lot.event":
            assume(lots.setdefault(row[3], row) == row)
    wide = WINDOW_S * 100
    shuffled = stream[:]
    random.shuffle(shuffled)
    a, b = TwinState(SITE, wide), TwinState(SITE, wide)
    a.fold(batch(1, stream), RECEIVED_US)
    for number, row in enumerate(shuffled, start=1):
        b.fold(batch(number, [row]), RECEIVED_US)
    assert a.state_hash() == b.state_hash()
    assert a.tables() == b.tables()


@given(streams, st.randoms(use_true_random=False))
def test_late_by_less_than_the_window_counts_as_if_in_time(stream, random):
    """Each row is held up by less than the window: the meters are those of the sorted stream."""
    stream = list({(row[0], row[1], row[2]): row for row in stream}.values())
    stream = [row for row in stream if row[1] != "lot.event"]
    ordered = sorted(stream, key=lambda row: row[2])
    held_up = sorted(stream, key=lambda row: row[2] + random.randrange(WINDOW_US))
    assert fold([held_up]).state_hash() == fold([ordered]).state_hash()


@given(streams, streams, st.booleans())
def test_the_order_of_sources_does_not_show(one, other, swap):
    """What two sources tell may arrive in either order while neither makes the other late."""
    wide = WINDOW_S * 100
    told = [("a-adapter", one), ("b-adapter", other)]
    states = []
    for order in (told, told[::-1]):
        state = TwinState(SITE, wide)
        for source, stream in order:
            fold(cut(stream, [7] if swap else []), source, state)
        states.append(state)
    assert states[0].state_hash() == states[1].state_hash()
    assert states[0].tables() == states[1].tables()


@given(streams, st.integers(0, 1000))
def test_a_state_restored_from_a_snapshot_goes_on_the_same(stream, where):
    head, tail = cut(stream, [where])
    first = fold([head])
    first.settle()
    restored = TwinState(SITE, WINDOW_S)
    state_codec.restore(restored, state_codec.decode(state_codec.encode(state_codec.parts(first))))
    assert fold([tail], state=restored).state_hash() == fold([head, tail]).state_hash()


@given(streams)
def test_the_integrals_are_those_of_a_plain_loop(stream):
    """Counter totals, written down once more as one would by hand."""
    state = fold([stream])
    newest, samples = {}, {}
    for asset, signal, time, value, _, quality in stream:
        if signal != "part.good" or value != value:  # noqa: PLR0124 - NaN
            continue
        key = (asset, signal)
        if time < newest.get(key, time) - WINDOW_US:
            continue
        newest[key] = max(newest.get(key, time), time)
        if quality < 3:
            samples.setdefault(key, {})[time] = value
    expected = {}
    for key, points in samples.items():
        total, resets, last = 0.0, 0, None
        for time in sorted(points):
            value = points[time]
            if last is not None:
                total += value - last if value >= last else value
                resets += value < last
            last = value
        expected[key] = (total, resets)
    found = {
        (row["asset"], row["signal"]): (row["total"], row["resets"])
        for row in state.tables()["counters"].to_pylist()
    }
    assert found == expected
