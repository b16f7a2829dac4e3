"""The federation over real journals, its twins in this process."""

from datetime import timedelta

import networkx as nx
import pytest

from federation.agreement.agreeing import Offer
from federation.cut import planned
from federation.errors import FederationError, ScheduleError
from federation.runtime.federation import Federation
from federation.topology.model import ClusterSpec
from twins.agreement_spec import AgreementSpec
from twins.clock import ManualClock, SystemClock
from twins.errors import SequenceGap, UnknownSiteError
from twins.telemetry import build_batch
from twins.work import ScheduleEntry


@pytest.fixture
def opened(harmattan, tmp_path):
    """Opens the federation over the same directory, again and again."""
    made = []

    def again(cluster: ClusterSpec = harmattan) -> Federation:
        for fed in made:
            fed.close()
        made.append(Federation(cluster, tmp_path / "fed", clock=ManualClock(harmattan.start)))
        return made[-1]

    yield again
    for fed in made:
        fed.close()


def that_asks(cluster: ClusterSpec) -> ClusterSpec:
    """The cluster with sites that accept nothing unasked."""
    sites = tuple(site.model_copy(update={"agreement": AgreementSpec()}) for site in cluster.sites)
    return cluster.model_copy(update={"sites": sites})


def entry(harmattan, lot: str, rank: int = 0) -> ScheduleEntry:
    start = harmattan.start + timedelta(hours=rank)
    return ScheduleEntry(lot, 0, "WA-IBA", "laser_fiber", rank, start, start + timedelta(hours=1))


def test_before_any_telemetry_a_fork_is_the_planned_cluster(opened, harmattan):
    snapshot = opened().fork()
    plan = planned(harmattan)
    for name in ("machines", "stock", "lots", "orders", "approvals", "transports", "schedule"):
        assert snapshot.tables[name].equals(plan.tables[name]), name
    assert set(snapshot.revisions.values()) == {0}


def test_what_was_acknowledged_is_there_after_a_restart(opened, fuel_batch):
    fed = opened()
    fed.replay([fuel_batch("WA-KAD", 1), fuel_batch("WA-LOS", 1), fuel_batch("WA-KAD", 2)])
    before, forked = fed.state_hashes(), fed.fork()
    again = opened()
    assert again.state_hashes() == before
    assert again.fork().revisions == forked.revisions
    assert forked.revisions["WA-KAD"] == 2


def test_a_batch_sent_again_changes_nothing(opened, fuel_batch):
    fed = opened()
    fed.ingest(fuel_batch("WA-KAD", 1))
    before = fed.state_hashes()
    assert fed.ingest(fuel_batch("WA-KAD", 1)).duplicate
    assert fed.state_hashes() == before
    assert [e["type"] for e in fed.events.since(0).events] == ["twinfed.site.ingested"]


def test_a_gap_is_refused_with_the_sequence_expected(opened, fuel_batch):
    with pytest.raises(SequenceGap) as caught:
        opened().ingest(fuel_batch("WA-KAD", 3))
    assert caught.value.expected == 1


def test_the_first_refusal_is_raised_after_the_rest_was_taken_in(opened, fuel_batch):
    fed = opened()
    with pytest.raises(SequenceGap):
        fed.ingest_many([fuel_batch("WA-KAD", 2), fuel_batch("WA-LOS", 1)])
    assert fed.fork().revisions["WA-LOS"] == 1


def test_quarantined_rows_are_counted(opened, harmattan):
    rows = [
        ("site", "grid.power_kw", 0, float("nan"), None, 0),
        ("ghost", "part.good", 0, 1.0, None, 0),
    ]
    fed = opened()
    taken = fed.ingest_many([build_batch("WA-KAD", "gateway", 1, 1, rows)])
    assert (taken.accepted, taken.quarantined, sum(taken.reasons.values())) == (0, 2, 2)


def test_a_site_and_the_graph_show_what_came_in(opened, fuel_batch):
    fed = opened()
    fed.replay([fuel_batch("WA-KAD", 1)])
    site = fed.site("WA-KAD")
    assert site.spec.name == "Kaduna metal works"
    assert site.state.value("site", "battery.soc_kwh").value == 53.0
    graph = fed.graph
    assert isinstance(graph, nx.MultiDiGraph)
    assert graph.nodes["WA-KAD"]["soc_kwh"] == 53.0
    assert graph.nodes["WA-KAD"]["age_s"] == 0.0
    with pytest.raises(
        UnknownSiteError, match="the cluster has no site 'WA-XXX'; its sites: EA-KIS"
    ):
        fed.site("WA-XXX")


def test_cuts_of_mixed_age_are_marked(opened, fuel_batch):
    fed = opened()
    fed.replay([fuel_batch("WA-KAD", 1, rows=10), fuel_batch("WA-LOS", 1, rows=3600)])
    snapshot = fed.fork()
    assert snapshot.age_s("WA-KAD") == 3590.0
    assert snapshot.age_s("WA-LOS") == 0.0
    assert snapshot.age_s("WA-ACC") == float("inf")


def test_a_fork_touches_nothing(opened, fuel_batch):
    fed = opened()
    fed.replay([fuel_batch("WA-KAD", 1)])
    before = fed.state_hashes()
    assert fed.fork() == fed.fork()
    assert fed.state_hashes() == before


def test_the_schedule_is_published_in_versions_and_survives(opened, harmattan):
    lot = planned(harmattan).tables["lots"].column("lot")[0].as_py()
    fed = opened()
    fed.publish_schedule([entry(harmattan, lot)], "from empty")
    with pytest.raises(ScheduleError, match="version 1 runs by now"):
        fed.publish_schedule([], "late", base=0)
    assert fed.fork().schedule_version == 1
    assert opened().fork().tables["schedule"].column("lot").to_pylist() == [lot]


def test_a_proposal_is_forked_expires_with_the_next_event_and_is_never_lost(
    opened, harmattan, fuel_batch
):
    lot = planned(harmattan).tables["lots"].column("lot")[0].as_py()
    asking = that_asks(harmattan)
    fed = opened(asking)
    fed.publish_schedule([entry(harmattan, lot)], "from empty")
    offer = Offer(1, (entry(harmattan, lot, rank=5),), reason="later")
    made = fed.agreeing.propose(offer, harmattan.start + timedelta(hours=1))
    assert fed.fork().tables["proposals"].column("site").to_pylist() == ["WA-IBA"]
    fed.clock.advance(3600)
    fed.ingest(fuel_batch("WA-KAD", 1))
    assert [e["type"] for e in fed.events.since(0).events][-2:] == [
        "twinfed.proposal.expired", "twinfed.site.ingested",
    ]  # fmt: skip
    assert fed.fork().tables["proposals"].num_rows == 0
    again = opened(asking)
    assert again.agreeing.get(made.id).status == "expired"
    assert again.fork().schedule_version == 1


def test_a_publication_supersedes_what_is_open(opened, harmattan):
    lot = planned(harmattan).tables["lots"].column("lot")[0].as_py()
    asking = that_asks(harmattan)
    fed = opened(asking)
    fed.publish_schedule([entry(harmattan, lot)], "from empty")
    offer = Offer(1, (entry(harmattan, lot, rank=5),), reason="later")
    made = fed.agreeing.propose(offer, harmattan.start + timedelta(hours=1))
    fed.publish_schedule([], "by hand")
    assert fed.agreeing.get(made.id).status == "superseded"
    assert [e["type"] for e in fed.events.since(0).events] == [
        "twinfed.schedule.published", "twinfed.proposal.made",
        "twinfed.proposal.superseded", "twinfed.schedule.published",
    ]  # fmt: skip


def test_orders_that_come_in_are_forked_with_their_lots(opened, harmattan):
    order = harmattan.orders[0].model_copy(update={"id": "RUSH-1", "quantity": 3})
    opened().add_orders([order])
    snapshot = opened().fork()
    assert "RUSH-1" in snapshot.tables["orders"].column("order").to_pylist()
    assert any(
        lot.startswith("RUSH-1/01/") for lot in snapshot.tables["lots"].column("lot").to_pylist()
    )


def test_two_federations_do_not_share_a_directory(opened, harmattan):
    fed = opened()
    with pytest.raises(FederationError, match="in use by another federation"):
        Federation(harmattan, fed.directory)


def test_a_recording_is_refused_in_real_time(harmattan, tmp_path, fuel_batch):
    with (
        Federation(harmattan, tmp_path, clock=SystemClock()) as fed,
        pytest.raises(FederationError, match="open the federation with a ManualClock"),
    ):
        fed.replay([fuel_batch("WA-KAD", 1)])


def test_a_closed_federation_says_so(opened, fuel_batch):
    fed = opened()
    fed.close()
    fed.close()
    with pytest.raises(FederationError, match="is closed; open it again"):
        fed.ingest(fuel_batch("WA-KAD", 1))


def test_without_a_directory_nothing_stays(harmattan):
    with Federation(harmattan, clock=ManualClock(harmattan.start)) as fed:
        assert fed.directory.is_dir()
    assert not fed.directory.exists()


def test_a_flipped_byte_is_named_by_verify(opened, fuel_batch):
    fed = opened()
    fed.replay([fuel_batch("WA-KAD", n) for n in (1, 2, 3)])
    assert all(checked.ok for checked in fed.verify().values())
    host = next(host for host in fed.hosts if "WA-KAD" in host.sites)
    path = fed.directory / "journals" / f"{host.name}.sqlite"
    fed.close()
    data = path.read_bytes()
    position = data.rindex(b"telemetry")
    path.write_bytes(data[:position] + b"T" + data[position + 1 :])
    found = opened().verify()
    assert [name for name, checked in found.items() if not checked.ok] == [host.name]
    assert found[host.name].bad.stream == "site/WA-KAD"
    assert found[host.name].bad.position in {1, 2, 3}


def test_a_damaged_site_is_served_degraded_and_the_others_go_on(opened, fuel_batch):
    fed = opened()
    fed.replay([fuel_batch("WA-KAD", 1), fuel_batch("WA-LOS", 1)])
    host = next(host for host in fed.hosts if "WA-KAD" in host.sites)
    path = fed.directory / "journals" / f"{host.name}.sqlite"
    fed.close()
    for snapshot in (fed.directory / "journals" / "snapshots").glob("*KAD*"):
        snapshot.unlink()
    data = path.read_bytes()
    position = data.rindex(b"telemetry")
    path.write_bytes(data[:position] + b"T" + data[position + 1 :])
    again = opened()
    assert "WA-KAD" in again.health()[host.name].degraded
    assert again.ingest(fuel_batch("WA-LOS", 2)).accepted == 8
    assert again.fork().revisions["WA-LOS"] == 2
