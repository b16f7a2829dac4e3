"""Stands in for a journal that could not be opened: whatever is asked of it, it says why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from twins.errors import JournalError, JournalUnavailableError
from twins.journal import Appended, Entry, Head, NewEntry, SourcePosition, Verification


class MissingJournal:
    """A journal that is not there.

    Every method but ``owner_epoch``, ``streams`` and ``close`` raises ``JournalUnavailableError``.

    Parameters
    ----------
    problem
        Why, with the remedy: the message of the error that opening it gave.
    """

    def __init__(self, problem: str) -> None:
        self._problem = problem

    @property
    def owner_epoch(self) -> int:
        """Nobody owns it."""
        return 0

    def append_many(self, entries: Sequence[NewEntry]) -> list[Appended | JournalError]:  # noqa: ARG002
        """Refused."""
        raise self._error()

    def append(self, entry: NewEntry) -> Appended:  # noqa: ARG002 - the signature is the protocol's
        """Refused."""
        raise self._error()

    def entries(self, stream: str, after: int = 0) -> Iterator[Entry]:  # noqa: ARG002
        """Refused."""
        raise self._error()

    def head(self, stream: str) -> Head:  # noqa: ARG002
        """Refused."""
        raise self._error()

    def last_sequence(self, stream: str, source: str) -> SourcePosition | None:  # noqa: ARG002
        """Refused."""
        raise self._error()

    def streams(self) -> tuple[str, ...]:
        """None."""
        return ()

    def verify(self, stream: str | None = None) -> Verification:  # noqa: ARG002
        """Refused."""
        raise self._error()

    def adopt(self, stream: str, entries: Iterable[Entry]) -> Head:  # noqa: ARG002
        """Refused."""
        raise self._error()

    def close(self) -> None:
        """Nothing is open."""

    def _error(self) -> JournalUnavailableError:
        return JournalUnavailableError(self._problem)
