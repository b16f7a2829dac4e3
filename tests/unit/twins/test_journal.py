import hashlib
from dataclasses import replace

import pytest

from twins.errors import JournalCorruptError
from twins.journal import GENESIS, HEADER, Entry, Head, body_hash, checked, entry_hash, fault


def entry(**changes):
    plain = Entry(
        "site/KAN",
        1,
        "telemetry",
        1,
        "gäteway",
        1,
        1,
        1000,
        5,
        None,
        3,
        7,
        "",
        GENESIS,
        "",
        None,
        b"x",
    )
    plain = replace(plain, body_hash=body_hash(b"x"))
    header = [getattr(plain, name) for name in HEADER]
    return replace(replace(plain, hash=entry_hash(GENESIS, header, plain.body_hash)), **changes)


def test_the_hash_rule_can_be_recomputed_by_anyone():
    header = b'["site/KAN",1,"telemetry",1,"g\\u00e4teway",1,1,1000,5,null,3,7]'
    by_hand = hashlib.sha256(bytes(32) + header + hashlib.sha256(b"x").digest()).hexdigest()
    assert entry().hash == by_hand


def test_a_sound_entry_has_no_fault():
    assert fault(entry(), Head()) is None


def test_an_entry_whose_body_was_moved_is_sound():
    assert fault(entry(body=None), Head()) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"body": b"y"}, "its body is not the one that was hashed"),
        ({"body": b"y", "body_hash": body_hash(b"y")}, "its columns are not the ones"),
        ({"previous_hash": "1" * 64}, "it does not continue the entry before it"),
        ({"position": 2}, "missing; position 2 follows 0"),
        ({"hash": "1" * 64}, "its columns are not the ones that were hashed"),
        ({"sequence": b"1"}, "its columns cannot be read"),
        ({"body_hash": "no hash", "body": None}, "its columns cannot be read"),
        *(({name: 12345}, "its columns are not") for name in HEADER if name != "position"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_every_change_shows(changes, reason):
    assert reason in fault(entry(**changes), Head())


def test_checking_stops_at_the_first_bad_entry():
    with pytest.raises(
        JournalCorruptError, match=r"entry 2 of stream 'site/KAN': missing.*restore"
    ):
        list(checked([entry(), entry()], Head()))
