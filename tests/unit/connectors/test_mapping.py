import math

import pytest
from pydantic import ValidationError

from connectors.errors import MappingError
from connectors.mapping import Row, TagMap, TagRule, batches_of
from twins.telemetry import Quality

BAD, GOOD, UNCERTAIN = Quality.BAD, Quality.GOOD, Quality.UNCERTAIN


def one(**rule: object) -> TagMap:
    return TagMap([TagRule.model_validate({"tag": "t", **rule})])


def test_a_unit_of_the_device_becomes_the_catalogues():
    tags = one(asset="site", signal="grid.power_kw", unit="W")
    assert tags.row("t", 5, 1500.0) == Row("site", "grid.power_kw", 5, 1.5, None, GOOD)


def test_factor_and_offset():
    tags = one(asset="site", signal="fuel.level_l", factor=0.5, offset=10.0)
    assert tags.row("t", 5, "20").value == 20.0


def test_a_word_becomes_its_code_whatever_the_factor():
    tags = one(asset="m", signal="machine.state", codes={"RUNNING": 3.0}, factor=2.0, offset=1.0)
    assert tags.row("t", 5, "RUNNING").value == 3.0


def test_quality_goes_through():
    assert one(asset="site", signal="fuel.level_l").row("t", 5, 1.0, UNCERTAIN).quality == UNCERTAIN


@pytest.mark.parametrize("said", ["broken", math.nan, math.inf, None])
def test_what_is_no_number_is_of_bad_quality_and_keeps_its_text(said):
    row = one(asset="site", signal="fuel.level_l").row("t", 5, said)
    assert (row.value, row.quality) == (None, BAD)
    assert row.text == (None if said is None else str(said))


def test_a_text_signal_takes_the_text():
    row = one(asset="m", signal="job.lot").row("t", 5, "ORD-1/01/body")
    assert (row.value, row.text, row.quality) == (None, "ORD-1/01/body", GOOD)


def test_an_unknown_signal_is_refused_with_those_that_exist():
    with pytest.raises(
        ValidationError, match=r"no signal of the catalogue; signals: .*machine\.state"
    ):
        one(asset="m", signal="machine.mood")


def test_units_without_a_known_conversion_ask_for_the_factor():
    with pytest.raises(ValidationError, match="no conversion is known; give the factor"):
        one(asset="site", signal="fuel.level_l", unit="kW")


def test_two_rules_for_one_tag_are_refused():
    rule = TagRule(tag="t", asset="site", signal="fuel.level_l")
    with pytest.raises(MappingError, match="two rules map the tag 't'"):
        TagMap([rule, rule])


def test_a_tag_without_a_rule():
    tags = one(asset="site", signal="fuel.level_l")
    assert "t" in tags
    assert "other" not in tags
    with pytest.raises(KeyError):
        tags.row("other", 5, 1.0)


def test_rows_are_cut_into_numbered_batches():
    rows = [Row("site", "fuel.level_l", time, 1.0, None, GOOD) for time in range(5)]
    batches = list(batches_of(rows, "A", "tank", 3, batch_rows=2))
    assert [(batch.sequence, batch.table.num_rows) for batch in batches] == [(1, 2), (2, 2), (3, 1)]
    assert {(batch.site, batch.source, batch.source_epoch) for batch in batches} == {
        ("A", "tank", 3)
    }
