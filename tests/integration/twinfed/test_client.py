"""What an engineer does in Python: open, feed, look, fork, ask."""

from datetime import UTC, datetime

import pytest

import twinfed as tf
from tests.support.workshop import write_workshop
from twinfed.client import LocalCluster
from twinfed.errors import PlaceError, UsageError
from twins.errors import UnknownSiteError
from twins.states import MachineState

MORNING = datetime(2027, 1, 5, 6, tzinfo=UTC)
NOON = datetime(2027, 1, 5, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_workshop(tmp_path_factory.mktemp("clusters") / "workshop")


@pytest.fixture
def fed(folder):
    with tf.open(folder) as opened:
        yield opened


def test_the_first_opening_publishes_a_schedule(folder, tmp_path):
    with tf.open(folder, data_dir=tmp_path) as fed:
        first = fed.fork()
        assert first.schedule_version == 1
        assert first.tables["schedule"].num_rows == 2 * first.tables["lots"].num_rows
    with tf.open(folder, data_dir=tmp_path) as again:
        assert again.fork().schedule_version == 1
        assert len(again.federation.ledger.versions) == 1


def test_a_sample_is_opened_by_its_name():
    assert tf.load_cluster(tf.sample("harmattan")).id == "harmattan"
    with pytest.raises(tf.TwinfedError, match="samples: harmattan"):
        tf.sample("sirocco")


def test_the_plant_makes_the_twins_live(fed):
    told = fed.emulate(MORNING)
    assert told.accepted == told.rows > 0
    assert told.quarantined == 0
    assert fed.clock.now() == MORNING
    fed.emulate(NOON)
    state = fed.site("SHOP-A").state
    assert state.value("brake", "machine.state").value in set(MachineState)
    assert fed.graph.nodes["SHOP-A"]["grid_available"] is True
    assert fed.graph.graph["taken_at"] == NOON
    assert fed.fork().taken_at == NOON


def test_the_plant_does_not_go_back(fed):
    fed.emulate(NOON)
    with pytest.raises(UsageError, match="later moment"):
        fed.emulate(MORNING)
    with pytest.raises(UsageError, match="seed 1"):
        fed.emulate(NOON, seed=2)
    with pytest.raises(UsageError, match="UTC offset"):
        fed.emulate(datetime(2027, 1, 6))  # noqa: DTZ001


def test_names_that_are_not_there_are_told_with_those_that_are(fed):
    with pytest.raises(UnknownSiteError, match="SHOP-A"):
        fed.site("SHOP-Z")
    with pytest.raises(tf.TwinfedError, match="dark-north"):
        fed.whatif("no-such")
    with pytest.raises(UsageError, match="local or ray"):
        tf.open("harmattan", engine="fast")


def test_a_data_directory_that_cannot_be_written_is_refused(folder, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(PlaceError, match="--data-dir"):
        tf.open(folder, data_dir=tmp_path / "file" / "below")


def test_a_whatif_leaves_the_twins_as_they_are(fed):
    fed.emulate(MORNING)
    before = fed.federation.state_hashes()
    seen = []
    result = fed.whatif(
        "dark-north", ["stay", "greedy"], replications=2, progress=lambda *p: seen.append(p)
    )
    assert fed.federation.state_hashes() == before
    assert seen[0] == (0, 12)  # 8 runs, and 4 of the check of the horizon
    assert seen[-1] == (12, 12)
    assert set(result.kpis["response"].unique()) == {
        "undisturbed", "stay", "greedy", "undisturbed+greedy",
    }  # fmt: skip
    assert result.verdict.sentence


def test_a_promise_leaves_twins_schedule_and_order_book_as_they_are(fed):
    fed.emulate(MORNING)
    before = fed.fork()
    found = fed.promise("FRAME", 10, replications=2, horizon_h=200)
    assert found.taken_at == MORNING
    assert found.date(0.5) > MORNING
    after = fed.fork()
    assert after.content_hash == before.content_hash
    assert after.schedule_version == before.schedule_version
    assert after.cluster.orders == before.cluster.orders


def test_a_scenario_can_be_a_variant_of_another(fed, folder):
    fed.emulate(MORNING)
    scenario = tf.load_scenario(folder / "scenarios" / "dark-north.yaml")
    calm = scenario.replace(id="calm", edits=())
    result = fed.whatif([scenario, calm], ["stay"], replications=1)
    late = {
        context.scenario: result.figures(context.scenario).defined("stay", "late_orders")
        for context in result.contexts
    }
    assert late["calm"] < late["dark-north"]


def test_told_again_nothing_changes_and_the_clock_stands_where_it_stood(folder, tmp_path):
    with tf.open(folder, data_dir=tmp_path) as fed:
        fed.emulate(NOON, MORNING)
        hashes = fed.federation.state_hashes()
    with tf.open(folder, data_dir=tmp_path) as again:
        assert again.federation.state_hashes() == hashes
        assert again.clock.now() == NOON
        # A plant that starts anew is another source to the journals, not a repetition.
        told = again.emulate(NOON)
        assert (told.duplicates, told.accepted) == (0, told.rows)


def test_every_journal_is_whole(fed):
    fed.emulate(MORNING)
    assert all(found.ok for found in fed.verify().values())


def test_a_failed_opening_gives_everything_back(folder, tmp_path, monkeypatch):
    def fail(self, *, played):
        raise UsageError("no")

    with monkeypatch.context() as patched:
        patched.setattr(LocalCluster, "_settle_in", fail)
        with pytest.raises(UsageError):
            tf.open(folder, data_dir=tmp_path)
    tf.open(folder, data_dir=tmp_path).close()
