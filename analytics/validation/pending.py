"""Cases of the reference that are not run, and why."""

from __future__ import annotations

from analytics.validation.case import Case

CASES = (
    Case(
        "V8",
        "Two-machine unreliable line in time slots",
        "Buzacott 1967, Gershwin 1994",
        None,
        "lives and repairs are whole numbers of slots there, and machines change state before they "
        "work in a slot; the simulator's clocks are continuous and it blocks after service, so "
        "that no buffer size stands for the same chain",
    ),
    Case(
        "E2",
        "PV yield of a typical year",
        "pvlib 0.16.1 with the weather of Greensboro",
        None,
        "the simulator takes no weather file: its sun is the clear sky of the place times its "
        "clearness",
    ),
)
