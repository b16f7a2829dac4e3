import pytest

from federation.errors import FederationError, WorkspaceError
from federation.runtime.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    opened = Workspace(tmp_path / "fed")
    yield opened
    opened.close()


def test_a_directory_is_held_by_one(workspace):
    with pytest.raises(WorkspaceError, match="in use by another federation; close it"):
        Workspace(workspace.path)
    workspace.close()
    Workspace(workspace.path).close()


def test_a_temporary_one_goes_away():
    workspace = Workspace(None)
    assert workspace.path.is_dir()
    workspace.close()
    workspace.close()
    assert not workspace.path.exists()


def test_a_directory_keeps_its_plan_whatever_the_cores(workspace):
    sites = [f"S{number}" for number in range(40)]
    plans = workspace.plans(sites, cores=2, per_host=None)
    assert len(plans) == 4
    assert workspace.plans(sites, cores=64, per_host=None) == plans
    assert workspace.plans(sites, cores=64, per_host=10) == plans


def test_another_plan_or_other_sites_are_refused(workspace):
    workspace.plans(["A", "B"], cores=2, per_host=1)
    for sites, per_host in ((["A", "B"], 2), (["A", "C"], 1), (["A"], 1)):
        with pytest.raises(WorkspaceError, match=r"holds the journals of 2 sites, 1 to a host"):
            workspace.plans(sites, cores=2, per_host=per_host)


@pytest.mark.parametrize("content", ["{", "[]", '{"host-0": 3}'])
def test_a_damaged_plan_is_named(workspace, content):
    (workspace.path / "placement.json").write_text(content)
    with pytest.raises(FederationError, match=r"placement\.json cannot be read .*restore it"):
        workspace.plans(["A"], cores=2, per_host=None)


@pytest.mark.parametrize("empty", [True, False])
def test_journals_without_their_ledger_are_no_new_cluster(workspace, empty):
    workspace.plans(["A"], cores=2, per_host=None)
    workspace.plans(["A"], cores=2, per_host=None)  # nothing was written yet
    workspace.journals.mkdir()
    (workspace.journals / "host-0.sqlite").write_bytes(b"entries")
    if empty:
        workspace.ledger.touch()
    with pytest.raises(
        FederationError, match=r"no ledger: .* restore ledger\.sqlite from a backup"
    ):
        workspace.plans(["A"], cores=2, per_host=None)


def test_a_directory_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match=r"cannot be written .*name a directory that can"):
        Workspace(tmp_path / "file" / "fed")
