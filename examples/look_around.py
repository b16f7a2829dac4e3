"""Open a cluster, bring it to life, and look at what its twins know."""

from datetime import UTC, datetime

import twinfed as tf
from twins.states import MachineState

with tf.open(tf.sample("harmattan")) as fed:
    # No machine is connected here: the emulated plant works through the first days of the order
    # book, and tells the twins of Thursday morning.
    now = datetime(2027, 1, 7, 9, tzinfo=UTC)
    told = fed.emulate(now, since=datetime(2027, 1, 7, 6, tzinfo=UTC))
    print(f"{told.rows} values told, {told.quarantined} set aside")

    kaduna = fed.site("WA-KAD")
    brake = kaduna.state.value("press_brake", "machine.state")
    print(f"press brake in Kaduna: {MachineState(int(brake.value)).name.lower()}")
    print(f"battery in Kaduna: {kaduna.state.value('site', 'battery.soc_kwh').value:.1f} kWh")

    for site, live in fed.graph.nodes(data=True):
        if live["kind"] == "site":
            grid = "grid" if live["grid_available"] else "no grid"
            print(f"{site}: {grid}, {live['running']} lots running, {live['queue']} waiting")

    snapshot = fed.fork()
    print(f"forked at {snapshot.taken_at:%a %H:%M}: {snapshot.content_hash[:12]}")
