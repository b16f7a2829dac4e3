"""Every case of the validation report, and that page and code list the same ones."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analytics.validation import registry
from analytics.validation.case import Case, Figure, Outcome, estimate
from analytics.validation.registry import CASES, run_case
from twinfed.cli import compiling
from twinfed.cli.main import app

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"
REFERENCE = [
    *("V1", "V2", "V3", "V4", "V5a", "V7a", "V7b", "V8", "V10", "V11", "V14", "V15", "V16"),
    *("V17", "V18", "V19", "V20", "E2", "E3", "E5", "E6", "E8", "E10"),
]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda one: one.id)
def test_the_simulator_reproduces(case: Case) -> None:
    outcome = run_case(case)
    assert outcome.verdict == "pass", outcome.figures


def test_no_case_of_the_reference_is_left_out() -> None:
    assert [case.id for case in CASES] == REFERENCE


def test_page_and_code_list_the_same_cases() -> None:
    table, _, sources = PAGE.read_text(encoding="utf-8").partition("## Sources")
    told = re.findall(r"^\| ([VE]\d+[a-z]?) \|", table, flags=re.MULTILINE)
    assert told == [case.id for case in CASES]
    names = re.findall(r"^- \*\*([VE]\d+[a-z]?)\*\*", sources, flags=re.MULTILINE)
    assert names == told


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("equal", 8, 8), "pass"),
        (Figure("one off", 8, 9), "fail"),
        (Figure("inside the grid", 3.6, 3.600001, resolution=1e-5), "pass"),
        (Figure("outside the grid", 3.6, 3.7, resolution=1e-5), "fail"),
        (Figure("near", 5.0, 5.05, standard_error=0.02), "pass"),
        (Figure("far", 5.0, 5.07, standard_error=0.02), "fail"),
        (Figure("near, but by a blunt error", 5.0, 5.05, standard_error=0.03), "fail"),
        (Figure("no number", 5.0, math.nan, standard_error=0.02), "fail"),
    ],
    ids=lambda one: one.name if isinstance(one, Figure) else "",
)
def test_a_figure_passes_when_it_is_near_and_sharp(figure: Figure, verdict: str) -> None:
    assert figure.verdict == verdict


def test_a_case_fails_with_one_of_its_figures() -> None:
    case = Case("V0", "", "", lambda: ())
    good, bad = Figure("good", 1, 1), Figure("bad", 1, 2)
    assert Outcome(case, (good, good), 0.1).verdict == "pass"
    assert Outcome(case, (good, bad), 0.1).verdict == "fail"
    assert Outcome(case, (), 0.1).verdict == "fail"


def test_an_estimate_has_the_standard_error_of_its_replications() -> None:
    figure = estimate("x", 2.0, [1.0, 2.0, 3.0, 4.0])
    assert figure.simulated == 2.5
    assert figure.standard_error == pytest.approx(math.sqrt(5.0 / 3.0) / 2.0)
    assert figure.deviation == pytest.approx(0.5 / (math.sqrt(5.0 / 3.0) / 2.0))


def test_a_failing_case_is_shown_as_failing_and_ends_with_code_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    good = Case("V1", "A queue", "formula", lambda: (Figure("wait", 4.0, 4.0),))
    bad = Case("V2", "Another", "formula", lambda: (Figure("wait", 4.0, 4.0), Figure("W", 5, 6)))
    monkeypatch.setattr(registry, "CASES", (good, bad))
    monkeypatch.setattr(compiling, "compile_kernels", lambda: None)
    page = tmp_path / "page.md"
    asked = ["validate", "--workers", "1", "--json", "--out", str(page)]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert (report["passed"], report["failed"]) == (1, 1)
    assert [case["verdict"] for case in report["cases"]] == ["pass", "fail"]
    text = page.read_text(encoding="utf-8")
    assert "1 cases pass, 1 fail." in text
    assert re.search(r"^\|  \| W \| 5 \| 6 \| exact \|  \| \*\*FAIL\*\* \|", text, re.MULTILINE)
