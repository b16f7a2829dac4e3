"""YAML with the line of every value.

Text is read as YAML 1.2 reads it: ``true`` and ``false`` are the only truth values (so the country
``NO`` is a text), ``10:30`` is a text and not 630, dates stay texts until a model reads them.
Duplicate keys, tabs, and numbers that are not finite are refused.
"""

from __future__ import annotations

import math
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import yaml

from federation.topology.json_source import LazyLines, read_json
from federation.topology.problems import Loc, Problem, path_text

LARGEST_FILE = 64 * 2**20
LARGEST_DEPTH = 100
LARGEST_TREE = 2_000_000
"""Values in a file after its aliases are followed; more is a mistake or an attack."""

LONGEST_INTEGER = 18
"""Digits of a whole number; longer ones are read as floating point."""

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]  # the C loader where PyYAML was built with it
    """Composes nodes with the scalars of YAML 1.2's core schema."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


for _tag, _pattern, _first in (
    ("null", r"(?:~|null|Null|NULL|)$", "~nN\0"),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"[-+]?[0-9]+$", "-+0123456789"),
    (
        "float",
        r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan)$",
        "-+.0123456789",
    ),
    ("merge", r"<<$", "<"),
):
    _starts: list[str | None] = [*_first.replace("\0", "")]
    if "\0" in _first:
        _starts.append("")
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _starts)


@dataclass(frozen=True)
class YamlDocument:
    """A file that was read.

    Parameters
    ----------
    file
        Name for messages: the path relative to the cluster's folder.
    data
        Dictionaries, lists, texts, numbers, truth values and ``None``.
    lines
        Line, from 1, of every value by its way from the top.
    """

    file: str
    data: Any
    lines: Mapping[Loc, int]

    def line(self, loc: Loc) -> int | None:
        """Line of the value at ``loc``, or of the nearest one that holds it."""
        for length in range(len(loc), -1, -1):
            if loc[:length] in self.lines:
                return self.lines[loc[:length]]
        return None

    def at(self, loc: Loc) -> Any:
        """The value at ``loc``; ``None`` where there is none."""
        value = self.data
        for step in loc:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def problem(self, loc: Loc, rule: str, what: str, remedy: str) -> Problem:
        """A problem at ``loc`` of this file."""
        return Problem(self.file, self.line(loc), path_text(loc), rule, what, remedy)


def read_yaml(path: Path, file: str | None = None) -> tuple[YamlDocument | None, list[Problem]]:
    """Read one file.

    Parameters
    ----------
    path
        The file.
    file
        Its name in messages; default: ``path`` as given.

    Returns
    -------
    tuple
        The document, ``None`` when it cannot be read at all, and what is wrong with it.
    """
    name = file or str(path)
    try:
        status = path.stat()
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            # A pipe would be waited for without end.
            remedy = "put a file there"
            return None, [Problem(name, None, "", "unreadable", "is not a regular file", remedy)]
        if status.st_size > LARGEST_FILE:
            return None, [
                Problem(name, None, "", "file-too-large", "larger than 64 MiB", "split the file")
            ]
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 text (byte {error.start})"
        return None, [Problem(name, None, "", "not-utf8", what, "save the file as UTF-8")]
    except OSError as error:
        what = f"cannot be read ({error.strerror or error})"
        return None, [Problem(name, None, "", "unreadable", what, "check the path and the rights")]
    return parse_yaml(text, name)


def parse_yaml(text: str, file: str) -> tuple[YamlDocument | None, list[Problem]]:
    """Parse the text of one file; see ``read_yaml``."""
    plain = read_json(text)
    if plain is not None:
        return YamlDocument(file, plain, LazyLines(lambda: _lines(text, file))), []
    return _parse(text, file)


def _lines(text: str, file: str) -> Mapping[Loc, int]:
    document, _ = _parse(text, file)
    return {} if document is None else document.lines


def _parse(text: str, file: str) -> tuple[YamlDocument | None, list[Problem]]:
    try:
        if _depth(text) > LARGEST_DEPTH:
            what = f"nested more than {LARGEST_DEPTH} levels deep"
            return None, [Problem(file, None, "", "tree-too-deep", what, "correct the brackets")]
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        return None, [_syntax(error, text, file)]
    if node is None:
        return YamlDocument(file, {}, {(): 1}), []
    if _size(node, {}) > LARGEST_TREE:
        what = "aliases make the file endless or larger than two million values"
        return None, [Problem(file, None, "", "tree-too-large", what, "remove the aliases")]
    builder = _Builder(file)
    data = builder.build(node, ())
    return YamlDocument(file, data, builder.lines), builder.problems


def _depth(text: str) -> int:
    """Levels of nesting, counted without recursion: composing a deep tree would end the process."""
    deepest = depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.events.CollectionStartEvent):
            depth += 1
            deepest = max(deepest, depth)
        elif isinstance(event, yaml.events.CollectionEndEvent):
            depth -= 1
        if deepest > LARGEST_DEPTH:
            break
    return deepest


def _size(node: Any, known: dict[int, int]) -> int:
    """Values of a node with its aliases followed; one that holds itself is too large at once."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in known:
        known[id(node)] = LARGEST_TREE + 1  # while it is being counted
        children = node.value
        if isinstance(node, yaml.MappingNode):
            children = [value for _, value in node.value]
        known[id(node)] = 1 + sum(_size(child, known) for child in children)
    return known[id(node)]


class _Builder:
    """Turns nodes into data, noting lines and problems."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Loc, int] = {}
        self.problems: list[Problem] = []

    def build(self, node: Any, loc: Loc, line: int | None = None) -> Any:
        self.lines[loc] = line or node.start_mark.line + 1
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, loc)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*loc, n)) for n, item in enumerate(node.value)]
        return self._mapping(node, loc)

    def _mapping(self, node: Any, loc: Loc) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: list[Any] = []
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._report(loc, line, "wrong-type", "a key is not a text", "write a plain key")
                continue
            if key_node.tag == "tag:yaml.org,2002:merge":
                merged.append(value_node)
                continue
            key = str(key_node.value)
            if key in found:
                what = f"the key '{key}' stands twice (first in line {first[key]})"
                self._report((*loc, key), line, "duplicate-key", what, "remove one of them")
                continue
            first[key] = line
            found[key] = self.build(value_node, (*loc, key), line)
        for value_node in merged:
            self._merge(value_node, loc, found)
        return found

    def _merge(self, node: Any, loc: Loc, found: dict[str, Any]) -> None:
        """``<<: *defaults``: what the mapping does not say itself comes from there."""
        parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for part in parts:
            if not isinstance(part, yaml.MappingNode):
                line = part.start_mark.line + 1
                self._report(
                    loc, line, "wrong-type", "<< takes a mapping", "give it an alias of one"
                )
                continue
            for key_node, value_node in part.value:
                key = str(key_node.value)
                if key not in found:
                    found[key] = self.build(value_node, (*loc, key))

    def _scalar(self, node: Any, loc: Loc) -> Any:
        kind, text = node.tag.rpartition(":")[2], node.value
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind in {"int", "float"}:
            if kind == "int" and len(text) <= LONGEST_INTEGER:
                return int(text)
            number = float(text.replace(".inf", "inf").replace(".nan", "nan"))
            if not math.isfinite(number):
                what = f"{text[:20]} is not a finite number"
                self._report(loc, None, "not-finite", what, "write a number, or remove the key")
                return 0.5  # fits most keys: what is wrong is told once
            return number
        if kind != "str":
            what = f"the tag {node.tag} is not understood"
            self._report(loc, None, "unknown-tag", what, "write a plain value")
        return str(text)

    def _report(self, loc: Loc, line: int | None, rule: str, what: str, remedy: str) -> None:
        at = line or self.lines.get(loc)
        self.problems.append(Problem(self.file, at, path_text(loc), rule, what, remedy))


def _syntax(error: yaml.YAMLError, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark is not None else None
    what = str(getattr(error, "problem", None) or error).splitlines()[0]
    lines = text.splitlines()
    here = lines[line - 1] if line is not None and 0 < line <= len(lines) else ""
    indent = here[: len(here) - len(here.lstrip())]
    if "\t" in indent or "\\t" in what:
        return Problem(file, line, "", "tab", "a tab is used for indentation", "use spaces")
    if isinstance(error, yaml.composer.ComposerError) and "document" in str(error):
        remedy = "keep one document in a file: remove the line '---'"
        return Problem(file, line, "", "yaml-syntax", "a second document begins", remedy)
    remedy = "check indentation, colons, quotes and brackets at and above this line"
    return Problem(file, line, "", "yaml-syntax", f"is not YAML: {what}", remedy)
