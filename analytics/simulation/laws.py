"""Laws that every run obeys, checked on its own path: an opt-in verification.

With ``TWINFED_CHECK_LAWS=1`` each call of the kernel is watched. What it did must balance in
integers, between sources that were gathered apart: meters, records of lots and operations, and the
rows of a full trace, which is taken for the check where none was asked for, and dropped again. It
changes no figure of a run. The test suite runs with it.

- *Little's law*: the integral of the lots in the system, counted from the trace, is the sum of
  their times in it, from their records; so at each machine, with the operations on it.
- *Flow*: each lot is in exactly one place, and what it did is told without a gap. What several
  machines share is on all of them.
- *Energy*: what the sources of a site gave is what was served, charged, exported and dumped, at
  any moment and in sum; charge and fuel are what they were, plus what came, less what went.
- *Time*: the times in the states of a machine add up to the time that passed.

``run`` checks the stock of material and the units of shared lots on every path, whether this is
switched on or not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from analytics.simulation.layout import NONE
from analytics.simulation.little import (
    Before,
    Told,
    count,
    current,
    ever_shared,
    of_machines,
    of_the_system,
    straight,
)
from analytics.simulation.model import Ints, Records, SimModel, SimState
from analytics.simulation.stuck import SimulationError
from twins.work import LotState

CHECKED = os.environ.get("TWINFED_CHECK_LAWS", "0") == "1"
"""Check the laws after every call of the kernel."""

TRACES = (
    ("machine_trace", "machine_rows"),
    ("lot_trace", "lot_rows"),
    ("energy_trace", "energy_rows"),
)
SUPPLY = ("pv", "grid", "discharge", "genset")
USE = ("served", "charge", "dumped", "export")
SHOWN = 5

Broken = tuple[str, str, int]
"""A law, what it does not hold for, and by how much."""


class LawError(SimulationError):
    """A run broke a law: a defect of the simulator, not of the data."""


class Path:
    """One call of the kernel, from the state before it to the state after it.

    Parameters
    ----------
    model, state
        Before the call. The state gets traces of its own where it has none.
    """

    def __init__(self, model: SimModel, state: SimState) -> None:
        self.state = state
        self._borrowed = model.scalar["trace_level"][0] < 2
        if self._borrowed:
            scalar = model.scalar.copy()
            scalar["trace_level"] = 2
            model = replace(model, scalar=scalar)
            self._kept = {name: getattr(state, name) for name, _ in TRACES}
            for name, rows in TRACES:
                setattr(state, name, np.zeros_like(self._kept[name]))
                state.clock[rows] = 0
        self.model = model
        self.began = state.clock["started"][0] == 0
        self._before = Before.of(model, state)
        self._rows = {name: int(state.clock[rows][0]) for name, rows in TRACES}
        self._site = state.site.copy()
        self._machine_ms = self._booked_ms()

    def give_back(self) -> None:
        """Leave the state with the traces that it had."""
        if self._borrowed:
            for name, rows in TRACES:
                setattr(self.state, name, self._kept[name])
                self.state.clock[rows] = 0
            self.state.site["pv_traced_mw"] = self._site["pv_traced_mw"]

    def check(self) -> None:
        """After the call.

        Raises
        ------
        LawError
            When a law does not hold.
        """
        broken = list(self.broken())
        if broken:
            told = [f"{law}: {subject} off by {apart}" for law, subject, apart in broken[:SHOWN]]
            more = [f"and {len(broken) - SHOWN} more"] if len(broken) > SHOWN else []
            raise LawError(
                f"{len(broken)} laws are broken at {self.state.clock['now_ms'][0]} ms after the "
                f"fork: {'; '.join([*told, *more])}",
                remedy="please report it with the cluster's files",
            )

    def broken(self) -> Iterator[Broken]:
        """Every law that does not hold."""
        yield from self._energy()
        yield from self._time()
        yield from self._places()
        told = Told(self._new("lot_trace"), self._before.event)
        yield from self._told(told)
        if not told.is_whole:
            yield "every event of a lot is told once", "the trace", 1
        else:
            lots = straight(self.state, self._before, told)
            system = of_the_system(self.model, self.state, self._before, told, lots)
            yield from _apart("Little's law, lot ms", ["the system"], np.array([system]))
            alone = lots & ~ever_shared(self.model, self.state)
            machines = of_machines(self.state, self._before, told, alone)
            names = self.model.names.machines
            yield from _apart("Little's law at a machine, operation ms", names, machines)

    # ---------------------------------------------------------------------------------- energy

    def _energy(self) -> Iterator[Broken]:
        names = self.model.names.sites
        now, before = self.state.site, self._site

        def change(*fields: str) -> Ints:
            total = np.zeros(len(now), np.int64)
            for name in fields:
                total += now[name] - before[name]
            return total

        supply = change(*(f"{name}_uj" for name in SUPPLY))
        use = change(*(f"{name}_uj" for name in USE))
        stored = change("soc_uj") - change("soc_in_uj") + change("soc_out_uj")
        fuel = change("fuel_pl") - change("fuel_received_pl") + change("fuel_used_pl")
        yield from _apart("energy in and out, uJ", names, supply - use)
        yield from _apart("charge of the battery, uJ", names, stored)
        yield from _apart("fuel in the tank, pL", names, fuel)
        rows = self._new("energy_trace")
        apart = np.zeros(len(rows), np.int64)
        for name in SUPPLY:
            apart += rows[f"{name}_mw"]
        for name in USE:
            apart -= rows[f"{name}_mw"]
        yield from _apart("power at a moment, mW", names, apart, rows["site"])
        if self.began:
            yield from self._metered(rows)

    def _metered(self, rows: Records) -> Iterator[Broken]:
        """The meters against the integral of the steps of the trace, from the first one."""
        order = np.argsort(rows["site"], kind="stable")
        rows = rows[order]
        until = np.append(rows["time_ms"][1:], 0)
        last = np.append(rows["site"][1:] != rows["site"][:-1], True)[: len(rows)]
        until = np.where(last, self.state.clock["now_ms"][0], until[: len(rows)])
        for name in (*SUPPLY, *USE):
            total = np.zeros(len(self.state.site), np.int64)
            np.add.at(total, rows["site"], rows[f"{name}_mw"] * (until - rows["time_ms"]))
            metered = self.state.site[f"{name}_uj"] - self._site[f"{name}_uj"]
            yield from _apart(f"meter of {name}, uJ", self.model.names.sites, metered - total)

    # ------------------------------------------------------------------------------------ time

    def _booked_ms(self) -> Ints:
        """int64[machines]: time booked on any state, with the present one up to now."""
        since = np.maximum(self.state.machine["since_ms"], 0)
        booked: Ints = self.state.machine_time.sum(axis=1) + self.state.clock["now_ms"][0] - since
        return booked

    def _time(self) -> Iterator[Broken]:
        passed = self.state.clock["now_ms"][0] - self._before.time_ms
        apart = self._booked_ms() - self._machine_ms - passed
        yield from _apart("times in the states of a machine, ms", self.model.names.machines, apart)

    # ------------------------------------------------------------------------------------ flow

    def _places(self) -> Iterator[Broken]:
        """Lots by what they say of themselves, and by who says to have them."""
        state, names = self.state, self.model.names
        is_in = state.lot["state"]
        at = current(self.model, state)
        waits = (is_in == LotState.QUEUED) | (state.lot["apart"] > 0)
        queued = count(state.op["group"][at[waits]], len(state.group))
        yield from _apart("lots in a queue", names.groups, queued - state.group["queued"])
        whole = (is_in == LotState.RUNNING) & (state.lot["shares"] == 0)
        running = count(state.op["machine"][at[whole]], len(state.machine))
        loaded = np.zeros(len(state.machine), np.int64)
        op = np.where(state.machine["share_units"] > 0, NONE, state.machine["op"])
        while (op != NONE).any():
            loaded += op != NONE
            op = np.where(op == NONE, NONE, state.op["batch_next"][op])
        yield from _apart("lots on a machine", names.machines, running - loaded)
        links = len(state.link)
        docked = count(state.lot["link"][is_in == LotState.DOCK], links)
        yield from _apart("lots at a dock", range(links), docked - state.link["docked"])
        goods = state.consignment[: state.clock["consignments"][0]]
        under_way = np.zeros(links, np.int64)
        np.add.at(under_way, goods["link"], np.where(goods["arrived"] == 1, 0, goods["lots"]))
        moving = count(state.lot["link"][is_in == LotState.TRANSIT], links)
        yield from _apart("lots on the way", range(links), moving - under_way)

    def _told(self, told: Told) -> Iterator[Broken]:
        """Every event of a lot is in the trace once, and the last one is where the lot is."""
        names = self.model.names.lots
        events = self.state.lot["event"] - self._before.event
        yield from _apart("events of a lot told", names, told.count - events)
        moved = np.flatnonzero(told.count)
        if told.is_whole:
            last = told.state[told.first[moved] + told.count[moved] - 1]
            apart = last - self.state.lot["state"][moved]
            yield from _apart("state of a lot", names, apart, moved)

    def _new(self, name: str) -> Records:
        """Rows of a trace that were written in this call."""
        rows = dict(TRACES)[name]
        trace: Records = getattr(self.state, name)
        return trace[self._rows[name] : int(self.state.clock[rows][0])]


def _apart(
    law: str, names: Sequence[object], apart: Ints, rows: Ints | None = None
) -> Iterator[Broken]:
    """The subjects for which a difference is not zero; ``rows``: whose each one is."""
    for at in np.flatnonzero(apart).tolist():
        yield law, _text(names[at if rows is None else int(rows[at])]), int(apart[at])


def _text(name: object) -> str:
    return "/".join(map(str, name)) if isinstance(name, tuple) else str(name)
