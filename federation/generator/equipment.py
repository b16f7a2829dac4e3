"""What stands at a site: machines, people, energy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from federation.generator.parameters import Parameters
from federation.generator.places import COUNTRIES, Places

PROCESSES = (
    "assembly", "3d_printing_fdm", "laser_cutting", "packaging", "testing", "cnc_milling",
    "soldering", "pcb_assembly", "bending", "mig_welding", "sewing", "coating", "cutting",
    "injection_molding", "post_processing", "drilling", "cnc_turning", "grinding", "painting",
    "3d_printing_sla", "polishing", "vacuum_forming", "woodworking", "waterjet_cutting",
)  # fmt: skip
"""By rank: the first is the most common."""
RUN_KW = (0.2, 0.12, 1.8, 0.7, 0.15, 4.5, 2.6, 0.6, 4.0, 5.5, 0.4, 8.0, 2.2, 9.0, 3.0, 1.5, 5.0,
          3.5, 3.0, 0.2, 12.0, 4.0, 0.6, 15.0)  # fmt: skip
"""Power of a running machine of each process, kW."""
_ZIPF = 1.1
_MEAN_MACHINES, _SIGMA_MACHINES, _MOST_MACHINES = 6.0, 0.6, 40
_MTBF_SCALE_H, _MTBF_SHAPE, _MTTR_H = 400.0, 1.4, 6.0
_ARCHETYPES = ("grid_only", "grid_pv", "grid_pv_batt", "grid_pv_batt_gen", "offgrid")
_SHARES = (0.25, 0.25, 0.30, 0.15, 0.05)
_BATTERY_H = 2.5


@dataclass(frozen=True, eq=False)
class Equipment:
    """int64[sites, processes]: machines of each process; and the files of the sites."""

    machines: npt.NDArray[np.int64]
    files: list[dict[str, Any]]


def site_names(parameters: Parameters) -> list[str]:
    """Ids of the sites, of equal length, so that their order is that of their files."""
    digits = len(str(parameters.sites))
    return [f"S{number:0{digits}d}" for number in range(1, parameters.sites + 1)]


def draw_equipment(
    parameters: Parameters, places: Places, random: np.random.Generator
) -> Equipment:
    """Processes after Zipf, two to five at a site; machines log-normal; energy by archetype."""
    rank = np.arange(1, len(PROCESSES) + 1)
    chance = rank**-_ZIPF / np.sum(rank**-_ZIPF)
    machines = np.zeros((parameters.sites, len(PROCESSES)), dtype=np.int64)
    files: list[dict[str, Any]] = []
    for row, name in enumerate(site_names(parameters)):
        kinds = random.choice(len(PROCESSES), int(random.integers(2, 6)), replace=False, p=chance)
        mean = math.log(_MEAN_MACHINES) - _SIGMA_MACHINES**2 / 2.0
        wanted = round(float(np.exp(mean + _SIGMA_MACHINES * random.standard_normal())))
        total = min(max(wanted, len(kinds)), _MOST_MACHINES)
        counts = 1 + random.multinomial(total - len(kinds), np.full(len(kinds), 1.0 / len(kinds)))
        machines[row, kinds] = counts
        of_kind = dict(sorted(zip(kinds.tolist(), counts.tolist(), strict=True)))
        files.append(_site(name, row, places, of_kind, random))
    return Equipment(machines, files)


def _site(
    name: str,
    row: int,
    places: Places,
    counts: dict[int, int],
    random: np.random.Generator,
) -> dict[str, Any]:
    country = COUNTRIES[places.country[row]]
    peak_kw = sum(int(count) * RUN_KW[kind] for kind, count in counts.items())
    people = sum(counts.values())
    present = float(random.beta(18.0, 2.0))
    mtbf_h = round(_MTBF_SCALE_H * math.gamma(1.0 + 1.0 / _MTBF_SHAPE), 2)
    return {
        "id": name,
        "name": f"Site {name}",
        "country": country.code,
        "latitude_deg": float(places.latitude[row]),
        "longitude_deg": float(places.longitude[row]),
        "utc_offset_h": country.utc_offset_h,
        "assumption": "drawn by 'twinfed generate'; no such site exists",
        "machines": [
            {
                "id": PROCESSES[kind],
                "process": PROCESSES[kind],
                "count": int(count),
                "idle_kw": round(0.1 * RUN_KW[kind], 3),
                "run_kw": RUN_KW[kind],
                "speed_factor": round(float(np.exp(0.2 * random.standard_normal())), 3),
                "operators": 1.0,
                "failure": {
                    "time_to_failure": {
                        "kind": "weibull",
                        "mean_h": mtbf_h,
                        "shape": _MTBF_SHAPE,
                    },
                    "time_to_repair": {
                        "kind": "lognormal",
                        "mean_h": _MTTR_H,
                        "cv": 1.0,
                        "cap_h": 48.0,
                    },
                },
            }
            for kind, count in counts.items()
        ],
        "labour": {
            "headcount": max(1, round(people * present)),
            "wage_per_h": country.wage_per_h,
        },
        "energy": _energy(row, places, peak_kw, random),
    }


def _energy(
    row: int, places: Places, peak_kw: float, random: np.random.Generator
) -> dict[str, Any]:
    """After one of five archetypes; all sources carry the base load and the machines alike."""
    grid = COUNTRIES[places.country[row]]
    kind = str(random.choice(_ARCHETYPES, p=_SHARES))
    base_kw = round(0.1 * peak_kw + 0.5, 2)
    load_kw = peak_kw + base_kw
    found: dict[str, Any] = {
        "assumption": f"archetype {kind}: PV 0.9 x peak load, battery 2.5 h of it",
        "buses": [{"id": "main", "base_load_kw": base_kw}],
    }
    if kind != "offgrid":
        found["grid"] = {
            "limit_kw": round(1.3 * load_kw, 1),
            "tariff_per_kwh": grid.tariff_per_kwh,
            "emission_g_per_kwh": grid.emission_g_per_kwh,
            "outages": {
                "per_month": grid.outages_per_month,
                "duration": {"kind": "lognormal", "mean_h": 6.6, "cv": 1.0, "cap_h": 24.0},
            },
        }
    if kind != "grid_only":
        pv_kw = round(0.9 * load_kw, 2)
        found["inverter"] = {"power_kw": round(1.3 * load_kw, 2), "pv": {"peak_kw": pv_kw}}
    if kind in {"grid_pv_batt", "grid_pv_batt_gen", "offgrid"}:
        found["inverter"]["battery"] = {
            "capacity_kwh": round(_BATTERY_H * load_kw, 1),
            "charge_kw": round(load_kw, 1),
            "discharge_kw": round(1.2 * load_kw, 1),
            "initial_soc_fraction": 0.8,
        }
    if kind in {"grid_pv_batt_gen", "offgrid"}:
        found["genset"] = {
            "rated_kw": round(1.2 * load_kw, 1),
            "minimum_load_fraction": 0.2,
            "tank_l": round(20.0 * load_kw, 0),
            "fuel_on_hand_l": round(15.0 * load_kw, 0),
            "fuel_price_per_l": 1.1,
            "deliveries": {
                "lead_h": 24.0,
                "allocation_l": round(10.0 * load_kw, 0),
                "every_h": 48.0,
            },
        }
    return found
