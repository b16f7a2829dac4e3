import numpy as np
import pytest

from federation.routes import legs, next_hops, place_ids, route


def test_places_are_the_sites_then_the_customers_with_a_place_of_their_own(cluster):
    assert place_ids(cluster) == ("A", "B", "clinic")


def test_legs_follow_the_links_with_the_way_back_after_the_way_there(cluster):
    assert [(leg.link.id, leg.start, leg.end) for leg in legs(cluster)] == [
        ("A-B", "A", "B"),
        ("A-B", "B", "A"),
        ("A-B-air", "A", "B"),
        ("B-clinic", "B", "clinic"),
        ("B-clinic", "clinic", "B"),
    ]


def test_the_fastest_way_wins_border_hours_included(cluster):
    assert next_hops(cluster).tolist() == [[-1, 2, 2], [1, -1, 3], [4, 4, -1]]


def test_a_closed_leg_is_gone_round_and_without_another_way_there_is_none(cluster):
    assert next_hops(cluster, {2})[0, 1] == 0
    assert next_hops(cluster, {0, 2})[0].tolist() == [-1, -1, -1]


def test_equal_times_take_the_earlier_link(cluster):
    links = (*cluster.links, cluster.links[1].model_copy(update={"id": "A-B-second"}))
    twice = cluster.model_copy(update={"links": links})
    assert np.array_equal(next_hops(twice), next_hops(cluster))


def test_a_route_is_the_chain_of_its_legs(cluster):
    assert [leg.link.id for leg in route(cluster, "A", "clinic")] == ["A-B-air", "B-clinic"]
    assert route(cluster, "A", "A") == ()
    assert route(cluster, "A", "clinic", closed={3}) == ()
    with pytest.raises(KeyError):
        route(cluster, "A", "nowhere")
