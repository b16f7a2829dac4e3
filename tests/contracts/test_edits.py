"""What every registered kind of edit promises."""

from datetime import timedelta
from typing import get_args

import pytest

from analytics.edits.base import Disruption, Level, LeverGroup
from analytics.edits.registry import edit_types
from analytics.scenario import load_scenario
from analytics.simulation.layout import DAY_MS, P_CALENDAR
from federation.cut import planned
from federation.topology.problems import ClusterError
from tests.support.small_cluster import small_cluster

EXAMPLES = {
    "demand_surge": "product: lamp\n    factor: 1.5",
    "grid_outage": "region: sahel",
    "link_closed": "link: N-S",
    "machine_down": "site: NORTH\n    machine: brake",
    "site_down": "site: SOUTH",
}
"""The fields of each kind that are its own. A new kind adds its line here."""

FILE = """\
id: contract
title: Contract
fork_at: 2027-01-04T00:00:00Z
edits:
  - kind: {kind}
    {own}
    announced_at: 2027-01-04T12:00:00Z
    start: 2027-01-05T00:00:00Z
    end: 2027-01-12T00:00:00Z
"""

every_kind = pytest.mark.parametrize("kind", edit_types())


@pytest.fixture(scope="module")
def cluster():
    return small_cluster()


@pytest.fixture
def loaded(tmp_path, cluster):
    def load(kind, **lines):
        text = FILE.format(kind=kind, own=EXAMPLES[kind])
        for old, new in lines.items():
            text = text.replace(f"    {old}: ", f"    {new}: ")
        path = tmp_path / f"{kind}.yaml"
        path.write_text(text)
        return load_scenario(path, cluster)

    return load


def test_every_kind_has_an_example():
    assert set(EXAMPLES) == set(edit_types())


@every_kind
def test_it_is_tagged_with_lever_group_and_level(kind):
    edit = edit_types()[kind]
    assert edit.group in get_args(LeverGroup)
    assert edit.level in get_args(Level)


@every_kind
def test_it_is_read_from_yaml(kind, loaded):
    (edit,) = loaded(kind).edits
    assert type(edit) is edit_types()[kind]
    assert edit.kind == kind


@every_kind
def test_an_unknown_key_is_refused_with_its_line(kind, loaded):
    with pytest.raises(ClusterError, match=r":7: edits\[0\]\.anounced_at: unknown key|anounced_at"):
        loaded(kind, announced_at="anounced_at")


@every_kind
def test_it_is_announced_before_it_starts(kind, loaded):
    (edit,) = loaded(kind).edits
    assert edit.known_from <= edit.start
    with pytest.raises(ValueError, match="announced_at is after start"):
        edit.replace(announced_at=edit.start + timedelta(seconds=1))


@every_kind
def test_it_does_something_and_undoes_it(kind, loaded, cluster):
    scenario = loaded(kind)
    snapshot = planned(cluster)
    model, _ = scenario.compile(snapshot)
    rows = scenario.primitives(model)
    counted = rows[rows["kind"] != P_CALENDAR]
    assert counted["value"].sum() == 0
    assert set(counted["value"]) <= {-1, 1}
    changed = scenario.transform(snapshot)
    assert len(rows) > 0 or changed.content_hash != snapshot.content_hash


@every_kind
def test_what_is_believed_is_balanced_at_every_moment(kind, loaded, cluster):
    scenario = loaded(kind)
    model, _ = scenario.compile(planned(cluster))
    for now in range(0, 12 * DAY_MS, DAY_MS // 2):
        assert scenario.beliefs(model, now)["value"].sum() == 0


@every_kind
def test_nothing_is_believed_before_it_is_announced(kind, loaded, cluster):
    scenario = loaded(kind)
    model, _ = scenario.compile(planned(cluster))
    assert len(scenario.beliefs(model, DAY_MS // 2 - 1)) == 0
    assert scenario.news_times()[0] == DAY_MS // 2


@every_kind
def test_a_variant_is_made_without_touching_the_original(kind, loaded):
    (edit,) = loaded(kind).edits
    later = edit.replace(end=edit.end + timedelta(days=1))
    assert later.end - edit.end == timedelta(days=1)
    assert later.replace(end=edit.end) == edit


@every_kind
def test_what_it_names_must_exist(kind, loaded):
    (edit,) = loaded(kind).edits
    missing = small_cluster(
        sites=[small_cluster().sites[1].model_copy(update={"id": "ELSEWHERE"}).model_dump()],
        links=[],
        products=[],
        orders=[],
        genset_hire=[],
        customers=[],
    )
    (problem,) = edit.check(missing)
    assert "; " in problem


@pytest.mark.parametrize(
    "kind", [kind for kind, edit in edit_types().items() if issubclass(edit, Disruption)]
)
def test_a_disruption_is_believed_to_end_when_it_is_said_to(kind, loaded, cluster):
    scenario = loaded(kind)
    model, _ = scenario.compile(planned(cluster))
    said = scenario.edits[0].start + timedelta(days=2)
    mistaken = scenario.replace(edits=(scenario.edits[0].replace(believed_end=said),))
    assert mistaken.beliefs(model, DAY_MS)["time_ms"].max() == 3 * DAY_MS
    assert mistaken.primitives(model)["time_ms"].max() == 8 * DAY_MS
