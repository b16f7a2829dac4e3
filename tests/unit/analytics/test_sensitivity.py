"""What becomes of a verdict when assumed figures are lower or higher."""

from datetime import timedelta

import polars as pl
import pytest

from analytics.answer import ResponseInfo, StudyError
from analytics.chart_sensitivity import tornado_chart
from analytics.scenario import Scenario
from analytics.sensitivity.groups import Group, LeftOut, groups, varied
from analytics.sensitivity.outcome import Effect, Sensitivity
from analytics.sensitivity.page import write_sensitivity
from analytics.statistics import mean_interval
from analytics.study import Study, StudyCancelledError
from analytics.tables_sensitivity import SENSITIVITY
from federation.cut import planned
from federation.topology.model import ClusterSpec
from tests.support.small_cluster import MONDAY, small_cluster

OUTAGE = {
    "kind": "grid_outage", "region": "sahel", "start": MONDAY + timedelta(hours=24),
    "end": MONDAY + timedelta(hours=174),
}  # fmt: skip
ROADS = "assumption: from the map"


def assumed(**notes):
    """The small cluster; ``notes`` name one field each of lamp, link N-S, battery or laser."""
    spec = small_cluster().model_dump(mode="json", exclude_unset=True)
    places = {
        "lamp": spec["products"][0],
        "link": spec["links"][0],
        "van": spec["links"][1],
        "battery": spec["sites"][0]["energy"]["inverter"]["battery"],
        "oven": spec["sites"][0]["machines"][1],
        "stock": spec["sites"][0]["stock"][0],
    }
    for place, fields in notes.items():
        places[place]["notes"] = fields
    return ClusterSpec.model_validate(spec)


def study(cluster, horizon_h, responses=("stay", "greedy"), **changes):
    what = Scenario(id="test", title="Test", fork_at=MONDAY, edits=(OUTAGE,))
    settings = {"replications": 2, "engine": "local", "horizon_check": False, **changes}
    return Study(planned(cluster), what, list(responses), horizon_h=horizon_h, **settings)


def test_figures_of_a_kind_behind_one_assumption_rise_together():
    cluster = assumed(link={"drive_h": ROADS, "cost_per_t": ROADS}, van={"drive_h": ROADS})
    (drive, cost), left = groups(cluster)
    assert left == ()
    assert (drive.kind, len(drive.figures), drive.title) == ("links.drive_h", 2, "links drive h")
    assert (cost.kind, len(cost.figures)) == ("links.cost_per_t", 1)
    changed = varied(drive, cluster, 0.5)
    assert [one.drive_h for one in changed.links] == [27.0, 6.0]
    others = ({**one.model_dump(), "drive_h": 0.0} for one in changed.links)
    assert list(others) == [{**one.model_dump(), "drive_h": 0.0} for one in cluster.links]
    assert changed.sites == cluster.sites


def test_the_same_kind_behind_two_assumptions_makes_two_groups():
    cluster = assumed(link={"drive_h": ROADS}, van={"drive_h": "assumption: a guess"})
    found, _ = groups(cluster)
    assert [(one.kind, one.note) for one in found] == [
        ("links.drive_h", "from the map"),
        ("links.drive_h", "a guess"),
    ]


def test_fractions_end_at_one_whole_numbers_are_rounded():
    guess = "assumption: a guess"
    cluster = assumed(
        battery={"charge_efficiency": guess, "reserve_fraction": guess},
        oven={"batch_capacity_units": guess},
    )
    found = {one.kind.rpartition(".")[2]: one for one in groups(cluster)[0]}
    assert "charge_efficiency" not in found  # nobody wrote it: it is a default
    more = varied(found["batch_capacity_units"], cluster, 0.33)
    assert more.sites[0].machines[1].batch_capacity_units == 53
    battery = varied(found["reserve_fraction"], cluster, 0.3).sites[0].energy.inverter.battery
    assert battery.reserve_fraction == pytest.approx(0.39)


def test_what_the_fork_holds_is_left_out():
    guess = "assumption: a guess"
    cluster = assumed(stock={"on_hand": guess}, battery={"reserve_fraction": guess})
    (reserve,), (stock,) = groups(cluster)
    assert stock == LeftOut("sites.stock.on_hand", "a guess", 1, "the fork holds what was observed")
    full = varied(reserve, cluster, 9.0).sites[0].energy.inverter.battery
    assert full.reserve_fraction == 1.0


def test_what_the_specification_refuses_is_left_out_with_its_reason():
    cluster = assumed(link={"travel_time_cv": "assumption: a guess"})
    (spread,), _ = groups(cluster)
    refused = varied(spread, cluster, 99.0)
    assert (refused.kind, refused.figures) == ("links.travel_time_cv", 1)
    assert refused.reason == "at +9900%: Input should be less than or equal to 3"


@pytest.mark.slow
def test_a_variant_that_cannot_be_run_is_left_out_with_its_reason():
    cluster = assumed(oven={"run_kw": "assumption: a guess"})
    spec = cluster.model_dump(mode="json", exclude_unset=True)
    spec["sites"][0]["machines"][1]["run_kw"] = 1e5  # 30 % more is beyond the energy counters
    found = study(ClusterSpec.model_validate(spec), 24.0).sensitivity()
    (refused,) = found.left_out
    assert refused.reason.startswith("at +30%: the study cannot run: NORTH may take or give 13")
    assert {one.change for one in found.effects} == {-0.3}


@pytest.mark.parametrize(
    ("responses", "settings", "asked"),
    [
        (("stay",), {}, {}),
        (("stay", "greedy"), {"replications": 1}, {}),
        (("stay", "greedy"), {}, {"change": 1.0}),
        (("stay", "greedy"), {}, {"top": 0}),
        (("stay", "greedy"), {}, {"scenario": "other"}),
    ],
)
def test_what_means_nothing_is_refused_before_anything_runs(responses, settings, asked):
    with pytest.raises(StudyError):
        study(small_cluster(), 100.0, responses, **settings).sensitivity(**asked)


@pytest.fixture(scope="module")
def ten_days():
    """It pays to move work south, if only the roads are as good as assumed."""
    cluster = assumed(
        lamp={"price": "assumption: a price"},
        link={"drive_h": ROADS, "cost_per_t": "assumption: a rate"},
    )
    asked = study(cluster, 240.0)
    seen = []
    return asked, asked.sensitivity(top=2, progress=lambda *counts: seen.append(counts)), seen


@pytest.mark.slow
def test_a_verdict_that_flips_names_the_assumption(ten_days):
    _, found, _ = ten_days
    assert found.answer == ("reroute", "greedy")
    assert not found.holds
    assert {one.group.kind for one in found.flips} == {"links.drive_h"}
    longer = next(one for one in found.flips if one.change > 0)
    assert longer.answer == ("stay", "stay")
    assert found.sentence.startswith("Flips: greedy rerouting saves ")
    assert "waiting under links drive h +30 % (from the map)" in found.sentence


@pytest.mark.slow
def test_the_saving_is_that_of_a_study_of_the_other_cluster(ten_days):
    asked, found, _ = ten_days
    longer = next(one for one in found.flips if one.change > 0)
    drive = longer.group.at(asked.snapshot.cluster, 0.3)
    assert drive.links[0].drive_h == pytest.approx(23.4)
    there, here = (
        study(cluster, 240.0).run().figures().paired("stay", "greedy", "cost")
        for cluster in (drive, asked.snapshot.cluster)
    )
    assert longer.saving.estimate == pytest.approx(there.estimate, abs=1e-6)
    assert longer.saving.half_width == pytest.approx(there.half_width, abs=1e-6)
    assert found.base.estimate == pytest.approx(here.estimate, abs=1e-6)
    assert longer.effect.estimate == pytest.approx(there.estimate - here.estimate, abs=1e-6)


@pytest.mark.slow
def test_what_does_not_matter_ranks_last_and_is_run_once(ten_days):
    _, found, seen = ten_days
    table = found.table()
    assert table.schema.equals(SENSITIVITY)
    frame = pl.from_arrow(table)
    last = frame.filter(pl.col("rank") == 3)
    assert last.get_column("effect").to_list() == [0.0, 0.0]
    assert frame.filter(pl.col("rank") == 1).get_column("kind").unique().item() == "links.drive_h"
    assert last.get_column("replications").to_list() == [1, 1]
    assert last.get_column("verdict").to_list() == [None, None]
    assert frame.filter(pl.col("rank") == 1).get_column("replications").to_list() == [2, 2]
    # 2 x 2 as they stand, 3 groups x 2 x 2 once, 2 groups x 2 x 2 twice
    assert seen[-1] == (4 + 12 + 16, 4 + 12 + 16)


@pytest.mark.slow
def test_the_picture_and_the_folder_say_what_the_table_says(ten_days, tmp_path):
    _, found, _ = ten_days
    spec = tornado_chart(found).properties(width=700).to_dict()
    rows = next(iter(spec["datasets"].values())) if "datasets" in spec else spec["layer"][0]["data"]
    bars = rows["values"] if isinstance(rows, dict) else rows
    assert [bar["effect"] for bar in bars] == [
        pytest.approx(one.effect.estimate, abs=1e-3) for one in found.effects
    ]
    assert any(bar["text"].endswith("→ waiting") for bar in bars)
    folder = write_sensitivity(found, tmp_path / "out")
    assert pl.read_parquet(folder / "sensitivity.parquet").height == 6
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Flips: greedy rerouting saves" in page


@pytest.mark.slow
def test_a_verdict_that_holds_says_what_changes_it_most():
    found = study(
        assumed(lamp={"lateness_cost_per_unit_day": "assumption: by the price"}), 300.0
    ).sensitivity()
    assert found.holds
    assert found.answer == ("reroute", "greedy")
    assert found.sentence.startswith("Holds: greedy rerouting saves ")
    assert "under ±30 % of each" in found.sentence
    down, up = found.effects
    assert down.effect.estimate == pytest.approx(-up.effect.estimate)  # money is linear
    assert up.effect.estimate > 0.0


@pytest.mark.slow
def test_it_can_be_cancelled():
    asked = study(assumed(link={"drive_h": ROADS}), 100.0)
    with pytest.raises(StudyCancelledError):
        asked.sensitivity(progress=lambda done, _: asked.cancel() if done == 5 else None)


def test_groups_that_read_alike_have_bars_of_their_own():
    parts = ("products.root.operations", "products.root.components.operations")
    alike = [Group(f"{kind}.unit_time_min", "drawn up", ()) for kind in parts]
    deeper = Group("products.root.components.components.operations.unit_time_min", "drawn up", ())
    assert [one.title for one in alike] == [
        "products operations unit time min",
        "components operations unit time min",
    ]
    assert deeper.title == alike[1].title
    found = Sensitivity(
        "dark", "Dark", "USD", ResponseInfo("stay", "waiting", "stay", waits=True),
        ResponseInfo("greedy", "greedy rerouting", "greedy", reroutes=True),
        0.3, mean_interval([9.0, 11.0]), ("reroute", "greedy"),
        tuple(
            Effect(group, change, mean_interval([9.0]), mean_interval([change]))
            for group in (*alike, deeper)
            for change in (-0.3, 0.3)
        ),
        0, (),
    )  # fmt: skip
    spec = tornado_chart(found).properties(width=700).to_dict()
    bars = (spec["layer"][0].get("data") or spec["data"])["values"]
    assert len({bar["name"] for bar in bars}) == 3
