"""A fork goes on exactly as its cluster does, where nothing is left to chance."""

from datetime import timedelta

import numpy as np
import pytest

from analytics.plant import Plant
from analytics.simulation.compile import compile_snapshot
from analytics.simulation.layout import DAY_MS, HOUR_MS
from analytics.simulation.run import run
from federation.cut import planned
from tests.support.observed import observed
from tests.support.small_cluster import MONDAY, small_cluster
from twins.work import LotState


def certain_cluster():
    """The small cluster without breakdowns, outages, rejects and spread."""
    data = small_cluster().model_dump()
    for site in data["sites"]:
        site["energy"]["grid"]["outages"] = None
        for machine in site["machines"]:
            machine["failure"] = None
    for part in (data["products"][0]["root"], *data["products"][0]["root"]["components"]):
        for operation in part["operations"]:
            operation |= {"time_cv": 0.0, "yield_fraction": 1.0, "resume_probability": 1.0}
    for link in data["links"]:
        link["travel_time_cv"] = 0.0
    return small_cluster(**data)


@pytest.mark.parametrize("hours", [3, 8.5, 20, 31, 57, 80.25, 104, 130, 200, 260])
def test_the_fork_goes_on_as_the_truth_does(hours):
    cluster = certain_cluster()
    plant = Plant(cluster)
    moment = MONDAY + timedelta(hours=hours)
    plant.advance(moment)
    truth = {name: table.to_pylist() for name, table in plant.truth().items()}
    model, state = compile_snapshot(observed(planned(cluster, moment), **truth))
    end = MONDAY + timedelta(days=28)
    run(model, state, 28 * DAY_MS - round(hours * HOUR_MS))
    plant.advance(end)
    assert (state.lot["state"] == LotState.DELIVERED).sum() == 6
    later = {row["lot"]: row for row in plant.truth()["lots"].to_pylist()}
    for name, record in zip(model.names.lots, state.lot, strict=True):
        since = moment + timedelta(milliseconds=int(record["since_ms"]))
        assert (name, since) == (name, later[name]["since"])
        assert record["state"] == later[name]["state"]
    stock = np.array([row["quantity"] for row in plant.truth()["stock"].to_pylist()])
    assert state.stock["on_hand"] / 1000.0 == pytest.approx(stock)
