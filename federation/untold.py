"""What a site that speaks did not tell, and what is assumed instead. Pure.

A site that tells less can be forked all the same. Each fact that a run starts from and nobody told
is a row of the table ``untold``, so that an answer can say what it rests on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pyarrow as pa

from federation.cut_under_way import vehicle_assets
from federation.readings import Observed, Reading, Values, rows_table
from federation.topology.model import ClusterSpec
from twins.assets import POOL, SITE
from twins.spec import MachineSpec, SiteSpec
from twins.states import MachineState
from twins.work import LotState

TRAVELLER = "lot.traveller"
"""The one fact that is no signal: part of a lot's event."""

ASSUMPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "machine.state": "the machine is free and can work",
        "job.remaining_h": "the work left is drawn given how long the work has lasted",
        "machine.powered": "the machine is cold where its state says that it has no power",
        "setup.family": "the machine is set up as at the start, or for the work on it",
        "setup.remaining_h": "the changeover is the default one and began with the machine's state",
        "job.interrupted": "an interruption began when the machine's state did",
        "job.pool": "people of the first pool that can do the work are at it",
        "failure.state": "what is down is under repair since then; the rest has just been repaired",
        "failure.use_h": "the machine has not worked since its last repair",
        "upkeep.state": "maintenance falls due as if the machine were new",
        "battery.soc_kwh": "the battery is charged as at the start",
        "battery.held": "machines may use the battery where it is above its reserve",
        "grid.available": "the public grid is on",
        "genset.running": "the generator set is off",
        "genset.starting": "the generator set does not start up",
        "fuel.level_l": "the tank is as full as at the start",
        "fuel.received_l": "fuel may be delivered at any time",
        "fuel.under_way": "no fuel is under way",
        "pv.available_kw": "the error of the sun's power today is drawn",
        "stock.quantity": "there is as much material as at the start",
        "supply.under_way": "no order is under way with the supplier",
        "people.absent": "nobody is missing",
        "vehicles.away": "vehicles are out only with goods under way, and return as they went",
        "approval.status": "nothing was approved since the start",
        TRAVELLER: "the lot was not reworked; what it holds follows from where it is",
    }
)
"""What is assumed for each fact that was not told."""

_DONE = (LotState.PLANNED, LotState.JOINED, LotState.DELIVERED, LotState.LOST)
_RUNS = (MachineState.RUN, MachineState.SETUP)


def untold_table(
    cluster: ClusterSpec,
    known: Mapping[str, Reading],
    values: Mapping[str, Values],
    lots: pa.Table,
) -> pa.Table:
    """The facts that sites with a reading could have told and did not.

    A site that never spoke has no row: that it is as planned is said by its age.
    """
    speaking = {site for site, reading in known.items() if reading.last_time_us is not None}
    rows = [
        {"site": site.id, "asset": asset, "fact": fact}
        for site in cluster.sites
        if site.id in speaking
        for asset, fact in _of_site(cluster, site, values[site.id])
    ]
    rows += [
        {"site": teller, "asset": asset, "fact": "vehicles.away"}
        for _, _, teller, asset in vehicle_assets(cluster)
        if teller in speaking and "vehicles.away" not in values[teller].get(asset, {})
    ]
    rows += list(_travellers(lots))
    return rows_table("untold", rows)


def untold_counts(untold: pa.Table) -> dict[str, int]:
    """How often each fact was not told, the most frequent first."""
    counts = Counter(untold.column("fact").to_pylist())
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _of_site(cluster: ClusterSpec, site: SiteSpec, told: Values) -> Iterator[tuple[str, str]]:
    wanted = [(SITE, fact) for fact in _energy(site)]
    for centre in site.machines:
        for unit in centre.unit_ids:
            wanted += [(unit, fact) for fact in _machine(site, centre, told.get(unit, {}))]
    for entry in site.stock:
        wanted.append((f"material:{entry.key}", "stock.quantity"))
        if entry.supplier is not None:
            wanted.append((f"material:{entry.key}", "supply.under_way"))
    wanted += [(POOL + pool.id, "people.absent") for pool in site.pools]
    wanted += [
        (f"gate:{product.id}/{permission.part}", "approval.status")
        for product in cluster.products
        for permission in product.permissions
        if permission.site == site.id and permission.status != "approved"
    ]
    for asset, fact in wanted:
        if fact not in told.get(asset, {}):
            yield asset, fact


def _energy(site: SiteSpec) -> Iterator[str]:
    energy = site.energy
    if energy is None:
        return
    if energy.grid is not None:
        yield "grid.available"
    if energy.inverter is not None and energy.inverter.battery is not None:
        yield "battery.soc_kwh"
        yield "battery.held"
    pv = energy.inverter.pv if energy.inverter is not None else None
    if pv is not None and pv.error_cv > 0.0:
        yield "pv.available_kw"
    if energy.genset is not None:
        yield "genset.running"
        yield "genset.starting"
        yield "fuel.level_l"
        if energy.genset.deliveries is not None:
            yield "fuel.received_l"
            yield "fuel.under_way"


def _machine(site: SiteSpec, centre: MachineSpec, told: Mapping[str, Observed]) -> Iterator[str]:
    """What this machine should tell in its state; a silent one says nothing of the rest."""
    yield "machine.state"
    if "machine.state" not in told:
        return
    state = told["machine.state"].value
    if centre.rewarm_min > 0.0:
        yield "machine.powered"
    if centre.setups is not None:
        yield "setup.family"
        if state == MachineState.SETUP:
            yield "setup.remaining_h"
    if told.get("job.lot") is not None and told["job.lot"].text:
        yield "job.remaining_h"
        if state not in _RUNS:
            yield "job.interrupted"
        elif site.pools and centre.operators > 0.0 and not centre.unattended:
            yield "job.pool"
    if centre.failure is not None:
        yield "failure.state"
        if centre.failure.clock == "use":
            yield "failure.use_h"
    if centre.maintenance is not None:
        yield "upkeep.state"


def _travellers(lots: pa.Table) -> Iterator[dict[str, str]]:
    columns = (lots.column(name).to_pylist() for name in ("lot", "state", "place", "visits"))
    for lot, state, place, visits in zip(*columns, strict=True):
        if visits is None and state not in _DONE:
            yield {"site": place, "asset": f"lot:{lot}", "fact": TRAVELLER}
