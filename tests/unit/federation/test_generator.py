"""Synthetic clusters: the same seed gives the same files, and every product can be made."""

import hashlib
import json

import pytest

from federation.generator.equipment import PROCESSES
from federation.generator.folder import draw_cluster, write_cluster
from federation.generator.parameters import NETWORKS, PRESETS, GeneratorError, Parameters
from federation.topology.capability import CapabilityIndex
from federation.topology.load import load_cluster
from federation.topology.makeable import reach
from federation.topology.provenance import undocumented


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    first = write_cluster(Parameters(sites=12), tmp_path / "first")
    again = write_cluster(Parameters(sites=12), tmp_path / "again")
    other = write_cluster(Parameters(sites=12, seed=7), tmp_path / "other")
    assert first == again != other
    assert files_of(tmp_path / "first") == files_of(tmp_path / "again")
    told = hashlib.sha256()
    for name, text in sorted(files_of(tmp_path / "first").items()):
        told.update(name.encode() + b"\0" + text + b"\0")
    assert told.hexdigest() == first


@pytest.mark.parametrize("network", NETWORKS)
def test_every_product_can_be_made_and_every_figure_says_what_it_rests_on(network, tmp_path):
    write_cluster(Parameters(sites=15, network=network, days=2), tmp_path / "drawn")
    cluster = load_cluster(tmp_path / "drawn")  # refuses a step without site, stock or way
    assert undocumented(cluster) == ()
    index = CapabilityIndex(cluster)
    for product in cluster.products:
        for part in product.parts:
            for number in range(len(part.operations)):
                assert index.candidates(product.id, part.id, number), (product.id, part.id)
    everywhere = reach(cluster)
    assert all(len(places) == 15 for places in everywhere.values())


def test_the_drawn_shapes_are_those_asked_for():
    files = draw_cluster(Parameters(sites=100, days=3))
    sites = [content for name, content in files.items() if name.startswith("sites/")]
    assert len(sites) == 100
    assert all(2 <= len(site["machines"]) <= 5 for site in sites)
    counts = [sum(machine["count"] for machine in site["machines"]) for site in sites]
    assert 4.5 < sum(counts) / len(counts) < 7.5
    assert max(counts) <= 40
    at = {
        name: sum(m["process"] == name for s in sites for m in s["machines"]) for name in PROCESSES
    }
    assert at[PROCESSES[0]] > at[PROCESSES[-1]]
    archetypes = [site["energy"]["assumption"].split()[1].rstrip(":") for site in sites]
    assert 15 <= archetypes.count("grid_only") <= 40
    for name, content in files.items():
        if name.startswith("products/"):
            assert 2 <= _depth(content["root"]) <= 4
            assert 3 <= _steps(content["root"]) <= 8
    orders = files["orders.yaml"]["orders"]
    assert 1300 < len(orders) < 1700  # Poisson with mean 1,500
    assert [order["release"] for order in orders] == sorted(order["release"] for order in orders)


def _depth(part):
    return 1 + max((_depth(component) for component in part["components"]), default=0)


def _steps(part):
    return len(part["operations"]) + sum(_steps(component) for component in part["components"])


def test_presets_are_sites():
    assert sorted(PRESETS.values()) == [10, 100, 300, 1000]


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"sites": 1}, "sites"),
        ({"sites": 5001}, "sites"),
        ({"days": 0}, "days"),
        ({"seed": -1}, "seed"),
        ({"orders_per_day": 0.0}, "orders-per-day"),
        ({"products": 0}, "products"),
        ({"network": "star"}, "star"),
    ],
)
def test_bad_parameters_are_refused_with_what_to_give(wrong, word):
    with pytest.raises(GeneratorError, match=word) as caught:
        Parameters(**wrong)
    assert caught.value.remedy


def test_a_folder_with_files_is_not_written_over(tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(GeneratorError, match="not empty"):
        write_cluster(Parameters(sites=4), tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "precious"
    assert len(list(tmp_path.iterdir())) == 1


def test_the_files_are_json_that_people_can_read(tmp_path):
    write_cluster(Parameters(sites=4), tmp_path / "drawn")
    text = (tmp_path / "drawn" / "orders.yaml").read_text()
    assert len(json.loads(text)["orders"]) > 50
    assert max(map(len, text.splitlines())) < 300
