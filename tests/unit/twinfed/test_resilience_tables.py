"""What ``twinfed resilience`` prints, at the width of a small terminal."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from federation.cut import planned
from federation.resilience.report import resilience
from federation.topology.load import load_cluster
from tests.support.networks import network, site, star
from twinfed.cli.resilience_tables import parts

CONFIGS = Path(__file__).parents[3] / "configs"


def printed(report, width=80):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    for one in parts(report):
        console.print(one)
    return console.file.getvalue()


@pytest.mark.parametrize("name", ["harmattan", "surge", "nearmarket"])
def test_everything_fits_into_eighty_columns(name):
    text = printed(resilience(planned(load_cluster(CONFIGS / name)), n2=True))
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text


def test_the_worst_losses_come_first_with_what_nobody_gets_any_more():
    text = printed(resilience(planned(load_cluster(CONFIGS / "harmattan"))))
    rows = [line.split() for line in text.splitlines()]
    at = next(n for n, row in enumerate(rows) if row[:3] == ["lost", "units", "share"]) + 2
    assert [row[:2] for row in rows[at : at + 2]] == [["all", "borders"], ["WA-LOS", "990"]]
    assert "4 of 10 sites, 12 of 14 links and 6 of 6 borders can be lost" in " ".join(text.split())
    assert "Stranded: no site or no way is left" in text
    assert "Sites whose loss cuts others off: EA-NBO, WA-ACC, WA-IBA, WA-LOS" in text


def test_a_bound_on_the_pairs_is_said():
    cluster = load_cluster(CONFIGS / "harmattan")
    text = " ".join(printed(resilience(planned(cluster), n2=True, most_pairs=10)).split())
    assert "of 10 pairs lose nothing. Of 276 pairs only those of the 5 sites and links" in text


def test_a_cluster_without_products_shows_its_sites():
    text = printed(resilience(planned(network([site("A", "cutting")]))))
    assert "Network: isolated sites, 1 site in one part" in text
    assert "There are no orders" in text
    assert "lost" not in text.split("\n")[2]
    hub = printed(resilience(planned(star(4))))
    assert "hub and spoke, 5 sites" in hub
    assert "Sites whose loss cuts others off: HUB" in hub
