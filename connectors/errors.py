"""Errors of the connectors, in the tree of ``twins.errors``."""

from __future__ import annotations

from twins.errors import TwinfedError


class ConnectorError(TwinfedError):
    """A connector cannot go on."""


class RecordingError(ConnectorError, ValueError):
    """A recording cannot be replayed: it is missing, cut short, or holds something else."""


class MappingError(ConnectorError, ValueError):
    """A tag map contradicts itself or the signal catalogue."""
