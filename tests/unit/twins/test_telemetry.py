from datetime import UTC, datetime

import pyarrow as pa
import pytest

from tests.support.site_telemetry import NOON_US, batch, day
from twins.errors import TelemetryError
from twins.telemetry import SCHEMA, TelemetryBatch, build_batch, conform


def test_a_batch_has_the_published_columns():
    assert batch(1, day()).table.schema == SCHEMA
    assert [(f.name, str(f.type)) for f in SCHEMA] == [
        ("asset", "dictionary<values=string, indices=int32, ordered=0>"),
        ("signal", "dictionary<values=string, indices=int32, ordered=0>"),
        ("time", "timestamp[us, tz=UTC]"),
        ("value", "double"),
        ("text", "string"),
        ("quality", "uint8"),
    ]


def test_rows_stand_as_given():
    rows = [
        ("laser", "machine.state", NOON_US, 3.0, None, 0),
        ("laser", "job.lot", 7, None, "L", 1),
    ]
    table = batch(1, rows).table.to_pylist()
    assert [tuple(row.values()) for row in table] == [
        ("laser", "machine.state", datetime(2027, 1, 15, 8, tzinfo=UTC), 3.0, None, 0),
        ("laser", "job.lot", datetime(1970, 1, 1, 0, 0, 0, 7, tzinfo=UTC), None, "L", 1),
    ]


def test_a_batch_may_be_empty():
    assert build_batch("KAN", "gateway", 0, 1, []).rows == 0


def test_like_types_are_converted():
    whole = batch(1, day())
    plain = pa.Table.from_pylist(whole.table.to_pylist()).select(SCHEMA.names[::-1])
    plain = plain.set_column(0, "quality", plain["quality"].cast(pa.int64()))
    plain = plain.append_column("more", pa.array(range(len(plain))))
    again = TelemetryBatch("KAN", "gateway", 1, 1, plain)
    assert again.table.schema == SCHEMA
    assert again.table.to_pylist() == whole.table.to_pylist()


def test_chunks_and_narrow_dictionaries_are_converted():
    whole = batch(1, day()).table
    narrow = whole.column("asset").dictionary_decode().cast(pa.dictionary(pa.int8(), pa.string()))
    table = pa.Table.from_batches([whole, whole]).slice(10, 70)
    table = table.set_column(0, "asset", pa.chunked_array([narrow, narrow]).slice(10, 70))
    assert (
        conform(table).to_pylist()
        == pa.Table.from_batches([whole, whole]).slice(10, 70).to_pylist()
    )


def test_a_missing_column_is_named():
    table = batch(1, day()).table.drop_columns(["time", "quality"])
    with pytest.raises(
        TelemetryError, match=r"source 'g'.*columns are missing: time, quality; a batch"
    ):
        TelemetryBatch("KAN", "g", 1, 1, table)


@pytest.mark.parametrize(
    ("column", "values", "why"),
    [
        ("time", pa.array([5]), "a time is a timestamp column"),
        ("time", pa.array([5], pa.timestamp("us")), "no time zone"),
        ("value", pa.array(["three"]), "three"),
        ("quality", pa.array([-1]), "-1"),
    ],
)
def test_a_column_of_another_nature_is_refused(column, values, why):
    table = batch(1, day(1)).table
    table = table.set_column(table.schema.get_field_index(column), column, values)
    with pytest.raises(TelemetryError, match=f"the column '{column}'.*{why}.*convert it"):
        TelemetryBatch("KAN", "g", 1, 1, table)


def test_something_else_is_no_telemetry():
    with pytest.raises(TelemetryError, match="a dict is no telemetry"):
        conform({"asset": []})


@pytest.mark.parametrize(
    ("site", "source", "epoch", "sequence"),
    [("", "g", 0, 1), ("KAN", "", 0, 1), ("KAN", "g", 0, 0), ("KAN", "g", -1, 1)],
)
def test_a_batch_says_whose_it_is(site, source, epoch, sequence):
    with pytest.raises(TelemetryError):
        build_batch(site, source, epoch, sequence, [])
