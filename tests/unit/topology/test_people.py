"""People, tools, setups and upkeep that cannot be are refused with file, path and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from federation.topology.load import load_cluster
from federation.topology.problems import ClusterError
from tests.support.workshop import write_workshop

LABOUR = "labour: {headcount: 2, wage_per_h: 2}"
BRAKE = "{id: brake, process: bending, run_kw: 4}"
LASTS_4_H = "duration: {kind: deterministic, mean_h: 4}"
WELD = "{id: weld, process: mig_welding, unit_time_min: 15}"


def _rules(folder: Path, **changes: tuple[str, str]) -> list[tuple[str, str]]:
    write_workshop(folder, **changes)
    with pytest.raises(ClusterError) as raised:
        load_cluster(folder)
    assert all(problem.remedy for problem in raised.value.problems)
    return [(problem.path, problem.rule) for problem in raised.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "path", "rule"),
    [
        (
            LABOUR,
            "pools: [{id: a, headcount: 2, skills: {bending: 2}}]",
            "machines[1].operators",
            "no-operators",
        ),
        (
            LABOUR,
            "pools: [{id: a, headcount: 2, skills: {bending: 2, mig_welding: 2, forging: 1}}]",
            "pools[0].skills.forging",
            "unknown-process",
        ),
        (
            LABOUR,
            "pools: [{id: a, headcount: 2, skills: {bending: 5, mig_welding: 2}}]",
            "pools[0].skills.bending",
            "skill-level",
        ),
        (
            BRAKE,
            f"{BRAKE[:-1]}, setups: {{default_min: 5, initial_family: red}}}}",
            "machines[0].setups.initial_family",
            "unknown-family",
        ),
        (
            BRAKE,
            f"{BRAKE[:-1]}, maintenance: {{every_h: 4, {LASTS_4_H}}}}}",
            "machines[0].maintenance.every_h",
            "no-time-to-work",
        ),
        (LABOUR, "tools: [{id: jig}, {id: jig}]", "tools[1].id", "duplicate-id"),
    ],
)
def test_what_cannot_be_is_refused(
    tmp_path: Path, old: str, new: str, path: str, rule: str
) -> None:
    assert (path, rule) in _rules(tmp_path, sites__shop_a=(old, new))


def test_a_machine_that_needs_more_people_than_a_pool_has_is_refused(tmp_path: Path) -> None:
    pools = "pools: [{id: a, headcount: 2, skills: {bending: 2, mig_welding: 2}}]"
    folder = write_workshop(tmp_path, sites__shop_a=(LABOUR, pools))
    site = folder / "sites" / "shop-a.yaml"
    text = site.read_text(encoding="utf-8").replace("run_kw: 4}", "run_kw: 4, operators: 3}")
    site.write_text(text, encoding="utf-8")
    with pytest.raises(ClusterError, match="needs 3 people of one pool at once"):
        load_cluster(folder)


def test_a_tool_that_no_site_keeps_is_refused(tmp_path: Path) -> None:
    found = _rules(tmp_path, products__frame=(WELD, WELD.replace("}", ", tool: jig}")))
    assert ("root.operations[1].tool", "unknown-tool") in found


def test_a_site_without_the_tool_does_not_qualify(tmp_path: Path) -> None:
    from federation.topology.capability import CapabilityIndex

    folder = write_workshop(
        tmp_path,
        products__frame=(WELD, WELD.replace("}", ", tool: jig}")),
        sites__shop_b=("labour: {headcount: 2, wage_per_h: 3}", "tools: [{id: jig}]"),
    )
    index = CapabilityIndex(load_cluster(folder))
    assert [entry.site for entry in index.candidates("FRAME", "frame", 1)] == ["SHOP-B"]
    refusal = index.refusals("FRAME", "frame", 1)[0]
    assert (refusal.requirement, refusal.reason) == ("tool", "SHOP-A keeps no jig in its tools")
