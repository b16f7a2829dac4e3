"""Where every figure of a cluster comes from: a source, an assumption, a default, or unknown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from federation.topology.files import Located
from federation.topology.model import ClusterSpec
from federation.topology.problems import Loc, Problem, did_you_mean
from twins.spec_base import Spec

S = TypeVar("S", bound=Spec)
Kind = Literal["source", "assumption", "default", "undocumented"]

_NOTE = re.compile(r"^(source|assumption): \S")
_NAMES = ("id", "material", "part", "currency", "process")
"""Fields by which an entry of a list is called in a path, the first that it has."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a cluster and the note that stands behind it.

    Parameters
    ----------
    path
        Where it is, with names instead of positions: ``sites[WA-KAD].energy.grid.limit_kw``.
    value
        The number.
    kind
        ``default`` when nobody wrote it: the default of the format holds.
    note
        The text of the source or assumption; empty for defaults and undocumented figures.
    """

    path: str
    value: float
    kind: Kind
    note: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Counts of figures by kind, and how many different assumptions they rest on."""

    sourced: int
    assumed: int
    defaults: int
    undocumented: int
    assumptions: int


def figures(cluster: ClusterSpec) -> tuple[Figure, ...]:
    """All numbers of a cluster in the order of the specification, each with its nearest note.

    The nearest note is an entry of ``notes`` with the field's name, else the object's own
    ``source`` or ``assumption``, else the same of what holds the object.
    """
    return tuple(_walk(cluster, "", ""))


def undocumented(cluster: ClusterSpec) -> tuple[Figure, ...]:
    """Numbers that somebody wrote without a word about where they come from."""
    return tuple(figure for figure in figures(cluster) if figure.kind == "undocumented")


def summary(cluster: ClusterSpec) -> Provenance:
    """How far the figures of a cluster can be traced."""
    found = figures(cluster)
    counts = Counter(figure.kind for figure in found)
    return Provenance(
        sourced=counts["source"],
        assumed=counts["assumption"],
        defaults=counts["default"],
        undocumented=counts["undocumented"],
        assumptions=len({figure.note for figure in found if figure.kind == "assumption"}),
    )


def _walk(spec: Spec, path: str, inherited: str) -> Iterator[Figure]:
    own = inherited
    if spec.source is not None:
        own = f"source: {spec.source}"
    elif spec.assumption is not None:
        own = f"assumption: {spec.assumption}"
    for name in type(spec).model_fields:
        if name in {"source", "assumption", "notes"}:
            continue
        value, note = getattr(spec, name), spec.notes.get(name, own)
        where = f"{path}.{name}" if path else name
        if isinstance(value, Spec):
            yield from _walk(value, where, note)
        elif isinstance(value, tuple):
            for number, item in enumerate(value):
                if isinstance(item, Spec):
                    yield from _walk(item, f"{where}[{_name(item, number)}]", note)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            kind, text = _kind(note, written=name in spec.model_fields_set)
            yield Figure(where, value, kind, text)


def replaced(spec: S, values: Mapping[str, float], path: str = "") -> S:
    """A specification with other numbers at some paths, as ``figures`` names them.

    Each object that changes is validated by its own rules; whole numbers are
    rounded, and do not become 0.

    Raises
    ------
    pydantic.ValidationError
        When an object does not take its new number.
    """
    changes: dict[str, object] = {}
    for name in type(spec).model_fields:
        value = getattr(spec, name)
        where = f"{path}.{name}" if path else name
        if isinstance(value, Spec):
            inner = replaced(value, values, where)
            if inner is not value:
                changes[name] = inner
        elif isinstance(value, tuple):
            items = tuple(
                replaced(item, values, f"{where}[{_name(item, number)}]")
                if isinstance(item, Spec)
                else item
                for number, item in enumerate(value)
            )
            if any(new is not old for new, old in zip(items, value, strict=True)):
                changes[name] = items
        elif where in values:
            changes[name] = _whole(value, values[where]) if type(value) is int else values[where]
    if not changes:
        return spec
    written = {name: getattr(spec, name) for name in spec.model_fields_set}
    return type(spec).model_validate({**written, **changes})


def _whole(old: int, value: float) -> int:
    """Rounded; what was there at all stays there."""
    return max(min(old, 1), round(value))


def _kind(note: str, *, written: bool) -> tuple[Kind, str]:
    if not written:
        return "default", ""
    head, _, text = note.partition(": ")
    if head == "source":
        return "source", text
    return ("assumption", text) if head == "assumption" else ("undocumented", "")


def _name(item: Spec, number: int) -> str:
    for name in _NAMES:
        if name in type(item).model_fields:
            return str(getattr(item, name))
    return str(number)


def note_problems(entry: Located) -> Iterator[Problem]:  # type: ignore[type-arg]
    """Notes that belong to no field, or do not say whether they are a source or an assumption."""
    for loc, spec in specs_in(entry.spec, ()):
        if not spec.notes:
            continue
        known = [name for name in type(spec).model_fields if name != "notes"]
        for name, text in spec.notes.items():
            at: Loc = (*loc, "notes", name)
            if name not in known:
                what = f"a note for the key '{name}', which does not exist here"
                yield entry.problem(at, "unknown-key", what, did_you_mean(name, known))
            elif not _NOTE.match(text):
                what = "the note does not say what it is"
                remedy = "begin it with 'source: ' or 'assumption: '"
                yield entry.problem(at, "malformed-note", what, remedy)


def specs_in(spec: Spec, loc: Loc) -> Iterator[tuple[Loc, Spec]]:
    """The object and every object in it, each with its place."""
    yield loc, spec
    for name, value in spec:
        if isinstance(value, Spec):
            yield from specs_in(value, (*loc, name))
        elif isinstance(value, tuple):
            for number, item in enumerate(value):
                if isinstance(item, Spec):
                    yield from specs_in(item, (*loc, name, number))
