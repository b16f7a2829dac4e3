"""The demo's day: ten sites tell a day to their twins, and the twins show what is so."""

from datetime import timedelta

import pytest

from analytics.plant import Plant
from analytics.rerouting.greedy import plan_from_empty
from federation.runtime.federation import Federation
from tests.support.mirror import differences
from twins.clock import ManualClock
from twins.work import LotState

pytestmark = pytest.mark.slow

BEGIN, DAY = timedelta(days=36, hours=6), timedelta(days=1)


@pytest.fixture(scope="module")
def entries(harmattan):
    return plan_from_empty(harmattan)


@pytest.mark.parametrize("engine", ["local", pytest.param("ray", marks=pytest.mark.ray)])
def test_the_mirror_agrees_with_the_plant(engine, harmattan, entries, tmp_path, request):
    if engine == "ray":
        request.getfixturevalue("ray_rt")
    plant = Plant(harmattan, entries)
    plant.advance(harmattan.start + BEGIN)
    clock = ManualClock(harmattan.start)
    with Federation(harmattan, tmp_path, engine, twins_per_host=5, clock=clock) as fed:
        fed.publish_schedule(entries, "first schedule: greedy, from empty")
        taken = fed.replay(plant.tell(harmattan.start + BEGIN + DAY))
        assert (taken.late, taken.quarantined, taken.duplicates) == (0, 0, 0)
        assert taken.accepted > 10_000
        snapshot = fed.fork()
        truth = plant.truth()
        assert differences(truth, snapshot) == []
        # It was a day with something in it.
        states = truth["lots"].column("state").to_pylist()
        assert {LotState.QUEUED, LotState.RUNNING, LotState.TRANSIT, LotState.DELIVERED} <= set(
            states
        )
        assert snapshot.warnings == ()
        assert all(snapshot.age_s(site.id) == 0.0 for site in harmattan.sites)
        travelling = snapshot.tables["transports"].column("consignment").to_pylist()
        assert set(travelling) <= set(fed.ledger.transports)
        assert all(found.ok for found in fed.verify().values())
