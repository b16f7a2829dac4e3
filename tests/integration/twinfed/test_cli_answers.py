"""Commands that do what they are asked, in processes of their own."""

import json
import sqlite3
from contextlib import closing

import polars as pl
import pyarrow.parquet as pq
import pytest

from tests.support.workshop import FORK_AT

pytestmark = pytest.mark.slow

ASKED = ("--scenario", "dark-north", "--policy", "stay", "--policy", "greedy", "--seed", 7)


def test_check_tells_hours_sources_and_power(twinfed, workshop):
    result = twinfed("check", workshop, "--provenance")
    assert result.returncode == 0
    for word in ("bending", "mig_welding", "SHOP-B", "sites[SHOP-A].machines[brake].run_kw"):
        assert word in result.stdout
    assert result.stderr == ""


def test_check_as_json_holds_the_same_figures(twinfed, workshop):
    report = json.loads(twinfed("check", workshop, "--json").stdout)["report"]
    bending = next(row for row in report["weeks"] if row["process"] == "bending")
    # 90 units at 12 min; two brakes in 6 shifts of 8 h.
    assert (bending["needed_h"], bending["available_h"]) == (18.0, 96.0)
    assert not report["full"]
    assert not report["strained"]
    # 90 units of 9 kg in the one week; 2,000 kg in each shop.
    (sheet,) = report["material"]
    assert (sheet["sites"], sheet["needed"], sheet["left"]) == (["SHOP-A", "SHOP-B"], 810, 3190)
    assert not report["short"]


def test_check_tells_what_runs_short_and_when(twinfed, workshop):
    for name in ("a", "b"):
        site = workshop / "sites" / f"shop-{name}.yaml"
        site.write_text(site.read_text().replace("on_hand: 2000", "on_hand: 400"))
    result = twinfed("check", workshop)
    assert result.returncode == 0
    words = " ".join(result.stdout.split())
    assert "! sheet runs short at SHOP-A SHOP-B in week 1: 10 kg missing" in words
    (short,) = json.loads(twinfed("check", workshop, "--json").stdout)["report"]["short"]
    assert (short["material"], short["monday"], short["left"]) == ("sheet", "2027-01-04", -10)


def test_a_recording_of_the_plant_is_told_to_twins_that_keep_it(twinfed, workshop, tmp_path):
    recording, data = tmp_path / "day.parquet", tmp_path / "data"
    made = twinfed(
        "emulate", workshop, "--since", "2027-01-04T12:00Z", "--until", FORK_AT,
        "--out", recording, "--json",
    )  # fmt: skip
    rows = json.loads(made.stdout)["rows"]
    first = json.loads(twinfed("replay", workshop, recording, "--data-dir", data, "--json").stdout)
    assert (first["rows"], first["accepted"], first["quarantined"]) == (rows, rows, 0)
    again = json.loads(twinfed("replay", workshop, recording, "--data-dir", data, "--json").stdout)
    assert again["duplicates"] == again["batches"] > 0
    assert again["sites"] == first["sites"]

    assert twinfed("verify", data).returncode == 0
    journal = min((data / "journals").glob("*.sqlite"))
    with closing(sqlite3.connect(journal)) as db:
        (body,) = db.execute("SELECT body FROM entries WHERE position = 1").fetchone()
    content = bytearray(journal.read_bytes())
    content[content.index(body[:64])] ^= 0x01
    journal.write_bytes(content)
    found = twinfed("verify", data, "--json")
    assert found.returncode == 1
    bad = [stream for stream in json.loads(found.stdout)["streams"] if not stream["good"]]
    assert [stream["file"] for stream in bad] == [f"journals/{journal.name}"]
    assert (bad[0]["position"], bad[0]["entries"]) == (1, 0)
    assert "first bad" in twinfed("verify", data).stdout


def test_a_scenario_happens_to_the_emulated_plant(twinfed, workshop, tmp_path):
    rows = {}
    for name, more in (("calm", ()), ("dark", ("--scenario", "dark-north"))):
        recording = tmp_path / f"{name}.parquet"
        made = twinfed(
            "emulate", workshop, "--since", FORK_AT, "--until", "2027-01-05T12:00Z",
            "--out", recording, *more,
        )  # fmt: skip
        assert made.returncode == 0
        table = pq.read_table(recording, filters=[("signal", "=", "grid.available")])
        rows[name] = {(r["site"], r["value"]) for r in table.to_pylist()}
    assert ("SHOP-A", 0.0) in rows["dark"] - rows["calm"]
    assert ("SHOP-B", 0.0) not in rows["dark"]


def test_a_whatif_answers_in_words_as_json_and_in_a_folder(twinfed, workshop, tmp_path):
    out = tmp_path / "result"
    asked = (*ASKED, "--replications", 2, "--engine", "local")
    words = twinfed("whatif", workshop, *asked, "--out", out)
    assert words.returncode == 0, words.stderr
    assert "late orders" in words.stdout
    assert {path.name for path in out.iterdir()} >= {
        "manifest.json", "kpis.parquet", "orders.parquet", "operations.parquet",
        "energy.parquet", "transports.parquet", "report.html",
    }  # fmt: skip
    answer = json.loads(twinfed("whatif", workshop, *asked, "--json").stdout)["scenarios"][0]
    assert answer["sentence"].split(".")[0] in words.stdout.replace("\n", " ")
    assert [column["response"] for column in answer["columns"]] == ["stay", "greedy"]


def test_degrees_of_coordination_are_compared(twinfed, workshop, tmp_path):
    asked = ("whatif", workshop, "--scenario", "dark-north", "--engine", "local")
    out = tmp_path / "result"
    told = twinfed(
        *asked, "--coordination", "0,2,4", "--replications", 1, "--no-horizon-check", "--json",
        "--out", out,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    (answer,) = json.loads(told.stdout)["scenarios"]
    assert [column["response"] for column in answer["columns"]] == ["stay", "agreed", "auction"]
    rows = pl.read_parquet(out / "kpis.parquet").select("response", "coordination").unique()
    assert dict(rows.iter_rows())["auction"] == 4
    for wrong, words in (("0,7", "no degree of coordination 7"), ("all", "write 0,1,2,3,4")):
        refused = twinfed(*asked, "--coordination", wrong)
        assert refused.returncode == 2
        assert words in refused.stderr


@pytest.mark.ray
def test_workers_and_engines_give_the_same_rows(twinfed, workshop, tmp_path):
    frames = []
    for name, how in (
        ("local", ("--engine", "local")),
        ("one", ("--workers", 1)),
        ("two", ("--workers", 2)),
    ):
        asked = (*ASKED, "--replications", 4, *how, "--out", tmp_path / name, "--json")
        result = twinfed("whatif", workshop, *asked)
        assert result.returncode == 0, result.stderr
        json.loads(result.stdout)  # nothing but the document, whatever Ray prints
        frames.append(pl.read_parquet(tmp_path / name / "kpis.parquet"))
    keys = ["scenario", "response", "replication", "scope", "subject", "kpi"]
    local, one, two = (frame.sort(keys) for frame in frames)
    assert local.equals(one)
    assert local.equals(two)


def test_the_validation_report_is_told_and_written(twinfed, tmp_path):
    page = tmp_path / "page.md"
    result = twinfed(
        "validate", "--case", "V10", "--case", "V18", "--workers", 2, "--json", "--out", page
    )
    assert result.returncode == 0
    report = json.loads(result.stdout)
    assert (report["passed"], report["failed"]) == (2, 0)
    assert [case["id"] for case in report["cases"]] == ["V10", "V18"]
    assert "| V18 | makespan of the order 1-3-5-4-2 | 28 | 28 | exact |" in page.read_text()
    wrong = twinfed("validate", "--case", "V99")
    assert wrong.returncode == 2
    assert "there is no validation case 'V99'" in wrong.stderr
