"""A study of harmattan: equal rows wherever it runs, live twins untouched, whole folders."""

from datetime import datetime, timedelta

import polars as pl
import pyarrow as pa
import pytest

from analytics.kpis.registry import UNDISTURBED, control_id
from analytics.rerouting.response import Response
from analytics.study import Study, StudyCancelledError
from analytics.tables import KPI_KEYS, KPIS
from tests.integration.analytics.conftest import RESPONSES, scenario

pytestmark = pytest.mark.slow

CONTROL = control_id("greedy")


def cluster_values(result, kpi):
    """Values by response, over the replications."""
    rows = result.kpis.filter((pl.col("kpi") == kpi) & (pl.col("scope") == "cluster"))
    return dict(rows.group_by("response").agg(pl.col("value").sort_by("replication")).iter_rows())


@pytest.mark.ray
@pytest.mark.parametrize("workers", [1, 2])
def test_rows_are_equal_whatever_the_engine_and_the_number_of_workers(
    collapse_study, result, ray_rt, workers
):
    assert ray_rt.is_initialized()
    elsewhere = collapse_study(engine="ray", workers=workers).run()
    for name, table in result.tables.items():
        assert elsewhere.tables[name].equals(table), name
    assert elsewhere.contexts == result.contexts
    assert elsewhere.manifest == result.manifest


def test_live_twins_are_untouched_by_a_what_if(fed, snapshot, collapse_study):
    before, content = fed.federation.state_hashes(), snapshot.content_hash
    collapse_study(replications=1).run()
    assert fed.federation.state_hashes() == before
    assert snapshot.content_hash == content
    assert fed.fork().content_hash == content


def test_the_stream_tells_the_same_rows_as_they_come(collapse_study, result):
    study = collapse_study()
    batches = list(study.stream())
    assert len(batches) == study.runs == 3 * (1 + len(RESPONSES) + 1)
    streamed = pa.Table.from_batches(batches, schema=KPIS)
    keys = [(key, "ascending") for key in KPI_KEYS]
    assert streamed.sort_by(keys).combine_chunks().equals(result.tables["kpis"])


def test_progress_counts_up_to_the_runs(collapse_study):
    seen = []
    study = collapse_study(replications=1, responses=("stay",))
    list(study.stream(progress=lambda done, whole: seen.append((done, whole))))
    assert seen == [(0, 2), (1, 2), (2, 2)]


def test_a_cancelled_study_stops_and_can_run_again(collapse_study):
    study = collapse_study(responses=("stay",))
    with pytest.raises(StudyCancelledError, match="was cancelled"):
        study.run(progress=lambda done, whole: study.cancel() if done == 2 else None)
    assert len(list(study.stream())) == study.runs


@pytest.mark.ray
def test_cancelling_ends_the_tasks(collapse_study, ray_rt):
    study = collapse_study(engine="ray", workers=2, replications=40, responses=("stay",))
    with pytest.raises(StudyCancelledError):
        study.run(progress=lambda done, whole: study.cancel() if done == 3 else None)
    # the workers are free again: a task gets its turn
    assert ray_rt.get(ray_rt.remote(num_cpus=2)(lambda: "free").remote(), timeout=60) == "free"


def test_the_same_study_gives_the_same_bytes(collapse_study, tmp_path):
    folders = [
        collapse_study(replications=2).run().write(tmp_path / name) for name in ("one", "two")
    ]
    names = sorted(path.name for path in folders[0].iterdir())
    assert {
        "manifest.json", "kpis.parquet", "orders.parquet", "operations.parquet",
        "energy.parquet", "transports.parquet", "report.html",
    } <= set(names)  # fmt: skip
    assert names == sorted(path.name for path in folders[1].iterdir())
    for name in names:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name


def test_another_seed_gives_other_rows_and_another_manifest(collapse_study, result):
    other = collapse_study(seed=8).run()
    assert other.manifest != result.manifest
    assert not other.tables["kpis"].equals(result.tables["kpis"])


def test_the_first_replications_do_not_depend_on_how_many_follow(collapse_study, result):
    fewer = collapse_study(replications=2).run()
    assert fewer.kpis.equals(result.kpis.filter(pl.col("replication") < 2))


def test_tracing_in_full_changes_no_figure(collapse_study, result, monkeypatch):
    monkeypatch.setattr("analytics.replication._FULL", 0)
    plain = collapse_study().run()
    assert plain.tables["energy_series"].num_rows == 0
    assert result.tables["energy_series"].num_rows > 0
    assert plain.kpis.equals(result.kpis)


def test_every_response_meets_the_same_orders_and_the_baseline_none_of_the_disruption(result):
    due = cluster_values(result, "orders_due")
    assert set(due) == {UNDISTURBED, *RESPONSES, CONTROL}
    assert len({tuple(values) for values in due.values()}) == 1
    off = cluster_values(result, "grid_off_h")
    assert all(calm < stay for calm, stay in zip(off[UNDISTURBED], off["stay"], strict=True))


def test_the_collapse_is_answered_by_rerouting_and_the_short_outage_by_staying(
    harmattan, collapse_study
):
    from twinfed.client import LocalCluster

    collapse = collapse_study(replications=8).run().verdict
    assert (collapse.kind, collapse.response) == ("reroute", "greedy")
    assert collapse.saving.low > 0.0
    assert collapse.decide_by is not None
    short = scenario("kaduna-short-outage")
    with LocalCluster(harmattan) as fed:
        fed.emulate(short.fork_at, seed=1)
        calm = Study(fed.fork(), short, replications=8, seed=7, engine="local").run()
    assert (calm.verdict.kind, calm.verdict.response) == ("stay", "stay")


def test_nobody_plans_with_the_truth(collapse_study):
    """The real end moves, the belief stays: every plan before the news is the same."""
    first = scenario("nigeria-grid-collapse").edits[0]
    news = first.end_announced_at
    ends = {"as-told": first.end, "a-day-later": first.end + timedelta(days=1)}
    variants = [
        scenario("nigeria-grid-collapse").replace(id=name, edits=(first.replace(end=end),))
        for name, end in ends.items()
    ]
    result = collapse_study(scenarios=variants, responses=("greedy",)).run()
    plans = result.frame("plans").filter(pl.col("response") == "greedy")
    plans = plans.sort("replication", "decided_at")
    before = plans.filter(pl.col("decided_at") < news)
    told, later = (before.filter(pl.col("scenario") == name).drop("scenario") for name in ends)
    assert told.height >= 3
    assert told.equals(later)
    after = plans.filter(pl.col("decided_at") == news)
    told, later = (after.filter(pl.col("scenario") == name).drop("scenario") for name in ends)
    assert told.height == 3
    assert not told.get_column("digest").equals(later.get_column("digest"))


def test_a_response_that_replans_has_a_control_with_its_moments_and_no_disruption(result):
    off, extra = cluster_values(result, "grid_off_h"), cluster_values(result, "extra_cost")
    assert off[CONTROL] == off[UNDISTURBED]
    costs = cluster_values(result, "cost")
    for control, calm, more in zip(costs[CONTROL], costs[UNDISTURBED], extra[CONTROL], strict=True):
        assert control - calm == pytest.approx(more, abs=0.01)
    plans = result.frame("plans")
    asked = {
        response: plans.filter(pl.col("response") == response).select("replication", "decided_at")
        for response in ("greedy", CONTROL)
    }
    assert asked["greedy"].height >= 3
    assert asked[CONTROL].equals(asked["greedy"])
    policies = result.kpis.filter(pl.col("response") == CONTROL)["policy"].unique().to_list()
    assert policies == ["greedy"]
    assert result.manifest["controls"] == [
        {"id": CONTROL, "response": "greedy", "baseline": UNDISTURBED}
    ]
    assert result.compare(UNDISTURBED, CONTROL).height > 0
    assert any("answers the disruption" in reason for reason in result.verdict.reasons)


def test_a_disruption_that_touches_nothing_leaves_the_control_nothing_to_explain(collapse_study):
    """A link that is shut for a minute at night, with the news at other times: all is repair."""
    night = datetime.fromisoformat("2027-02-16T03:00:00+01:00")
    shut = scenario("lagos-cotonou-border").edits[0]
    edit = shut.replace(start=night, end=night + timedelta(minutes=1), believed_end=None)
    shut_at_night = scenario("lagos-cotonou-border").replace(edits=(edit,))
    result = collapse_study(scenarios=shut_at_night, responses=("stay", "greedy")).run()
    rows = {
        response: result.kpis.filter(pl.col("response") == response).drop("response")
        for response in ("stay", UNDISTURBED, "greedy", CONTROL)
    }
    assert rows["greedy"].equals(rows[CONTROL])
    calm = rows[UNDISTURBED].filter(~pl.col("kpi").str.starts_with("extra_"))
    same = rows["stay"].join(
        calm.select("scope", "subject", "kpi", "replication"),
        how="semi",
        on=["scope", "subject", "kpi", "replication"],
    )
    assert same.equals(calm)


def test_a_control_knows_when_there_is_news_and_not_what_it_says(collapse_study):
    black, roster = scenario("nigeria-grid-collapse").edits
    collapse = scenario("nigeria-grid-collapse")
    milder = collapse.replace(edits=(black.replace(region=None, site="WA-LOS"), roster))
    controls = [
        collapse_study(scenarios=one, responses=("stay", "greedy"), replications=2)
        .run()
        .kpis.filter(pl.col("response") == CONTROL)
        for one in (collapse, milder)
    ]
    assert controls[0].height > 0
    assert controls[0].equals(controls[1])


def test_several_scenarios_share_one_undisturbed_run(collapse_study):
    names = ("nigeria-grid-collapse", "lagos-cotonou-border")
    both = collapse_study(
        scenarios=[scenario(name) for name in names], responses=("stay",), replications=2
    ).run()
    calm = both.kpis.filter(pl.col("response") == UNDISTURBED).drop("scenario")
    assert calm.height == 2 * calm.unique().height
    assert {context.scenario for context in both.contexts} == set(names)
    assert both.report().count("<article>") == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scenarios": []}, "there is no scenario; give at least one"),
        ({"responses": []}, "there is no response"),
        ({"responses": ["stay", "stay"]}, "a response twice; give it once"),
        ({"replications": 0}, "0 replications; ask for at least one"),
        ({"horizon_h": 0.0}, "a horizon of 0.0 h"),
        ({"workers": 0}, "no worker"),
        ({"engine": "dask"}, "engine 'dask'; use ray or local"),
        ({"responses": ["greedy", Response(CONTROL)]}, "which is the name of a baseline"),
        ({"responses": ["wait"]}, "there is no response 'wait'"),
    ],
)
def test_a_study_that_cannot_run_says_why(collapse_study, changes, message):
    with pytest.raises(ValueError, match=message):
        collapse_study(**changes)
