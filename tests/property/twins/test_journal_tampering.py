"""One changed bit anywhere in a journal file: the first bad entry is named, or nothing changed."""

import random
import tempfile
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.site_telemetry import HOUR_US, NOON_US, SITE, batch, day
from twins.body import entry_of
from twins.errors import JournalError
from twins.journal import NewEntry
from twins.journal_files import verify_file
from twins.journal_sqlite import SqliteJournal
from twins.twin import Twin

STREAMS = ("ledger", "site/KAN")
ENTRIES = 12


@cache
def original():
    """The bytes of a journal of two streams, and its entries."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shard.sqlite"
        journal = SqliteJournal(path)
        noise = random.Random(7)
        for number in range(1, ENTRIES + 1):
            # Small bodies share a page of the file, large ones fill several.
            rows = day(60 if number % 2 else 900, NOON_US + number * HOUR_US, 1_000_000)
            note = noise.randbytes(30 + 700 * number)
            journal.append(entry_of(batch(number, rows), NOON_US + 50 * HOUR_US))
            journal.append(NewEntry("ledger", "order", "desk", 1, None, NOON_US, note))
        entries = {stream: list(journal.entries(stream)) for stream in STREAMS}
        journal.close()
        return path.read_bytes(), entries


def flipped(data, at, bit):
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


def readable(path, stream, below):
    """Entries of a stream below a position, as they can be read."""
    journal = SqliteJournal(path, claim=False)
    try:
        return [e for p in range(1, below) if (e := journal.entry(stream, p)) is not None]
    finally:
        journal.close()


@settings(max_examples=120)
@given(st.integers(0, 10**9), st.integers(0, 7))
def test_a_changed_bit_is_found_or_without_effect(at, bit):
    data, entries = original()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shard.sqlite"
        path.write_bytes(flipped(data, at % len(data), bit))
        found = verify_file(path)
        if found.ok:
            # Unused space of the file: everything reads as it was written.
            assert found.entries == 2 * ENTRIES
            for stream in STREAMS:
                assert readable(path, stream, ENTRIES + 1) == entries[stream]
        elif found.bad.stream in STREAMS and found.bad.position is not None:
            good = readable(path, found.bad.stream, found.bad.position)
            assert good == entries[found.bad.stream][: found.bad.position - 1]


@settings(max_examples=50)
@given(
    st.sampled_from(STREAMS),
    st.integers(1, ENTRIES),
    st.integers(0, 10**6),
    st.integers(0, 7),
)
def test_a_changed_bit_of_a_body_names_its_entry(stream, position, part, bit):
    data, entries = original()
    body = entries[stream][position - 1].body
    # Bodies begin alike, and long ones are spread over pages: a piece that stands once in the file.
    starts = (start % (len(body) - 16) for start in range(part, part + len(body)))
    at = next(data.index(body[s : s + 16]) for s in starts if data.count(body[s : s + 16]) == 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shard.sqlite"
        path.write_bytes(flipped(data, at, bit))
        found = verify_file(path)
        assert (found.bad.stream, found.bad.position) == (stream, position)


@settings(max_examples=50)
@given(st.integers(0, 10**9), st.integers(0, 7))
def test_a_twin_over_a_changed_file_starts_and_is_right_or_degraded(at, bit):
    data, _ = original()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shard.sqlite"
        path.write_bytes(flipped(data, at % len(data), bit))
        try:
            journal = SqliteJournal(path)
        except JournalError:
            return  # the host starts degraded on this
        try:
            twin = Twin(SITE, journal)
            if twin.degraded is None:
                assert twin.revision == ENTRIES
                assert twin.state_hash() == whole_state_hash()
            else:
                assert twin.revision < ENTRIES
        finally:
            journal.close()


@cache
def whole_state_hash():
    data, _ = original()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shard.sqlite"
        path.write_bytes(data)
        journal = SqliteJournal(path)
        twin = Twin(SITE, journal)
        journal.close()
        return twin.state_hash()
