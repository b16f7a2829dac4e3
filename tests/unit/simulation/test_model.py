from dataclasses import replace

import numpy as np
import pyarrow as pa

from analytics.simulation import layout, slots
from analytics.simulation.compile import compile_snapshot
from analytics.simulation.compile.live import arm_state
from analytics.simulation.extract import extract
from analytics.simulation.keys import GOLDEN, mix64, stable_key
from analytics.simulation.layout import DAY_MS, FOREVER, NONE
from analytics.simulation.model import SimState, copied
from analytics.simulation.run import run
from federation.cut import planned
from tests.support.small_cluster import small_cluster


def compiled():
    return compile_snapshot(planned(small_cluster()))


def test_slots_are_numbered_kind_after_kind_and_entity_after_entity():
    bases = slots.slot_bases(sites=2, groups=6, machines=10, parts=4, lots=7, stocks=6, links=4)
    counts = np.diff(np.append(bases, bases[-1]))
    assert counts.tolist() == [1] + [2] * 8 + [10] * 3 + [8, 2, 1, 4, 10, 10, 7, 6, 6, 2, 4, 1, 0]
    assert bases[slots.PRIMITIVE] == 0
    assert bases[slots.ARRIVAL] == 108


def test_a_fresh_state_has_nothing_armed_and_nobody_anywhere():
    model, _ = compiled()
    state = SimState.empty(model)
    assert (state.slot["time_ms"] == FOREVER).all()
    assert (state.lot["place"] == NONE).all()
    assert (state.machine["powered"] == 1).all()
    assert state.clock["open_lots"][0] == 6  # three lots of lamps, one of plates, two of lamps
    assert (state.gate["status"] == model.permission["status"]).all()


def test_how_much_room_a_state_begins_with_changes_nothing(monkeypatch):
    def weeks(rows: int) -> dict[str, pa.Table]:
        monkeypatch.setattr(f"{SimState.__module__}.CONSIGNMENTS", rows)
        sampled, state = compiled()
        room = len(state.consignment)
        model = sampled.with_run(3, 0)
        arm_state(model, state)
        run(model, state, 14 * DAY_MS)
        assert (len(state.consignment) > room) == (rows == 1)
        return extract(model, state)

    assert weeks(1) == weeks(500)


def test_a_cluster_of_many_lots_begins_with_room_for_many_consignments():
    model, _ = compiled()
    many = replace(model, lot=np.resize(model.lot, 4000))
    assert len(SimState.empty(many).consignment) == 1000


def test_operation_rows_follow_the_lots_and_their_routings():
    model, state = compiled()
    shell = model.names.lot_row["ORD-1/01/shell"]
    assert list(model.op_rows(shell)) == [0, 1, 2]
    assert (state.op["lot"][:3] == shell).all()
    assert state.op["optype"][:3].tolist() == [0, 1, 2]
    assert len(np.unique(state.op["key"])) == len(state.op)


def test_the_hash_follows_every_figure_and_nothing_else():
    model, _ = compiled()
    again, _ = compiled()
    assert model.hash == again.hash
    assert model.with_run(1, 0).hash != model.with_run(1, 1).hash
    slower = model.group.copy()
    slower["speed_ppm"][0] += 1
    assert replace(model, group=slower).hash != model.hash


def test_with_run_leaves_the_model_as_it_was():
    model, _ = compiled()
    run = model.with_run(7, 3, deterministic=True, trace_level=2, antithetic=True)
    assert run.scalar[["seed", "replication", "deterministic", "trace_level", "antithetic"]][
        0
    ].item() == (7, 3, 1, 2, 1)
    assert model.scalar["seed"][0] == 0
    assert run.group is model.group


def test_timed_changes_are_sorted():
    model, _ = compiled()
    rows = np.array([(9, 0, 0, -1), (5, 4, 1, 1), (5, 0, 0, 1)], dtype=layout.PRIMITIVE_C)
    changed = model.with_primitives(rows)
    assert changed.primitive["time_ms"].tolist() == [5, 5, 9]
    assert changed.primitive["kind"].tolist() == [0, 4, 0]
    assert changed.scalar["primitives"][0] == 3


def test_a_copy_of_a_state_shares_nothing():
    _, state = compiled()
    copy = state.copy()
    copy.lot["state"] = 7
    assert (state.lot["state"] == 0).all()
    assert copy.digest() != state.digest()


def test_read_only_arrays_become_writable():
    model, _ = compiled()
    for array in model.arrays().values():
        array.flags.writeable = False
    assert all(array.flags.writeable for array in model.writable().arrays().values())


def test_stable_keys_never_change():
    assert stable_key("WA-KAD/press_brake") == 14835964977966928323
    first_of_splitmix64 = 0xE220A8397B1DCDAF  # with the seed 0
    assert mix64(np.array([GOLDEN], dtype=np.uint64))[0] == first_of_splitmix64


def test_a_copy_of_a_state_has_its_bytes_and_an_array_of_its_own_for_each():
    _, state = compiled()
    state.op["start_ms"][1] = 7
    copy = state.copy()
    assert copy.digest() == state.digest()
    for name, array in copy.arrays().items():
        assert not np.shares_memory(array, getattr(state, name)), name
        assert array.flags.writeable, name
        assert array.flags.c_contiguous, name
    picked = state.op[::2]
    assert copied(picked).tolist() == picked.tolist()
