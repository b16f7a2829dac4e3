"""Tables in numbers: the same rows as Arrow would have, sorted, sent and joined."""

import pickle
from dataclasses import replace
from itertools import product

import numpy as np
import pyarrow as pa
import pytest

from analytics.history.tables import history
from analytics.packing import packed, unpacked
from analytics.run_result import RunResult, joined
from analytics.run_table import Named, Numbered, RunTable, ranks
from analytics.scenario import Scenario
from analytics.simulation.columns import RunColumns
from analytics.simulation.compile.live import arm_state
from analytics.simulation.extract import read_run
from analytics.simulation.layout import DAY_MS
from analytics.simulation.run import run
from analytics.tables import KEYS, PREFIX, RUN
from federation.cut import planned
from tests.support.run_tables import table_of
from tests.support.small_cluster import MONDAY, small_cluster


@pytest.fixture(scope="module")
def traced():
    """Model, and every table of a week of the small cluster."""
    calm = Scenario(id="test", title="Test", fork_at=MONDAY)
    model, opening = calm.compile(planned(small_cluster()))
    model, state = model.with_run(3, 0, trace_level=2), opening.copy()
    arm_state(model, state)
    run(model, state, 7 * DAY_MS)
    return model, read_run(model, state) | history(model, opening, state)


def in_key_order(name, table):
    return table.sort_by([(key, "ascending") for key in KEYS[name]]).combine_chunks()


def test_every_table_has_its_schema(traced):
    _, tables = traced
    assert {name for name in RUN if name not in {"plans", "moves"}} == set(tables)
    for name, table in tables.items():
        assert table.arrow().schema.equals(RUN[name], check_metadata=True), name
        assert table.arrow().num_rows == len(table), name
    assert len(tables["operations"]) > 0
    assert len(tables["transports"]) > 0


def test_rows_are_sorted_as_arrow_sorts_them(traced):
    _, tables = traced
    for name, table in tables.items():
        assert table.in_order().arrow().equals(in_key_order(name, table.arrow())), name


def test_shuffled_rows_are_sorted_back(traced):
    _, tables = traced
    shuffle = np.random.default_rng(5).permutation
    for name, table in tables.items():
        rows = np.arange(len(table))
        last_two = np.concatenate([rows[:-2], rows[-2:][::-1]])
        for order in (shuffle(rows), last_two):
            found = table.in_order().picked(order).in_order().arrow().select(KEYS[name])
            assert found.equals(in_key_order(name, table.arrow()).select(KEYS[name])), name


def test_a_table_that_travelled_is_the_same(traced):
    model, tables = traced
    known = RunColumns.of(model).known
    for name, table in tables.items():
        arrived = pickle.loads(pickle.dumps(packed(table)))  # noqa: S301
        assert unpacked(arrived, known).arrow().equals(table.arrow()), name
    told = repr(packed(tables["operations"]).plan)
    assert "'lots', None" in told  # the names of the lots stay at home
    assert len(packed(tables["operations"]).blocks) < 6


def test_the_rows_of_all_runs_are_joined_in_the_order_of_their_runs(traced):
    _, tables = traced
    names = [*RUN]
    results = [
        RunResult(scenario, "stay", response, replication, tables["lots"], tables)
        for scenario, response, replication in product("ba", ("stay", "greedy"), (1, 0))
    ]
    sorted_tables = {name: table.in_order() for name, table in tables.items()}
    for name in names:
        found = joined(name, [replace(one, tables=sorted_tables) for one in results])
        if name in {"plans", "moves"}:
            assert found.num_rows == 0
            continue
        parts = []
        for one in results:
            table = tables[name].arrow()
            for at, value in enumerate((one.scenario, one.response, one.replication)):
                field = PREFIX.field(at)
                same = pa.array([value] * table.num_rows, type=field.type)
                table = table.add_column(at, field, same)
            parts.append(table)
        keys = [(key, "ascending") for key in (*PREFIX.names, *KEYS[name])]
        expected = pa.concat_tables(parts).sort_by(keys).combine_chunks()
        assert found.equals(expected), name


def test_runs_that_name_things_differently_are_joined_by_name():
    first, second = (
        table_of("labour", {"site": site, "paid_h": 1.0}, {"site": "M", "paid_h": 2.0}).in_order()
        for site in ("A", "Z")
    )
    results = [
        RunResult("s", "stay", "stay", number, first, {"labour": table})
        for number, table in enumerate((first, second))
    ]
    assert joined("labour", results).column("site").to_pylist() == ["A", "M", "M", "Z"]


def test_equal_names_share_a_rank_and_nothing_is_last():
    names = pa.array(["b", "a", None, "b"])
    found = ranks(names)
    assert found[0] == found[3] > found[1]
    assert found[2] > found[0]


def test_names_that_end_in_a_number_are_told_and_sorted_as_text():
    column = Numbered(
        Named(pa.array(["x>y+"]), np.zeros(3, np.int64)), np.array([9, 10, -1]), "min"
    )
    table = RunTable("tags", {"tag": column}, pa.schema([("tag", pa.string())]))
    assert table.arrow().column("tag").to_pylist() == ["x>y+9min", "x>y+10min", "x>y+-1min"]
    told = table.in_order(("tag",)).arrow().column("tag").to_pylist()
    assert told == sorted(told)


def test_a_column_is_read_as_what_it_is(traced):
    _, tables = traced
    orders = tables["orders"]
    assert orders.texts("order") == orders.arrow().column("order").to_pylist()
    moments, never = orders.moments("delivered_at")
    assert (moments[~never] > 0).all()
    for wrong in (orders.numbers, orders.moments):
        with pytest.raises(TypeError, match="'order' of 'orders'"):
            wrong("order")
    with pytest.raises(TypeError, match="'quantity' of 'orders' is no column of names"):
        orders.names("quantity")
