"""Counter-based random numbers: a draw is a function of what it is for, never of when it was asked.

draw = f(seed, replication, purpose, entity, index): the same failure hits the same machine in every
scenario and response, whatever the order of events or the number of workers. The mixing function is
that of SplitMix64 (Steele, Lea and Flood 2014, variant 13 of Stafford).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.simulation.cache import rule

TIME_TO_FAILURE = 1
TIME_TO_REPAIR = 2
OPERATION_TIME = 3
RESUME = 4
OUTAGE_GAP = 5
OUTAGE_DURATION = 6
TRAVEL_TIME = 7
YIELD = 8
PV_REGION = 9
PV_SITE = 10
MAINTENANCE_TIME = 20
SUPPLY_TIME = 21
REWORK = 40
REJECT = 41
HOLD = 42

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_S30 = np.uint64(30)
_S27 = np.uint64(27)
_S31 = np.uint64(31)
_S11 = np.uint64(11)


@rule
def mix(value: Any) -> Any:
    """Scramble 64 bits so that every output bit depends on every input bit."""
    value = (value ^ (value >> _S30)) * _M1
    value = (value ^ (value >> _S27)) * _M2
    return value ^ (value >> _S31)


@rule
def uniform(scalar: Any, purpose: int, entity: Any, index: int) -> float:
    """A number strictly between 0 and 1.

    ``scalar`` is the model's row of scalars (seed, replication, antithetic), ``entity`` the 64-bit
    hash of a stable id, ``index`` intrinsic to it (attempt, number of the failure, ...).
    """
    bits = mix(scalar.seed + _GOLDEN)
    bits = mix(bits ^ (scalar.replication * _M1 + _GOLDEN))
    bits = mix(bits ^ (np.uint64(purpose) * _M2))
    bits = mix(bits ^ entity)
    bits = mix(bits ^ (np.uint64(index) * _GOLDEN))
    number = (np.float64(bits >> _S11) + 0.5) * (1.0 / 9007199254740992.0)
    if scalar.antithetic == 1:
        return 1.0 - number
    return number
