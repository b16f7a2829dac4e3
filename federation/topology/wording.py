"""What a validation error means to the person who wrote the file: rule, what is wrong, remedy."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from federation.topology.problems import Loc, did_you_mean

_EXPECTED = {
    "bool": ("true or false", "write true or false"),
    "int": ("a whole number", "write a whole number without quotes"),
    "float": ("a number", "write a number without quotes"),
    "string": ("a text", "put the value in quotes"),
    "tuple": ("a list", "write a list: [a, b], or lines that begin with '- '"),
    "list": ("a list", "write a list: [a, b], or lines that begin with '- '"),
    "dict": ("keys and values", "write 'key: value' lines"),
    "model": ("keys and values", "write 'key: value' lines"),
    "datetime": ("a date and time", "write 2027-01-04T06:00:00+01:00"),
    "timezone": ("a date and time", "write 2027-01-04T06:00:00+01:00"),
    "date": ("a date", "write 2027-01-04"),
}
_BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}
_PATTERNS = {
    "^[A-Za-z0-9][A-Za-z0-9_.-]*$": "use letters, digits, _ - . and begin with a letter or a digit",
    "^[A-Z]{2}$": "write the two capital letters of ISO 3166-1, for instance NG",
    "^[A-Z]{3}$": "write the three capital letters of ISO 4217, for instance USD",
    r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$": "write a local time as HH:MM, for instance 08:00",
}


def problem_of(model: type[BaseModel], detail: Mapping[str, Any]) -> tuple[Loc, str, str, str]:
    """Place, rule, what is wrong and the remedy of one error of pydantic.

    Parameters
    ----------
    model
        The model that was read.
    detail
        One entry of ``ValidationError.errors()``.
    """
    loc: Loc = tuple(detail["loc"])
    kind, given = str(detail["type"]), detail.get("input")
    context = detail.get("ctx", {})
    leaf = str(loc[-1]) if loc else ""
    if kind == "extra_forbidden":
        holder = model_at(model, loc[:-1])
        known = list(holder.model_fields) if holder else []
        return loc, "unknown-key", f"unknown key '{leaf}'", did_you_mean(leaf, known)
    if kind == "missing":
        return loc, "missing-key", f"the key '{leaf}' is missing", f"add '{leaf}:'"
    if kind == "literal_error":
        words = [
            word.strip("' ") for word in str(context["expected"]).replace(" or ", ",").split(",")
        ]
        return loc, "unknown-word", f"{given!r} is not known here", did_you_mean(str(given), words)
    if kind in _BOUNDS:
        key, words_for = _BOUNDS[kind]
        bound = f"{context[key]:g}" if isinstance(context[key], (int, float)) else str(context[key])
        return loc, "out-of-range", f"{given} is not {words_for} {bound}", "correct the figure"
    if kind == "string_pattern_mismatch":
        remedy = _PATTERNS.get(str(context["pattern"]), f"it must match {context['pattern']}")
        return loc, "malformed", f"{given!r} is malformed", remedy
    if kind == "value_error":
        what, _, remedy = str(context["error"]).partition("; ")
        return loc, "inconsistent", what, remedy or "correct the values"
    if kind in {"too_short", "string_too_short"}:
        return loc, "empty", f"'{leaf}' is empty", "give at least one"
    for start, (expected, remedy) in _EXPECTED.items():
        if kind.startswith(start):
            return loc, "wrong-type", f"expected {expected}, found {_shown(given)}", remedy
    return loc, "invalid", str(detail["msg"]), "correct the value"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "keys and values"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value)


def model_at(model: type[BaseModel], loc: Loc) -> type[BaseModel] | None:
    """The model that describes the value at ``loc`` inside a ``model``; ``None`` without one."""
    here: Any = model
    for step in loc:
        inner = _models(here)
        if isinstance(step, int):
            continue
        field = inner.model_fields.get(step) if inner else None
        if field is None:
            return None
        here = field.annotation
    return _models(here)


def _models(annotation: Any) -> type[BaseModel] | None:
    """The model inside ``X``, ``X | None``, ``tuple[X, ...]`` or ``Annotated[X, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {Union, types.UnionType, tuple, list, Annotated}:
        for inner in get_args(annotation):
            found = _models(inner)
            if found is not None:
                return found
    return None
