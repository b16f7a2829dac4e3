"""Cases of the reference that are not run, and why."""

from __future__ import annotations

from analytics.validation.case import Case


def _waits_for(number: str, title: str, source: str, feature: str) -> Case:
    return Case(number, title, source, None, f"the simulator does not model {feature} yet")


CASES = (
    _waits_for("V4", "Jackson network with rework", "traffic equations", "rework loops"),
    _waits_for(
        "V5a",
        "M/M/1 with failures by use",
        "M/G/1 of completion times",
        "failures by use",
    ),
    _waits_for("V7a", "Two stations, finite buffer", "Markov chain", "finite buffers"),
    _waits_for("V7b", "Three stations without buffers", "Hunt 1956", "finite buffers"),
    _waits_for("V8", "Two-machine unreliable line", "Gershwin 1994", "finite buffers"),
    _waits_for("V10", "Penny Fab One, best case", "Hopp and Spearman", "CONWIP limits"),
    _waits_for("V11", "Penny Fab One, practical worst case", "Hopp and Spearman", "CONWIP limits"),
    _waits_for("V14", "Non-preemptive priorities", "Cobham 1954", "priorities"),
    _waits_for("V15", "M/M/3/3 with loss", "Erlang B", "loss at a full buffer"),
    _waits_for("V16", "Rework until it passes", "geometric", "rework loops"),
    _waits_for("E2", "PV yield of a typical year", "pvlib 0.16.1", "PV from weather data"),
    _waits_for("E10", "Dispatch by linear programming", "HiGHS", "dispatch by optimisation"),
)
