"""Whatever a site lacks, alone or together: it is refused, and the first gap is the reason (R6)."""

from hypothesis import given
from hypothesis import strategies as st

from federation.cut import planned
from federation.matching import match
from federation.topology.requirements import REQUIREMENTS
from tests.support.refusals import CHANGES, pair


@given(st.sets(st.sampled_from(list(CHANGES))))
def test_a_site_qualifies_exactly_when_it_lacks_nothing(lacking):
    cluster = pair(*lacking)
    (step,) = match(planned(cluster), "block").steps
    machines = {site.id: site.machines for site in cluster.sites}
    for one in step.qualified:
        machine = next(row for row in machines[one.site] if row.id == one.work_centre)
        assert machine.process == step.process
    assert ("Away" in step.sites) is (not lacking)
    assert set(step.sites) | {no.site for no in step.refused} == {"Home", "Away"}
    if lacking:
        assert step.refused[0].requirement == min(lacking, key=REQUIREMENTS.index)
