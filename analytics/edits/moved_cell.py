"""A cell moves from one site to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from analytics.edits.added_machine import machine_problems, machine_rows
from analytics.edits.base import Change, Level, LeverGroup, at, listed
from analytics.edits.extension import (
    NewPermission,
    extend,
    permission_problems,
    permitted,
    with_site,
)
from analytics.edits.investment import FOR_GOOD, Investment
from analytics.simulation.layout import P_MACHINE_ABSENT
from analytics.simulation.model import SimModel
from federation.snapshot import ClusterSnapshot
from federation.topology.model import ClusterSpec
from twins.spec import MachineSpec
from twins.spec_base import Identifier, NonNegative


class MovedCell(Investment):
    """A work centre leaves ``site`` at ``start`` and works at ``to`` after its downtime.

    With an ``end`` it leaves again then, and is back after the same downtime.

    Parameters
    ----------
    site, machine
        The work centre that moves, with all its units.
    to
        Where it goes.
    renamed
        What it is called there; default: as here.
    bus
        That it hangs on there.
    downtime_h
        Taking down, transport and setting up.
    moving_cost
        Paid when it leaves.
    permissions
        What the other site may make then.
    """

    group: ClassVar[LeverGroup] = "Make"
    level: ClassVar[Level] = "meso"

    kind: Literal["moved_cell"] = "moved_cell"
    site: Identifier
    machine: Identifier
    to: Identifier
    renamed: Identifier | None = None
    bus: Identifier = "main"
    downtime_h: NonNegative
    moving_cost: NonNegative = 0.0
    permissions: tuple[NewPermission, ...] = ()

    @model_validator(mode="after")
    def _arrives_before_it_leaves(self) -> Self:
        if self.to == self.site:
            raise ValueError("to is the site where it stands; name another one")
        if self.end < FOR_GOOD and self._arrival(self.start) >= self.end:
            raise ValueError("end is before it works at the other site; lower downtime_h")
        return self

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        sites = {site.id: site for site in cluster.sites}
        for site in (self.site, self.to):
            if site not in sites:
                return [f"there is no site '{site}'; name one of {listed(sites)}"]
        centres = [machine.id for machine in sites[self.site].machines]
        if self.machine not in centres:
            known = listed(centres)
            return [f"{self.site} has no work centre '{self.machine}'; name one of {known}"]
        problems = machine_problems(self._there(cluster), sites[self.to])
        return problems or permission_problems(self.permissions, self.to, cluster)

    def enlarged(self, cluster: ClusterSpec) -> ClusterSpec:
        """The cluster with the cell at both sites; it is absent from one of them."""
        target = cluster.site(self.to)
        machines = (*target.machines, self._there(cluster))
        larger = with_site(cluster, target.model_copy(update={"machines": machines}))
        products = permitted(larger.products, self.permissions, self.to)
        return larger.model_copy(update={"products": products})

    def transform(self, snapshot: ClusterSnapshot) -> ClusterSnapshot:
        """The snapshot with the cell at both sites."""
        return extend(snapshot, self.enlarged(snapshot.cluster))

    def affected(self, snapshot: ClusterSnapshot) -> tuple[str, ...]:
        """Lots that the plan sends to the cell after it has left."""
        entries = snapshot.tables["schedule"].to_pylist()
        return tuple(
            entry["lot"]
            for entry in entries
            if (entry["site"], entry["work_centre"]) == (self.site, self.machine)
            and self.start <= entry["planned_start"] < self.end
        )

    def changes(self, model: SimModel) -> Iterator[Change]:
        """What really happens."""
        return self._absences(model, known=True)

    def believed(self, model: SimModel, now: datetime) -> Iterator[Change]:
        """What is believed at ``now`` to have happened and to come."""
        return self._absences(model, known=self.known_from <= now)

    def costs(self, since: datetime, until: datetime) -> Mapping[str, float]:
        """The move, where it falls from ``since`` to ``until``, and what an investment costs."""
        moves = self.moving_cost if since <= self.start < until else 0.0
        back = self.moving_cost if since <= self.end < until else 0.0
        return {"capital": super().costs(since, until)["capital"] + moves + back}

    def _there(self, cluster: ClusterSpec) -> MachineSpec:
        here = cluster.site(self.site).machines
        found = next(machine for machine in here if machine.id == self.machine)
        return found.model_copy(update={"bus": self.bus, "id": self._name})

    @property
    def _name(self) -> str:
        """What it is called at the other site."""
        return self.renamed or self.machine

    def _arrival(self, left: datetime) -> datetime:
        return left + timedelta(hours=self.downtime_h)

    def _absences(self, model: SimModel, *, known: bool) -> Iterator[Change]:
        kind = P_MACHINE_ABSENT
        for row in machine_rows(model, self.to, self._name):
            yield (0, kind, row, 1)
            if known:
                yield (at(model, self._arrival(self.start)), kind, row, -1)
            if known and self.end < FOR_GOOD:
                yield (at(model, self.end), kind, row, 1)
        for row in machine_rows(model, self.site, self.machine):
            if known:
                yield (at(model, self.start), kind, row, 1)
            if known and self.end < FOR_GOOD:
                yield (at(model, self._arrival(self.end)), kind, row, -1)
