"""Questions for a policy: the order book of a cluster, or the live state under a scenario."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from analytics.edits.prices import carbon_price
from analytics.rerouting.errors import ReroutingError
from analytics.rerouting.figures import check_hours
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.weights import Weights
from analytics.scenario import Scenario
from analytics.simulation.belief import believe
from analytics.simulation.compile.snapshot import compile_snapshot
from analytics.simulation.layout import HOUR_MS, WEEK_MS
from analytics.simulation.model import Records, SimModel, SimState
from federation.cut import planned
from federation.snapshot import ClusterSnapshot
from federation.topology.model import ClusterSpec

AFTER_LAST_DUE_MS = 4 * WEEK_MS
"""How long after the last due date a plan for an order book may run."""


def order_book(
    cluster: ClusterSpec, weights: Weights | None = None, horizon_h: float | None = None
) -> ReroutingProblem:
    """The whole order book, from empty floors.

    The running plan is what each part's first permitted work centre would do, by due date.

    Parameters
    ----------
    cluster
        Sites, products and orders.
    weights
        What counts.
    horizon_h
        How far plans are judged; default: four weeks after the last due date.

    Raises
    ------
    CompileError
        When an operation has no permitted work centre.
    """
    if horizon_h is None:
        last_due = max((order.due for order in cluster.orders), default=cluster.start)
        span_ms = max(0, (last_due - cluster.start) // timedelta(milliseconds=1))
        horizon_ms = span_ms + AFTER_LAST_DUE_MS
    else:
        horizon_ms = round(horizon_h * HOUR_MS)
    sampled, state = compile_snapshot(planned(cluster), horizon_ms=horizon_ms)
    model = sampled.with_run(0, 0, deterministic=True)
    return ReroutingProblem(
        model, state, 0, 0, cluster, weights or Weights(), horizon_ms=horizon_ms
    )


@dataclass(frozen=True, slots=True)
class Question:
    """Where the open work of the live state should be done, given what is believed.

    Parameters
    ----------
    scenario
        What is believed to come; ``None``: nothing but what the cluster publishes.
    weights
        What counts.
    horizon_h
        Length of the plan, 1 to 8784 h.
    frozen_h
        What is about to start within so much stays.

    Raises
    ------
    ReroutingError
        When the horizon is not from an hour to a year, the frozen one does not lie within it, or
        the weights are none.
    """

    scenario: Scenario | None = None
    weights: Weights = field(default_factory=Weights)
    horizon_h: float = 672.0
    frozen_h: float = 4.0

    def __post_init__(self) -> None:
        if not isinstance(self.weights, Weights):
            raise ReroutingError(
                f"{self.weights!r} are no weights", where="weights", remedy="give a Weights(...)"
            )
        check_hours(self.horizon_h, self.frozen_h)

    def problem(self, snapshot: ClusterSnapshot) -> ReroutingProblem:
        """The question, asked of a fork.

        Raises
        ------
        ScenarioError
            When an edit names what the cluster does not have.
        CompileError
            When the cluster or its state cannot be simulated as described.
        """
        scenario = self.scenario or Scenario(
            id="live", title="live", fork_at=snapshot.taken_at, edits=()
        )
        horizon_ms = round(self.horizon_h * HOUR_MS)
        model, state = scenario.compile(snapshot, horizon_ms)
        return believed(
            scenario,
            scenario.beliefs(model, 0),
            model.with_run(0, 0),
            state,
            snapshot.cluster,
            horizon_ms,
            round(self.frozen_h * HOUR_MS),
            self.weights,
        )

    def to_json(self) -> str:
        """The text that ``from_json`` reads."""
        scenario = None
        if self.scenario is not None:
            scenario = self.scenario.model_dump(mode="json", exclude_unset=True)
        document = {
            "scenario": scenario,
            "weights": asdict(self.weights),
            "horizon_h": self.horizon_h,
            "frozen_h": self.frozen_h,
        }
        return json.dumps(document, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Question:
        """The question that ``to_json`` wrote; of an empty text that without a scenario.

        Raises
        ------
        ReroutingError
            When the text is none.
        """
        if not text:
            return cls()
        try:
            found = json.loads(text)
            scenario = found["scenario"]
            if scenario is not None:
                scenario = Scenario.model_validate_json(json.dumps(scenario), strict=True)
            weights = Weights(**found["weights"])
            return cls(scenario, weights, found["horizon_h"], found["frozen_h"])
        except (KeyError, TypeError, ValueError) as error:
            raise ReroutingError(
                f"the question cannot be read ({error}); ask again with this version"
            ) from error


def believed(
    scenario: Scenario,
    beliefs: Records,
    model: SimModel,
    state: SimState,
    cluster: ClusterSpec,
    until_ms: int,
    frozen_ms: int,
    weights: Weights,
    now_ms: int = 0,
) -> ReroutingProblem:
    """What is believed at a moment of a run, and nothing of what is to come.

    Parameters
    ----------
    scenario
        Where prices come from.
    beliefs
        What it has people believe at ``now_ms``, as ``PRIMITIVE_C``.
    model, state
        Of the run, at ``now_ms``.
    cluster
        Where the model has none of its own.
    until_ms
        End of the horizon, ms from the fork.
    frozen_ms
        What is about to start within so much stays.
    weights
        What counts.
    now_ms
        The decision, ms from the fork.
    """
    believed_model, believed_state = believe(model, state, beliefs)
    cluster = model.cluster or cluster  # with what the scenario adds
    now = model.fork_at + timedelta(milliseconds=now_ms)
    price = carbon_price(scenario.prices(cluster, now), now, cluster.carbon_price_per_t)
    if price != cluster.carbon_price_per_t:
        cluster = cluster.model_copy(update={"carbon_price_per_t": price})
    return ReroutingProblem(
        believed_model,
        believed_state,
        now_ms,
        min(frozen_ms, until_ms - now_ms),
        cluster,
        weights,
        until_ms - now_ms,
    )
