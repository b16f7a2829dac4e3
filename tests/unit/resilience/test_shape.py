"""The shape of a network: type, roles, cut points."""

import numpy as np
import pytest

from federation.generator.equipment import site_names
from federation.generator.parameters import NETWORKS, Parameters
from federation.generator.places import draw_places, link_files
from federation.resilience.shape import network_shape
from tests.support.networks import chain, link, mesh, network, site, star


def test_a_star_has_one_articulation_point_and_a_mesh_has_none():
    """R15: articulation count 1 against 0."""
    assert network_shape(star(5)).articulation == ("HUB",)
    assert network_shape(mesh(5)).articulation == ()
    assert len(network_shape(star(5)).bridges) == 5
    assert network_shape(mesh(5)).bridges == ()


@pytest.mark.parametrize(
    ("cluster", "kind"),
    [
        (network([site("A")]), "isolated"),
        (network([site("A"), site("B")]), "isolated"),
        (chain(2), "chain"),
        (chain(6), "chain"),
        (star(3), "hub_and_spoke"),
        (star(12), "hub_and_spoke"),
        (mesh(3), "mesh"),
        (mesh(6), "mesh"),
    ],
)
def test_small_networks_are_classified(cluster, kind):
    """R30: hub-and-spoke, mesh, chain and isolated."""
    assert network_shape(cluster).type == kind


def test_a_tree_of_two_levels_is_hierarchical():
    """R30: hierarchical, with its gateways and leaves."""
    names = ["TOP", *(f"M{n}" for n in range(3)), *(f"L{n}" for n in range(9))]
    links = [link("TOP", f"M{n}") for n in range(3)]
    links += [link(f"M{n // 3}", f"L{n}") for n in range(9)]
    shape = network_shape(network([site(name) for name in names], links))
    assert shape.type == "hierarchical"
    assert (shape.roles["TOP"], shape.roles["M1"], shape.roles["L4"]) == ("gateway", "hub", "leaf")


EXPECTED = {
    "hub_spoke": "hub_and_spoke",
    "mesh": "mesh",
    "chain": "chain",
    "hierarchical": "hierarchical",
    "small_world": "mesh",  # a ring of neighbours with short cuts: every link can be gone round
}


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("count", [8, 10, 30, 60, 100])
@pytest.mark.parametrize("seed", [1, 20260101])
def test_every_type_that_is_generated_is_told_apart(kind, count, seed):
    """R30: the generator's five types are classified right, at several sizes."""
    parameters = Parameters(sites=count, network=kind, seed=seed)
    places = draw_places(parameters, np.random.Generator(np.random.PCG64(seed)))
    names = site_names(parameters)
    cluster = network([site(name) for name in names], link_files(places, names))
    assert network_shape(cluster).type == EXPECTED[kind]


def test_parts_that_hang_apart_are_counted_and_the_largest_gives_the_type():
    lonely = network(
        [site(name) for name in "ABCDE"], [link("A", "B"), link("B", "C"), link("C", "A")]
    )
    shape = network_shape(lonely)
    assert (shape.type, shape.parts) == ("mesh", (3, 1, 1))
    assert (shape.roles["A"], shape.roles["D"]) == ("peer", "isolated")
    assert shape.mean_hops == 1.0


def test_of_two_links_between_the_same_sites_neither_is_a_bridge_until_one_is_closed():
    both = network([site("A"), site("B")], [link("A", "B"), link("A", "B", id="second")])
    assert network_shape(both).bridges == ()
    assert network_shape(both, {"second"}).bridges == ("A-B",)
    assert network_shape(both, {"second", "A-B"}).type == "isolated"


def test_figures_of_a_chain_by_hand():
    shape = network_shape(chain(4))
    assert shape.pairs == 3
    assert shape.density == pytest.approx(3 / 6)
    assert shape.mean_hops == pytest.approx((3 * 1 + 2 * 2 + 1 * 3) / 6)
    assert shape.clustering == 0.0
    assert list(shape.roles.values()) == ["leaf", "gateway", "gateway", "leaf"]


def test_customers_and_expedited_links_do_not_count():
    shop = network(
        [site("A"), site("B")],
        [link("A", "B", expedited=True), link("A", "town")],
        customers=[
            {"id": "town", "name": "T", "country": "NG", "latitude_deg": 1, "longitude_deg": 1}
        ],
    )
    assert network_shape(shop).type == "isolated"
