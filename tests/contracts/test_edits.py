"""What every registered kind of edit promises."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

from analytics.edits.base import Disruption, Edit, Level, LeverGroup
from analytics.edits.investment import Investment
from analytics.edits.merging import LIMITS, SHARES
from analytics.edits.registry import edit_types
from analytics.scenario import Scenario, load_scenario
from analytics.simulation.layout import DAY_MS, P_CALENDAR, PPM
from federation.cut import planned
from federation.topology.load import load_cluster
from federation.topology.problems import ClusterError
from tests.support.small_cluster import small_cluster

SITE = """\
site:
      id: WEST
      name: West
      country: GH
      latitude_deg: 5
      longitude_deg: -3
      machines: [{id: brake, process: bending}]
      energy: {grid: {limit_kw: 20}}
    links: [{id: S-W, start: SOUTH, end: WEST, mode: van, distance_km: 90, drive_h: 2}]
    permissions: [{product: plate, part: plate}]"""

EXAMPLES = {
    "added_battery": (
        "site: SOUTH\n    battery: {capacity_kwh: 60, charge_kw: 20, discharge_kw: 20}\n"
        "    inverter: {power_kw: 20}"
    ),
    "added_genset": (
        "site: NORTH\n    genset: {rated_kw: 20, tank_l: 80, fuel_on_hand_l: 50, backs_up: [shop]}"
    ),
    "added_link": (
        "link: {id: S-C, start: SOUTH, end: clinic, mode: air, distance_km: 900, drive_h: 2}"
    ),
    "added_machine": "site: NORTH\n    machine: {id: press, process: bending, bus: shop}",
    "added_pv": "site: NORTH\n    pv: {peak_kw: 15}",
    "added_site": SITE,
    "border_closed": "country: NG\n    other: GH",
    "carbon_price": "steps: [{at: 2027-01-05T00:00:00Z, price_per_t: 80}]",
    "design_version": """\
product: lamp
    customer: gate
    design:
      id: lamp-2
      name: Lamp 2
      price: 30
      lateness_cost_per_unit_day: 0.3
      root: {id: lamp, mass_kg: 0.4, operations: [{id: join, process: assembly, unit_time_min: 3}]}
      permissions: [{part: lamp, site: SOUTH}]
      variants: [{id: NG-plug, markets: [NG]}, {id: GH-plug, markets: [GH]}]""",
    "demand_drop": "product: lamp\n    customer: gate\n    factor: 0",
    "demand_surge": "product: lamp\n    factor: 1.5",
    "fuel_price": "steps: [{at: 2027-01-05T00:00:00Z, factor: 2}]\n    region: sahel",
    "fuel_shortage": "site: SOUTH\n    share: 0",
    "grid_limit": "site: NORTH\n    share: 0.5",
    "grid_voltage": "region: sahel\n    voltage_fraction: 0.8",
    "grid_outage": "region: sahel",
    "link_closed": "link: N-S",
    "low_sun": "site: NORTH\n    share: 0.4",
    "machine_down": "site: NORTH\n    machine: brake",
    "machine_upgrade": "site: NORTH\n    machine: brake\n    speed_factor: 1.5",
    "machine_wear": "site: NORTH\n    machine: brake\n    speed_share: 0.6\n    drift_h: 24",
    "moved_cell": (
        "site: SOUTH\n    machine: printer\n    to: NORTH\n    bus: shop\n    downtime_h: 0"
    ),
    "region_down": "region: sahel\n    roads: true",
    "rented_capacity": (
        "site: NORTH\n    machine: {id: press, process: bending, bus: shop}\n    price_per_h: 9"
    ),
    "site_down": "site: SOUTH",
    "supplier_failure": "material: sheet\n    site: NORTH\n    share: 0.3",
    "certification_delay": "product: lamp\n    part: shell\n    delay_h: 12",
    "quality_drift": "site: NORTH\n    machine: brake\n    yield_share: 0.8\n    drift_h: 24",
    "staff_absence": "site: SOUTH\n    pool: crew\n    share: 0.5",
    "tariff_path": "region: sahel\n    steps: [{at: 2027-01-05T00:00:00Z, factor: 2}]",
    "trained_people": "site: SOUTH\n    pool: crew\n    people: 2\n    ramp_h: 0",
    "variant_rule": "product: lamp\n    variant: NG-plug\n    markets: [GH]",
}
"""The fields of each kind that are its own. A new kind adds its line here."""

COMMON = (Investment, Disruption, Edit)
"""What the reference says of all of them at once."""

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

ONCE = {
    "design_version",
    "added_link",
    "added_site",
    "added_genset",
    "added_machine",
    "added_battery",
    "added_pv",
    "moved_cell",
    "rented_capacity",
    "tariff_path",
    "carbon_price",
    "fuel_price",
}
"""Kinds of which a second one alike, later, is refused or means nothing else."""

every_kind = pytest.mark.parametrize("kind", edit_types())


@pytest.fixture(scope="module")
def cluster():
    later = {"id": "ORD-4", "release": "2027-01-08T06:00:00Z", "due": "2027-01-15T06:00:00Z"}
    orders = [order.model_dump() for order in small_cluster().orders]
    north, south = (site.model_dump() for site in small_cluster().sites)
    skills = dict.fromkeys(("laser_cutting", "bending", "coating", "assembly"), 1)
    crew = {"id": "crew", "headcount": 4, "skills": skills}
    sites = [north, south | {"pools": [crew]}]
    return small_cluster(sites=sites, orders=[*orders, orders[0] | later])


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


def held(rows, moment):
    """What holds at a moment, by kind and entity: counts added up, shares as set."""
    found = {}
    for row in rows[rows["time_ms"] <= moment]:
        kind, entity, value = int(row["kind"]), int(row["entity"]), int(row["value"])
        if kind in SHARES or kind in LIMITS:
            found[kind, entity] = value - PPM
        elif kind != P_CALENDAR:
            found[kind, entity] = found.get((kind, entity), 0) + value
    return {key: value for key, value in found.items() if value}


@every_kind
def test_it_does_something(kind, loaded, cluster):
    scenario = loaded(kind)
    snapshot = planned(cluster)
    model, _ = scenario.compile(snapshot)
    changed = scenario.transform(snapshot)
    assert (
        len(scenario.primitives(model)) > 0
        or changed.content_hash != snapshot.content_hash
        or model.dropped
        or scenario.prices(cluster)
    )


@every_kind
def test_it_changes_nothing_outside_its_window(kind, loaded, cluster):
    scenario = loaded(kind)
    model, _ = scenario.compile(planned(cluster))
    rows = scenario.primitives(model)
    before, after = held(rows, DAY_MS - 1), held(rows, 8 * DAY_MS)
    if issubclass(edit_types()[kind], Investment):
        assert before == after != held(rows, DAY_MS)  # it is not there, then it is
    else:
        assert before == after == {}
    assert rows["time_ms"].max(initial=0) <= 8 * DAY_MS
    moments = {moment for step in scenario.prices(cluster) for moment in (step.start, step.end)}
    edit = scenario.edits[0]
    assert all(edit.start <= moment <= edit.end for moment in moments)


@every_kind
def test_what_is_believed_is_balanced_at_every_moment(kind, loaded, cluster):
    scenario = loaded(kind)
    model, _ = scenario.compile(planned(cluster))
    absent = held(scenario.primitives(model), 0)
    for now in range(0, 12 * DAY_MS, DAY_MS // 2):
        assert held(scenario.beliefs(model, now), 99 * DAY_MS) == absent


@every_kind
def test_edits_listed_in_another_order_make_the_same_scenario(kind, loaded, cluster):
    (edit,) = loaded(kind).edits
    (other,) = loaded("demand_surge").edits
    pair = (
        (edit, edit.replace(start=edit.start + timedelta(days=3))) if kind not in ONCE else (edit,)
    )
    some = Scenario(id="contract", title="Order", fork_at=edit.start, edits=(*pair, other))
    same = some.replace(edits=some.edits[::-1])
    (model, state), (again, there) = (one.compile(planned(cluster)) for one in (some, same))
    assert again.hash == model.hash
    assert again.dropped == model.dropped
    assert there.digest() == state.digest()


@every_kind
def test_it_survives_json_and_fits_its_schema(kind, loaded):
    (edit,) = loaded(kind).edits
    text = edit.model_dump_json()
    assert type(edit).model_validate_json(text) == edit
    jsonschema.Draft202012Validator(type(edit).model_json_schema()).validate(json.loads(text))


@every_kind
def test_what_it_does_is_what_is_believed_once_all_is_known(kind, loaded, cluster):
    scenario = loaded(kind)
    model, _ = scenario.compile(planned(cluster))
    assert (scenario.beliefs(model, 8 * DAY_MS) == scenario.primitives(model)).all()


@every_kind
def test_nothing_is_believed_before_it_is_announced(kind, loaded, cluster):
    scenario = loaded(kind)
    model, _ = scenario.compile(planned(cluster))
    before = scenario.beliefs(model, DAY_MS // 2 - 1)
    assert held(before, 99 * DAY_MS) == held(scenario.primitives(model), 0)
    assert set(before["time_ms"]) <= {0}
    assert scenario.news_times()[0] == DAY_MS // 2
    moment = scenario.fork_at + timedelta(hours=12)
    assert scenario.prices(cluster, moment - timedelta(seconds=1)) == ()
    assert scenario.prices(cluster, moment) == scenario.prices(cluster)


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
    problems = edit.check(missing)
    assert problems or kind == "carbon_price"  # which names nothing
    assert all("; " in problem for problem in problems)


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


PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "edits.md").read_text()
GUIDE = (Path(__file__).parents[2] / "docs" / "guide" / "whatif.md").read_text()


@pytest.fixture(scope="module")
def harmattan():
    return load_cluster(Path(__file__).parents[2] / "configs" / "harmattan")


def yaml_of(text):
    return [
        block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "fork_at" in block
    ]


@every_kind
def test_the_reference_names_it_with_its_own_keys_and_its_tag(kind):
    edit = edit_types()[kind]
    (line,) = (line for line in PAGE.splitlines() if line.startswith(f"| `{kind}`"))
    common = next(base for base in edit.__mro__ if base in COMMON).model_fields
    own = [name for name in edit.model_fields if name not in common]
    assert [name for name in own if f"`{name}`" not in line] == []
    assert line.endswith(f"| {edit.group}/{edit.level} |")


@pytest.mark.parametrize("text", [*yaml_of(PAGE), *yaml_of(GUIDE)])
def test_scenarios_in_the_documentation_can_be_run(text, tmp_path, harmattan):
    path = tmp_path / "scenario.yaml"
    path.write_text(text)
    scenario = load_scenario(path, harmattan)
    model, _ = scenario.compile(planned(harmattan, scenario.fork_at), horizon_ms=DAY_MS)
    assert scenario.edits
    assert (scenario.beliefs(model, 0)["time_ms"] >= 0).all()
