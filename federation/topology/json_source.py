"""JSON is YAML too, and is read twenty times as fast: for large clusters that programs write.

Only what means the same in both is read here. Everything else, what is wrong above all, is left to
the YAML reader, which knows the lines and the words for it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from federation.topology.problems import Loc

_LONGEST_INTEGER = 18


class _NotAlikeError(ValueError):
    """The text is no JSON, or means something else in YAML."""


def read_json(text: str) -> Any:
    """The data of a JSON object; ``None``: read it as YAML."""
    if not text.startswith("{") or "\t" in text or "\\u" in text:
        return None
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique,
            parse_float=_finite,
            parse_int=_integer,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError):
        return None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs) or "<<" in found:
        raise _NotAlikeError
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _NotAlikeError
    return number


def _integer(text: str) -> int:
    if len(text) > _LONGEST_INTEGER:
        raise _NotAlikeError
    return int(text)


def _refuse(text: str) -> float:
    raise _NotAlikeError(text)


class LazyLines(Mapping[Loc, int]):
    """Lines of the values of a file, found when a message first asks for one.

    Parameters
    ----------
    find
        Reads the file once more, with its lines.
    """

    def __init__(self, find: Callable[[], Mapping[Loc, int]]) -> None:
        self._find = find
        self._lines: Mapping[Loc, int] | None = None

    def _known(self) -> Mapping[Loc, int]:
        if self._lines is None:
            self._lines = self._find()
        return self._lines

    def __getitem__(self, loc: Loc) -> int:
        return self._known()[loc]

    def __iter__(self) -> Iterator[Loc]:
        return iter(self._known())

    def __len__(self) -> int:
        return len(self._known())
