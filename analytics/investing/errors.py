"""Errors of investments, in the tree of ``twins.errors``."""

from __future__ import annotations

from twins.errors import TwinfedError


class InvestingError(TwinfedError, ValueError):
    """A question for the worth of investments that means nothing."""
