"""The command of the README, with fewer replications."""

import json

import pytest


@pytest.mark.ray
@pytest.mark.slow
def test_the_demo_reroutes_clearly_and_leaves_nothing_behind(twinfed, tmp_path):
    out = tmp_path / "answer"
    result = twinfed("demo", "--replications", 4, "--out", out, "--json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    answer = document["scenarios"][0]
    assert (answer["verdict"], answer["response"]) == ("reroute", "greedy")
    assert [column["response"] for column in answer["columns"]] == [
        "stay", "stay+sunday-overtime", "stay+hired-genset", "greedy",
    ]  # fmt: skip
    rows = {row["id"]: [cell["value"] for cell in row["cells"]] for row in answer["rows"]}
    waiting, *_, rerouting = rows["extra_cost"]
    assert rerouting < 0.5 * waiting
    assert rows["data_age"][0] < 3600
    assert set(document["seconds"]) == {"compile", "start", "telemetry", "run", "write"}
    assert (out / "report.html").stat().st_size > 100_000
    assert {path.name for path in tmp_path.iterdir()} == {"answer"}
