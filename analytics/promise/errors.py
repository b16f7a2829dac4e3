"""Errors of promise dates, in the tree of ``twins.errors``."""

from __future__ import annotations

from twins.errors import TwinfedError


class PromiseError(TwinfedError, ValueError):
    """A question for a promise date that means nothing."""
