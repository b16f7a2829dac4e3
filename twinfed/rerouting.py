"""Where the open work should be done: asked of the live state, or of a cluster by its files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analytics.edits.base import Edit
    from analytics.rerouting.rerouted import Rerouting
    from analytics.rerouting.weights import Weights
    from analytics.scenario import Scenario
    from federation.snapshot import ClusterSnapshot


class PlanQuestions(ABC):
    """Questions about plans; the same for a cluster here and for one that is served."""

    @abstractmethod
    def fork(self) -> ClusterSnapshot:
        """One cut of all twins as immutable Arrow tables."""

    @property
    def _scenario_folder(self) -> Path | None:
        """The folder whose scenarios are known by their ids."""
        return None

    def reroute(
        self,
        scenario: Scenario | Path | str | Sequence[Edit] | None = None,
        policy: str = "search",
        *,
        seconds: float | None = None,
        iterations: int | None = None,
        gap: float | None = None,
        seed: int | None = None,
        weights: Weights | None = None,
        horizon_h: float = 672.0,
        frozen_h: float = 4.0,
    ) -> Rerouting:
        """Fork, and plan where the open work should be done, with bound, gap and reasons.

        Parameters
        ----------
        scenario
            What is believed to come: a scenario, its file, the id of one that travels with the
            cluster, or edits; ``None``: nothing but what the cluster publishes.
        policy
            ``stay``, ``greedy``, ``search``, ``exact``, or a degree of coordination: ``informed``,
            ``agreed``, ``central``, ``auction``.
        seconds, iterations, gap, seed
            What ends the policy (``search``, ``exact``; iterations: ``search``), and its seed;
            default: its own limits, which give the same plan again.
        weights
            What counts.
        horizon_h
            Length of the plan, 1 to 8784 h.
        frozen_h
            What is about to start within so much stays.

        Returns
        -------
        Rerouting
            The plan. ``fed.propose(answer.offer(), deadline)`` asks its sites to agree.

        Raises
        ------
        ReroutingError
            When there is no such policy, the scenario is none, or a limit, weight or horizon means
        nothing.
        ScenarioError
            When an edit names what the cluster does not have.
        """
        return plan(
            self.fork(),
            scenario,
            policy,
            folder=self._scenario_folder,
            seconds=seconds,
            iterations=iterations,
            gap=gap,
            seed=seed,
            weights=weights,
            horizon_h=horizon_h,
            frozen_h=frozen_h,
        )


def reroute(
    cluster: str | Path | ClusterSnapshot,
    scenario: Scenario | Path | str | Sequence[Edit] | None = None,
    policy: str = "search",
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    gap: float | None = None,
    seed: int | None = None,
    weights: Weights | None = None,
    horizon_h: float = 672.0,
    frozen_h: float = 4.0,
    plant_seed: int = 1,
) -> Rerouting:
    """Plan where the open work of a cluster should be done, without opening it for longer.

    Parameters
    ----------
    cluster
        A fork, or the folder or sample of a cluster. Of the latter the emulated plant runs to the
        scenario's ``fork_at`` (without a scenario: to the cluster's start) and is forked there.
    scenario, policy, seconds, iterations, gap, seed, weights, horizon_h, frozen_h
        See ``fed.reroute``.
    plant_seed
        Of the emulated plant.

    Raises
    ------
    ClusterError
        With everything that is wrong in the cluster's files.
    ReroutingError, ScenarioError
        See ``fed.reroute``.
    """
    from analytics.rerouting.errors import ReroutingError
    from analytics.scenario import Scenario
    from federation.snapshot import ClusterSnapshot

    if scenario is not None and not isinstance(scenario, (Scenario, str, Path)):
        _edits(scenario)  # what is no scenario is told before a plant runs
    folder: Path | None = None
    if isinstance(cluster, ClusterSnapshot):
        snapshot = cluster
    else:
        from twinfed.samples import find_cluster

        if not isinstance(cluster, (str, Path)):
            raise ReroutingError(
                f"{cluster!r} is no cluster",
                where="cluster",
                remedy="give its folder, the name of a sample, or a fork",
            )
        folder = find_cluster(cluster)
        snapshot = _emulated(folder, scenario, plant_seed)
    return plan(
        snapshot,
        scenario,
        policy,
        folder=folder,
        seconds=seconds,
        iterations=iterations,
        gap=gap,
        seed=seed,
        weights=weights,
        horizon_h=horizon_h,
        frozen_h=frozen_h,
    )


def plan(
    snapshot: ClusterSnapshot,
    scenario: Scenario | Path | str | Sequence[Edit] | None,
    policy: str,
    *,
    folder: Path | None,
    seconds: float | None,
    iterations: int | None,
    gap: float | None,
    seed: int | None,
    weights: Weights | None,
    horizon_h: float,
    frozen_h: float,
) -> Rerouting:
    """The question put together, and its answer."""
    from analytics.rerouting.limited import limited
    from analytics.rerouting.questions import Question
    from analytics.rerouting.rerouted import reroute as answer
    from analytics.rerouting.weights import Weights

    chosen = limited(policy, seconds=seconds, iterations=iterations, gap=gap, seed=seed)
    believed = _believed(scenario, snapshot, folder)
    question = Question(believed, weights or Weights(), horizon_h, frozen_h)
    return answer(snapshot, question, chosen, policy)


def _believed(
    given: Scenario | Path | str | Sequence[Edit] | None,
    snapshot: ClusterSnapshot,
    folder: Path | None,
) -> Scenario | None:
    from analytics.scenario import Scenario
    from twinfed.scenarios import find_scenario

    if given is None:
        return None
    if not isinstance(given, (Scenario, str, Path)):
        edits = _edits(given)
        given = Scenario(id="edits", title="edits", fork_at=snapshot.taken_at, edits=edits)
    return find_scenario(given, snapshot.cluster, folder)


def _edits(given: object) -> tuple[Edit, ...]:
    """What was given in place of a scenario, as edits; refused where it is something else."""
    from analytics.edits.base import Edit
    from analytics.rerouting.errors import ReroutingError

    if not isinstance(given, (list, tuple)):
        raise ReroutingError(
            f"{given!r} is no scenario",
            where="scenario",
            remedy="give a scenario, its file, the id of one, or a list of edits",
        )
    for one in given:
        if not isinstance(one, Edit):
            raise ReroutingError(
                f"{one!r} is no edit",
                where="scenario",
                remedy="give edits, such as GridOutage(...)",
            )
    return tuple(given)


def _emulated(
    folder: Path, scenario: Scenario | Path | str | Sequence[Edit] | None, seed: int
) -> ClusterSnapshot:
    """The cluster in the middle of its work, at the moment of the scenario."""
    from analytics.scenario import Scenario
    from federation.topology.load import load_cluster
    from twinfed.client import LocalCluster
    from twinfed.scenarios import find_scenario

    spec = load_cluster(folder)
    moment = spec.start
    if isinstance(scenario, (Scenario, str, Path)):
        moment = find_scenario(scenario, spec, folder).fork_at
    with LocalCluster(spec, folder=folder) as fed:
        fed.emulate(moment, seed=seed)
        return fed.fork()
