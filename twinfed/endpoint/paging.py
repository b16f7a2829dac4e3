"""Lists in pages, with an opaque cursor that is good for the list it came from only."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from twinfed.endpoint.problems import Problem


def page(name: str, items: Sequence[Any], limit: int, cursor: str | None) -> dict[str, Any]:
    """A page of a list: ``items``, and ``cursor`` when more follow.

    Parameters
    ----------
    name
        Of the list; a cursor of another one is refused.
    items
        The whole list, in an order that does not change.
    limit
        Items of a page.
    cursor
        From the page before; ``None``: the first page.

    Raises
    ------
    Problem
        400 when the cursor is not one of this list.
    """
    first = position(name, cursor, len(items))
    found: dict[str, Any] = {"items": list(items[first : first + limit])}
    if first + limit < len(items):
        text = f"{name}:{first + limit}"
        found["cursor"] = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return found


def position(name: str, cursor: str | None, length: int) -> int:
    """Where the page of a cursor begins.

    Raises
    ------
    Problem
        400 when the cursor is not one of this list.
    """
    if cursor is None:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        kind, _, number = text.partition(":")
        found = int(number)
    except (ValueError, binascii.Error):
        kind, found = "", -1
    if kind != name or not 0 <= found <= length:
        raise Problem(400, "the cursor is not one of this list; begin again without it")
    return found
