"""Who can do an operation, and why others cannot."""

from analytics.rerouting.candidates import APPROVED, FORBIDDEN, CandidateTable
from analytics.simulation.layout import WEEK_MS
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import believed, cluster_data, metal_cluster

CUT, BEND, ASSEMBLE = 0, 1, 2


def table(cluster=None, change=None, **options):
    cluster = cluster or metal_cluster()
    model, state = believed(cluster)
    if change:
        change(model, state)
    return model, CandidateTable(model, state, cluster, WEEK_MS, **options)


def names(model, groups):
    return [model.names.groups[group] for group in groups]


def test_capability_and_permission_make_a_candidate():
    model, found = table()
    assert names(model, found.groups(CUT)) == [("North", "laser"), ("South", "laser")]
    assert names(model, found.groups(ASSEMBLE)) == [("Port", "cell")]


def test_each_other_site_is_refused_on_a_named_requirement():
    _, found = table()
    assert [(row.site, row.requirement) for row in found.refusals(CUT)] == [("Port", "process")]


def test_a_permission_taken_back_refuses():
    def withdraw(model, state):
        state.gate["status"][1 * model.parts + model.names.part_row["P", "enclosure"]] = FORBIDDEN

    model, found = table(change=withdraw)
    assert names(model, found.groups(BEND)) == [("North", "brake")]
    assert [(row.site, row.requirement) for row in found.refusals(BEND)] == [
        ("South", "permission"),
        ("Port", "process"),
    ]


def test_absent_material_refuses_unless_it_is_on_order():
    data = cluster_data()
    data["sites"][1]["stock"] = []
    model, found = table(ClusterSpec.model_validate(data))
    assert names(model, found.groups(CUT)) == [("North", "laser")]
    assert ("South", "material") in [(row.site, row.requirement) for row in found.refusals(CUT)]
    assert names(model, found.groups(BEND)) == [("North", "brake"), ("South", "brake")]

    data["sites"][1]["stock"] = [{"material": "sheet", "on_hand": 0, "weekly_receipt": 50}]
    model, found = table(ClusterSpec.model_validate(data))
    assert names(model, found.groups(CUT)) == [("North", "laser"), ("South", "laser")]


def test_a_machine_that_does_not_work_the_material_refuses():
    data = cluster_data()
    data["sites"][1]["machines"][0]["materials_worked"] = ["acrylic"]
    data["products"][0]["root"]["components"][0]["operations"][0]["material_worked"] = "sheet"
    _, found = table(ClusterSpec.model_validate(data))
    assert ("South", "material_worked") in [
        (row.site, row.requirement) for row in found.refusals(CUT)
    ]


def test_approved_sites_can_be_preferred():
    model, found = table(approved_only=True)
    assert names(model, found.groups(CUT)) == [("North", "laser")]

    def approve(model, state):
        state.gate["status"][1 * model.parts + model.names.part_row["P", "enclosure"]] = APPROVED

    model, found = table(change=approve, approved_only=True)
    assert names(model, found.groups(CUT)) == [("North", "laser"), ("South", "laser")]
