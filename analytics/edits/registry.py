"""All kinds of edit: every module of this folder that defines one."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import get_args

import analytics.edits
from analytics.edits.base import Edit


@cache
def edit_types() -> dict[str, type[Edit]]:
    """Kind to class, sorted by kind."""
    for module in pkgutil.iter_modules(analytics.edits.__path__):
        import_module(f"analytics.edits.{module.name}")
    found: dict[str, type[Edit]] = {}
    for edit in _subclasses(Edit):
        kinds = get_args(edit.model_fields["kind"].annotation)
        if len(kinds) == 1:
            found[str(kinds[0])] = edit
    return dict(sorted(found.items()))


def _subclasses(kind: type[Edit]) -> Iterator[type[Edit]]:
    for derived in kind.__subclasses__():
        yield derived
        yield from _subclasses(derived)
