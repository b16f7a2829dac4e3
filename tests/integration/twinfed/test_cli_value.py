"""What could be bought, on the command line."""

import json

BRAKE = """\
id: brakes
title: Brakes
fork_at: 2027-01-04T00:00:00Z
edits:
  - kind: added_machine
    site: SHOP-A
    start: 2027-01-04T00:00:00Z
    capital_cost: 8000
    assumption: an old one
    machine: {id: brake2, process: bending, run_kw: 4}
"""


def test_value_ranks_given_candidates_and_plans(twinfed, workshop, tmp_path):
    (tmp_path / "brakes.yaml").write_text(BRAKE)
    few = ("--replications", "2", "--horizon-h", "200", "--candidates", "brakes.yaml")
    told = twinfed("value", workshop, *few, "--budget", "9000")
    assert told.returncode == 0, told.stderr
    assert "machine SHOP-A brake2" in told.stdout
    assert "assumption: an old one" in told.stdout
    assert "\n\nPlan" in told.stdout
    assert "It ends there because " in told.stdout
    document = json.loads(
        twinfed("value", workshop, *few, "--scenario", "dark-north", "--json").stdout
    )
    assert document["scenario"] == "dark-north"
    assert document["taken_at"] == "2027-01-05T06:00:00+00:00"
    (one,) = document["candidates"]
    assert one["net"]["estimate"] == one["benefit"]["estimate"] - one["charge"]
    assert document["plan"] is None


def test_value_refuses_what_means_nothing(twinfed, workshop, tmp_path):
    for arguments, words in (
        (("--scenario", "no-such"), "there is no scenario 'no-such'"),
        (("--budget", "-5", "--replications", "2"), "a budget of -5"),
        (("--response", "foo"), "there is no response 'foo'"),
        (("--candidates", "nonexistent.yaml"), "nonexistent.yaml"),
        (("--now", "2027-01-05", "--data-dir", "x"), "--now and --data-dir cannot be mixed"),
    ):
        refused = twinfed("value", workshop, *arguments)
        assert (refused.returncode, refused.stdout) == (2, ""), refused.stderr
        assert words in refused.stderr
        assert "emulating" not in refused.stderr
        assert "Traceback" not in refused.stderr
    (tmp_path / "none.yaml").write_text(BRAKE.split("edits:", maxsplit=1)[0] + "edits: []\n")
    refused = twinfed("value", workshop, "--candidates", "none.yaml")
    assert (refused.returncode, refused.stdout) == (2, ""), refused.stderr
    assert "no edit of it is an investment" in refused.stderr
