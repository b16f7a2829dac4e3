"""Agreeing on a plan from the command line, over a data directory."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

import twinfed as tf
from federation.agreement.agreeing import Offer
from twinfed.mirror_clock import mark_played


@pytest.fixture
def data(workshop, tmp_path):
    """A data directory with one proposal: order O3 goes to the other shop."""
    folder = tmp_path / "data"
    folder.mkdir()
    mark_played(folder)
    with tf.open(workshop, data_dir=folder) as fed:
        running = fed.schedule
        other = {"SHOP-A": "SHOP-B", "SHOP-B": "SHOP-A"}
        entries = tuple(
            replace(entry, site=other[entry.site]) if entry.lot.startswith("O3") else entry
            for entry in running.entries.values()
        )
        offer = Offer(running.version, entries, reason="the north is dark", policy="greedy")
        fed.propose(offer, fed.clock.now() + timedelta(hours=20))
    return folder


def test_sites_agree_and_the_schedule_is_published(twinfed, workshop, data):
    where = ("--data-dir", data)
    listed = twinfed("proposals", "list", workshop, *where)
    assert listed.returncode == 0, listed.stderr
    assert "P-1  open    Mon 04 Jan 20:00  SHOP-A, SHOP-B" in listed.stdout
    shown = twinfed("proposals", "show", workshop, "P-1", *where)
    assert "P-1: open; the north is dark" in shown.stdout
    assert "take 4 operations, 9.0 h: O3/01/frame, O3/02/frame" in shown.stdout
    first = twinfed("proposals", "accept", workshop, "P-1", "SHOP-A", *where)
    assert (first.returncode, "accepted Mon 04 Jan 00:00" in first.stdout) == (0, True)
    last = twinfed("proposals", "accept", workshop, "P-1", "SHOP-B", *where, "--json")
    document = json.loads(last.stdout)
    assert (document["status"], document["version"]) == ("agreed", 2)
    late = twinfed("proposals", "reject", workshop, "P-1", "SHOP-B", "--reason", "no", *where)
    assert late.returncode == 1
    assert "proposal P-1 is agreed since" in late.stderr
    nobody = twinfed("proposals", "list", workshop, "--status", "open", *where)
    assert nobody.stdout.strip() == "no proposals"


def test_a_no_ends_it_and_says_what_is_left(twinfed, workshop, data):
    where = ("--data-dir", data)
    twinfed("proposals", "accept", workshop, "P-1", "SHOP-A", *where)
    no = twinfed("proposals", "reject", workshop, "P-1", "SHOP-B", "--reason", "full", *where)
    assert no.returncode == 1, no.stderr
    assert "P-1: refused; the north is dark" in no.stdout
    assert "rejected Mon 04 Jan 00:00: full" in no.stdout
    assert "no smaller plan: nothing could move without SHOP-B" in no.stdout
    again = twinfed("proposals", "recheck", workshop, "P-1", *where)
    assert again.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "CLUSTER"), "lie in its data directory"),
        (("show", "CLUSTER", "P-1", "--data-dir", "nowhere"), "lie in its data directory"),
        (("list", "http://127.0.0.1:9", "--data-dir", "DATA"), "where it is served"),
        (("show", "CLUSTER", "P-9", "--data-dir", "DATA"), "no proposal 'P-9'; proposals: P-1"),
        (("accept", "CLUSTER", "P-1", "MARS", "--data-dir", "DATA"), "'MARS' has no part"),
    ],
)
def test_what_is_asked_wrongly_is_told_with_its_remedy(twinfed, workshop, data, arguments, words):
    names = {"CLUSTER": workshop, "DATA": data}
    told = twinfed("proposals", *(names.get(word, word) for word in arguments))
    assert told.returncode == 2
    assert words in " ".join(told.stderr.split())
