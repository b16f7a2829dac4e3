import pytest

from federation.runtime.placement import place, twins_per_host


@pytest.mark.parametrize(
    ("sites", "cores", "expected"),
    [(1, 2, 1), (16, 2, 1), (17, 2, 5), (40, 2, 10), (200, 2, 25), (1000, 2, 25), (200, 64, 2)],
)
def test_small_clusters_get_an_actor_each_and_large_ones_are_packed(sites, cores, expected):
    assert twins_per_host(sites, cores) == expected


def test_neighbours_share_a_host_and_every_site_has_one():
    plans = place(["a", "b", "c", "d", "e"], cores=2, per_host=2)
    assert [plan.sites for plan in plans] == [("a", "b"), ("c", "d"), ("e",)]
    assert len({plan.name for plan in plans}) == 3


def test_a_host_without_twins_is_refused():
    with pytest.raises(ValueError, match="at least one twin"):
        place(["a"], cores=2, per_host=0)
