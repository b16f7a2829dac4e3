"""The clock of an opened cluster: the machine's, or that of the telemetry it is told."""

from __future__ import annotations

import json
import threading
from datetime import datetime
from pathlib import Path

from twins.clock import Clock, SystemClock, to_datetime, to_us

_MARK = "played.json"


class MirrorClock:
    """Follows the wall clock until telemetry of another time is played into the twins.

    A recording or an emulated plant has a time of its own. Judged by the wall clock, its values
    would lie in the far future or be years old; so while it plays, the clock stands where the
    telemetry is. A data directory filled this way keeps the mark, and is opened with a standing
    clock again.

    Parameters
    ----------
    wall
        The machine's clock.
    """

    def __init__(self, wall: Clock | None = None) -> None:
        self._wall = wall or SystemClock()
        self._held_us: int | None = None
        self._lock = threading.Lock()

    @property
    def held(self) -> bool:
        """Whether the clock stands at the telemetry."""
        return self._held_us is not None

    def now_us(self) -> int:
        """Microseconds of the Unix epoch."""
        held = self._held_us
        return self._wall.now_us() if held is None else held

    def now(self) -> datetime:
        """The same moment, in UTC."""
        return to_datetime(self.now_us())

    def hold(self, moment: datetime | int) -> None:
        """Stand at ``moment``; a clock that stands already does not go back."""
        target = to_us(moment) if isinstance(moment, datetime) else moment
        with self._lock:
            self._held_us = target if self._held_us is None else max(self._held_us, target)


def mark_played(data_dir: Path, plant_epoch: int = 0) -> None:
    """Note in ``data_dir`` that its telemetry was played, and by which life of the plant."""
    note = json.dumps({"clock": "telemetry", "plant_epoch": plant_epoch})
    (data_dir / _MARK).write_text(note + "\n", encoding="utf-8")


def plant_epoch(data_dir: Path) -> int:
    """The last life of an emulated plant that told the twins in ``data_dir``; 0: none did."""
    try:
        return int(json.loads((data_dir / _MARK).read_text(encoding="utf-8"))["plant_epoch"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def was_played(data_dir: Path) -> bool:
    """Whether the telemetry in ``data_dir`` was played."""
    return (data_dir / _MARK).is_file()
