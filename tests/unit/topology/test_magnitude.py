"""A slip of the pen is told with its place, before it overflows or outlasts the simulator."""

import os

import pytest

from analytics.scenario import load_scenario
from federation.topology.load import ClusterError, load_cluster
from federation.topology.magnitude import LARGEST, largest
from tests.support.workshop import write_workshop


def _problems(folder):
    with pytest.raises(ClusterError) as refused:
        load_cluster(folder)
    return str(refused.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sites__shop_a": ("run_kw: 4", "run_kw: 1e300")}, "machines[0].run_kw: 1e+300 is not"),
        ({"sites__shop_a": ("on_hand: 2000", "on_hand: 1e308")}, "stock[0].on_hand: 1e+308"),
        ({"products__frame": ("mass_kg: 8", "mass_kg: 1e200")}, "root.mass_kg: 1e+200"),
        (
            {"products__frame": ("day: 5", "day: 1e308")},
            "lateness_cost_per_unit_day: 1e+308 is not at most 1e+09",
        ),
        (
            {"products__frame": ("unit_time_min: 12", "unit_time_min: 400000")},
            "root.operations[0].unit_time_min: a lot of 10 units takes 8 years",
        ),
        (
            {"orders": ("quantity: 30", "quantity: 1000000000")},
            "orders[0].quantity: with this order the book is cut into more than 200,000 lots",
        ),
        ({"orders": ("2027-01-08T17:00Z", "2047-01-08T17:00Z")}, "orders[0].due: the date lies"),
        ({"orders": ("2027-01-08T17:00Z", "9999-01-08T17:00Z")}, "the year 9999 does not lie"),
        ({"cluster": ("2027-01-04T", "0001-01-01T")}, "start: the year 1 does not lie"),
    ],
)
def test_a_figure_or_date_beyond_reason_is_told_with_its_place(tmp_path, change, words):
    assert words in _problems(write_workshop(tmp_path / "wrong", **change))


def test_a_limit_goes_by_the_unit_in_the_name():
    assert largest("run_kw") == LARGEST["_kw"]
    assert largest("tariff_per_kwh") > LARGEST["_kwh"]
    assert largest("price") == largest("cost_per_t")


def test_an_outage_of_eight_thousand_years(tmp_path):
    folder = write_workshop(
        tmp_path / "far", scenarios__dark_north=("2027-01-09T08", "9999-01-09T08")
    )
    with pytest.raises(ClusterError, match=r"edits\[0\].end: the year 9999"):
        load_scenario(folder / "scenarios" / "dark-north.yaml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_among_the_files_is_not_waited_for(tmp_path):
    folder = write_workshop(tmp_path / "pipe")
    os.mkfifo(folder / "sites" / "pipe.yaml")
    assert "sites/pipe.yaml: is not a regular file" in _problems(folder)
