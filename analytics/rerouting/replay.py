"""The deterministic replay of a plan: there is one simulator, and it dates every proposal."""

from __future__ import annotations

from analytics.simulation.model import SimModel, SimState
from analytics.simulation.stuck import StuckError


def kernel_replay(model: SimModel, state: SimState, until_ms: int) -> SimState:
    """Run a copy of ``state`` on ``model`` to ``until_ms``.

    Parameters
    ----------
    model
        A deterministic model (``SimModel.with_run``).
    state
        Where it begins; not changed.
    until_ms
        Ms from the fork.

    Returns
    -------
    SimState
        The state at ``until_ms``. A plan under which machines block each other in a circle
        delivers nothing more: no reason to stop the search for a better one.
    """
    from analytics.simulation.run import run  # loads the compiled kernel

    copy = state.copy()
    try:
        run(model, copy, until_ms)
    except StuckError:
        copy.clock["now_ms"] = until_ms
    return copy
