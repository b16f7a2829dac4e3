"""Phases, start-up peaks, low voltage, criticality, warming up, long jobs, absent sources."""

from __future__ import annotations

import pytest

from analytics.simulation.compile import CompileError
from analytics.simulation.extract import extract
from analytics.simulation.layout import (
    P_BATTERY_ABSENT,
    P_FUEL_SHARE,
    P_GENSET_ABSENT,
    P_GRID_OFF,
    P_GRID_VOLTAGE,
    P_PV_SHARE,
    PL_PER_L,
    UJ_PER_KWH,
)
from analytics.simulation.run import run
from analytics.validation.one_site import HOUR, build, compile_one, energy_rows
from federation.topology.model import ClusterSpec
from federation.topology.product_model import OperationSpec
from twins.energy_spec import (
    BatterySpec,
    BusSpec,
    EnergySpec,
    FuelDeliverySpec,
    GensetSpec,
    GridSpec,
    InverterSpec,
    PvSpec,
)
from twins.spec import MachineSpec
from twins.states import MachineState


def _grid(**bus: float) -> EnergySpec:
    return EnergySpec(
        buses=(BusSpec.model_validate({"id": "main", **bus}),), grid=GridSpec(limit_kw=100.0)
    )


def _running(cluster: ClusterSpec) -> int:
    model, state = compile_one(cluster)
    run(model, state, HOUR // 6)
    return int((state.machine["state"] == MachineState.RUN).sum())


@pytest.mark.parametrize(
    ("phases", "phase", "power_factor", "runs"),
    [
        (3, "three", 1.0, 6),  # 6 x 2 kVA fill 12 kVA
        (3, "three", 0.8, 4),  # 2.5 kVA each
        (3, "L1", 1.0, 2),  # 4 kVA on one of three phases
        (3, "L3", 0.8, 1),
        (1, "three", 1.0, 6),
        (1, "L1", 0.8, 4),
    ],
)
def test_no_start_overloads_a_phase(
    phases: int, phase: str, power_factor: float, runs: int
) -> None:
    """A bus of 12 kVA and machines of 2 kW."""
    machine = MachineSpec.model_validate(
        {"id": "m", "process": "work", "count": 9, "run_kw": 2.0, "phase": phase}
        | {"power_factor": power_factor}
    )
    assert _running(build(_grid(limit_kva=12.0, phases=phases), machine=machine, lots=30)) == runs


@pytest.mark.parametrize(("phase", "runs"), [("L2", 1), ("three", 3)])
def test_the_base_load_lies_evenly_on_the_phases(phase: str, runs: int) -> None:
    """6 of 12 kVA are base load: 2 kVA are left on each phase, for machines of 2 kW."""
    machine = MachineSpec.model_validate(
        {"id": "m", "process": "work", "count": 5, "run_kw": 2.0, "phase": phase}
    )
    assert _running(build(_grid(limit_kva=12.0, base_load_kw=6.0), machine=machine, lots=9)) == runs


def test_a_machine_that_its_phase_never_carries_is_no_machine_for_the_work() -> None:
    """9 of 12 kVA are base load: 1 kVA is left on a phase, so 2 kW can never start there."""
    machine = MachineSpec(id="m", process="work", run_kw=2.0, phase="L2")
    with pytest.raises(CompileError, match="no permitted site can do operation 'op'"):
        _running(build(_grid(limit_kva=12.0, base_load_kw=9.0), machine=machine, lots=3))


def test_a_start_up_peak_is_covered_and_falls_to_the_running_power() -> None:
    """2 kW that start with 6 kW for 36 s: 0.06 kWh + 0.98 kWh in half an hour."""
    machine = MachineSpec(id="m", process="work", run_kw=2.0, start_kw=6.0, start_s=36.0)
    model, state = compile_one(build(_grid(), machine=machine, lots=1))
    run(model, state, 2 * HOUR)
    rows = energy_rows(state)
    assert rows["served_mw"].tolist()[-3:] == [6_000_000, 2_000_000, 0]
    assert state.site["served_uj"][0] == round((0.06 + 2.0 * 0.49) * UJ_PER_KWH)


def test_two_peaks_that_do_not_fit_together_follow_each_other() -> None:
    """A bus of 9 kW: the second machine starts when the first has fallen to 2 kW."""
    machine = MachineSpec(id="m", process="work", count=2, run_kw=2.0, start_kw=6.0, start_s=36.0)
    model, state = compile_one(build(_grid(limit_kw=9.0), machine=machine, lots=2))
    run(model, state, 2 * HOUR)
    assert sorted(state.op["start_ms"].tolist()) == [0, 36_000]


def test_a_machine_stands_while_the_voltage_is_too_low_though_there_is_energy() -> None:
    """At 0.85 for an hour, one that needs 0.9 loses the hour; one that needs 0.8 works on."""
    changes = [(HOUR // 4, P_GRID_VOLTAGE, 0, 850_000)]
    changes.append((HOUR // 4 + HOUR, P_GRID_VOLTAGE, 0, 1_000_000))
    for needs, lost in ((0.9, HOUR), (0.8, 0)):
        machine = MachineSpec(id="m", process="work", run_kw=2.0, minimum_voltage_fraction=needs)
        model, state = compile_one(build(_grid(), machine=machine, lots=1), changes)
        run(model, state, HOUR)
        assert state.site["on_grid"][0] == 1
        assert (state.machine["state"][0] == MachineState.NO_POWER) == (lost > 0)
        run(model, state, 4 * HOUR)
        assert state.op["end_ms"][0] == HOUR // 2 + lost
        assert state.machine_lost[0] == lost


def test_an_inverter_with_a_battery_leaves_a_grid_of_low_voltage_until_its_reserve() -> None:
    """10 kWh, reserve 2 kWh, 2 kW at 0.95: 3.8 h as an island, then the grid again."""
    battery = BatterySpec(capacity_kwh=10.0, charge_kw=1.0, discharge_kw=5.0)
    energy = EnergySpec(
        buses=(BusSpec(id="main", base_load_kw=2.0),),
        grid=GridSpec(limit_kw=100.0),
        inverter=InverterSpec(
            power_kw=10.0,
            transfer_time_s=0.0,
            battery=battery,
            island_below_voltage_fraction=0.9,
        ),
    )
    model, state = compile_one(build(energy), [(HOUR, P_GRID_VOLTAGE, 0, 850_000)])
    run(model, state, 5 * HOUR)
    rows = energy_rows(state)
    back = rows[(rows["on_grid"] == 1) & (rows["time_ms"] > HOUR)]
    assert back["time_ms"][0] / HOUR == pytest.approx(1.0 + 8.0 * 0.95 / 2.0, abs=1e-5)
    assert state.site["served_uj"][0] == 10 * UJ_PER_KWH


def test_the_less_critical_machine_is_shed_first_though_its_work_is_more_urgent() -> None:
    """A genset of 5 kW for two machines of 4 kW after the grid is lost."""
    cluster = build(
        EnergySpec(
            grid=GridSpec(limit_kw=100.0),
            inverter=InverterSpec(
                power_kw=5.0,
                transfer_time_s=0.0,
                battery=BatterySpec(capacity_kwh=50.0, charge_kw=5.0, discharge_kw=5.0),
            ),
        ),
        machine=MachineSpec(id="a", process="work", run_kw=4.0, criticality=1),
        lots=2,
    )
    site = cluster.sites[0]
    both = (site.machines[0], MachineSpec(id="b", process="work", run_kw=4.0, criticality=0))
    for order in (both, both[::-1]):
        machines = tuple(m.model_copy(update={"ride_through_s": 1.0}) for m in order)
        changed = cluster.model_copy(
            update={"sites": (site.model_copy(update={"machines": machines}),)}
        )
        model, state = compile_one(changed, [(HOUR // 4, P_GRID_OFF, 0, 1)])
        state.op["group"][:] = [0, 1]
        run(model, state, HOUR // 3)
        shed = state.machine["running"] == 0
        assert [machines[row].id for row in range(2) if shed[row]] == ["b"]


def test_energy_of_warming_up_is_told_apart() -> None:
    """5 kW for 15 min after an outage of 2 h: 1.25 kWh; half of it in the middle of it."""
    machine = MachineSpec(id="m", process="work", run_kw=5.0, rewarm_min=15.0)
    changes = [(HOUR, P_GRID_OFF, 0, 1), (3 * HOUR, P_GRID_OFF, 0, -1)]
    model, state = compile_one(build(_grid(), machine=machine, lots=20), changes)
    run(model, state, 3 * HOUR + HOUR // 8)
    assert extract(model, state)["machines"].to_pylist()[0]["rewarm_kwh"] == 0.625
    run(model, state, 6 * HOUR)
    assert extract(model, state)["machines"].to_pylist()[0]["rewarm_kwh"] == 1.25
    assert extract(model, state)["energy"].to_pylist()[0]["rewarm_kwh"] == 1.25


PRINT = OperationSpec(
    id="print",
    process="work",
    unit_time_min=44 * 60.0,
    on_interruption="resume",
    resume_probability=0.6,
    longest_pause_min=120.0,
)


def _print(battery: bool, outage_h: float, replication: int):
    """A print of 44 h at 2 kW, with a cut after 20 h."""
    store = BatterySpec(capacity_kwh=10.0, charge_kw=5.0, discharge_kw=5.0)
    inverter = InverterSpec(power_kw=5.0, transfer_time_s=0.02, battery=store)
    energy = EnergySpec(grid=GridSpec(limit_kw=20.0), inverter=inverter if battery else None)
    machine = MachineSpec(id="m", process="work", run_kw=2.0, ride_through_s=0.5, unattended=True)
    changes = [
        (20 * HOUR, P_GRID_OFF, 0, 1),
        (round((20.0 + outage_h) * HOUR), P_GRID_OFF, 0, -1),
    ]
    model, state = compile_one(build(energy, machine=machine, operation=PRINT, lots=1), changes)
    model = model.with_run(seed=5, replication=replication)
    run(model, state, 200 * HOUR)
    return state


def test_r59_a_long_print_rides_through_a_cut_on_the_battery() -> None:
    state = _print(battery=True, outage_h=1.0, replication=0)
    assert state.op["end_ms"][0] == 44 * HOUR
    assert state.op["attempts"][0] == 0


def test_r59_without_a_battery_it_resumes_with_its_probability_or_begins_anew() -> None:
    """An outage of 1 h: 45 h when it resumes, with probability 0.6; else 44 h from 21:00 on."""
    ends = [_print(False, 1.0, replication).op["end_ms"][0] for replication in range(120)]
    assert set(ends) == {45 * HOUR, 65 * HOUR}
    resumed = sum(end == 45 * HOUR for end in ends)
    assert abs(resumed - 72) < 3 * (120 * 0.6 * 0.4) ** 0.5


def test_r59_a_cut_longer_than_the_longest_pause_scraps_it() -> None:
    for replication in range(5):
        state = _print(False, 3.0, replication)
        assert state.op["end_ms"][0] == (20 + 3 + 44) * HOUR
        assert state.machine["power_scrap_units"][0] == 1


def test_absent_sources_give_nothing_and_come_back() -> None:
    """Without grid: 2 kW on the battery, which is away from 1:00 to 2:00, and a genset later."""
    energy = EnergySpec(
        buses=(BusSpec(id="main", base_load_kw=2.0),),
        grid=GridSpec(limit_kw=20.0),
        inverter=InverterSpec(
            power_kw=5.0,
            transfer_time_s=0.0,
            battery=BatterySpec(capacity_kwh=50.0, charge_kw=5.0, discharge_kw=5.0),
        ),
    )
    changes = [(0, P_GRID_OFF, 0, 1), (HOUR, P_BATTERY_ABSENT, 0, 1)]
    model, state = compile_one(build(energy), [*changes, (2 * HOUR, P_BATTERY_ABSENT, 0, -1)])
    run(model, state, 3 * HOUR)
    assert state.site["served_uj"][0] == 4 * UJ_PER_KWH
    assert state.site["soc_uj"][0] == pytest.approx((50 - 4 / 0.95) * UJ_PER_KWH, rel=1e-7)


def test_an_absent_genset_is_not_called_and_a_delivery_can_be_cut_short() -> None:
    """60 kW burn 23.175 L/h (E6). An allocation of 100 L of which 40 % come."""
    genset = GensetSpec(
        rated_kw=100.0,
        start_time_s=0.0,
        tank_l=200.0,
        fuel_on_hand_l=100.0,
        deliveries=FuelDeliverySpec(lead_h=1.0, allocation_l=100.0, every_h=1000.0),
    )
    cluster = build(
        EnergySpec(grid=GridSpec(limit_kw=200.0), genset=genset),
        machine=MachineSpec(id="m", process="work", run_kw=60.0),
        lots=100,
    )
    changes = [(0, P_GRID_OFF, 0, 1), (0, P_GENSET_ABSENT, 0, 1), (0, P_FUEL_SHARE, 0, 400_000)]
    model, state = compile_one(cluster, [*changes, (HOUR, P_GENSET_ABSENT, 0, -1)])
    run(model, state, HOUR - 1)
    assert state.site["genset_uj"][0] == 0
    run(model, state, 4 * HOUR)
    assert state.site["fuel_used_pl"][0] / PL_PER_L == pytest.approx(3 * 23.175, rel=1e-4)
    assert state.site["fuel_received_pl"][0] == 40 * PL_PER_L


def test_a_share_of_the_sun_is_a_share_of_its_power() -> None:
    energy = EnergySpec(
        grid=GridSpec(limit_kw=20.0), inverter=InverterSpec(power_kw=5.0, pv=PvSpec(peak_kw=4.0))
    )
    whole, whole_state = compile_one(build(energy))
    run(whole, whole_state, 24 * HOUR)
    half, half_state = compile_one(build(energy), [(0, P_PV_SHARE, 0, 500_000)])
    run(half, half_state, 24 * HOUR)
    expected = int((half.pv[0, :48] // 2).sum()) * HOUR // 2
    assert half_state.site["pv_available_uj"][0] == expected
    assert whole_state.site["pv_available_uj"][0] > 1.99 * expected > 0
