"""The shared schedule over HTTP: versions, proposals, answers, races, and the same from Python."""

import io
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from federation.errors import AgreementError
from federation.schedule import Schedule, ScheduleDelta, apply
from tests.support.metal_cluster import START
from tests.support.three_shops import dark_plan, three_shops
from twinfed.client import LocalCluster
from twinfed.endpoint.app import create_app
from twinfed.errors import UnknownNameError, UsageError
from twinfed.remote import RemoteCluster

ARROW = "application/vnd.apache.arrow.stream"
UNTIL = START + timedelta(hours=6)


@pytest.fixture(scope="module")
def offer():
    return dark_plan()[3]


@pytest.fixture
def fed():
    with LocalCluster(three_shops()) as opened:
        opened.clock.hold(START + timedelta(hours=2))
        yield opened


@pytest.fixture
def http(fed):
    with TestClient(create_app(fed), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def remote(http):
    return RemoteCluster(http)


def say(http, proposal, site, answer="accepted", reason="", **headers):
    return http.put(
        f"/api/v1/proposals/{proposal}/answers/{site}",
        json={"answer": answer, "reason": reason},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def test_readers_of_a_version_see_the_same_bytes(fed, http, remote, offer):
    made = remote.propose(offer, UNTIL)
    for site in made.waiting:
        remote.accept(made.id, site)
    assert [version.version for version in remote.schedule_versions] == [1, 2]
    for version in (1, 2):
        path = f"/api/v1/schedule/versions/{version}"
        answers = [http.get(f"{path}/entries", headers={"Accept": ARROW}) for _ in range(2)]
        assert answers[0].content == answers[1].content
        assert answers[0].headers["ETag"] == f'"version:{version}"'
        again = http.get(path, headers={"If-None-Match": f'"version:{version}"'})
        assert (again.status_code, again.content) == (304, b"")
    running = http.get("/api/v1/schedule").json()
    assert (running["version"], running["proposal"]) == (2, made.id)
    assert http.get("/api/v1/schedule/versions/3").status_code == 404
    assert http.get("/api/v1/schedule/versions/-1/entries").status_code == 404
    page = http.get("/api/v1/schedule/versions", params={"limit": 1}).json()
    rest = http.get("/api/v1/schedule/versions", params={"cursor": page["cursor"]}).json()
    assert [row["version"] for row in (*page["items"], *rest["items"])] == [1, 2]


def test_a_delta_applied_to_what_a_reader_has_is_the_new_version(fed, http, remote, offer):
    first = remote.schedule
    made = remote.propose(offer, UNTIL)
    for site in made.waiting:
        remote.accept(made.id, site)
    parquet = http.get(
        "/api/v1/schedule/versions/2/delta", headers={"Accept": "application/vnd.apache.parquet"}
    )
    delta = ScheduleDelta.from_table(pq.read_table(io.BytesIO(parquet.content)))
    assert apply(first, delta) == remote.schedule == fed.schedule
    assert apply(Schedule(), remote.schedule_delta(1)) == first
    with pytest.raises(UnknownNameError, match="no version 9"):
        remote.schedule_delta(9)


def test_a_proposal_is_read_with_its_tag_and_answered_against_it(http, remote, offer):
    made = remote.propose(offer, UNTIL)
    path = f"/api/v1/proposals/{made.id}"
    seen = http.get(path)
    assert seen.headers["ETag"] == '"rev:1"'
    assert http.get(path, headers={"If-None-Match": '"rev:1"'}).status_code == 304
    document = seen.json()
    assert (document["status"], document["base_version"]) == ("open", 1)
    asked = {row["site"]: (len(row["gains"]), row["answer"]) for row in document["sites"]}
    assert asked["South"] == (len(made.parts["South"].gains), None)
    table = pa.ipc.open_stream(
        http.get(document["links"]["entries"], headers={"Accept": ARROW}).content
    ).read_all()
    assert ScheduleDelta.from_table(table) == made.delta
    first = say(http, made.id, "South", If_Match='"rev:1"')
    assert (first.status_code, first.headers["ETag"]) == (200, '"rev:2"')
    late = say(http, made.id, "North", If_Match='"rev:1"')
    assert (late.status_code, late.json()["type"]) == (412, "urn:twinfed:problem:stale-proposal")
    assert "revision 2, and revision 1 was answered" in late.json()["detail"]
    assert say(http, made.id, "North", If_Match='"version:1"').status_code == 412
    assert say(http, made.id, "North", If_Match="*").status_code == 200


def test_the_same_answer_again_is_the_same_and_another_one_a_conflict(http, remote, offer):
    made = remote.propose(offer, UNTIL)
    one, two = (say(http, made.id, "South") for _ in range(2))
    assert (one.status_code, one.content) == (two.status_code, two.content)
    other = say(http, made.id, "South", "rejected", "no")
    assert (other.status_code, other.json()["type"]) == (409, "urn:twinfed:problem:agreement")
    assert "site 'South' has accepted" in other.json()["detail"]
    assert say(http, made.id, "Mars").status_code == 404
    assert say(http, "P-9", "South").status_code == 404
    assert say(http, made.id, "North", "rejected").status_code == 422
    assert say(http, made.id, "North", "perhaps").status_code == 422


def test_sent_again_under_its_key_it_is_one_proposal(http, remote, offer):
    made = remote.propose(offer, UNTIL, key="once")
    assert remote.propose(offer, UNTIL, key="once") == made
    for site in made.waiting:
        remote.accept(made.id, site)
    # Its answer was lost, and by now the schedule has moved on.
    assert remote.propose(offer, UNTIL, key="once").status == "agreed"
    assert len(remote.proposals) == 1
    with pytest.raises(AgreementError, match="plan again from the running version"):
        remote.propose(offer, UNTIL)


def test_lists_are_by_status_and_in_pages(http, remote, offer):
    ids = [remote.propose(offer, UNTIL, key=str(number)).id for number in range(3)]
    remote.reject(ids[0], "South", "full")
    for site in remote.proposal(ids[0]).waiting:
        remote.reject(ids[0], site, "full")
    path = "/api/v1/proposals"
    assert [row["id"] for row in http.get(path).json()["items"]] == ids
    open_ones = http.get(path, params={"status": "open", "limit": 1}).json()
    assert [row["id"] for row in open_ones["items"]] == [ids[1]]
    cursor = open_ones["cursor"]
    more = http.get(path, params={"status": "open", "cursor": cursor}).json()
    assert [row["id"] for row in more["items"]] == [ids[2]]
    assert "cursor" not in more
    assert http.get(path, params={"cursor": cursor}).status_code == 400
    assert http.get(path, params={"status": "lost"}).status_code == 422


def test_what_a_no_leaves_is_proposed_there_too(fed, remote, offer):
    made = remote.propose(offer, UNTIL)
    for site in made.waiting:
        if site != "East":
            remote.accept(made.id, site)
    refused = remote.reject(made.id, "East", "no people this week")
    assert refused == fed.proposal(made.id)
    rest = remote.recheck(made.id)
    assert (rest.replaces, refused.replaced_by) == (made.id, rest.id)
    assert rest == fed.proposal(rest.id)
    with pytest.raises(UsageError, match="was not partly accepted"):
        remote.recheck(rest.id)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"deadline": "2027-01-04T01:00:00Z"}, "has passed"),
        ({"deadline": "2027-01-04T06:00:00"}, "/deadline"),
        ({"put": [{"lot": "x"}]}, "/put/0/operation"),
        ({"removed": [["nothing", 0]]}, "which is not in version 1"),
        ({"wish": 1}, "/wish"),
        ({}, "version 1 of the schedule as it runs"),
    ],
)
def test_a_proposal_that_means_nothing_is_a_problem(http, change, words):
    body = {"base_version": 1, "deadline": UNTIL.isoformat(), **change}
    answer = http.post("/api/v1/proposals", json=body)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == 422
    assert words in answer.text


def test_a_deadline_ends_it_for_everybody(fed, http, remote, offer):
    made = remote.propose(offer, UNTIL)
    fed.clock.hold(UNTIL)
    late = say(http, made.id, "South")
    assert late.status_code == 409
    assert "is expired since 2027-01-04 06:00 UTC" in late.json()["detail"]
    assert remote.proposal(made.id).status == "expired"
    assert remote.schedule == fed.schedule
