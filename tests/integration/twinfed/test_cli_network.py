"""Questions about the network on the command line: who can make it, which way, from when."""

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
    there = twinfed("routes", workshop, "SHOP-A", "town")
    assert there.returncode == 0, there.stderr
    assert there.stdout.endswith("\n\nit is there already\n")
    shut = twinfed("routes", workshop, "SHOP-B", "town", "--close", "GH:NG", "--json")
    assert shut.returncode == 1
    document = json.loads(shut.stdout)
    assert (document["routes"], document["no_way"]["kind"]) == ([], "closed")
    unknown = twinfed("routes", workshop, "SHOP-B", "twon")
    assert unknown.returncode == 2
    assert "did you mean 'town'?" in unknown.stderr


def test_resilience_is_shown_and_told_as_one_document(twinfed, workshop):
    told = twinfed("resilience", workshop, "--n2")
    assert told.returncode == 0, told.stderr
    assert "Network: a chain, 2 sites in one part, 1 linked pair," in told.stdout
    assert "Wanted: 90 units a week (one week); served by the best plan: 90" in told.stdout
    assert "2 of 2 sites, 1 of 1 link and 1 of 1 border can be lost" in told.stdout
    document = json.loads(twinfed("resilience", workshop, "--product", "FRAME", "--json").stdout)
    assert document["network"]["type"] == "chain"
    assert document["survived"]["site"] == {"without_loss": 2, "of": 2}
    assert {row["hhi"] for row in document["tables"]["processes"]} == {0.5}
    assert [row["site"] for row in document["tables"]["sites"]] == ["SHOP-A", "SHOP-B"]


def test_resilience_refuses_what_means_nothing(twinfed, workshop):
    for arguments, words in (
        (("--product", "FRAMES"), "no product 'FRAMES'; did you mean 'FRAME'?"),
        (("--close", "A-C"), "no link 'A-C'; known: A-B"),
        (("--close", "NG:KE"), "borders that links cross: GH:NG"),
        (("--week", "7"), "no order is released in week 7; week 1 has orders"),
    ):
        refused = twinfed("resilience", workshop, *arguments)
        assert (refused.returncode, refused.stdout) == (2, ""), refused.stderr
        assert words in refused.stderr
        assert "Traceback" not in refused.stderr


def test_resilience_asks_the_twins_of_a_data_directory(twinfed, workshop, tmp_path):
    from twinfed.client import open_cluster

    with open_cluster(workshop, data_dir=tmp_path / "twins"):
        pass
    told = twinfed("resilience", workshop, "--data-dir", tmp_path / "twins", "--json")
    document = json.loads(told.stdout)
    assert document["basis"] == "schedule"
    assert {row["basis"] for row in document["tables"]["values"]} == {"schedule", "shortest"}


def test_promise_shows_date_site_and_cost(twinfed, workshop):
    asked = ("promise", workshop, "--product", "FRAME", "--quantity", "10")
    few = ("--replications", "3", "--horizon-h", "240")
    told = twinfed(*asked, *few, "--by", "2027-01-05T12:00Z")
    assert told.returncode == 0, told.stderr
    assert "10 FRAME for town, asked Mon 4 Jan 00:00 UTC; 3 runs of 240 h" in told.stdout
    assert "By Tue 5 Jan 12:00: 100 %" in told.stdout
    assert "SHOP-B/brake" in told.stdout
    assert "Nothing is reserved or moved by asking." in told.stdout
    document = json.loads(twinfed(*asked, *few, "--now", "2027-01-05T06:00Z", "--json").stdout)
    assert document["taken_at"] == "2027-01-05T06:00:00+00:00"
    assert document["promised"] > document["taken_at"]
    assert {row["sites"][0] for row in document["made"]} <= {"SHOP-A", "SHOP-B"}


def test_promise_says_why_nobody_can_and_refuses_what_means_nothing(twinfed, workshop):
    asked = ("promise", workshop, "--product", "FRAME", "--replications", "2")
    much = twinfed(*asked, "--quantity", "900", "--json")
    assert much.returncode == 1, much.stderr
    document = json.loads(much.stdout)
    assert (document["possible"], document["promised"]) == (False, None)
    assert "material is short" in document["reason"]
    for arguments, words in (
        (("--quantity", "0"), "0 units of FRAME cannot be promised"),
        (("--quantity", "5", "--by", "soon"), "--by 'soon' is no date and time"),
        (("--quantity", "5", "--data-dir", "none"), "there is no such folder"),
        (("--quantity", "5", "--product", "P99"), "no product 'P99'"),
        (("--quantity", "5", "--probability", "nan"), "does not lie between 0.5 and 0.99"),
        (("--quantity", "5", "--replications", "0"), "0 replications give no probability"),
    ):
        refused = twinfed(*asked, *arguments)
        assert (refused.returncode, refused.stdout) == (2, ""), refused.stderr
        assert words in refused.stderr
        assert "emulating" not in refused.stderr
        assert "Traceback" not in refused.stderr
