import io
import json
import math
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twinfed.endpoint.negotiation import ARROW_STREAM, JSON, PARQUET, TABULAR, choose, encode


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (ARROW_STREAM, ARROW_STREAM),
        (f"{JSON};q=0.5, {ARROW_STREAM}", ARROW_STREAM),
        (f"{ARROW_STREAM};q=0.1, */*;q=0.2", JSON),
        (f"*/*, {JSON};q=0", ARROW_STREAM),
        (PARQUET.upper(), PARQUET),
        ("text/html", None),
        (f"{JSON};q=0", None),
        ("text/html, */*;q=0.1", JSON),
    ],
)
def test_the_best_liked_representation_is_chosen(accept, chosen):
    assert choose(accept, TABULAR) == chosen


@pytest.fixture
def table():
    schema = pa.schema(
        [
            pa.field("site", pa.string()),
            pa.field("power", pa.float64(), metadata={"unit": "kW"}),
            pa.field("time", pa.timestamp("us", tz="UTC")),
        ]
    )
    return pa.table(
        {
            "site": ["a", "b"],
            "power": [1.5, math.nan],
            "time": [datetime(2027, 1, 4, tzinfo=UTC), None],
        },
        schema=schema,
    )


def test_arrow_and_parquet_carry_the_table_with_its_units(table):
    stream = pa.ipc.open_stream(encode(table, ARROW_STREAM)).read_all()
    file = pq.read_table(io.BytesIO(encode(table, PARQUET)))
    assert stream.schema.equals(table.schema, check_metadata=True)
    assert stream.column("site").equals(table.column("site"))
    assert file.schema.field("power").metadata[b"unit"] == b"kW"


def test_json_says_units_and_writes_no_number_that_json_lacks(table):
    document = json.loads(encode(table, JSON))
    assert document["columns"][1] == {"name": "power", "type": "double", "unit": "kW"}
    assert document["rows"] == [
        {"site": "a", "power": 1.5, "time": "2027-01-04T00:00:00+00:00"},
        {"site": "b", "power": None, "time": None},
    ]
