import math

import numpy as np
import pytest

from analytics.simulation import distributions, expectation
from analytics.simulation.compile.dists import DistTable
from analytics.simulation.layout import HOUR_MS
from twins.distribution_spec import DistributionSpec


class Dist:
    """A row with its part of the curve."""

    def __init__(self, figures):
        table = DistTable()
        number = table.duration(DistributionSpec(**figures))
        self.row, self.curve = table.table()[number], table.curve()

    def __getitem__(self, name):
        return self.row[name]


row = Dist


def mean_residual(dist, age):
    return expectation.mean_residual(dist.row, dist.curve, age)


def survival(dist, age):
    return expectation.survival(dist.row, dist.curve, age)


def test_the_mean_of_an_exponential_is_left_at_every_age():
    dist = row({"kind": "exponential", "mean_h": 5.0})
    for age in (0.0, 3.0, 40.0):
        assert mean_residual(dist, age * HOUR_MS) == pytest.approx(5.0 * HOUR_MS)


def test_a_capped_exponential():
    dist = row({"kind": "exponential", "mean_h": 5.0, "cap_h": 8.0})
    assert dist["mean"] / HOUR_MS == pytest.approx(5.0 * (1 - math.exp(-8 / 5)))
    assert mean_residual(dist, 8.0 * HOUR_MS) == 0.0


@pytest.mark.parametrize(
    "figures",
    [
        {"kind": "lognormal", "mean_h": 6.6, "cv": 1.5},
        {"kind": "weibull", "mean_h": 90.0, "shape": 0.7},
        {"kind": "weibull", "mean_h": 90.0, "shape": 3.0},
        {"kind": "deterministic", "mean_h": 2.0},
        {"kind": "gamma", "mean_h": 7.0, "cv": 0.6},
        {"kind": "gamma", "mean_h": 7.0, "cv": 3.0},
    ],
)
def test_at_age_zero_the_mean_is_left(figures):
    assert mean_residual(row(figures), 0.0) == pytest.approx(figures["mean_h"] * HOUR_MS, rel=1e-6)


def test_a_capped_lognormal_has_its_closed_mean():
    dist = row({"kind": "lognormal", "mean_h": 6.6, "cv": 1.0, "cap_h": 24.0})
    mu, sigma, cap = float(dist["a"]), float(dist["b"]), float(dist["cap"])

    def below(z):
        return 0.5 * math.erfc(-z / math.sqrt(2))

    z = (math.log(cap) - mu) / sigma
    closed = math.exp(mu + sigma**2 / 2) * below(z - sigma) + cap * (1 - below(z))
    assert dist["mean"] == pytest.approx(closed, rel=1e-7)


def test_the_remainder_agrees_with_sampling():
    dist = row({"kind": "lognormal", "mean_h": 6.6, "cv": 1.0, "cap_h": 24.0})
    draws = np.random.default_rng(1).lognormal(float(dist["a"]), float(dist["b"]), 400_000)
    draws = np.minimum(draws, float(dist["cap"]))
    age = 9.0 * HOUR_MS
    left = draws[draws > age] - age
    error = left.std() / math.sqrt(len(left))
    assert abs(mean_residual(dist, age) - left.mean()) < 4 * error


def test_survival_falls_from_one_to_zero():
    dist = row({"kind": "weibull", "mean_h": 10.0, "shape": 2.0})
    values = [survival(dist, hours * HOUR_MS) for hours in (0, 1, 5, 10, 100)]
    assert values[0] == 1.0
    assert values == sorted(values, reverse=True)
    assert values[-1] < 1e-9


@pytest.mark.parametrize(
    "figures",
    [
        {"kind": "gamma", "mean_h": 6.6, "cv": 0.5},
        {"kind": "gamma", "mean_h": 6.6, "cv": 2.0, "cap_h": 24.0},
        {"kind": "empirical", "points_h": [0.0, 2.0, 2.0, 9.0, 30.0]},
        {"kind": "empirical", "points_h": [1.0, 2.0, 9.0], "weights": [5, 3, 1], "cap_h": 6.0},
    ],
)
@pytest.mark.parametrize("age_h", [0.0, 1.5, 4.0])
def test_what_is_left_is_the_mean_of_the_conditional_draws(figures, age_h):
    dist = row(figures)
    shares = (np.arange(40_000) + 0.5) / 40_000
    record = np.array([dist.row]).view(np.recarray)[0]
    age = age_h * HOUR_MS
    left = [distributions.residual(record, dist.curve, age, u) for u in shares]
    assert mean_residual(dist, age) == pytest.approx(np.mean(left), rel=2e-3)


def test_the_mean_of_points_follows_their_weights():
    # masses of the pieces: (5 + 3) / 2 and (3 + 1) / 2
    spec = DistributionSpec(kind="empirical", points_h=(1.0, 2.0, 9.0), weights=(5, 3, 1))
    assert spec.probabilities == pytest.approx((0.0, 2 / 3, 1.0))
    assert spec.expected_h == pytest.approx(2 / 3 * 1.5 + 1 / 3 * 5.5)
    dist = row({"kind": "empirical", "points_h": [1.0, 2.0, 9.0], "weights": [5, 3, 1]})
    assert dist["mean"] == pytest.approx(spec.expected_h * HOUR_MS)
    assert mean_residual(dist, 0.0) == pytest.approx(spec.expected_h * HOUR_MS)


def test_equal_points_stand_in_the_curve_once():
    table = DistTable()
    first = DistributionSpec(kind="empirical", points_h=(1.0, 2.0))
    other = DistributionSpec(kind="empirical", points_h=(1.0, 2.0), cap_h=1.5)
    assert table.duration(first) == table.duration(first)
    assert table.duration(other) != table.duration(first)
    assert len(table.curve()) == 4
