"""The one enumeration of machine states and its mapping to ISO 22400 time elements."""

from __future__ import annotations

from enum import IntEnum


class MachineState(IntEnum):
    """What a machine is doing. The codes travel in telemetry and in the simulator."""

    OFF_SHIFT = 0
    IDLE = 1
    """Ready, nothing in the queue (starved)."""
    SETUP = 2
    RUN = 3
    DOWN = 4
    BLOCKED = 5
    """Has work that cannot start: approval, material or an interruption that is not over."""
    NO_OPERATOR = 6
    NO_POWER = 7
    """Has no power, or may not start for want of it; apart from every other reason."""
    REWARM = 8
    """Power is back, not yet warm."""
    PAUSED = 9
    """An operation waits for the next shift."""
    MAINTENANCE = 10
    UNKNOWN = 11


TIME_ELEMENT: dict[MachineState, str] = {
    MachineState.OFF_SHIFT: "not_planned",
    MachineState.IDLE: "ADET",
    MachineState.SETUP: "AUST",
    MachineState.RUN: "APT",
    MachineState.DOWN: "ADOT",
    MachineState.BLOCKED: "ADET",
    MachineState.NO_OPERATOR: "ADET",
    MachineState.NO_POWER: "ADOT",
    MachineState.REWARM: "ADOT",
    MachineState.PAUSED: "not_planned",
    MachineState.MAINTENANCE: "ADOT",
    MachineState.UNKNOWN: "ADET",
}
"""ISO 22400-2 time element of each state; ``not_planned`` is outside the planned busy time."""
