"""Scenario: edits on a fork of the live state, what really happens and what is believed of it."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field

from analytics.edits.base import Edit, at
from analytics.edits.errors import ScenarioError
from analytics.edits.merging import compose, merge
from analytics.edits.prices import PriceStep
from analytics.edits.registry import edit_types
from analytics.remember import by_identity
from analytics.simulation import layout
from analytics.simulation.compile.snapshot import compile_cluster, observe, with_absences
from analytics.simulation.compile.ways import way_table
from analytics.simulation.dropped import without_dropped
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
        """See that the cluster, with what the edits before add, has everything that each names.

        Raises
        ------
        ScenarioError
            With all that is missing.
        """
        problems = [
            f"scenario '{self.id}', edit {row + 1} ({self.edits[row].kind}): {problem}"
            for row, found in enumerate(missing(self.edits, cluster))
            for problem in found
        ]
        if problems:
            raise ScenarioError("\n".join(problems))

    def transform(self, snapshot: ClusterSnapshot) -> ClusterSnapshot:
        """The snapshot with what the edits add to it before the fork: orders, sites, machines.

        Raises
        ------
        ScenarioError
            When an edit names what the cluster does not have.
        """
        return self._transformed(snapshot)[0]

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
        changed, known = self._transformed(snapshot)
        model = _compiled(changed.cluster, changed.taken_at, horizon_ms)
        model = with_absences(model, changed)
        opens = sorted(
            (model.names.site_row[site], at(model, edit.start))
            for edit in self.edits
            for site in edit.opened_sites()
        )
        model = replace(model, known_ms=_known_ms(model, known), opens_ms=tuple(opens))
        model, state = observe(model.with_primitives(self.primitives(model)), changed)
        ways = self.ways(model)
        if ways:
            state.next_hop[:] = ways[0][1]
        return without_dropped(model, state, self._dropped(changed, model))

    def ways(self, model: SimModel) -> tuple[tuple[int, Ints], ...]:
        """The ways between places when links come or go: ms from the fork, next hops.

        Empty where no edit adds a link; else the first is that of the fork.
        """
        spans = {link: (edit.start, edit.end) for edit in self.edits for link in edit.added_links()}
        if not spans or model.cluster is None:
            return ()
        moments = {at(model, moment) for span in spans.values() for moment in span} | {0}

        def shut(time_ms: int) -> list[int]:
            now = model.fork_at + timedelta(milliseconds=time_ms)
            gone = [link for link, (start, end) in spans.items() if not start <= now < end]
            return [row for link in gone for row in model.names.link_rows[link]]

        return tuple(
            (moment, way_table(model, model.cluster, shut(moment))) for moment in sorted(moments)
        )

    def affected(self, snapshot: ClusterSnapshot) -> tuple[tuple[str, ...], ...]:
        """For each edit the lots of the snapshot that it changes by itself, for the record."""
        return tuple(edit.affected(snapshot) for edit in self.edits)

    def prices(self, cluster: ClusterSpec, now: datetime | None = None) -> tuple[PriceStep, ...]:
        """Prices that differ from those of the cluster; ``now``: those that are known then."""
        return tuple(
            step
            for edit in self.edits
            if now is None or edit.known_from <= now
            for step in edit.prices(cluster)
        )

    def costs(self, since: datetime, until: datetime) -> dict[str, float]:
        """Money by kind of cost that the edits themselves cost from ``since`` to ``until``."""
        total: dict[str, float] = {}
        for edit in self.edits:
            for part, amount in edit.costs(since, until).items():
                total[part] = total.get(part, 0.0) + amount
        return total

    def primitives(self, model: SimModel) -> Records:
        """What really happens, as ``PRIMITIVE_C`` sorted by time."""
        changes = (change for edit in self.edits for change in edit.changes(model))
        return merge(chain(model.published.tolist(), compose(changes)))

    def beliefs(self, model: SimModel, now_ms: int) -> Records:
        """What is believed at ``now_ms`` to have happened and to come."""
        now = model.fork_at + timedelta(milliseconds=int(now_ms))
        believed = (change for edit in self.edits for change in edit.believed(model, now))
        return merge(chain(model.published.tolist(), compose(believed)))

    def news_times(self, fork_at: datetime | None = None) -> tuple[int, ...]:
        """Moments after the fork at which what is believed changes, in ms from it, ascending."""
        fork = fork_at or self.fork_at
        moments = {
            -((fork - moment) // timedelta(milliseconds=1))
            for edit in self.edits
            for moment in edit.news()
        }
        return tuple(sorted(moment for moment in moments if moment > 0))

    def _transformed(
        self, snapshot: ClusterSnapshot
    ) -> tuple[ClusterSnapshot, dict[str, datetime]]:
        """The changed snapshot, and when each order that is new in it becomes known."""
        self.check(snapshot.cluster)
        known: dict[str, datetime] = {}
        for edit in self._in_order():
            before = {order.id for order in snapshot.cluster.orders}
            snapshot = edit.transform(snapshot)
            added = {order.id for order in snapshot.cluster.orders} - before
            known |= dict.fromkeys(added, edit.known_from)
        return snapshot, known

    def _in_order(self) -> list[Edit]:
        """The edits in an order that does not depend on how they are listed."""
        return sorted(self.edits, key=_place)

    def _dropped(self, snapshot: ClusterSnapshot, model: SimModel) -> dict[int, int]:
        """Rows of the lots that nobody wants any more, and when that becomes known."""
        found: dict[int, int] = {}
        for edit in self.edits:
            known_ms = _ms(edit.known_from, model)
            for lot in edit.dropped_lots(snapshot):
                row = model.names.lot_row[lot]
                found[row] = min(known_ms, found.get(row, known_ms))
        return found


def missing(edits: Sequence[Edit], cluster: ClusterSpec) -> list[list[str]]:
    """For each edit what it names that is not there, a sentence with the remedy each.

    There is what the cluster has, and what the edits before add to it.
    """
    found: list[list[str]] = [[] for _ in edits]
    for row in sorted(range(len(edits)), key=lambda row: _place(edits[row])):
        found[row] = edits[row].check(cluster)
        if not found[row]:
            cluster = edits[row].enlarged(cluster)
    return found


def _place(edit: Edit) -> tuple[str, str]:
    """Key of an edit among all: what is added (``added_*``) comes before what may name it."""
    return edit.kind, edit.model_dump_json()


@by_identity(4)
def _compiled(cluster: ClusterSpec, fork: datetime, horizon_ms: int) -> SimModel:
    """The constants of a cluster; scenarios that leave it as it is share them."""
    return compile_cluster(cluster, fork, horizon_ms)


def _known_ms(model: SimModel, known: Mapping[str, datetime]) -> Ints:
    """int64[lots]: when the order of each lot becomes known."""
    known_ms = model.known_ms.copy()
    for order, moment in known.items():
        known_ms[model.lot["order"] == model.names.order_row[order]] = _ms(moment, model)
    return known_ms


def _ms(moment: datetime, model: SimModel) -> int:
    return (moment - model.fork_at) // timedelta(milliseconds=1)


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
    edits: dict[int, Edit] = {}
    entries = document.at(("edits",))
    for number in range(len(entries) if isinstance(entries, list) else 0):
        edit, found = _edit(document, number)
        problems += found
        if edit is not None:
            edits[number] = edit
    if cluster is not None:
        problems += _missing(document, edits, cluster)
    head = document
    if isinstance(entries, list):
        rest = {key: value for key, value in document.data.items() if key != "edits"}
        head = replace(document, data=rest)
    scenario, found = validate(Scenario, head)
    problems += found
    if scenario is None or problems:
        raise ClusterError(path, problems)
    return scenario.replace(edits=tuple(edits.values()))


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
    document: YamlDocument, edits: Mapping[int, Edit], cluster: ClusterSpec
) -> list[Problem]:
    """What the edits name that neither the cluster nor an edit before has."""
    problems = []
    for number, found in zip(edits, missing(tuple(edits.values()), cluster), strict=True):
        for sentence in found:
            what, _, remedy = sentence.partition("; ")
            problems.append(document.problem(("edits", number), "unknown-name", what, remedy))
    return problems
