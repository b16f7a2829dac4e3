"""A study says what it cannot run, and runs where there is nothing to do."""

from analytics.scenario import Scenario
from analytics.study import Study
from federation.cut import planned
from tests.support.small_cluster import MONDAY, small_cluster


def test_a_cluster_without_orders_has_an_answer():
    idle = small_cluster().model_copy(update={"orders": ()})
    calm = Scenario(id="calm", title="Nothing happens", fork_at=MONDAY, edits=())
    result = Study(planned(idle), calm, ["stay", "greedy"], replications=1, engine="local").run()
    assert result.tables["orders"].num_rows == 0
    assert result.verdict.sentence.startswith("Stay")
