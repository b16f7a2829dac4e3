"""YAML is read with the line of every value, and only as what it looks like."""

from __future__ import annotations

import pytest

from federation.topology.yaml_source import YamlDocument, parse_yaml


def read(text: str) -> YamlDocument:
    document, problems = parse_yaml(text, "x.yaml")
    assert problems == []
    assert document is not None
    return document


def rules(text: str) -> list[tuple[str, int | None]]:
    _, problems = parse_yaml(text, "x.yaml")
    return [(problem.rule, problem.line) for problem in problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("true", True),
        ("10:30", "10:30"),
        ("017", 17),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("1_000", "1_000"),
        ("2027-01-04", "2027-01-04"),
        ("~", None),
        ("", None),
        ("'4'", "4"),
        ("3d_printing_fdm", "3d_printing_fdm"),
    ],
)
def test_plain_values_are_what_they_look_like(text: str, value: object) -> None:
    found = read(f"key: {text}\n").data["key"]
    assert found == value
    assert type(found) is type(value)


def test_every_value_knows_its_line() -> None:
    document = read("a:\n  - x: 1\n    y: 2\n\n  - {x: 3}\nb: 4\n")
    assert document.line(("a", 0, "y")) == 3
    assert document.line(("a", 1, "x")) == 5
    assert document.line(("a", 1, "missing", "deeper")) == 5
    assert document.line(("b",)) == 6
    assert document.at(("a", 1, "x")) == 3
    assert document.at(("a", 7, "x")) is None


def test_an_alias_has_the_lines_of_its_anchor_and_a_merge_fills_what_is_missing() -> None:
    document = read("a: &a\n  x: 1\n  y: 2\nb: *a\nc:\n  <<: *a\n  y: 3\n")
    assert document.data["b"] == {"x": 1, "y": 2}
    assert document.data["c"] == {"x": 1, "y": 3}
    assert document.line(("b", "x")) == 2


def test_two_equal_keys_are_refused_wherever_they_stand() -> None:
    assert rules("a: 1\nb: {c: 1,\n  c: 2}\na: 2\n") == [("duplicate-key", 3), ("duplicate-key", 4)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a: .nan\n", "not-finite"),
        ("a: -.inf\n", "not-finite"),
        ("a: 1e999\n", "not-finite"),
        ("a: " + "9" * 6000, "not-finite"),
        ("a:\n\t- b\n", "tab"),
        ("a: [\n", "yaml-syntax"),
        ("a: \x00", "yaml-syntax"),
        ("a: !!python/object:os.system x\n", "unknown-tag"),
        ("? [a]\n: b\n", "wrong-type"),
        ("a: 1\n---\nb: 2\n", "yaml-syntax"),
        ("[" * 100_000, "tree-too-deep"),
        ("&a [*a]\n", "tree-too-large"),
    ],
)
def test_what_is_no_plain_data_is_refused(text: str, rule: str) -> None:
    assert [found for found, _ in rules(text)] == [rule]


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert read("# nothing but a comment\n").data == {}
