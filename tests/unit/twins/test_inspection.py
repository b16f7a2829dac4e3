import math

import pytest

from tests.support.site_telemetry import MINUTE_US, NOON_US, SITE, batch, day, lot_text
from twins.assets import Assets
from twins.fold import TwinState
from twins.inspection import inspect
from twins.keys import Keys
from twins.quarantine import EXPLANATION, Reason

LOT = "lot:ORD-1/01/frame"


def reasons(rows, received_at_us=NOON_US):
    seen = inspect(batch(1, rows).table, Keys(Assets.of(SITE)), received_at_us)
    return [Reason(code) for code in seen.reason.tolist()]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("press", "machine.state", NOON_US, 3.0, None, 0), Reason.UNKNOWN_ASSET),
        ((None, "machine.state", NOON_US, 3.0, None, 0), Reason.UNKNOWN_ASSET),
        (("laser", "machine.mood", NOON_US, 3.0, None, 0), Reason.UNKNOWN_SIGNAL),
        (("laser", None, NOON_US, 3.0, None, 0), Reason.UNKNOWN_SIGNAL),
        (("laser", "grid.power_kw", NOON_US, 3.0, None, 0), Reason.WRONG_ASSET),
        (("site", "lot.event", NOON_US, 3.0, lot_text(), 0), Reason.WRONG_ASSET),
        (("laser", "machine.state", None, 3.0, None, 0), Reason.NO_TIME),
        (("laser", "machine.state", -(2**62), 3.0, None, 0), Reason.NO_TIME),
        (("laser", "machine.state", NOON_US + 6 * MINUTE_US, 3.0, None, 0), Reason.FUTURE),
        (("laser", "machine.state", NOON_US, None, None, 0), Reason.WRONG_KIND),
        (("laser", "machine.state", NOON_US, 3.0, "run", 0), Reason.WRONG_KIND),
        (("laser", "part.good", NOON_US, None, None, 0), Reason.WRONG_KIND),
        (("laser", "job.lot", NOON_US, 3.0, "ORD-1", 0), Reason.WRONG_KIND),
        (("laser", "power.active_kw", NOON_US, math.nan, None, 0), Reason.NOT_A_NUMBER),
        (("laser", "power.active_kw", NOON_US, math.inf, None, 0), Reason.NOT_A_NUMBER),
        (("laser", "part.good", NOON_US, -math.inf, None, 0), Reason.NOT_A_NUMBER),
        (("laser", "part.good", NOON_US, -1.0, None, 0), Reason.NEGATIVE_COUNT),
        (("laser", "machine.state", NOON_US, 12.0, None, 0), Reason.UNKNOWN_CODE),
        (("laser", "machine.state", NOON_US, -1.0, None, 0), Reason.UNKNOWN_CODE),
        (("laser", "machine.state", NOON_US, 2.5, None, 0), Reason.UNKNOWN_CODE),
        (("site", "grid.available", NOON_US, 2.0, None, 0), Reason.UNKNOWN_CODE),
        (("laser", "power.active_kw", NOON_US, 3.0, None, 4), Reason.UNKNOWN_QUALITY),
        (("laser", "power.active_kw", NOON_US, 3.0, None, None), Reason.UNKNOWN_QUALITY),
        ((LOT, "lot.event", NOON_US, 1.0, None, 0), Reason.BAD_LOT_EVENT),
        ((LOT, "lot.event", NOON_US, 1.0, "{", 0), Reason.BAD_LOT_EVENT),
        ((LOT, "lot.event", NOON_US, 1.5, lot_text(), 0), Reason.BAD_LOT_EVENT),
        ((LOT, "lot.event", NOON_US, 1.0, lot_text()[:-1] + ',"more":1}', 0), Reason.BAD_LOT_EVENT),
    ],
    ids=lambda value: value.name if isinstance(value, Reason) else "",
)
def test_a_bad_row_is_set_aside_alone(row, reason):
    good = ("mill-1", "machine.state", NOON_US, 3.0, None, 0)
    assert reasons([good, row, good]) == [Reason.NONE, reason, Reason.NONE]


@pytest.mark.parametrize(
    "row",
    [
        ("laser", "job.remaining_h", NOON_US, None, None, 0),
        ("laser", "job.lot", NOON_US, None, None, 0),
        ("laser", "job.lot", NOON_US, None, "", 0),
        ("gate:pump/frame", "approval.status", NOON_US, 4.0, "ORD-1/01/frame", 0),
        ("gate:pump/frame", "approval.status", NOON_US, 1.0, None, 0),
        ("site", "battery.power_kw", NOON_US, -4.0, None, 0),
        ("laser", "machine.state", NOON_US + 5 * MINUTE_US, 11.0, None, 3),
        ("laser", "machine.state", 0, 11.0, None, 3),
        ("material:anything", "stock.quantity", NOON_US, 0.0, None, 0),
    ],
)
def test_what_a_site_may_tell_passes(row):
    assert reasons([row]) == [Reason.NONE]


def test_the_future_is_judged_by_the_moment_of_reception():
    row = ("laser", "machine.state", NOON_US + 6 * MINUTE_US, 3.0, None, 0)
    assert reasons([row], NOON_US + MINUTE_US) == [Reason.NONE]


def test_quarantine_is_counted_and_explained():
    state = TwinState(SITE)
    rows = [*day(12), ("press", "machine.state", NOON_US, 3.0, None, 0)] * 2
    changes = state.fold(batch(1, rows), NOON_US + 600 * MINUTE_US)
    assert (changes.accepted, changes.quarantined) == (24, {Reason.UNKNOWN_ASSET: 2})
    assert changes.refused == ((12, Reason.UNKNOWN_ASSET), (25, Reason.UNKNOWN_ASSET))
    assert state.tables()["quarantine"].to_pylist() == [
        {"reason": "unknown_asset", "rows": 2, "meaning": EXPLANATION[Reason.UNKNOWN_ASSET]}
    ]


def test_every_reason_is_explained_with_a_remedy():
    assert set(EXPLANATION) == set(Reason) - {Reason.NONE}


def test_a_dictionary_too_large_for_a_table_is_looked_up_pair_by_pair(monkeypatch):
    rows = day(60)
    whole = inspect(batch(1, rows).table, keys := Keys(Assets.of(SITE)), NOON_US * 2)
    monkeypatch.setattr("twins.keys._LUT_CELLS", 1)
    pairwise = inspect(batch(1, rows).table, keys, NOON_US * 2)
    assert pairwise.number.tolist() == whole.number.tolist()
