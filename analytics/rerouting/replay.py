"""The deterministic replay of a plan: there is one simulator, and it dates every proposal."""

from __future__ import annotations

from analytics.simulation.model import SimModel, SimState


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
        The state at ``until_ms``.
    """
    from analytics.simulation.run import run  # loads the compiled kernel

    copy = state.copy()
    run(model, copy, until_ms)
    return copy
