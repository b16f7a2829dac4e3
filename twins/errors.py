"""The error tree of the product.

::

    TwinfedError
    ├── TelemetryError(ValueError)            a batch is not telemetry at all
    ├── UnknownSiteError(LookupError)         no twin of that name lives here
    ├── DegradedError(RuntimeError)           a twin without its whole record takes no telemetry
    └── JournalError
        ├── JournalUnavailableError(OSError)  cannot be opened or written: read-only, disk full
        ├── JournalCorruptError(ValueError)   its content is not what was written
        ├── FencedError(PermissionError)      a newer owner has taken the journal over
        ├── SequenceGap(ValueError)           a batch before this one is missing
        └── StaleSourceError(ValueError)      a batch of a source's earlier life that was never seen

The other rooms hang their own branches below ``TwinfedError``. A message says what is wrong, where,
and the remedy. Errors cross process borders, so they pickle with all they carry.
"""

from __future__ import annotations


class TwinfedError(Exception):
    """Root of every error the product raises on purpose.

    Parameters
    ----------
    what
        What is wrong, as a sentence without its full stop; a whole message may stand here alone.
    where
        File, path inside the file, site, stream: what one has to look at.
    remedy
        What to do about it.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        message = f"{self.where}: {self.what}" if self.where else self.what
        return f"{message}; {self.remedy}" if self.remedy else message


class TelemetryError(TwinfedError, ValueError):
    """A batch is not telemetry at all: columns are missing, or it does not say whose it is."""


class UnknownSiteError(TwinfedError, LookupError):
    """No twin of that name lives here."""


class DegradedError(TwinfedError, RuntimeError):
    """A twin that started without its whole record refuses new telemetry until it is mended."""


class JournalError(TwinfedError):
    """The durable record refuses or fails."""


class JournalUnavailableError(JournalError, OSError):
    """The journal cannot be opened, read or written."""


class JournalCorruptError(JournalError, ValueError):
    """The journal's content is not what was written."""


class FencedError(JournalError, PermissionError):
    """A newer owner has taken the journal over; whoever sees this must stop writing."""


class SequenceGap(JournalError, ValueError):  # noqa: N818 - the name says what the sender must close
    """A batch came before its predecessor.

    Parameters
    ----------
    expected
        The sequence number to send next.
    where
        Stream and source.
    got
        The sequence number that came, where known.
    source_epoch
        The epoch of the source in which ``expected`` counts.
    """

    def __init__(
        self,
        expected: int,
        where: str = "",
        got: int | None = None,
        source_epoch: int | None = None,
    ) -> None:
        arrived = "" if got is None else f", {got} came"
        super().__init__(
            f"batch {expected} is expected{arrived}",
            where=where,
            remedy=f"send the batches again from sequence {expected}",
        )
        # What unpickling passes to the constructor.
        self.args = (expected, where, got, source_epoch)
        self.expected = expected
        self.got = got
        self.source_epoch = source_epoch


class StaleSourceError(JournalError, ValueError):
    """A batch of an earlier life of its source that was never seen; it can no longer be ordered."""
