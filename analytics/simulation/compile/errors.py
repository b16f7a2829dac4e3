"""What can go wrong when a cluster is compiled for the kernel."""

from __future__ import annotations

from twins.errors import TwinfedError


class CompileError(TwinfedError, ValueError):
    """The cluster, or its state, cannot be simulated as it is described."""
