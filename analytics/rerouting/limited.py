"""A policy by its name, with the limits that people give to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from analytics.rerouting.errors import ReroutingError
from analytics.rerouting.exact.policy import Exact
from analytics.rerouting.exact.solver import SolverLimits
from analytics.rerouting.figures import check_number, check_seed, check_whole
from analytics.rerouting.policy import Policy, policy
from analytics.rerouting.search.policy import Search

_BY_THE_CLOCK = 1e6
"""Effort that no clock leaves time for."""


def limited(
    name: str,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    gap: float | None = None,
    seed: int | None = None,
) -> Policy:
    """The policy called ``name``, ended by what comes first.

    Parameters
    ----------
    name
        Of a registered policy.
    seconds
        Of the clock (``search``, ``exact``).
    iterations
        Rounds (``search``).
    gap
        Share by which the plan may lie above the bound (``search``, ``exact``).
    seed
        Of the random numbers (``search``, ``exact``).

    Raises
    ------
    ReroutingError
        When there is no such policy, or a limit means nothing to it.
    """
    given: dict[str, Any] = {
        key: value
        for key, value in (
            ("seconds", seconds), ("iterations", iterations), ("gap", gap), ("seed", seed),
        )
        if value is not None
    }  # fmt: skip
    chosen = policy(name)
    if not given:
        return chosen
    takes = {
        "search": {"seconds", "iterations", "gap", "seed"},
        "exact": {"seconds", "gap", "seed"},
    }
    foreign = sorted(set(given) - takes.get(name, set()))
    if foreign:
        able = [one for one, keys in takes.items() if set(foreign) <= keys]
        verb = "means" if foreign in (["gap"], ["seed"]) else "mean"
        raise ReroutingError(
            f"{' and '.join(foreign)} {verb} nothing to the policy '{name}'; leave that out, or "
            f"choose {' or '.join(able)}"
        )
    for key, value in given.items():
        if key == "seed":
            check_seed(value)
        elif key == "iterations":
            check_whole(key, value)
        else:
            check_number(key, value)
    if seconds is not None and not seconds > 0:
        raise ReroutingError(f"{seconds:g} seconds are no time; give a number above 0")
    return _search(given) if name == "search" else _exact(given)


def _search(given: dict[str, Any]) -> Search:
    own = Search()
    limits = replace(own.limits, gap=given.get("gap", own.limits.gap))
    if "seconds" in given or "iterations" in given:
        limits = replace(
            limits,
            time_s=given.get("seconds"),
            iterations=given.get("iterations"),
            no_improvement=None,
        )
    return Search(limits, seed=given.get("seed", own.seed))


def _exact(given: dict[str, Any]) -> Exact:
    own = SolverLimits()
    seconds = given.get("seconds")
    return Exact(
        SolverLimits(
            effort_s=own.effort_s if seconds is None else _BY_THE_CLOCK,
            time_s=seconds,
            gap=given.get("gap", own.gap),
            seed=given.get("seed", own.seed),
        )
    )
