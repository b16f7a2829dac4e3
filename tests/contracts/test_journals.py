"""What every journal does. A new kind of journal is one more entry in ``OPENERS``."""

from dataclasses import replace

import pytest

from twins.errors import (
    FencedError,
    JournalCorruptError,
    JournalError,
    SequenceGap,
    StaleSourceError,
)
from twins.journal import (
    GENESIS,
    HEADER,
    Appended,
    Head,
    Journal,
    NewEntry,
    SourcePosition,
    Verification,
    body_hash,
    entry_hash,
)
from twins.journal_sqlite import SqliteJournal

OPENERS = {"sqlite": lambda folder, name="shard": SqliteJournal(folder / f"{name}.sqlite")}


@pytest.fixture(params=OPENERS)
def opener(request, tmp_path):
    """Opens the journal of a name as its new owner."""
    opened = []

    def make(name="shard"):
        journal: Journal = OPENERS[request.param](tmp_path, name)
        opened.append(journal)
        return journal

    yield make
    for journal in opened:
        journal.close()


@pytest.fixture
def journal(opener):
    return opener()


def new(sequence, body=b"body", stream="site/KAN", source="gateway", epoch=1, kind="telemetry"):
    return NewEntry(stream, kind, source, epoch, sequence, 1_000 + (sequence or 0), body, 3, 5, 9)


def test_what_was_appended_is_read_back(journal):
    assert journal.append(new(1, b"one")).position == 1
    assert journal.append(replace(new(2, b"two"), signature=b"me", time_min_us=None)).position == 2
    first, second = journal.entries("site/KAN")
    assert (first.body, first.sequence, first.received_at_us, first.rows) == (b"one", 1, 1_001, 3)
    assert (first.time_min_us, first.time_max_us, first.kind) == (5, 9, "telemetry")
    assert (second.signature, second.time_min_us, second.body) == (b"me", None, b"two")
    assert {first.owner_epoch, second.owner_epoch} == {journal.owner_epoch}


def test_each_entry_continues_the_one_before_it(journal):
    for sequence in (1, 2, 3):
        journal.append(new(sequence))
    previous = GENESIS
    for entry in journal.entries("site/KAN"):
        assert entry.previous_hash == previous
        assert entry.body_hash == body_hash(entry.body)
        header = [getattr(entry, name) for name in HEADER]
        assert entry.hash == entry_hash(previous, header, entry.body_hash)
        previous = entry.hash
    assert journal.head("site/KAN") == Head(3, previous)


def test_reading_may_begin_anywhere(journal):
    for sequence in range(1, 201):
        journal.append(new(sequence))
    assert [e.position for e in journal.entries("site/KAN", 150)] == list(range(151, 201))
    assert list(journal.entries("site/KAN", 200)) == []
    assert list(journal.entries("site/LOS")) == []


def test_a_batch_sent_again_is_recognised_and_not_appended(journal):
    first = journal.append(new(1))
    journal.append(new(2))
    again = journal.append(new(1, b"encoded in another way"))
    assert again == replace(first, duplicate=True)
    assert journal.head("site/KAN").position == 2


def test_a_gap_is_refused_with_the_sequence_expected(journal):
    with pytest.raises(SequenceGap, match="batch 1 is expected, 2 came"):
        journal.append(new(2))
    journal.append(new(1))
    with pytest.raises(SequenceGap) as refused:
        journal.append(new(5))
    assert (refused.value.expected, refused.value.got) == (2, 5)
    assert journal.append(new(2)).position == 2


def test_each_source_of_each_stream_counts_for_itself(journal):
    journal.append(new(1))
    journal.append(new(1, source="adapter"))
    journal.append(new(1, stream="site/LOS"))
    assert journal.head("site/KAN").position == 2
    assert journal.head("site/LOS").position == 1
    assert journal.last_sequence("site/KAN", "adapter") == SourcePosition(1, 1)
    assert journal.last_sequence("site/LOS", "adapter") is None
    assert journal.streams() == ("site/KAN", "site/LOS")


def test_a_new_life_of_a_source_begins_at_one(journal):
    journal.append(new(1))
    with pytest.raises(SequenceGap) as refused:
        journal.append(new(2, epoch=2))
    assert refused.value.expected == 1
    journal.append(new(1, epoch=2))
    assert journal.last_sequence("site/KAN", "gateway") == SourcePosition(2, 1)


def test_an_earlier_life_is_known_or_refused(journal):
    first = journal.append(new(1))
    journal.append(new(1, epoch=2))
    assert journal.append(new(1)) == replace(first, duplicate=True)
    with pytest.raises(StaleSourceError, match="after the source began epoch 2"):
        journal.append(new(2))


def test_without_a_number_an_entry_is_the_next(journal):
    ledger = new(None, kind="order", stream="ledger", source="desk")
    assert [journal.append(ledger).sequence for _ in range(3)] == [1, 2, 3]
    assert journal.append(replace(ledger, source_epoch=2)).sequence == 1


def test_several_entries_share_a_commit_and_a_refusal_hinders_no_other(journal):
    outcomes = journal.append_many(
        [new(1), new(1), new(3), new(2), new(1, stream="site/LOS"), new(1, epoch=0)]
    )
    kinds = [
        (outcome.position, outcome.duplicate) if isinstance(outcome, Appended) else type(outcome)
        for outcome in outcomes
    ]
    assert kinds == [
        (1, False),
        (1, True),
        SequenceGap,
        (2, False),
        (1, False),
        StaleSourceError,
    ]
    assert journal.verify() == Verification(3)
    assert journal.append_many([]) == []


def test_everything_is_there_after_a_restart(opener):
    first = opener()
    first.append(new(1))
    first.append(new(2))
    kept = list(first.entries("site/KAN"))
    first.close()
    second = opener()
    assert list(second.entries("site/KAN")) == kept
    assert second.append(new(1)).duplicate
    assert second.append(new(3)).position == 3
    assert second.verify() == Verification(3)


def test_a_new_owner_fences_the_old_one_out(opener):
    old = opener()
    old.append(new(1))
    successor = opener()
    assert successor.owner_epoch == old.owner_epoch + 1
    with pytest.raises(FencedError, match="has taken over"):
        old.append(new(2))
    assert successor.append(new(2)).position == 2
    with pytest.raises(FencedError):
        old.append(new(2))
    assert [e.owner_epoch for e in successor.entries("site/KAN")] == [
        old.owner_epoch,
        successor.owner_epoch,
    ]


def test_a_stream_moves_with_its_hashes_and_goes_on(opener):
    home, away = opener("home"), opener("away")
    for _ in range(3):
        home = opener("home")  # each start takes a higher epoch
    for sequence in (1, 2, 3):
        home.append(new(sequence))
    away.append(new(1, stream="site/LOS"))
    assert away.adopt("site/KAN", home.entries("site/KAN")) == home.head("site/KAN")
    assert list(away.entries("site/KAN")) == list(home.entries("site/KAN"))
    assert away.append(new(3)).duplicate
    assert away.append(new(4)).position == 4
    epochs = [entry.owner_epoch for entry in away.entries("site/KAN")]
    assert epochs == sorted(epochs)
    assert epochs[-1] == away.owner_epoch
    assert away.verify() == Verification(5)


def test_a_stream_is_not_adopted_twice_nor_broken_nor_foreign(opener):
    home, away = opener("home"), opener("away")
    for sequence in (1, 2, 3):
        home.append(new(sequence, bytes([sequence])))
    entries = list(home.entries("site/KAN"))
    broken = [entries[0], replace(entries[1], body=b"other"), entries[2]]
    with pytest.raises(JournalCorruptError, match="entry 2 of stream 'site/KAN': its body"):
        away.adopt("site/KAN", broken)
    with pytest.raises(JournalCorruptError, match="entry 2 of stream 'site/KAN': missing"):
        away.adopt("site/KAN", [entries[0], entries[2]])
    with pytest.raises(JournalError, match="an entry of stream 'site/KAN' is among those of"):
        away.adopt("site/LOS", entries)
    assert away.streams() == ()
    away.adopt("site/KAN", entries)
    with pytest.raises(JournalError, match="is here already"):
        away.adopt("site/KAN", entries)
    assert away.verify() == Verification(3)


def test_a_closed_journal_says_so(opener):
    journal = opener()
    journal.close()
    journal.close()
    with pytest.raises(JournalError, match="it was closed"):
        journal.append(new(1))
