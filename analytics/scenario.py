"""Scenario: edits on a fork of the live state, what really happens and what is believed of it."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import numpy as np
from pydantic import Field

from analytics.edits.base import Change, Edit
from analytics.edits.errors import ScenarioError
from analytics.edits.registry import edit_types
from analytics.simulation import layout
from analytics.simulation.compile.snapshot import compile_cluster, observe
from analytics.simulation.layout import P_CALENDAR
from analytics.simulation.model import Ints, Records, SimModel, SimState
from federation.snapshot import ClusterSnapshot
from federation.topology.model import ClusterSpec, Moment
from federation.topology.problems import ClusterError, Problem, did_you_mean
from federation.topology.validation import validate
from federation.topology.yaml_source import YamlDocument, read_yaml
from twins.spec_base import Identifier, Spec

if TYPE_CHECKING:
    AnyEdit = Edit
else:
    AnyEdit = Annotated[reduce(operator.or_, edit_types().values()), Field(discriminator="kind")]


class Scenario(Spec):
    """A what-if: edits, and the moment at which the live state is forked.

    Parameters
    ----------
    fork_at
        The moment that the question is asked; the edits carry their own times.
    """

    id: Identifier
    title: str = Field(min_length=1)
    fork_at: Moment
    edits: tuple[AnyEdit, ...] = ()

    def replace(self, **changes: object) -> Self:
        """The same scenario with other values, validated: a variant."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self)(**{**values, **changes})

    def check(self, cluster: ClusterSpec) -> None:
        """See that the cluster has everything that the edits name.

        Raises
        ------
        ScenarioError
            With all that is missing.
        """
        problems = [
            f"scenario '{self.id}', edit {number} ({edit.kind}): {problem}"
            for number, edit in enumerate(self.edits, start=1)
            for problem in edit.check(cluster)
        ]
        if problems:
            raise ScenarioError("\n".join(problems))

    def transform(self, snapshot: ClusterSnapshot) -> ClusterSnapshot:
        """The snapshot with what the edits add to it before the fork: orders.

        Raises
        ------
        ScenarioError
            When an edit names what the cluster does not have.
        """
        self.check(snapshot.cluster)
        for edit in self.edits:
            snapshot = edit.transform(snapshot)
        return snapshot

    def compile(
        self, snapshot: ClusterSnapshot, horizon_ms: int = 4 * layout.WEEK_MS
    ) -> tuple[SimModel, SimState]:
        """Model and state of the snapshot under this scenario, with what really happens.

        Raises
        ------
        ScenarioError
            When an edit names what the cluster does not have.
        CompileError
            When the cluster or its state cannot be simulated as described.
        """
        changed = self.transform(snapshot)
        model = compile_cluster(changed.cluster, changed.taken_at, horizon_ms)
        model = replace(model, known_ms=self._known_ms(model))
        return observe(model.with_primitives(self.primitives(model)), changed)

    def primitives(self, model: SimModel) -> Records:
        """What really happens, as ``PRIMITIVE_C`` sorted by time."""
        changes = (change for edit in self.edits for change in edit.changes(model))
        return merge(chain(model.published.tolist(), changes))

    def beliefs(self, model: SimModel, now_ms: int) -> Records:
        """What is believed at ``now_ms`` to have happened and to come."""
        now = model.fork_at + timedelta(milliseconds=int(now_ms))
        believed = (change for edit in self.edits for change in edit.believed(model, now))
        return merge(chain(model.published.tolist(), believed))

    def news_times(self, fork_at: datetime | None = None) -> tuple[int, ...]:
        """Moments after the fork at which what is believed changes, in ms from it, ascending."""
        fork = fork_at or self.fork_at
        moments = {
            -((fork - moment) // timedelta(milliseconds=1))
            for edit in self.edits
            for moment in edit.news()
        }
        return tuple(sorted(moment for moment in moments if moment > 0))

    def _known_ms(self, model: SimModel) -> Ints:
        """int64[lots]: when the order of each lot becomes known."""
        known = model.known_ms.copy()
        if model.cluster is None:
            return known
        for edit in self.edits:
            moment = (edit.known_from - model.fork_at) // timedelta(milliseconds=1)
            for order in edit.added_orders(model.cluster):
                known[model.lot["order"] == model.names.order_row[order]] = moment
        return known


def merge(changes: Iterable[Change]) -> Records:
    """Changes sorted by time; those of the same count at the same moment are added up.

    An outage that ends in the moment another begins is no change at all.
    """
    counted: dict[tuple[int, int, int], int] = {}
    switched: list[Change] = []
    for time_ms, kind, entity, value in changes:
        if kind == P_CALENDAR:
            switched.append((time_ms, kind, entity, value))
        else:
            key = (time_ms, kind, entity)
            counted[key] = counted.get(key, 0) + value
    rows = [(*key, value) for key, value in counted.items() if value != 0]
    return np.array(sorted([*rows, *switched]), dtype=layout.PRIMITIVE_C)


def load_scenario(path: Path | str, cluster: ClusterSpec | None = None) -> Scenario:
    """Read a scenario file.

    Parameters
    ----------
    path
        The YAML file.
    cluster
        Where given, what the edits name must be there.

    Raises
    ------
    ClusterError
        With everything that is wrong in the file.
    """
    document, problems = read_yaml(Path(path))
    if document is None:
        raise ClusterError(path, problems)
    edits: list[Edit] = []
    entries = document.at(("edits",))
    for number in range(len(entries) if isinstance(entries, list) else 0):
        edit, found = _edit(document, number)
        problems += found
        if edit is not None:
            edits.append(edit)
            problems += _missing(document, number, edit, cluster)
    head = document
    if isinstance(entries, list):
        rest = {key: value for key, value in document.data.items() if key != "edits"}
        head = replace(document, data=rest)
    scenario, found = validate(Scenario, head)
    problems += found
    if scenario is None or problems:
        raise ClusterError(path, problems)
    return scenario.replace(edits=tuple(edits))


def _edit(document: YamlDocument, number: int) -> tuple[Edit | None, list[Problem]]:
    place = ("edits", number)
    kind = document.at((*place, "kind"))
    known = edit_types()
    if isinstance(document.at(place), dict) and kind not in known:
        what = "the key 'kind' is missing" if kind is None else f"there is no edit '{kind}'"
        remedy = did_you_mean(str(kind or ""), known)
        return None, [document.problem((*place, "kind"), "unknown-edit", what, remedy)]
    return validate(known.get(kind, Edit), document, place)


def _missing(
    document: YamlDocument, number: int, edit: Edit, cluster: ClusterSpec | None
) -> list[Problem]:
    """What the edit names that the cluster does not have."""
    if cluster is None:
        return []
    found = []
    for sentence in edit.check(cluster):
        what, _, remedy = sentence.partition("; ")
        found.append(document.problem(("edits", number), "unknown-name", what, remedy))
    return found
