"""Kernel and plain SimPy model of the same shop, with the same draws, agree event by event."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analytics.simulation.compile import compile_snapshot
from analytics.simulation.layout import FOREVER
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.run import run
from federation.cut import planned
from federation.topology.model import ClusterSpec
from tests.validation.second_opinion.shop import (
    BROKEN,
    SHIFT_OVER,
    Road,
    SecondOpinion,
    Setups,
)

MINUTE = 60_000
PROCESSES = ("cutting", "bending", "joining")
SETUP_MIN = (12.0, 0.0, 5.0)
UNIT_MIN = {"thing": (6.5, 4.25, 9.0), "tray": (4.0, 5.5, 7.25), "rack": (5.25, 3.0, 8.0)}
FAMILY = {"thing": ("thin", "small", None), "tray": ("thick", "small", None)} | {
    "rack": ("thick", "large", None)
}
"""Setup family by product and step; joining needs none."""
SAW_MIN = {"default_min": 35.0, "same_family_min": 2.0, "initial_family": "thin"}
BRAKE_MIN = {"default_min": 50.0, "same_family_min": 0.0}
CHANGEOVERS = {
    "saw": (("thin", "thick", 95.0), ("thick", "thin", 20.0)),
    "brake": (("large", "small", 140.0),),
}
LOT, ORDERS = 30, 14
SHIFTS = {
    "EAST": ((0, 1, 2, 3, 4), 8.0, 16.0),
    "WEST": ((0, 1, 2, 3, 4, 5), 6.0, 19.0),
}
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _machine(
    name: str,
    process: str,
    count: int,
    failure: dict[str, Any] | None,
    setups: dict[str, Any] | None = None,
) -> dict[str, Any]:
    machine = {"id": name, "process": process, "count": count, "failure": failure}
    if setups is None:
        return machine
    pairs = [
        {"before": before, "after": after, "time_min": span}
        for before, after, span in CHANGEOVERS[name]
    ]
    return {**machine, "setups": {**setups, "changeovers": pairs}}


def _product(name: str) -> dict[str, Any]:
    steps = zip(PROCESSES, SETUP_MIN, UNIT_MIN[name], FAMILY[name], strict=True)
    operations = [
        {
            "id": process,
            "process": process,
            "setup_time_min": setup,
            "unit_time_min": unit,
            "setup_family": family,
            "time_cv": 0.4,
            "on_interruption": "resume",
        }
        for process, setup, unit, family in steps
    ]
    return {
        "id": name,
        "name": name.title(),
        "root": {"id": name, "mass_kg": 2.0, "operations": operations},
        "permissions": [{"part": name, "site": site} for site in SHIFTS],
    }


def _failure(up: dict[str, Any], down: dict[str, Any]) -> dict[str, Any]:
    return {"time_to_failure": up, "time_to_repair": down}


def _site(name: str, latitude: float, machines: list[dict[str, Any]]) -> dict[str, Any]:
    days, opens, closes = SHIFTS[name]
    hours = {"start": f"{int(opens):02d}:00", "end": f"{int(closes):02d}:00"}
    return {
        "id": name,
        "name": name.title(),
        "country": "GH",
        "latitude_deg": latitude,
        "longitude_deg": 0.0,
        "machines": machines,
        "shifts": [{"days": [WEEK[day] for day in days], **hours}],
    }


def cluster() -> ClusterSpec:
    """Cut in the east, bend in the west, join in the east; the customer sits in the west."""
    weibull = {"kind": "weibull", "mean_h": 14.0, "shape": 1.5}
    gamma = {"kind": "gamma", "mean_h": 5.0, "cv": 0.8}
    points = {"kind": "empirical", "points_h": [0.5, 1.0, 4.0, 9.0], "weights": [3, 4, 2, 1]}
    exponential = {"kind": "exponential", "mean_h": 11.0}
    return ClusterSpec.model_validate(
        {
            "id": "two-sites",
            "name": "Two sites",
            "start": "2027-01-04T00:00:00+00:00",
            "lot_size": LOT,
            "sites": [
                _site(
                    "EAST",
                    5.0,
                    [
                        _machine("saw", "cutting", 2, _failure(weibull, gamma), SAW_MIN),
                        _machine("bench", "joining", 2, None),
                    ],
                ),
                _site(
                    "WEST",
                    6.0,
                    [_machine("brake", "bending", 2, _failure(exponential, points), BRAKE_MIN)],
                ),
            ],
            "customers": [{"id": "shop", "name": "Shop", "country": "GH", "at_site": "WEST"}],
            "links": [
                {
                    "id": "road",
                    "start": "EAST",
                    "end": "WEST",
                    "mode": "van",
                    "distance_km": 300.0,
                    "drive_h": 7.5,
                    "border_h": 2.25,
                    "customs": {"open": "07:00", "close": "18:00"},
                    "night_driving": False,
                    "travel_time_cv": 0.3,
                    "departures": ["10:30", "17:00"],
                }
            ],
            "products": [_product(name) for name in UNIT_MIN],
            "orders": [
                {
                    "id": f"O{number:02d}",
                    "product": ("thing", "tray", "thing", "rack")[number % 4],
                    "customer": "shop",
                    "quantity": 3 * LOT,
                    "release": f"2027-01-{4 + number // 2:02d}T{7 + 5 * (number % 2):02d}:20:00Z",
                    "due": "2027-03-01T00:00:00+00:00",
                }
                for number in range(ORDERS)
            ],
        }
    )


def by_kernel(seed: int) -> tuple[SimModel, SimState]:
    """The cluster run to its end by the kernel, each lot along the same three work centres."""
    model, state = compile_snapshot(planned(cluster()))
    model = model.with_run(seed=seed, replication=0)
    centres = [("EAST", "saw"), ("WEST", "brake"), ("EAST", "bench")]
    for lot in range(len(model.lot)):
        for step, op in enumerate(model.op_rows(lot)):
            state.op["group"][op] = model.names.group_row[centres[step]]
            state.op["rank"][op] = lot
    run(model, state)
    return model, state


def _setups(name: str, usual: dict[str, Any]) -> Setups:
    spans = {(before, after): round(span * MINUTE) for before, after, span in CHANGEOVERS[name]}
    same, other = (round(usual[key] * MINUTE) for key in ("same_family_min", "default_min"))
    return Setups(same, other, spans)


def by_simpy(model: SimModel, state: SimState) -> SecondOpinion:
    ends = {"EAST": model.names.places.index("EAST"), "WEST": model.names.places.index("WEST")}
    roads = [
        Road(
            row=int(np.flatnonzero(model.link["end"] == ends[end])[0]),
            start=start,
            end=end,
            departures_h=(10.5, 17.0),
            drive_h=7.5,
            border_h=2.25,
            customs_h=(7.0, 18.0),
            night_driving=False,
        )
        for start, end in (("EAST", "WEST"), ("WEST", "EAST"))
    ]
    products = [model.names.parts[part][0] for part in model.lot["part"][state.op["lot"]]]
    steps = [op % 3 for op in range(len(state.op))]
    minutes = [
        SETUP_MIN[step] + UNIT_MIN[product][step] * LOT
        for product, step in zip(products, steps, strict=True)
    ]
    opinion = SecondOpinion(
        model,
        state,
        shifts=SHIFTS,
        nominal_ms=[round(span * MINUTE) for span in minutes],
        family=[FAMILY[product][step] for product, step in zip(products, steps, strict=True)],
        setups={
            model.names.group_row["EAST", "saw"]: _setups("saw", SAW_MIN),
            model.names.group_row["WEST", "brake"]: _setups("brake", BRAKE_MIN),
        },
        roads=roads,
    )
    for machine in opinion.centres[model.names.group_row["EAST", "saw"]].machines:
        machine.family = "thin"
    opinion.run()
    return opinion


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kernel_and_simpy_agree_event_by_event(seed: int) -> None:
    model, state = by_kernel(seed)
    opinion = by_simpy(model, state)
    assert np.all(state.op["end_ms"] < FOREVER)
    assert np.array_equal(state.op["start_ms"], opinion.start_ms)
    assert np.array_equal(state.op["end_ms"], opinion.end_ms)
    goods = state.consignment[: state.clock["consignments"][0]]
    told = zip(goods["link"], goods["depart_ms"], goods["arrive_ms"], strict=True)
    assert sorted(map(tuple, np.array(list(told)).tolist())) == sorted(opinion.journeys)


def test_the_shop_meets_everything_it_should() -> None:
    """Breakdowns hit work, shifts cut it, several lots travel together, every changeover occurs."""
    model, state = by_kernel(1)
    opinion = by_simpy(model, state)
    assert opinion.cut_changeovers[BROKEN] > 0
    assert opinion.cut_changeovers[SHIFT_OVER] > 0
    met = {(before, after) for _, before, after in opinion.changeovers}
    assert met >= {
        ("thin", "thick"), ("thick", "thin"), ("thin", "thin"), ("thick", "thick"),
        (None, "small"), ("small", "small"), ("small", "large"), ("large", "small"),
    }  # fmt: skip
    assert state.op["attempts"].sum() > 10
    spans = state.op["end_ms"] - state.op["start_ms"]
    assert np.count_nonzero(spans > 8 * 60 * MINUTE) > 10
    goods = state.consignment[: state.clock["consignments"][0]]
    assert goods["lots"].max() > 1
    assert len(state.lot) == 3 * ORDERS
