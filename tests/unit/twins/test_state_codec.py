import pyarrow as pa
import pytest

from tests.support.site_telemetry import HOUR_US, MINUTE_US, NOON_US, SITE, batch, day
from twins import state_codec
from twins.fold import TwinState

LATER = NOON_US + 1000 * HOUR_US
PARTS = [
    (batch(1, day(90), "gateway"), batch(1, day(60, NOON_US + HOUR_US), "adapter")),
    (batch(2, day(70, NOON_US + 2 * HOUR_US, MINUTE_US // 7), "adapter"),),
    (batch(2, [("press", "job.lot", NOON_US, None, "x", 0)], "gateway"), batch(3, day(5))),
]


def copy_of(state):
    state.settle()
    copy = TwinState(SITE)
    state_codec.restore(copy, state_codec.decode(state_codec.encode(state_codec.parts(state))))
    return copy


def test_a_restored_state_is_the_same_and_goes_on_the_same():
    state = TwinState(SITE)
    for part in PARTS:
        for one in part:
            state.fold(one, LATER)
        copy = copy_of(state)
        assert copy.state_hash() == state.state_hash()
        assert copy.tables() == state.tables()
        state = copy
    straight = TwinState(SITE)
    for part in PARTS:
        for one in part:
            straight.fold(one, LATER)
    assert state.state_hash() == straight.state_hash()


def test_nothing_is_restored_as_nothing():
    assert copy_of(TwinState(SITE)).state_hash() == TwinState(SITE).state_hash()


def test_the_hash_is_that_of_the_first_release():
    state = TwinState(SITE)
    state.fold(batch(1, day(90)), LATER)
    # A change here makes every snapshot of a state worthless: raise FOLD_VERSION with it.
    assert state.state_hash() == "56f8e78f49d6a1125472fb0c0dc8f7cbab751b2d58f45ff80f0b48fe148f3249"


def test_other_bytes_are_no_state():
    with pytest.raises((pa.ArrowInvalid, ValueError)):
        state_codec.decode(b"not a state")
    state = TwinState(SITE)
    parts = dict(state_codec.parts(state))
    parts["values"] = parts["values"].drop_columns(["late"])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, parts["values"].schema) as writer:
        writer.write_table(parts["values"])
    with pytest.raises(ValueError, match="'values' has other columns"):
        state_codec.decode(bytes(sink.getvalue()))
