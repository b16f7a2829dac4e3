"""Errors of rerouting, in the tree of ``twins.errors``."""

from __future__ import annotations

from twins.errors import TwinfedError


class ReroutingError(TwinfedError, ValueError):
    """A rerouting question, a policy, a lever or a response is not stated properly."""


class PlanError(TwinfedError, RuntimeError):
    """No plan can be made, or a plan does not fit the state that it is applied to."""
