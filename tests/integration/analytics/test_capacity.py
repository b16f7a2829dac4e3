"""The table of machine-hours in the report: hours of the calendar, and what is lost anyway."""

import polars as pl
import pytest

from analytics.arithmetic import capacity_table
from analytics.kpis.registry import UNDISTURBED

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def table(result):
    return capacity_table(result, result.contexts[0], ["WA-KAD", "WA-LFW"])


@pytest.fixture(scope="module")
def rows(table):
    return {row[0]: dict(zip(table.head, row, strict=True)) for row in table.rows}


def test_hours_on_shift_are_those_of_the_calendar(rows):
    """A machine that is down at night has no more of them: 4 weeks of 6 days of 8 hours."""
    shown = {name: row["hours on shift"] for name, row in rows.items()}
    assert shown["WA-KAD press brake"] == "192"
    assert shown["WA-KAD MIG cell"] == "384"
    assert shown["WA-LFW FDM printer"] == "13,440"  # 20 unattended ones, round the clock


def test_what_is_lost_to_power_anyway_stands_beside_what_waiting_loses(table, result):
    row = next(row for row in table.rows if row[0] == "WA-KAD press brake")
    at = table.head.index("undisturbed: ran, h")
    assert table.head[at + 1] == "lost to power, h"
    brake = (pl.col("site") == "WA-KAD") & (pl.col("work_centre") == "press_brake")
    calm = result.frame("machines").filter(brake & (pl.col("response") == UNDISTURBED))
    assert float(row[at + 1]) == pytest.approx(calm["lost_to_power_h"].mean(), abs=0.1)
