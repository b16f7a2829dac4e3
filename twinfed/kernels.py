"""The compiled code: is it there, and making it ready before anything waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analytics.simulation.cache import CompiledEntry


def entries() -> tuple[CompiledEntry, ...]:
    """Every compiled function that a what-if uses."""
    from analytics.rerouting.decode.entry import DECODER
    from analytics.simulation.compile.estimates import ESTIMATE, OPENING, RESIDUALS
    from analytics.simulation.run import KERNEL

    return (KERNEL, DECODER, ESTIMATE, RESIDUALS, OPENING)


def missing() -> tuple[CompiledEntry, ...]:
    """Those that this version has not compiled on this machine yet."""
    return tuple(entry for entry in entries() if not entry.ready)


def load_all() -> None:
    """Load the machine code, compiling what is missing: once per version and machine."""
    for entry in entries():
        entry.load()
