"""The real server in a process of its own, asked over HTTP and through ``tf.connect``."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx
import pyarrow as pa
import pytest

import twinfed as tf
from federation.snapshot import ClusterSnapshot
from tests.support.workshop import FORK_AT, write_workshop

pytestmark = pytest.mark.slow

ARROW = "application/vnd.apache.arrow.stream"
TOKEN = "0123456789abcdef0123"  # noqa: S105


@contextmanager
def serving(folder, data_dir, *options, engine="local", **environment):
    """The address of a server that runs as long as the block, and its process."""
    command = [
        sys.executable, "-m", "twinfed.cli.main", "serve", folder, "--port", "0", "--json",
        "--engine", engine, "--data-dir", data_dir, "--emulate-until", FORK_AT, *options,
    ]  # fmt: skip
    process = subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        text = ""
        while not text.endswith("}\n"):
            line = process.stdout.readline()
            assert line, f"the server ended with {process.wait(10)}"
            text += line
        yield json.loads(text)["url"], process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)
        process.stdout.close()


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    with serving(write_workshop(root / "workshop"), root / "data") as (address, _):
        yield address


@pytest.fixture
def http(url):
    with httpx.Client(base_url=url, timeout=60) as client:
        yield client


@pytest.fixture
def remote(url):
    with tf.connect(url) as fed:
        yield fed


def _finished(http, address):
    while True:
        status = http.get(address).json()
        if status["status"] not in {"queued", "running"}:
            return status
        time.sleep(0.05)


def test_it_lives_and_is_ready(http):
    assert http.get("/health").json() == {"status": "ok"}
    assert http.get("/ready").json() == {"status": "ready", "cluster": "workshop", "twins": 2}


def test_twins_are_paged_in_the_order_of_the_cluster(http):
    first = http.get("/api/v1/twins", params={"limit": 1}).json()
    second = http.get("/api/v1/twins", params={"limit": 1, "cursor": first["cursor"]}).json()
    assert [first["items"][0]["site"], second["items"][0]["site"]] == ["SHOP-A", "SHOP-B"]
    assert "cursor" not in second
    assert http.get("/api/v1/twins", params={"cursor": "bm9uZQ"}).status_code == 400


def test_a_twin_shows_its_assets_and_is_not_sent_twice(http):
    answer = http.get("/api/v1/twins/SHOP-A")
    twin = answer.json()
    brake = twin["features"]["brake"]["properties"]
    assert twin["id"] == "workshop:SHOP-A"
    assert brake["machine.state"]["state"] == "off_shift"
    assert brake["power.active_kw"]["unit"] == "kW"
    assert answer.headers["ETag"] == f'"rev:{twin["revision"]}"'
    again = http.get("/api/v1/twins/SHOP-A", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_table_comes_as_json_or_arrow(http):
    path = "/api/v1/twins/SHOP-A/tables/values"
    rows = http.get(path).json()["rows"]
    table = pa.ipc.open_stream(http.get(path, headers={"Accept": ARROW}).content).read_all()
    assert table.num_rows == len(rows) > 0
    assert http.get(path, headers={"Accept": "text/html"}).status_code == 406


def test_who_can_make_a_product_is_told_as_a_table(http, remote):
    path = "/api/v1/matches/FRAME"
    rows = http.get(path, params={"operation": "weld"}).json()["rows"]
    assert {row["site"]: row["requirement"] for row in rows}.keys() == {"SHOP-A", "SHOP-B"}
    table = pa.ipc.open_stream(http.get(path, headers={"Accept": ARROW}).content).read_all()
    assert table == remote.match("FRAME").table()
    missing = http.get("/api/v1/matches/FRAMES")
    assert (missing.status_code, missing.json()["type"]) == (
        404,
        "urn:twinfed:problem:not-in-cluster",
    )
    assert "did you mean 'FRAME'" in missing.json()["detail"]


def test_routes_come_as_a_document_or_as_a_table(http, remote):
    question = {"from": "SHOP-B", "to": "town", "ready": "2027-01-05T07:00:00Z"}
    document = http.get("/api/v1/routes", params=question).json()
    assert document["routes"][0]["arrive"] == "2027-01-05T09:30:00+00:00"
    arrow = http.get("/api/v1/routes", params=question, headers={"Accept": ARROW})
    table = pa.ipc.open_stream(arrow.content).read_all()
    assert table.column("link").to_pylist() == ["A-B"]
    shut = http.get("/api/v1/routes", params={**question, "close": "GH:NG"}).json()
    assert (shut["routes"], shut["no_way"]["kind"]) == ([], "closed")
    assert http.get("/api/v1/routes", params={**question, "by": "beauty"}).status_code == 422
    assert http.get("/api/v1/routes", params={**question, "to": "port"}).status_code == 404
    now = remote.routes("SHOP-B", "town")
    assert now.ready == remote.fork().taken_at


def test_a_promise_is_told_with_its_dates_and_changes_nothing(http, remote):
    question = {"product": "FRAME", "quantity": 10, "replications": 4, "horizon_h": 240}
    before = http.get("/api/v1/schedule").headers["ETag"]
    twin = http.get("/api/v1/twins/SHOP-A").headers["ETag"]
    answer = http.get("/api/v1/promises", params=question).json()
    assert (answer["possible"], answer["customer"]) == (True, "town")
    assert answer["promised"] == answer["dates"][-1]["date"] >= answer["dates"][0]["date"]
    assert sum(lot["quantity"] for lot in answer["lots"]) == 10
    assert http.get("/api/v1/schedule").headers["ETag"] == before
    assert http.get("/api/v1/twins/SHOP-A").headers["ETag"] == twin
    for wrong, status in (
        ({"product": "FRAMES"}, 404),
        ({"at": "twon"}, 404),
        ({"quantity": 0}, 422),
        ({"probability": 0.2}, 422),
        ({"by": "2026-01-01T00:00:00Z"}, 422),
        ({"replications": 9000}, 422),
    ):
        refused = http.get("/api/v1/promises", params={**question, **wrong})
        assert refused.status_code == status, wrong
    here = remote.promise("FRAME", 10, replications=4, horizon_h=240)
    assert here.date().isoformat() == answer["promised"]


BRAKE = {
    "id": "brake", "title": "A brake", "fork_at": "2027-01-05T06:00:00Z",
    "edits": [{
        "kind": "added_machine", "site": "SHOP-A", "start": "2027-01-05T06:00:00Z",
        "capital_cost": 8000, "machine": {"id": "brake2", "process": "bending", "run_kw": 4},
    }],
}  # fmt: skip


def test_what_could_be_bought_is_ranked_by_a_job(http, remote):
    question = {"candidates": BRAKE, "replications": 2, "horizon_h": 200, "budgets": [9000]}
    asked = http.post("/api/v1/values", json=question)
    assert asked.status_code == 202
    own = asked.headers["Location"]
    assert _finished(http, own)["status"] == "succeeded"
    answer = http.get(f"{own}/result").json()
    assert [one["id"] for one in answer["candidates"]] == ["machine:SHOP-A:brake2"]
    assert answer["plan"]["phases"][0]["money"] == 9000
    assert http.delete(own).status_code == 202
    assert http.get(own).status_code == 404
    brake = tf.Scenario.model_validate_json(json.dumps(BRAKE), strict=True)
    there = remote.marginal_value(candidates=brake, replications=2, horizon_h=200, budgets=(9000,))
    assert there == answer
    free = {**BRAKE, "edits": [{**BRAKE["edits"][0], "capital_cost": 0}]}
    for wrong, status in (
        ({"candidates": free}, 422),
        ({"candidates": {**BRAKE, "edits": []}}, 422),
        ({"candidates": {"id": "x"}}, 422),
        ({"scenario": "no-such"}, 404),
        ({"response": "hope"}, 422),
        ({"budgets": [-1]}, 422),
        ({"replications": 9000}, 422),
    ):
        refused = http.post("/api/v1/values", json={**question, **wrong})
        assert refused.status_code == status, (wrong, refused.text)


def test_resilience_is_a_summary_with_a_tag_and_tables_apart(http, remote):
    answer = http.get("/api/v1/resilience", params={"n2": True})
    document = answer.json()
    assert (document["cluster"], document["basis"]) == ("workshop", "schedule")
    assert document["survived"]["site"] == {"without_loss": 2, "of": 2}
    again = http.get(
        "/api/v1/resilience",
        params={"n2": True},
        headers={"If-None-Match": answer.headers["ETag"]},
    )
    assert (again.status_code, again.content) == (304, b"")
    path = "/api/v1/resilience/tables/losses"
    table = pa.ipc.open_stream(http.get(path, headers={"Accept": ARROW}).content).read_all()
    assert table.column("id").to_pylist() == ["SHOP-A", "SHOP-B", "A-B", "GH:NG", "*"]
    assert http.get(path).json()["columns"][2]["unit"] == "1/wk"
    assert http.get("/api/v1/resilience/tables/none").status_code == 422
    assert http.get("/api/v1/resilience", params={"product": "FRAMES"}).status_code == 404
    assert http.get("/api/v1/resilience", params={"week": 9}).status_code == 422
    report = remote.resilience(closed=["A-B"])
    assert report.shape.type == "isolated"
    assert report.closed == ("A-B",)


def test_the_snapshot_is_an_arrow_stream_with_its_hash(http):
    answer = http.get("/api/v1/snapshot", headers={"Accept": ARROW})
    snapshot = ClusterSnapshot.from_ipc(answer.content)
    assert answer.headers["ETag"] == f'"hash:{snapshot.content_hash}"'
    assert snapshot.taken_at.isoformat() == "2027-01-05T06:00:00+00:00"


def test_a_whatif_is_a_job_with_an_answer_in_three_forms(http):
    question = {"scenario": "dark-north", "responses": ["stay", "greedy"], "replications": 2}
    asked = http.post("/api/v1/whatifs", json=question)
    assert asked.status_code == 202
    own = asked.headers["Location"]
    status = _finished(http, own)
    assert status["status"] == "succeeded", status
    assert status["progress"] == {"done": 12, "total": 12}  # 8 runs, and 4 of the check
    answer = http.get(f"{own}/result").json()
    assert answer["verdict"] in {"reroute", "stay", "too close to call"}
    stream = http.get(f"{own}/result", headers={"Accept": ARROW})
    kpis = pa.ipc.open_stream(stream.content).read_all()
    assert set(kpis.column("response").unique().to_pylist()) == {
        "undisturbed", "stay", "greedy", "undisturbed+greedy",
    }  # fmt: skip
    orders = http.get(f"{own}/tables/orders").json()
    assert {"name": "quantity", "type": "int64", "unit": "1"} in orders["columns"]
    assert http.delete(own).status_code == 202
    assert http.get(own).status_code == 404


def test_a_whatif_may_compare_degrees_of_coordination(http, remote):
    question = {"scenario": "dark-north", "coordination": [0, 1, 4], "replications": 1}
    own = http.post("/api/v1/whatifs", json=question).headers["Location"]
    assert _finished(http, own)["coordination"] == [0, 1, 4]
    kpis = http.get(f"{own}/tables/kpis").json()
    assert {"name": "coordination", "type": "int8", "unit": ""} in kpis["columns"]
    degrees = {(row["response"], row["coordination"]) for row in kpis["rows"]}
    assert degrees >= {("stay", 0), ("informed", 1), ("auction", 4)}
    answer = remote.whatif("dark-north", coordination=[0, 1, 4], replications=1)
    assert answer.kpis["coordination"].n_unique() == 3


def test_a_whatif_under_way_is_cancelled(http):
    question = {"scenario": "dark-north", "responses": ["greedy"], "replications": 2000}
    own = http.post("/api/v1/whatifs", json=question).headers["Location"]
    while http.get(own).json()["progress"]["done"] == 0:
        time.sleep(0.05)
    assert http.get(f"{own}/result").status_code == 409
    http.delete(own)
    assert _finished(http, own)["status"] == "cancelled"
    assert http.get(f"{own}/result").status_code == 409


def test_no_more_whatifs_wait_than_may(http):
    question = {"scenario": "dark-north", "responses": ["stay"], "replications": 2000}
    answers = [http.post("/api/v1/whatifs", json=question) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [202] * 9 + [429]
    assert answers[-1].headers["Retry-After"] == "10"
    taken = [answer.headers["Location"] for answer in answers[:-1]]
    for own in reversed(taken):  # the waiting ones first, so that none of them begins
        http.delete(own)
    assert {_finished(http, own)["status"] for own in taken} == {"cancelled"}


@pytest.mark.parametrize(
    ("question", "status", "words"),
    [
        ({"scenario": "none"}, 404, "dark-north"),
        ({"scenario": "../../etc/passwd"}, 404, "dark-north"),
        ({"scenario": "dark-north", "responses": ["pray"]}, 422, "greedy"),
        ({"scenario": "dark-north", "responses": ["stay", "stay"]}, 422, "a response twice"),
        ({"scenario": "dark-north", "replications": 0}, 422, "/replications"),
        ({"scenario": "dark-north", "coordination": [7]}, 422, "/coordination/0"),
        ({"scenario": "dark-north", "coordination": [1, 1]}, 422, "a response twice"),
        ({"scenario": "dark-north", "nonsense": 1}, 422, "/nonsense"),
        ({"scenario": "dark-north", "replications": 5000}, 422, "TWINFED_MAX_RUNS"),
        ({"scenario": {"id": "x", "title": "x", "edits": []}}, 422, "/scenario/fork_at"),
    ],
)
def test_a_question_that_means_nothing_is_a_problem(http, question, status, words):
    answer = http.post("/api/v1/whatifs", json=question)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status)
    assert words in answer.text
    assert problem["instance"] == "/api/v1/whatifs"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/twins/SHOP-Z", 404),
        ("GET", "/api/v1/twins/SHOP-A/tables/secrets", 422),
        ("GET", "/api/v1/whatifs/none", 404),
        ("PUT", "/api/v1/twins/SHOP-A", 405),
    ],
)
def test_every_error_is_a_problem(http, method, path, status):
    answer = http.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["instance"] == path


@pytest.mark.parametrize(
    "path", ["/health", "/api/v1/twins/SHOP-A", "/api/v1/twins/SHOP-A/tables/values", "/nothing"]
)
def test_head_has_the_headers_of_get_and_no_body(http, path):
    whole, head = http.get(path), http.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    for name in ("content-type", "content-length", "etag"):
        assert head.headers.get(name) == whole.headers.get(name)


def test_a_body_above_the_limit_is_refused(http):
    answer = http.post("/api/v1/whatifs", content=b" " * (8 * 2**20 + 1))
    assert answer.status_code == 413


def test_the_openapi_document_names_every_route(http):
    paths = http.get("/openapi.json").json()["paths"]
    assert set(paths) == {
        "/health", "/ready", "/api/v1/twins", "/api/v1/twins/{site}",
        "/api/v1/twins/{site}/tables/{table}", "/api/v1/graph", "/api/v1/snapshot",
        "/api/v1/matches/{product}", "/api/v1/routes", "/api/v1/schedule", "/api/v1/promises",
        "/api/v1/schedule/versions", "/api/v1/schedule/versions/{version}",
        "/api/v1/schedule/versions/{version}/entries", "/api/v1/schedule/versions/{version}/delta",
        "/api/v1/proposals", "/api/v1/proposals/{proposal}",
        "/api/v1/proposals/{proposal}/entries", "/api/v1/proposals/{proposal}/answers/{site}",
        "/api/v1/proposals/{proposal}/recheck",
        "/api/v1/resilience", "/api/v1/resilience/tables/{table}", "/api/v1/values",
        "/api/v1/values/{value_id}", "/api/v1/values/{value_id}/result",
        "/api/v1/scenarios", "/api/v1/whatifs", "/api/v1/whatifs/{whatif_id}",
        "/api/v1/whatifs/{whatif_id}/result", "/api/v1/whatifs/{whatif_id}/tables/{table}",
    }  # fmt: skip


def test_connect_gives_the_same_object(remote, tmp_path):
    with tf.open(write_workshop(tmp_path / "workshop")) as local:
        local.emulate(local.spec.start.replace(day=5, hour=6))
        assert (remote.sites, remote.scenarios) == (local.sites, local.scenarios)
        there, here = remote.graph, local.graph
        assert dict(there.nodes(data=True)) == dict(here.nodes(data=True))
        assert list(there.edges(keys=True, data=True)) == list(here.edges(keys=True, data=True))
        assert there.graph == here.graph
        far, near = remote.site("SHOP-A"), local.site("SHOP-A")
        assert far.spec == near.spec
        assert far.reading.state_hash == near.reading.state_hash
        assert far.reading.freshness == near.reading.freshness
        assert far.reading.taken_at_us == near.reading.taken_at_us
        asked = ("brake", "machine.state")
        assert far.state.value(*asked) == near.state.value(*asked)
        assert {name: table.num_rows for name, table in far.state.tables().items()} == {
            name: table.num_rows for name, table in near.state.tables().items()
        }
        assert remote.fork() == local.fork()
        question = {"responses": ["stay", "greedy"], "replications": 2, "seed": 3}
        answer = remote.whatif("dark-north", **question)
        mine = local.whatif("dark-north", **question)
        assert answer.sentence == mine.verdict.sentence
        assert answer.kpis.equals(mine.kpis)
        scenario = tf.load_scenario(local.folder / "scenarios" / "dark-north.yaml")
        assert remote.whatif(scenario, **question).orders.equals(mine.orders)


def test_connect_says_what_is_wrong(remote):
    with pytest.raises(tf.TwinfedError, match="twinfed serve"):
        tf.connect("http://127.0.0.1:9")
    with pytest.raises(tf.TwinfedError, match="http://HOST:PORT"):
        tf.connect("localhost:8000")
    with pytest.raises(tf.TwinfedError, match="SHOP-B"):
        remote.site("SHOP-Z")
    with pytest.raises(tf.TwinfedError, match="dark-north"):
        remote.whatif("none")


def test_with_a_token_only_who_has_it_is_answered(tmp_path):
    (tmp_path / "token").write_text(TOKEN)
    folder = write_workshop(tmp_path / "workshop")
    with serving(folder, tmp_path / "data", "--token-file", tmp_path / "token") as (url, _):
        assert httpx.get(f"{url}/api/v1/twins").status_code == 401
        assert httpx.get(f"{url}/openapi.json").status_code == 401
        assert httpx.get(f"{url}/health").status_code == 200
        with pytest.raises(tf.TwinfedError, match="TWINFED_TOKEN"):
            tf.connect(url)
        with tf.connect(url, token=TOKEN) as fed:
            assert fed.sites == ("SHOP-A", "SHOP-B")


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_ends_cleanly_and_starts_again_with_its_twins(tmp_path, sign, code):
    folder = write_workshop(tmp_path / "workshop")
    for _ in range(2):
        with serving(folder, tmp_path / "data") as (url, process):
            revision = httpx.get(f"{url}/api/v1/twins/SHOP-A").json()["revision"]
            process.send_signal(sign)
            assert process.wait(60) == code
    assert revision == 2  # the state was told by two lives of the plant


@pytest.mark.ray
def test_on_ray_it_leaves_no_process_behind(tmp_path):
    folder = write_workshop(tmp_path / "workshop")
    with serving(folder, tmp_path / "data", engine="ray") as (url, process):
        with tf.connect(url) as fed:
            assert fed.whatif("dark-north", ["stay"], replications=1).sentence
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(process.pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.split()
        assert children
        process.terminate()
        assert process.wait(120) == 0
    left = [pid for pid in children if os.path.exists(f"/proc/{pid}")]  # noqa: PTH110
    assert left == []
