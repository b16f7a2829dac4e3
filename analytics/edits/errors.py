"""What can go wrong with a scenario and its edits."""

from __future__ import annotations

from twins.errors import TwinfedError


class ScenarioError(TwinfedError, ValueError):
    """A scenario contradicts itself, or names what the cluster does not have."""
