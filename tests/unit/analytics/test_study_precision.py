"""Studies that run until they are sharp, and in antithetic pairs."""

import numpy as np
import polars as pl
import pytest

from analytics.answer import StudyError
from analytics.scenario import Scenario
from analytics.study import Study
from federation.cut import planned
from tests.support.small_cluster import MONDAY, small_cluster

CALM = Scenario(id="calm", title="Nothing happens", fork_at=MONDAY, edits=())


def study(**asked):
    settings = {"horizon_h": 30.0, "engine": "local", **asked}
    return Study(planned(small_cluster()), CALM, "stay", **settings)


def costs(result):
    rows = result.kpis.filter(
        (pl.col("kpi") == "cost") & (pl.col("scope") == "cluster") & (pl.col("response") == "stay")
    )
    return rows.sort("replication").get_column("value").to_list()


@pytest.fixture(scope="module")
def pairs():
    return study(replications=4, antithetic=True).run()


def test_the_first_of_a_pair_has_the_draws_of_a_plain_replication(pairs):
    plain = costs(study(replications=2).run())
    assert costs(pairs)[0::2] == plain
    assert costs(pairs)[1::2] != plain


def test_the_mean_of_a_pair_is_the_observation(pairs):
    mean = pairs.figures().mean("stay", "cost")
    assert mean.count == 2
    assert mean.estimate == pytest.approx(np.mean(costs(pairs)))
    assert pairs.manifest["study"]["antithetic"] is True


def test_a_target_that_is_met_at_once_takes_the_first_look():
    told = []
    one = study(replications=3, target_half_width=1e9)
    result = one.run(progress=lambda done, total: told.append((done, total)))
    assert len(costs(result)) == 10
    assert result.context().replications == 10
    assert result.manifest["study"]["replications"] == 10
    assert told[-1][0] == told[-1][1]


def test_a_target_that_cannot_be_met_ends_at_the_most():
    result = study(replications=3, target_half_width=1e-9, max_replications=12).run()
    assert len(costs(result)) == 12
    assert result.manifest["study"]["target"]["half_width"] == 1e-9


def test_the_rows_are_those_of_as_many_plain_replications():
    sharp = study(replications=3, target_half_width=1e-9, max_replications=12).run()
    plain = study(replications=12).run()
    assert sharp.tables["kpis"].equals(plain.tables["kpis"])


def test_risk_has_a_row_for_each_response(pairs):
    rows = study(replications=3).run().risk("cost", probability=0.5)
    assert rows.get_column("response").to_list() == ["stay"]
    assert rows.get_column("cvar").item() >= rows.get_column("quantile").item()
    assert rows.get_column("cvar_low").item() is None
    assert pairs.risk("cost").get_column("quantile_low").item() is None
    with pytest.raises(StudyError, match="no key figure 'costs'"):
        pairs.risk("costs")


def test_work_in_progress_of_a_run_too_short_to_settle_is_refused(pairs):
    with pytest.raises(ValueError, match="too few"):
        pairs.steady_wip("stay")
    with pytest.raises(StudyError, match="no traced run of 'run'"):
        pairs.steady_wip("run")
