"""What ``twinfed check`` prints of hours and material."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from federation.topology.check import check_cluster
from federation.topology.load import load_cluster
from federation.topology.model import ClusterSpec
from twinfed.cli.check_tables import tables

HARMATTAN = Path(__file__).parents[3] / "configs" / "harmattan"


@pytest.fixture(scope="module")
def cluster() -> ClusterSpec:
    return load_cluster(HARMATTAN)


def printed(cluster: ClusterSpec) -> str:
    console = Console(file=io.StringIO(), width=140, color_system=None)
    for part in tables(cluster, check_cluster(cluster)):
        console.print(part)
    return console.file.getvalue()


def words_of(text: str) -> str:
    """The text whatever its lines are broken at."""
    return " ".join(text.split())


def row_of(text: str, begin: str) -> list[str]:
    return next(line for line in text.splitlines() if line.strip().startswith(begin)).split()


def test_expected_hours_stand_beside_the_regular_ones_and_strained_weeks_are_marked(cluster):
    text = printed(cluster)
    process, regular, expected, *weeks = row_of(text, "bending")
    assert (process, regular, expected) == ("bending", "96", "34")
    assert weeks == ["33~"] * 5 + ["49~"] * 4 + ["33~"] * 3
    assert "bending in weeks 1 to 12; coating in weeks 6 to 9" in words_of(text)


def test_material_is_set_against_stock_and_receipts_at_its_sites(cluster):
    text = printed(cluster)
    assert row_of(text, "returned_board") == [
        "returned_board,", "pieces", "WA-COO", "400", "180", "167", "413", "in", "w1",
    ]  # fmt: skip
    assert "cover what the orders need at every set of sites" in words_of(text)


def test_what_runs_short_is_named_with_where_and_when(cluster):
    site = cluster.site("WA-COO")
    stock = tuple(
        entry.model_copy(update={"weekly_receipt": 100.0})
        if entry.material == "returned_board"
        else entry
        for entry in site.stock
    )
    sites = tuple(
        site.model_copy(update={"stock": stock}) if one.id == site.id else one
        for one in cluster.sites
    )
    text = printed(cluster.model_copy(update={"sites": sites}))
    assert row_of(text, "returned_board")[-3:] == ["−400", "in", "w12!"]
    assert (
        "! returned_board runs short at WA-COO in weeks 7 to 12: 400 pieces missing at the end of "
        "week 12" in words_of(text)
    )
