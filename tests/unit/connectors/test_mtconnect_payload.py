from datetime import UTC, datetime

import pytest

from connectors.mtconnect.payload import (
    Condition,
    Observation,
    Skipped,
    decode_line,
    parse_time,
)


def us(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1e6)


def test_a_line_gives_its_pairs_in_order_at_one_time():
    said = decode_line("2017-02-01T10:12:23.1718750Z|EStop_State|ARMED|Part_Count|1909|prog| \n")
    time_us = us(2017, 2, 1, 10, 12, 23, 171_875)
    assert said == (
        Observation(time_us, "EStop_State", "ARMED"),
        Observation(time_us, "Part_Count", "1909"),
        Observation(time_us, "prog", ""),
    )


def test_seven_decimals_are_cut_to_microseconds():
    assert parse_time("2022-08-08T13:37:18.8501483Z") == us(2022, 8, 8, 13, 37, 18, 850_148)


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2022-08-08T13:37:18Z", us(2022, 8, 8, 13, 37, 18)),
        ("2022-08-08T13:37:18", us(2022, 8, 8, 13, 37, 18)),
        ("2022-08-08T15:37:18+02:00", us(2022, 8, 8, 13, 37, 18)),
        ("2022-08-08T13:37:18.5Z@100.0", us(2022, 8, 8, 13, 37, 18, 500_000)),
        ("1969-12-31T23:59:59.5Z", -500_000),
        ("2022-13-08T13:37:18Z", None),
        ("yesterday", None),
    ],
)
def test_times(stamp, expected):
    assert parse_time(stamp) == expected


def test_a_condition_stands_alone_with_its_codes():
    (said,) = decode_line("2022-08-08T13:37:18Z|mill:system|fault|E42|7|HIGH|spindle hot")
    assert said == Condition(
        us(2022, 8, 8, 13, 37, 18), "system", "FAULT", "E42", "7", "HIGH", "spindle hot", "mill"
    )


def test_unavailable_is_a_condition_only_where_the_key_is_known_as_one():
    line = "2022-08-08T13:37:18Z|system|UNAVAILABLE||||"
    assert isinstance(decode_line(line, {"system"})[0], Condition)
    assert [type(said) for said in decode_line(line)] == [Observation] * 3


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("<<<<<<< HEAD", "merge marker"),
        ("=======", "merge marker"),
        (">>>>>>> 3f2a91c", "merge marker"),
        ("* PING", "ping"),
        ("* PONG 10000", "ping"),
        ("* manufacturer: Okuma", "adapter command"),
        ("", "empty line"),
        ("Part_Count|12", "no time at the start of the line"),
        ("2022-08-08T13:37:18Z", "nothing after the time"),
        ("2022-08-08T13:37:18Z|Part_Count", "a key without a value"),
        ("2022-08-08T13:37:18Z|@ASSET@|T1|CuttingTool|...", "asset"),
    ],
)
def test_what_says_nothing_is_skipped_with_its_reason(line, reason):
    assert decode_line(line) == (Skipped(reason, line),)
