from twins.signals import CATALOGUE, LOT_EVENT, MACHINE_STATE, AssetClass, SignalKind
from twins.states import MachineState
from twins.under_way import KINDS

# Names, units and kinds are written into journals: a change breaks every record.
EXPECTED = """
machine.state 1 state machine | part.good 1 counter machine | part.scrap 1 counter machine
job.lot - text machine | job.operation 1 gauge machine | job.remaining_h h gauge machine
power.active_kw kW gauge machine,site | load.served_kw kW gauge site | pv.power_kw kW gauge site
pv.available_kw kW gauge site | battery.soc_kwh kW.h gauge site | battery.power_kw kW gauge site
grid.available 1 state site | grid.power_kw kW gauge site | genset.running 1 state site
genset.power_kw kW gauge site | fuel.level_l L gauge site | energy.load_kwh kW.h counter site
energy.served_kwh kW.h counter site | energy.pv_kwh kW.h counter site
energy.grid_kwh kW.h counter site | energy.discharge_kwh kW.h counter site
energy.charge_kwh kW.h counter site | energy.genset_kwh kW.h counter site
stock.quantity ? gauge material | stock.reserved ? gauge material | lot.event 1 counter lot
approval.status 1 state gate | machine.powered 1 state machine | setup.family - text machine
setup.remaining_h h gauge machine | setup.whole_h h gauge machine
job.interrupted 1 state machine | job.pool - text machine | failure.state 1 state machine
failure.use_h h gauge machine | upkeep.state 1 state machine | upkeep.left_h h gauge machine
genset.starting 1 state site | battery.held 1 state site | fuel.received_l L counter site
fuel.under_way - text site | supply.under_way - text material | people.absent - text pool
vehicles.away - text link
"""


def test_the_catalogue_is_the_published_one():
    published = [line.strip() for row in EXPECTED.splitlines() for line in row.split("|") if row]
    units = {None: "?", "": "-"}
    assert [
        f"{s.name} {units.get(s.unit, s.unit)} {s.kind} {','.join(s.assets)}"
        for s in CATALOGUE.values()
    ] == published


def test_a_name_ends_in_its_unit():
    endings = {"kW": "_kw", "kW.h": "_kwh", "h": "_h", "L": "_l"}
    for signal in CATALOGUE.values():
        if signal.unit in endings:
            assert signal.name.endswith(endings[signal.unit])


def test_only_states_have_codes():
    for signal in CATALOGUE.values():
        assert (signal.codes > 0) == (signal.kind is SignalKind.STATE), signal.name


def test_machine_states_are_those_of_the_one_enumeration():
    assert CATALOGUE[MACHINE_STATE].codes == len(MachineState) == max(MachineState) + 1


def test_lots_tell_events_only():
    assert [s.name for s in CATALOGUE.values() if AssetClass.LOT in s.assets] == [LOT_EVENT]


def test_lists_are_texts_of_a_known_kind():
    lists = [signal for signal in CATALOGUE.values() if signal.list_of]
    assert {signal.list_of for signal in lists} == set(KINDS)
    assert all(signal.kind is SignalKind.TEXT for signal in lists)


def test_every_value_grows_stale_some_time():
    assert all(signal.stale_after_s > 0 for signal in CATALOGUE.values())
