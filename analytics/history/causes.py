"""The phases that the lead time of a lot is made of, and the machine states they come from."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.tables import PHASES
from twins.states import MachineState
from twins.work import LotState

(
    RUN,
    SETUP,
    WAITING,
    OFF_SHIFT,
    DOWN,
    NO_OPERATOR,
    NO_POWER,
    HOLD,
    DOCK,
    TRANSPORT,
    BORDER,
) = range(len(PHASES))

_OF_MACHINE = {
    MachineState.OFF_SHIFT: OFF_SHIFT,
    MachineState.IDLE: WAITING,
    MachineState.SETUP: SETUP,
    MachineState.RUN: RUN,
    MachineState.DOWN: DOWN,
    MachineState.BLOCKED: HOLD,
    MachineState.NO_OPERATOR: NO_OPERATOR,
    MachineState.NO_POWER: NO_POWER,
    MachineState.REWARM: NO_POWER,
    MachineState.PAUSED: OFF_SHIFT,
    MachineState.MAINTENANCE: DOWN,
    MachineState.UNKNOWN: HOLD,
}
MACHINE_PHASE: npt.NDArray[np.int64] = np.array(
    [_OF_MACHINE[state] for state in MachineState], dtype=np.int64
)
"""Phase of the lot on a machine, by the machine's state."""

_QUEUE_ORDER = (
    (WAITING, (MachineState.SETUP, MachineState.RUN, MachineState.IDLE)),
    (HOLD, (MachineState.BLOCKED,)),
    (NO_POWER, (MachineState.NO_POWER, MachineState.REWARM)),
    (NO_OPERATOR, (MachineState.NO_OPERATOR,)),
    (DOWN, (MachineState.DOWN, MachineState.MAINTENANCE)),
    (OFF_SHIFT, (MachineState.OFF_SHIFT, MachineState.PAUSED)),
    (HOLD, (MachineState.UNKNOWN,)),
)
"""Why a queue waits: the first line that a machine of the work centre is in. A queue before one
machine that runs and one without power waits behind work."""
QUEUE_PHASE: npt.NDArray[np.int64] = np.array([phase for phase, _ in _QUEUE_ORDER], dtype=np.int64)
QUEUE_RANK: npt.NDArray[np.int64] = np.zeros(len(MachineState), np.int64)
"""Line of ``QUEUE_PHASE`` by machine state."""
for _rank, (_, _states) in enumerate(_QUEUE_ORDER):
    QUEUE_RANK[list(_states)] = _rank

ENDED = tuple(
    int(state) for state in LotState if state.name in {"PLANNED", "JOINED", "DELIVERED", "LOST"}
)
"""States in which a lot is not in the shop: no lead time passes."""


def is_in_shop(states: Any) -> npt.NDArray[np.bool_]:
    """Which lot states are those of a lot under way."""
    return ~np.isin(states, ENDED)
