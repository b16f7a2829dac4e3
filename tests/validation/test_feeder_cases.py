"""A feeder that several sites share: shares, lending, giving back; each site's own balance."""

from __future__ import annotations

import numpy as np

from analytics.simulation.layout import P_MACHINE_DOWN, UJ_PER_KWH
from analytics.simulation.run import run
from analytics.validation.one_site import HOUR, compile_one, energy_rows
from tests.validation.two_sites import feeder_cluster
from twins.energy_spec import BatterySpec, BusSpec, EnergySpec, GridSpec, InverterSpec
from twins.spec import MachineSpec


def _energy(base_kw: float = 0.0, grid_kw: float = 10.0) -> EnergySpec:
    return EnergySpec(
        buses=(BusSpec(id="main", base_load_kw=base_kw),), grid=GridSpec(limit_kw=grid_kw)
    )


def _machine(count: int) -> MachineSpec:
    return MachineSpec(id="m", process="work", count=count, run_kw=4.0)


def test_each_site_starts_within_its_share_before_any_power_is_lent() -> None:
    """12 kW, two connections of 10 kW: a share of 6 kW, one machine of 4 kW each; the 4 kW that
    are left run a second machine at the first of them."""
    cluster = feeder_cluster(
        [_energy(), _energy()], [_machine(3), _machine(3)], lots=[30, 30], limit_kw=12.0
    )
    model, state = compile_one(cluster)
    assert model.site["feeder_share_mw"].tolist() == [6_000_000, 6_000_000]
    run(model, state, HOUR // 4)
    assert state.site["grid_now_mw"].tolist() == [8_000_000, 4_000_000]
    assert state.op["attempts"].sum() == 0


def test_lent_power_is_given_back_when_its_owner_needs_it() -> None:
    """The second site's machine is down for an hour: the first runs two machines, and is cut back
    to one when the owner of the share starts again."""
    cluster = feeder_cluster(
        [_energy(), _energy()], [_machine(2), _machine(1)], lots=[40, 40], limit_kw=8.0
    )
    changes = [(0, P_MACHINE_DOWN, 2, 1), (HOUR + 60_000, P_MACHINE_DOWN, 2, -1)]
    model, state = compile_one(cluster, changes)
    run(model, state, HOUR)
    assert state.site["grid_now_mw"].tolist() == [8_000_000, 0]
    run(model, state, 2 * HOUR)
    assert state.site["grid_now_mw"].tolist() == [4_000_000, 4_000_000]
    assert state.op["attempts"].sum() == 1


def test_the_sum_never_exceeds_the_feeder_and_every_site_balances() -> None:
    battery = BatterySpec(
        capacity_kwh=10.0, charge_kw=3.0, discharge_kw=3.0, initial_soc_fraction=0.5
    )
    stored = EnergySpec(
        buses=(BusSpec(id="main", base_load_kw=1.5),),
        grid=GridSpec(limit_kw=9.0),
        inverter=InverterSpec(power_kw=6.0, battery=battery),
    )
    cluster = feeder_cluster(
        [_energy(1.0), stored, _energy(2.0, grid_kw=15.0)],
        [_machine(2), _machine(2), _machine(3)],
        lots=[20, 25, 40],
        limit_kw=14.0,
        minutes=37.0,
    )
    changes = [(start * HOUR, P_MACHINE_DOWN, start % 7, 1) for start in range(3, 15, 2)]
    changes += [(time + HOUR, kind, machine, -1) for time, kind, machine, _ in changes]
    model, state = compile_one(cluster, changes)
    run(model, state, 30 * HOUR)
    rows = energy_rows(state)
    supply = rows["pv_mw"] + rows["grid_mw"] + rows["discharge_mw"]
    assert np.array_equal(supply, rows["served_mw"] + rows["charge_mw"])
    draw = np.zeros(3, np.int64)
    for moment in np.unique(rows["time_ms"]):
        for row in rows[rows["time_ms"] == moment]:
            draw[row["site"]] = row["grid_mw"]
        assert draw.sum() <= 14_000_000
    assert state.feeder["used_mw"][0] == state.site["grid_now_mw"].sum()
    assert state.machine["good_units"].sum() == 85


def test_a_feeder_wide_enough_changes_nothing() -> None:
    """To the bit, apart from what is booked of the feeder itself."""
    states = []
    for limit in (None, 1000.0):
        cluster = feeder_cluster(
            [_energy(1.0), _energy(2.0)], [_machine(2), _machine(3)], lots=[9, 14], limit_kw=limit
        )
        model, state = compile_one(cluster)
        run(model, state, 20 * HOUR)
        states.append(state)
    for name in ("site", "op", "machine", "lot"):
        assert getattr(states[0], name).tobytes() == getattr(states[1], name).tobytes()
    assert states[0].site["served_uj"][0] > 20 * UJ_PER_KWH
