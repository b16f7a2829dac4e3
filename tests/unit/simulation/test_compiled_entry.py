"""An entry says whether its machine code is there, and whom it waits for."""

from __future__ import annotations

import importlib.util
import logging
import os
import threading

import pytest
from filelock import FileLock

from analytics.simulation import cache
from analytics.simulation.cache import CompiledEntry

pytestmark = pytest.mark.skipif(cache.INTERPRETED, reason="nothing is compiled when interpreted")


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "twice_of.py"
    path.write_text("def twice(value):\n    return value * 2\n", encoding="utf-8")
    return path


@pytest.fixture
def entry(source, monkeypatch):
    """``entry()``: the function of the file, as another process would find it."""
    monkeypatch.setattr(cache, "cache_folder", lambda *_, **__: source.parent / "kept")
    spec = importlib.util.spec_from_file_location("twice_of", source)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda: CompiledEntry("twice", module.twice, lambda: "int64(int64)")


def test_machine_code_of_a_file_that_was_written_anew_is_not_ready(entry, source):
    assert not entry().ready
    entry().load()
    assert entry().ready
    os.utime(source, ns=(0, source.stat().st_mtime_ns + 10**9))
    assert not entry().ready


def test_waiting_for_another_process_is_told(entry, source, monkeypatch, caplog):
    monkeypatch.setattr(cache, "_PATIENCE_S", 0.05)
    (source.parent / "kept").mkdir()
    held, released = threading.Event(), threading.Event()

    def hold() -> None:
        with FileLock(source.parent / "kept" / "twice.lock"):
            held.set()
            released.wait(0.5)

    other = threading.Thread(target=hold)
    other.start()
    held.wait()
    twice = entry()
    with caplog.at_level(logging.WARNING, "twinfed.kernel"):
        twice.load()
    other.join()
    assert "another process compiles the twice" in caplog.text
    assert twice(21) == 42
