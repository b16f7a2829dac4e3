"""Each requirement, failed alone, refuses a site by its name; all met, the site qualifies (R6)."""

from __future__ import annotations

import pytest

from federation.topology.capability import CapabilityIndex
from federation.topology.model import ClusterSpec
from federation.topology.powering import Powering
from federation.topology.product_model import OperationSpec
from federation.topology.requirements import REQUIREMENTS, can_work, disclosures, fits
from tests.support.refusals import CHANGES, pair
from twins.spec import MachineSpec

STATIC = [name for name in CHANGES if name != "material"]  # stock changes from day to day


def sites(cluster: ClusterSpec) -> list[str]:
    return [found.site for found in CapabilityIndex(cluster).candidates("block", "block", 0)]


def test_with_everything_there_both_sites_qualify_and_nobody_is_refused() -> None:
    index = CapabilityIndex(pair())
    assert [one.site for one in index.candidates("block", "block", 0)] == ["Home", "Away"]
    assert index.refusals("block", "block", 0) == ()


@pytest.mark.parametrize("requirement", STATIC)
def test_each_requirement_alone_refuses_by_its_name(requirement: str) -> None:
    index = CapabilityIndex(pair(requirement))
    assert [one.site for one in index.candidates("block", "block", 0)] == ["Home"]
    (refusal,) = index.refusals("block", "block", 0)
    assert (refusal.site, refusal.requirement, refusal.further) == ("Away", requirement, ())
    assert "Away" in refusal.reason
    assert refusal.work_centre == (None if requirement == "process" else "mill")


def test_of_several_gaps_the_first_is_the_reason_and_the_others_stand_beside_it() -> None:
    (refusal,) = CapabilityIndex(pair("permission", "energy", "envelope")).refusals(
        "block", "block", 0
    )
    assert refusal.requirement == "envelope"
    assert "600 x 400 x 240 mm" in refusal.reason
    assert refusal.further == ("energy", "permission")


def test_the_work_centre_that_comes_closest_is_named() -> None:
    data = pair("material_worked", "permission").model_dump(mode="json")
    fit = {**data["sites"][0]["machines"][0], "id": "second-mill"}
    data["sites"][1]["machines"].append(fit)
    (refusal,) = CapabilityIndex(ClusterSpec.model_validate(data)).refusals("block", "block", 0)
    assert (refusal.work_centre, refusal.requirement) == ("second-mill", "permission")


def test_requirements_are_asked_in_a_fixed_order_and_each_has_a_test() -> None:
    assert list(CHANGES) == list(REQUIREMENTS)


@pytest.mark.parametrize(
    ("size", "fitting"),
    [
        ((300, 400, 600), True),  # turned by right angles
        ((600, 400, 300), True),
        ((601, 100, 100), False),
        ((500, 350, 310), False),
        (None, True),
    ],
)
def test_a_piece_fits_turned_as_it_may_be(size, fitting: bool) -> None:
    assert fits(size, (600, 400, 300)) is fitting
    assert fits((9e4, 9e4, 9e4), None)


def test_nobody_stands_at_an_unattended_machine_so_no_skill_is_asked() -> None:
    step = OperationSpec(id="print", process="3d_printing_fdm", unit_time_min=60, skill_level=3)
    printer = {"id": "printer", "process": "3d_printing_fdm"}
    assert not can_work(MachineSpec(**printer), step)
    assert can_work(MachineSpec(**printer, skill_level=3), step)
    assert can_work(MachineSpec(**printer, unattended=True), step)
    assert can_work(MachineSpec(**printer, operators=0.0), step)


def test_a_design_is_shown_to_whom_the_whole_is_shown_unless_the_part_says_otherwise() -> None:
    data = pair().model_dump(mode="json")
    root = data["products"][0]["root"]
    step = {"id": "saw", "process": "sawing", "unit_time_min": 1}
    root["components"] = [
        {"id": "core", "mass_kg": 1, "operations": [step]},
        {"id": "screw", "mass_kg": 0, "operations": [step], "disclosed_to": []},
    ]
    product = ClusterSpec.model_validate(data).products[0]
    assert disclosures(product) == {
        "block": {"Home", "Away-Ltd"},
        "core": {"Home", "Away-Ltd"},
        "screw": frozenset(),
    }


def test_disclosure_is_by_site_or_by_organisation_and_a_list_without_names_shows_nobody() -> None:
    def shown(names):
        data = pair().model_dump(mode="json")
        data["products"][0]["root"]["disclosed_to"] = names
        return sites(ClusterSpec.model_validate(data))

    assert shown(None) == ["Home", "Away"]
    assert shown(["Away"]) == ["Away"]
    assert shown(["Home-Ltd"]) == ["Home"]
    assert shown([]) == []


def powered(machine: dict | None = None, **energy) -> str | None:
    site = {
        "id": "S",
        "name": "S",
        "country": "NG",
        "latitude_deg": 0,
        "longitude_deg": 0,
        "machines": [{"id": "m", "process": "p", "run_kw": 10.0, **(machine or {})}],
        "energy": {"buses": [{"id": "main", "base_load_kw": 2.0}], **energy},
    }
    cluster = ClusterSpec.model_validate(
        {"id": "c", "name": "c", "start": "2027-01-04T00:00:00Z", "sites": [site]}
    )
    return Powering(cluster).gap(cluster.sites[0], cluster.sites[0].machines[0])


BATTERY = {"capacity_kwh": 20.0, "charge_kw": 5.0, "discharge_kw": 5.0}
GENSET = {"tank_l": 10.0, "fuel_on_hand_l": 10.0}


@pytest.mark.parametrize(
    ("enough", "energy"),
    [
        (True, {"grid": {"limit_kw": 12.0}}),
        (False, {"grid": {"limit_kw": 11.9}}),
        # the inverter helps the grid: 7 + 5
        (True, {"grid": {"limit_kw": 7.0}, "inverter": {"power_kw": 9.0, "battery": BATTERY}}),
        (False, {"grid": {"limit_kw": 6.9}, "inverter": {"power_kw": 9.0, "battery": BATTERY}}),
        # without the grid: PV 8 + battery 5, through 12 kW
        (True, {"inverter": {"power_kw": 12.0, "pv": {"peak_kw": 8.0}, "battery": BATTERY}}),
        (False, {"inverter": {"power_kw": 11.0, "pv": {"peak_kw": 8.0}, "battery": BATTERY}}),
        # PV without battery forms no grid
        (False, {"inverter": {"power_kw": 50.0, "pv": {"peak_kw": 50.0}}}),
        (True, {"genset": {"rated_kw": 12.0, **GENSET}}),
        (False, {"genset": {"rated_kw": 11.0, **GENSET}}),
        # both on one bus
        (
            True,
            {
                "genset": {"rated_kw": 7.0, **GENSET},
                "inverter": {"power_kw": 5.0, "battery": BATTERY},
            },
        ),
    ],
)
def test_power_that_can_never_be_enough_is_a_gap(enough: bool, energy: dict) -> None:
    gap = powered(**energy)
    assert (gap is None) is enough, gap


def test_a_start_up_peak_a_bus_and_a_phase_must_carry_the_machine_too() -> None:
    grid = {"limit_kw": 100.0}
    assert powered({"start_kw": 99.0, "start_s": 2.0}, grid=grid) is not None
    bus = {"id": "main", "base_load_kw": 2.0}
    assert powered(buses=[{**bus, "limit_kw": 12.0}], grid=grid) is None
    assert "carries 11 kW" in (powered(buses=[{**bus, "limit_kw": 11.0}], grid=grid) or "")
    thirds = [{**bus, "limit_kva": 20.0}]
    assert powered({"power_factor": 0.6}, buses=thirds, grid=grid) is None  # 2 + 10 / 0.6
    assert powered({"power_factor": 0.5}, buses=thirds, grid=grid) is not None
    # one phase of three has a third of the limit: 3 x 10 > 20
    assert "L2" in (powered({"phase": "L2"}, buses=thirds, grid=grid) or "")


def test_a_genset_for_hire_counts_and_a_shared_feeder_limits() -> None:
    hire = {
        "id": "offer",
        "site": "Away",
        "lead_h": 24,
        "price_per_day": 50,
        "genset": {"rated_kw": 7.0, **GENSET},
    }
    data = pair("energy").model_dump(mode="json")
    assert sites(ClusterSpec.model_validate({**data, "genset_hire": [hire]})) == ["Home", "Away"]
    data = pair().model_dump(mode="json")
    feeder = {"id": "F", "limit_kw": 6.5, "sites": ["Home", "Away"]}
    assert sites(ClusterSpec.model_validate({**data, "feeders": [feeder]})) == []
