"""The table of machines of a snapshot: states, work, and what runs down while they work. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from federation.readings import NOTHING, Observed, Values, flag, integer, rows_table
from federation.topology.model import ClusterSpec
from twins.spec import MachineSpec
from twins.states import MachineState

_US_PER_MS = 1000
_MS_PER_H = 3_600_000
_WORKING = (MachineState.SETUP, MachineState.RUN)


def machines_table(cluster: ClusterSpec, values: Mapping[str, Values], moment_us: int) -> pa.Table:
    """State, work and counts of every machine."""
    rows = []
    for site in cluster.sites:
        for centre in site.machines:
            for unit in centre.unit_ids:
                told = values[site.id].get(unit, {})
                state = told.get("machine.state", NOTHING)
                heard = max((seen.heard_us for seen in told.values()), default=None)
                rows.append(
                    {
                        "site": site.id,
                        "work_centre": centre.id,
                        "machine": unit,
                        "state": integer(state.value, MachineState.UNKNOWN),
                        "since": None if state is NOTHING else state.time_us,
                        "lot": told.get("job.lot", NOTHING).text or None,
                        "operation": integer(told.get("job.operation", NOTHING).value),
                        "good": integer(told.get("part.good", NOTHING).value, 0),
                        "scrap": integer(told.get("part.scrap", NOTHING).value, 0),
                        "age_s": None if heard is None else (moment_us - heard) / 1e6,
                        "quality": None if state is NOTHING else state.quality,
                        **_work(centre, told, moment_us),
                        **_condition(centre, told),
                    }
                )
    return rows_table("machines", rows)


def _work(
    centre: MachineSpec, told: Mapping[str, Observed], moment_us: int
) -> dict[str, float | None]:
    """Hours that run down or up while a machine works, brought to the moment of the cut.

    They were told some time ago; what the machine's state says it has done since then is done.
    """
    state = told.get("machine.state", NOTHING)
    by_use = centre.maintenance is not None and centre.maintenance.clock == "use"

    def now(signal: str, states: tuple[MachineState, ...] | None, sign: int) -> float | None:
        seen = told.get(signal, NOTHING)
        if seen.value is None:
            return None
        passed_us = 0
        if states is None:
            passed_us = moment_us - seen.time_us
        elif state.value in states:
            passed_us = moment_us - max(seen.time_us, state.time_us)
        left_ms = round(seen.value * _MS_PER_H) + sign * (max(passed_us, 0) // _US_PER_MS)
        return left_ms / _MS_PER_H

    left = now("job.remaining_h", _WORKING, -1)
    setup = now("setup.remaining_h", (MachineState.SETUP,), -1)
    return {
        "remaining_h": None if left is None else max(left, 0.0),
        "setup_left_h": None if setup is None else max(setup, 0.0),
        "setup_h": told.get("setup.whole_h", NOTHING).value,
        "use_h": now("failure.use_h", _WORKING, 1),
        "upkeep_left_h": now("upkeep.left_h", _WORKING if by_use else None, -1),
    }


def _condition(
    centre: MachineSpec, told: Mapping[str, Observed]
) -> dict[str, bool | int | str | None]:
    """What a machine is set up for, its people, breakdown and maintenance."""

    def since(signal: str) -> int | None:
        seen = told.get(signal)
        return None if seen is None or seen.value is None else seen.time_us

    interrupted, powered = flag(told, "job.interrupted"), flag(told, "machine.powered")
    failure = integer(told.get("failure.state", NOTHING).value)
    by_use = centre.failure is not None and centre.failure.clock == "use"
    return {
        "powered": powered,
        "powered_since": since("machine.powered") if powered and centre.rewarm_min > 0 else None,
        "family": _text(told, "setup.family"),
        "interrupted": interrupted,
        "interrupted_since": since("job.interrupted") if interrupted else None,
        "pool": _text(told, "job.pool"),
        "failure": failure,
        # by use nothing counts from the day of the last repair
        "failure_since": since("failure.state") if failure or not by_use else None,
        "upkeep": integer(told.get("upkeep.state", NOTHING).value),
        "upkeep_since": since("upkeep.state"),
    }


def _text(told: Mapping[str, Observed], signal: str) -> str | None:
    """A text; empty where it was told that there is none, ``None`` where nothing was told."""
    seen = told.get(signal)
    return None if seen is None else seen.text or ""
