"""Resilience reports over HTTP, kept while nothing that they rest on changes."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from federation.resilience.report import Resilience, resilience
from federation.resilience.schemas import ResilienceTable
from federation.resilience.tables import tables
from twinfed.documents import resilience_document
from twinfed.endpoint.negotiation import plain

if TYPE_CHECKING:
    from federation.snapshot import ClusterSnapshot

_KEPT = 8


@dataclass(frozen=True, slots=True)
class Question:
    """What can be asked; see ``federation.resilience.report.resilience``."""

    product: str | None = None
    n2: bool = False
    close: tuple[str, ...] = ()
    week: int | None = None
    approved_only: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A report as a document with its tag, and its tables."""

    etag: str
    json: bytes
    tables: dict[ResilienceTable, pa.Table]


class Reports:
    """Answers of one server. Safe to use from several threads.

    A report rests on the specification with its orders, the schedule and the permissions; while
    these stay, so does the answer.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[object, ...], tuple[object, Answer]] = {}

    def answer(self, cut: ClusterSnapshot, question: Question) -> Answer:
        """The report for a snapshot.

        Raises
        ------
        NotInClusterError
            When there is no such product, link or border.
        ResilienceError
            When no order is released in the week.
        """
        permissions = tuple(cut.tables["approvals"].column("status").to_pylist())
        key = (question, id(cut.cluster), cut.schedule_version, permissions)
        with self._lock:  # one at a time: who asks the same in between finds it done
            if key not in self._known:
                report = resilience(
                    cut,
                    product=question.product,
                    n2=question.n2,
                    closed=question.close,
                    week=question.week,
                    approved_only=question.approved_only,
                )
                while len(self._known) >= _KEPT:
                    del self._known[next(iter(self._known))]
                # The specification is kept too, so that its id stays its own.
                self._known[key] = (cut.cluster, _answer(report))
            return self._known[key][1]


def _answer(report: Resilience) -> Answer:
    found = next(iter(plain([resilience_document(report)])))
    text = json.dumps(found, allow_nan=False).encode()
    every = tables(report)
    digest = hashlib.sha256(text)
    for table in every.values():
        digest.update(repr(table.to_pydict()).encode())
    return Answer(f'"hash:{digest.hexdigest()[:20]}"', text, every)
