"""A study says what it cannot run, and runs where there is nothing to do."""

import pytest

from analytics.answer import StudyError
from analytics.scenario import Scenario
from analytics.study import Study
from federation.cut import planned
from tests.support.small_cluster import MONDAY, small_cluster

CALM = Scenario(id="calm", title="Nothing happens", fork_at=MONDAY, edits=())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"replications": 0}, "0 replications; ask for at least one"),
        ({"replications": 1.5}, "replications is 1.5; give a whole number"),
        ({"replications": "3"}, "replications is '3'"),
        ({"seed": float("nan")}, "seed is nan; give a whole number"),
        ({"seed": None}, "seed is None"),
        ({"seed": -1}, "the seed -1; use one from 0"),
        ({"seed": 2**64}, "the seed 18446744073709551616"),
        ({"horizon_h": -1.0}, "a horizon of -1.0 h"),
        ({"horizon_h": float("nan")}, "horizon_h is nan"),
        ({"horizon_h": float("inf")}, "a horizon of inf h; give at most 8784"),
        ({"horizon_h": "7"}, "horizon_h is '7'"),
        ({"workers": 0}, "no worker"),
        ({"scenarios": ["calm"]}, "'calm' is no scenario; give load_scenario"),
        ({"scenarios": None}, "None is no scenario"),
        ({"scenarios": [CALM, CALM]}, "a scenario twice"),
        ({"responses": [None]}, "None is no response; give its name"),
        ({"responses": []}, "there is no response"),
        ({"choose_by": "luck"}, "choose_by is 'luck'; choose by mean or cvar"),
        (
            {"choose_by": "cvar", "antithetic": True},
            "choice by cvar takes none; leave antithetic out",
        ),
    ],
)
def test_a_study_that_means_nothing_is_refused_at_once(change, words):
    asked = {"scenarios": CALM, "responses": ["stay"], **change}
    with pytest.raises(StudyError, match="the study cannot run") as refused:
        Study(planned(small_cluster()), asked.pop("scenarios"), **asked)
    assert words in str(refused.value)


def test_more_energy_than_can_be_counted_is_refused():
    cluster = small_cluster()
    first = cluster.sites[0]
    furnace = first.machines[0].model_copy(update={"run_kw": 5000.0})
    larger = first.model_copy(update={"machines": (furnace, *first.machines[1:])})
    snapshot = planned(cluster.model_copy(update={"sites": (larger, *cluster.sites[1:])}))
    Study(snapshot, CALM, horizon_h=24.0)
    with pytest.raises(StudyError, match=r"more energy than .* counts; ask for at most \d+ h"):
        Study(snapshot, CALM, horizon_h=672.0)


def test_one_response_needs_no_list():
    study = Study(planned(small_cluster()), CALM, "stay")
    assert [one.id for one in study.responses] == ["stay"]


def test_a_cluster_without_orders_has_an_answer():
    idle = small_cluster().model_copy(update={"orders": ()})
    result = Study(planned(idle), CALM, ["stay", "greedy"], replications=1, engine="local").run()
    assert result.tables["orders"].num_rows == 0
    assert result.verdict.sentence.startswith("Stay")
