"""From MTConnect items to catalogue signals: one machine's state and counts. Pure.

Several items make one machine state. In the order in which they decide: no availability, an
emergency stop, an active fault, the execution (MTConnect part 2).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from connectors.mapping import Row
from connectors.mtconnect.config import MTConnectKeys
from connectors.mtconnect.payload import UNAVAILABLE, Condition, Decoded, Observation, Skipped
from twins.states import MachineState
from twins.telemetry import Quality

EXECUTION: Mapping[str, MachineState] = MappingProxyType(
    {
        "READY": MachineState.IDLE,
        "PROGRAM_COMPLETED": MachineState.IDLE,
        "ACTIVE": MachineState.RUN,
        "WAIT": MachineState.BLOCKED,
        "INTERRUPTED": MachineState.BLOCKED,
        "FEED_HOLD": MachineState.BLOCKED,
        "STOPPED": MachineState.BLOCKED,
        "PROGRAM_STOPPED": MachineState.BLOCKED,
        "OPTIONAL_STOP": MachineState.BLOCKED,
        "PROGRAM_OPTIONAL_STOP": MachineState.BLOCKED,
        UNAVAILABLE: MachineState.UNKNOWN,
    }
)
"""State that each word of the MTConnect type EXECUTION means."""


class MachineMapper:
    """Keeps what one machine said last, and says what it means.

    Parameters
    ----------
    machine
        Work unit: the asset of the rows.
    keys
        Names of the adapter's items.
    """

    def __init__(self, machine: str, keys: MTConnectKeys) -> None:
        self._machine = machine
        self._role = {
            key: role
            for role in (
                "availability",
                "execution",
                "emergency_stop",
                "part_count",
                "scrap_count",
                "program",
            )
            for key in getattr(keys, role)
        }
        self._last: dict[str, str] = {}
        self._faults: dict[str, set[str]] = {}
        self._told: MachineState | None = None
        self._skipped: Counter[str] = Counter()

    @property
    def skipped(self) -> Mapping[str, int]:
        """Reason to number of lines and values that became no row."""
        return MappingProxyType(self._skipped)

    def apply(self, line: Iterable[Decoded]) -> list[Row]:
        """The rows that one line of the adapter gives.

        What stands on one line is simultaneous: the state is judged once, after all of it.
        """
        rows: list[Row] = []
        time_us = None
        for said in line:
            if isinstance(said, Skipped):
                self._skipped[said.reason] += 1
                continue
            time_us = said.time_us
            if isinstance(said, Condition):
                self._condition(said)
            else:
                rows += self._item(said)
        if time_us is not None:
            rows += self._state(time_us)
        return rows

    def _item(self, said: Observation) -> list[Row]:
        role = self._role.get(said.key)
        if role is None:
            self._skipped["item not mapped"] += 1
            return []
        self._last[role] = said.value
        if role in ("part_count", "scrap_count"):
            signal = "part.good" if role == "part_count" else "part.scrap"
            return self._count(said, signal)
        if role == "program":
            lot = "" if said.value == UNAVAILABLE else said.value
            return [Row(self._machine, "job.lot", said.time_us, None, lot, Quality.GOOD)]
        return []

    def _count(self, said: Observation, signal: str) -> list[Row]:
        if said.value == UNAVAILABLE:
            self._skipped["count unavailable"] += 1
            return []
        try:
            count = float(said.value)
        except ValueError:
            count = math.nan
        if not math.isfinite(count):
            self._skipped["count is no number"] += 1
            return []
        return [Row(self._machine, signal, said.time_us, count, None, Quality.GOOD)]

    def _condition(self, said: Condition) -> None:
        active = self._faults.setdefault(said.key, set())
        if said.level == "FAULT":
            active.add(said.native_code)
        elif said.level == "NORMAL" and said.native_code:
            active.discard(said.native_code)
        else:
            # NORMAL without a code clears the key; a warning or silence is no fault.
            active.clear()

    def _state(self, time_us: int) -> list[Row]:
        state = self._judge()
        if state is None or state == self._told:
            return []
        self._told = state
        quality = Quality.BAD if state is MachineState.UNKNOWN else Quality.GOOD
        return [Row(self._machine, "machine.state", time_us, float(state), None, quality)]

    def _judge(self) -> MachineState | None:
        """The state, or ``None`` as long as nothing was said about it."""
        if self._last.get("availability") == UNAVAILABLE:
            return MachineState.UNKNOWN
        if self._last.get("emergency_stop") == "TRIGGERED" or any(self._faults.values()):
            return MachineState.DOWN
        execution = self._last.get("execution")
        if execution is None:
            return None
        return EXECUTION.get(execution, MachineState.UNKNOWN)
