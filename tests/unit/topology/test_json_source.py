"""JSON in the files of a cluster: read fast, with the meaning that YAML gives it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.topology import yaml_source
from federation.topology.json_source import read_json
from federation.topology.yaml_source import parse_yaml

TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | TEXTS
    | st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 3)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(TEXTS.filter(lambda key: key != "<<"), VALUES, max_size=4))
def test_json_means_what_the_yaml_reader_makes_of_it(data):
    import json

    text = json.dumps(data)
    fast = read_json(text)
    slow, problems = yaml_source._parse(text, "x.yaml")
    if fast is not None and slow is not None and not problems:
        assert fast == slow.data


@pytest.mark.parametrize(
    "text",
    [
        "id: A",
        '{"a": 1, "a": 2}',
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": 1e999}',
        '{"a": 1234567890123456789012}',
        '{"a": 1',
        '{"a":\t1}',
        '{"a": "\\u0041"}',
        "[1, 2]",
    ],
)
def test_what_is_wrong_or_not_alike_is_left_to_the_yaml_reader(text):
    assert read_json(text) is None


def test_a_problem_still_has_its_line():
    document, problems = parse_yaml('{\n"id": "A",\n"machines": [\n  {"id": "x"}\n]\n}\n', "a.yaml")
    assert problems == []
    assert document.line(("machines", 0, "id")) == 4
    assert document.line(("machines", 0, "missing")) == 4
    assert document.line(("id",)) == 2


def test_duplicate_keys_are_told_as_ever():
    document, problems = parse_yaml('{\n"id": "A",\n"id": "B"\n}\n', "a.yaml")
    assert document is not None
    assert [problem.rule for problem in problems] == ["duplicate-key"]
