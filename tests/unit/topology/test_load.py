"""A cluster is read from its folder; all that is wrong is told at once, with place and remedy."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from pathlib import Path

import pytest

from federation.topology.load import ClusterError, load_cluster
from twins.errors import TwinfedError

BROKEN = Path(__file__).parents[2] / "data" / "broken"

TEN_LINES = """\
id: KUMASI
name: Kumasi workshop
country: GH
latitude_deg: 6.688
longitude_deg: -1.624
machines:
  - id: printer
    process: 3d_printing_fdm
    count: 4
    run_kw: 0.12
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "ashanti"
    (root / "sites").mkdir(parents=True)
    (root / "sites" / "kumasi.yaml").write_text(TEN_LINES)
    return root


def test_a_folder_with_one_site_of_ten_lines_is_a_cluster(folder: Path) -> None:
    cluster = load_cluster(folder)
    assert len(TEN_LINES.splitlines()) == 10
    assert (cluster.id, cluster.name, cluster.currency) == ("ashanti", "ashanti", "USD")
    assert cluster.start == datetime(2027, 1, 4, tzinfo=UTC)
    assert cluster.site("KUMASI").machines[0].unit_ids == tuple(f"printer-{n}" for n in range(1, 5))
    assert cluster.site("KUMASI").energy is None


def test_a_cluster_without_a_start_begins_on_the_monday_of_its_first_release(folder: Path) -> None:
    (folder / "cluster.yaml").write_text(
        "customers:\n  - {id: shop, name: Shop, country: GH, at_site: KUMASI}\n"
    )
    (folder / "products").mkdir()
    (folder / "products" / "hook.yaml").write_text(
        "id: hook\nname: Hook\nroot:\n  id: hook\n  mass_kg: 0.02\n  operations:\n"
        "    - {id: print, process: 3d_printing_fdm, unit_time_min: 40}\n"
        "permissions:\n  - {part: hook, site: KUMASI}\n"
    )
    (folder / "orders.yaml").write_text(
        "assumption: made up\norders:\n"
        "  - {id: O-1, product: hook, customer: shop, quantity: 5, "
        "release: 2027-03-03T22:00:00-05:00, due: 2027-03-09T12:00Z}\n"
    )
    cluster = load_cluster(folder)
    assert cluster.start == datetime(2027, 3, 1, tzinfo=UTC)
    assert cluster.orders[0].assumption == "made up"


def defects() -> list[Path]:
    return sorted(path for path in BROKEN.iterdir() if path.is_dir())


@pytest.mark.parametrize("defect", defects(), ids=lambda path: path.name)
def test_each_defect_gives_its_precise_errors_and_nothing_else(defect: Path) -> None:
    with pytest.raises(ClusterError) as caught:
        load_cluster(defect)
    expected = (defect / "expected.txt").read_text().splitlines()
    assert [str(problem) for problem in caught.value.problems] == expected


def test_the_broken_folders_are_there() -> None:
    assert len(defects()) >= 40


def test_errors_of_all_files_are_told_at_once() -> None:
    with pytest.raises(ClusterError) as caught:
        load_cluster(BROKEN / "everything-at-once")
    error = caught.value
    files = {problem.file for problem in error.problems}
    assert files == {
        "cluster.yaml",
        "orders.yaml",
        "products/stool.yaml",
        "sites/a.yaml",
        "sites/b.yaml",
    }
    assert (
        str(error).splitlines()[0].endswith(f"everything-at-once: {len(error.problems)} problems")
    )
    assert all(problem.remedy and problem.line for problem in error.problems)


def test_a_cluster_error_is_readable_by_machines_and_survives_a_process_boundary() -> None:
    with pytest.raises(ClusterError) as caught:
        load_cluster(BROKEN / "negative-power")
    error = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert isinstance(error, TwinfedError)
    assert isinstance(error, ValueError)
    assert error.problems[0].to_dict() == {
        "file": "sites/a.yaml",
        "line": 9,
        "path": "machines[0].run_kw",
        "rule": "out-of-range",
        "what": "-4 is not at least 0",
        "remedy": "correct the figure",
    }


def test_the_market_rule_has_an_id() -> None:
    with pytest.raises(ClusterError) as caught:
        load_cluster(BROKEN / "variant-out-of-market")
    assert [problem.rule for problem in caught.value.problems] == ["variant-market"]


@pytest.mark.parametrize("name", ["nowhere", "a-file"])
def test_what_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "a-file").write_text("id: x\n")
    with pytest.raises(ClusterError, match=r"configs/harmattan"):
        load_cluster(tmp_path / name)


def test_a_reference_to_a_site_with_a_slip_in_it_is_no_second_problem(folder: Path) -> None:
    site = folder / "sites" / "kumasi.yaml"
    site.write_text(site.read_text().replace("count: 4", "count: 0"))
    (folder / "cluster.yaml").write_text(
        "customers:\n  - {id: shop, name: Shop, country: GH, at_site: KUMASI}\n"
    )
    with pytest.raises(ClusterError) as caught:
        load_cluster(folder)
    assert [problem.path for problem in caught.value.problems] == ["machines[0].count"]


def test_the_ten_line_site_of_the_documentation_is_this_one() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "cluster-files.md"
    assert f"```yaml\n{TEN_LINES}```" in page.read_text(encoding="utf-8")
