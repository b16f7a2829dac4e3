"""A cluster that is served elsewhere, as the same object: twins, graph, forks and what-ifs."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

import httpx
import pyarrow as pa

from federation.errors import AgreementError
from federation.runtime.federation import Site
from federation.snapshot import ClusterSnapshot
from twinfed.endpoint.negotiation import ARROW_STREAM
from twinfed.errors import CancelledError, ServerError, UnknownNameError, UsageError, WhatIfError
from twinfed.network import NetworkQuestions
from twinfed.orders import OrderQuestions
from twinfed.remote_agreements import RemoteAgreements
from twinfed.remote_investing import RemoteInvesting, question_of
from twinfed.remote_result import RemoteResult
from twins.clock import to_us
from twins.freshness import Freshness
from twins.readings import SiteReading
from twins.telemetry import Quality

if TYPE_CHECKING:
    import networkx as nx

    from analytics.scenario import Scenario
    from federation.topology.model import ClusterSpec

_API = "/api/v1"
_STATE_TABLES = ("values", "lots", "counters", "meters", "quarantine")
_POLL_S = (0.05, 1.0)
"""First and longest pause between two looks at a what-if."""


class RemoteCluster(NetworkQuestions, OrderQuestions, RemoteInvesting, RemoteAgreements):
    """A cluster behind the HTTP endpoint. Made by :func:`connect`; a context manager.

    Parameters
    ----------
    client
        Knows the address and carries the token.
    """

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._spec: ClusterSpec | None = None
        self.url = str(client.base_url).rstrip("/")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<RemoteCluster {self.url}>"

    def close(self) -> None:
        """Give the connection back; the served cluster goes on."""
        self._client.close()

    @property
    def spec(self) -> ClusterSpec:
        """The cluster's specification, read once."""
        if self._spec is None:
            self._spec = self.fork().cluster
        return self._spec

    @property
    def sites(self) -> tuple[str, ...]:
        """Ids of the sites, in the order of the cluster."""
        return tuple(twin["site"] for twin in self.twins)

    @property
    def twins(self) -> tuple[Mapping[str, Any], ...]:
        """One line for each twin: id, name, revision, time of the youngest value."""
        return tuple(self._pages(f"{_API}/twins"))

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Ids of the scenarios that travel with the cluster."""
        return tuple(self._get(f"{_API}/scenarios").json()["items"])

    @property
    def graph(self) -> nx.MultiDiGraph[str]:
        """Sites, customers and links with their live attributes."""
        return _graph(self._get(f"{_API}/graph").json())

    def site(self, site_id: str) -> Site:
        """One twin, as it was read now.

        Raises
        ------
        UnknownNameError
            When the cluster has no such site.
        """
        path = f"{_API}/twins/{site_id}"
        while True:
            before = self._get(path)
            tables = {name: self._table(f"{path}/tables/{name}") for name in _STATE_TABLES}
            # Telemetry that came in between makes the tables of two states: read again.
            if self._get(path).headers["ETag"] == before.headers["ETag"]:
                break
        return Site(self.spec.site(site_id), _reading(site_id, before.json(), tables))

    def fork(self) -> ClusterSnapshot:
        """One cut of all twins as immutable Arrow tables."""
        answer = self._get(f"{_API}/snapshot", {"Accept": ARROW_STREAM})
        return ClusterSnapshot.from_ipc(answer.content)

    def whatif(
        self,
        scenario: Scenario | Path | str,
        responses: Sequence[str] | None = None,
        *,
        coordination: Sequence[int] | None = None,
        horizon_h: float = 672.0,
        replications: int = 30,
        seed: int = 1,
        choose_by: Literal["mean", "cvar"] = "mean",
        break_even: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> RemoteResult:
        """Ask the server what happens; it forks its own twins. Ctrl-C cancels there too.

        Parameters
        ----------
        scenario
            A scenario, the path of its file here, or the id of one that the server knows.
        responses
            Names of responses; default: those that the server finds for the cluster.
        coordination
            Degrees of coordination to compare: 0 none, 1 informed, 2 agreed, 3 central, 4 auction.
        horizon_h
            Simulated hours from the fork.
        replications, seed
            Runs of each response, and the seed of all of them.
        choose_by
            ``mean`` cost of the runs, or ``cvar``: that of their worst tenth.
        break_even
            Look for the length of outage from which on rerouting pays, too.
        progress
            Called with runs done and runs in all.

        Raises
        ------
        UsageError
            When the server does not understand the question.
        WhatIfError
            When it fails there.
        """
        question = {
            "scenario": question_of(scenario),
            "responses": list(responses) if responses is not None else None,
            "coordination": list(coordination) if coordination is not None else None,
            "replications": replications,
            "seed": seed,
            "horizon_h": horizon_h,
            "choose_by": choose_by,
            "break_even": break_even,
        }
        own, answer = self._job("whatifs", question, progress)
        return RemoteResult(answer, lambda name: self._table(f"{own}/tables/{name}"))

    def _job(
        self,
        kind: str,
        question: Mapping[str, Any],
        progress: Callable[[int, int], None] | None,
    ) -> tuple[str, Any]:
        """Address and result of a job, once it is done."""
        asked = self._send("POST", f"{_API}/{kind}", json=question)
        own = asked.headers["Location"]
        try:
            self._wait(own, progress)
        except KeyboardInterrupt:
            with suppress(ServerError):
                self._send("DELETE", own)
            raise
        return own, self._get(f"{own}/result", {"Accept": "application/json"}).json()

    def _wait(self, path: str, progress: Callable[[int, int], None] | None) -> None:
        pause, longest = _POLL_S
        while True:
            status = self._get(path).json()
            if progress is not None:
                progress(status["progress"]["done"], status["progress"]["total"])
            if status["status"] == "succeeded":
                return
            if status["status"] == "cancelled":
                raise CancelledError("the what-if was cancelled", where=self.url + path)
            if status["status"] == "failed":
                detail = status.get("error", {}).get("detail", "no reason was given")
                raise WhatIfError(f"the what-if failed: {detail}", where=self.url + path)
            time.sleep(pause)
            pause = min(longest, 1.5 * pause)

    def _pages(self, path: str) -> Iterator[Mapping[str, Any]]:
        cursor: str | None = None
        while True:
            page = self._send("GET", path, params={"cursor": cursor} if cursor else {}).json()
            yield from page["items"]
            cursor = page.get("cursor")
            if cursor is None:
                return

    def _table(self, path: str) -> pa.Table:
        content = self._get(path, {"Accept": ARROW_STREAM}).content
        return pa.ipc.open_stream(content).read_all()

    def _get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self._send("GET", path, headers=dict(headers or {}))

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise ServerError(
                f"no answer ({type(error).__name__}: {error})",
                where=self.url,
                remedy="start it with 'twinfed serve CLUSTER', or correct the address",
            ) from error
        if answer.is_success:
            return answer
        raise _error(answer)


def connect(url: str, *, token: str | None = None, timeout_s: float = 30.0) -> RemoteCluster:
    """The cluster that a ``twinfed serve`` elsewhere serves.

    Parameters
    ----------
    url
        Such as ``http://127.0.0.1:8000``.
    token
        Access token; default: the variable ``TWINFED_TOKEN``.
    timeout_s
        Longest wait for one answer, in seconds.

    Raises
    ------
    ServerError
        When no twinfed server answers there.
    UsageError
        When ``url`` is none.
    """
    if not url.startswith(("http://", "https://")):
        raise UsageError(f"'{url}' is no address of a server", remedy="write http://HOST:PORT")
    given = token or os.environ.get("TWINFED_TOKEN")
    headers = {"Authorization": f"Bearer {given}"} if given else {}
    cluster = RemoteCluster(httpx.Client(base_url=url, headers=headers, timeout=timeout_s))
    try:
        cluster.sites  # noqa: B018 - the first question: is somebody there, and may we ask?
    except BaseException:
        cluster.close()
        raise
    return cluster


def _error(answer: httpx.Response) -> Exception:
    """The error that a problem document tells of."""
    where = str(answer.request.url)
    try:
        problem = answer.json()
        detail = str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        return ServerError(
            f"answered {answer.status_code}, and not as twinfed does",
            where=where,
            remedy="ask the address that 'twinfed serve' printed",
        )
    wrong = "; ".join(
        f"{pointer}: {', '.join(found)}" for pointer, found in problem.get("errors", {}).items()
    )
    detail = f"{detail}: {wrong}" if wrong else detail
    if answer.status_code == httpx.codes.NOT_FOUND:
        return UnknownNameError(detail, where=where)
    if str(problem.get("type", "")).endswith((":agreement", ":stale-proposal")):
        return AgreementError(detail, where=where)
    if answer.status_code in {httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY}:
        return UsageError(detail, where=where)
    remedy = "set TWINFED_TOKEN, or pass token=..." if answer.status_code == 401 else ""
    return ServerError(detail, where=where, remedy=remedy)


def _reading(site_id: str, twin: Mapping[str, Any], tables: Mapping[str, pa.Table]) -> SiteReading:
    """The reading that a twin and its tables came from."""
    last = twin["last_time"]
    values = tables["values"]
    ages = values.column("age_s").to_pylist()
    # Each row knows its time and its age: together, the moment of reading.
    taken_us = values.column("time")[0].value + round(ages[0] * 1e6) if ages else 0
    silences = values.column("silence_s").to_pylist()
    qualities = values.column("quality").to_pylist()
    fresh = Freshness(
        len(qualities),
        sum(quality >= Quality.STALE for quality in qualities),
        min(silences, default=None),
    )
    return SiteReading(
        site=site_id,
        tables=tables,
        revision=twin["revision"],
        state_hash=twin["state_hash"],
        last_time_us=None if last is None else to_us(datetime.fromisoformat(last)),
        taken_at_us=taken_us,
        freshness=fresh,
        degraded=twin["degraded"],
    )


def _graph(document: dict[str, Any]) -> nx.MultiDiGraph[str]:
    """The graph as ``build_graph`` makes it: what JSON lacks is put back."""
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(nx.node_link_graph(document, edges="edges"))
    graph.graph["taken_at"] = datetime.fromisoformat(graph.graph["taken_at"])
    for _, node in graph.nodes(data=True):
        if node.get("kind") != "site":
            continue
        node["processes"] = tuple(node["processes"])
        node["age_s"] = math.inf if node["age_s"] is None else node["age_s"]
        if node["last_time"] is not None:
            node["last_time"] = datetime.fromisoformat(node["last_time"])
    return graph
