"""Questions about the network on the command line: who can make it, by which way, how fragile."""

import json

from tests.support.workshop import write_workshop


def test_match_names_who_can_and_why_others_cannot(twinfed, tmp_path):
    alone = write_workshop(
        tmp_path / "alone",
        products__frame=("  - {site: SHOP-B, part: frame, status: approved}\n", ""),
    )
    told = twinfed("match", alone, "FRAME")
    assert told.returncode == 0, told.stderr
    assert "FRAME / frame; SHOP-A can do all of it" in told.stdout
    assert "not SHOP-B (permission): SHOP-B has brake but no permission" in told.stdout
    document = json.loads(twinfed("match", alone, "FRAME", "--operation", "weld", "--json").stdout)
    assert document["makeable"] is True
    assert [(row["site"], row["requirement"]) for row in document["rows"]] == [
        ("SHOP-A", None),
        ("SHOP-B", "permission"),
    ]


def test_match_refuses_names_and_folders_that_are_not_there(twinfed, workshop, tmp_path):
    unknown = twinfed("match", workshop, "FRAMES")
    assert unknown.returncode == 2
    assert "no product 'FRAMES'; did you mean 'FRAME'?" in unknown.stderr
    nowhere = twinfed("match", workshop, "FRAME", "--data-dir", tmp_path / "none")
    assert nowhere.returncode == 2
    assert "there is no such folder" in nowhere.stderr
    assert not (tmp_path / "none").exists()


def test_routes_are_shown_with_their_rides_or_with_the_reason(twinfed, workshop):
    told = twinfed("routes", workshop, "SHOP-B", "town", "--by", "cost", "--mass-kg", "500")
    assert told.returncode == 0, told.stderr
    assert "1. 9.5 h, 60 km, 15 USD, 10 kg CO2e" in told.stdout
    assert "SHOP-B to SHOP-A  A-B (van)  Mon 04 Jan 08:00 to Mon 04 Jan 09:30" in told.stdout
    shut = twinfed("routes", workshop, "SHOP-B", "town", "--close", "GH:NG", "--json")
    assert shut.returncode == 1
    document = json.loads(shut.stdout)
    assert (document["routes"], document["no_way"]["kind"]) == ([], "closed")
    unknown = twinfed("routes", workshop, "SHOP-B", "twon")
    assert unknown.returncode == 2
    assert "did you mean 'town'?" in unknown.stderr
