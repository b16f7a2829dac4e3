"""Distributions by inversion against SciPy, and draws that depend on nothing but their keys."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special, stats

from analytics.simulation import distributions, draws, layout
from analytics.simulation.incomplete_gamma import gamma_above

ROWS = {
    "exponential": ((1, 3.0, 0.0), stats.expon(scale=3.0)),
    "lognormal": ((2, 0.7, 0.5), stats.lognorm(s=0.5, scale=math.exp(0.7))),
    "weibull": ((3, 4.0, 1.4), stats.weibull_min(c=1.4, scale=4.0)),
    "gamma": ((4, 1.5, 2.2), stats.gamma(a=2.2, scale=1.5)),
}
CURVE = np.zeros(0)
# after two numbers of another piece: four points, two of them equal, the last piece twice as likely
POINTS = np.array([7.0, 0.0, 1.0, 3.0, 3.0, 8.0, 0.0, 0.25, 0.5, 1.0])
EMPIRICAL = (5, 2.0, 4.0)
QUANTILES = [1e-12, 1e-4, 0.03, 0.25, 0.5, 0.8, 0.99, 1 - 1e-9]


def row(kind: int, a: float, b: float, cap: float = 1e300) -> np.void:
    """One row of the table of distributions."""
    return np.array([(kind, a, b, 0.0, cap)], layout.DIST_C)[0]


@pytest.mark.parametrize("name", ROWS)
def test_quantiles_and_probabilities_agree_with_scipy(name: str) -> None:
    values, expected = ROWS[name]
    for u in QUANTILES:
        x = distributions.ppf(row(*values), CURVE, u)
        assert x == pytest.approx(expected.ppf(u), rel=1e-9)
        assert distributions.cdf(row(*values), CURVE, x) == pytest.approx(expected.cdf(x), rel=1e-9)


def test_the_normal_quantile_is_accurate_in_the_tails() -> None:
    for p in [1e-300, 1e-20, 1e-6, 0.2, 0.5, 0.9, 1 - 1e-12]:
        assert distributions.normal_ppf(p) == pytest.approx(stats.norm.ppf(p), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", ROWS)
def test_a_residual_is_the_rest_of_a_longer_variate(name: str) -> None:
    values, expected = ROWS[name]
    for u in (0.1, 0.5, 0.9):
        rest = distributions.residual(row(*values), CURVE, 2.0, u)
        share = (expected.cdf(2.0 + rest) - expected.cdf(2.0)) / expected.sf(2.0)
        assert share == pytest.approx(u, rel=1e-8)


def test_the_cap_cuts_and_a_deterministic_row_is_itself() -> None:
    assert distributions.ppf(row(1, 3.0, 0.0, cap=2.0), CURVE, 0.999) == 2.0
    assert distributions.ppf(row(0, 5.0, 0.0), CURVE, 0.3) == 5.0
    assert distributions.residual(row(0, 5.0, 0.0), CURVE, 2.0, 0.3) == 3.0


@pytest.mark.parametrize("shape", [0.01, 0.3, 1.0, 1.7, 19.9, 20.1, 400.0, 1e4, 1e6])
def test_gamma_of_any_shape_agrees_with_scipy(shape: float) -> None:
    gamma, expected = row(4, 2.0, shape), stats.gamma(a=shape, scale=2.0)
    for u in QUANTILES:
        x = distributions.ppf(gamma, CURVE, u)
        assert x == pytest.approx(expected.ppf(u), rel=1e-9, abs=1e-290)
        if x > 1e-290:
            assert distributions.cdf(gamma, CURVE, x) == pytest.approx(expected.cdf(x), rel=1e-9)


def test_gamma_above_keeps_its_digits_in_the_tail() -> None:
    for shape in (0.04, 2.2, 50.0):
        for x in (shape, 3.0 * shape + 20.0, shape + 300.0):
            assert gamma_above(shape, x) == pytest.approx(special.gammaincc(shape, x), rel=1e-9)


def test_the_quantile_function_of_an_empirical_row_is_straight_between_its_points() -> None:
    dist = row(*EMPIRICAL)
    shares = [0.01, 0.125, 0.25, 0.3, 0.5, 0.75, 0.999]
    expected = np.interp(shares, POINTS[6:], POINTS[2:6])
    drawn = [distributions.ppf(dist, POINTS, u) for u in shares]
    assert drawn == pytest.approx(expected.tolist(), rel=1e-12)


def test_the_probability_of_an_empirical_row_jumps_where_points_are_equal() -> None:
    points = np.array([1.0, 3.0, 3.0, 8.0, 0.0, 0.25, 0.5, 1.0])
    dist = row(5, 0.0, 4.0)
    wanted = {0.9: 0.0, 1.0: 0.0, 2.0: 0.125, 2.999999: 0.25, 3.0: 0.5, 5.5: 0.75, 8.0: 1.0}
    for x, share in wanted.items():
        assert distributions.cdf(dist, points, x) == pytest.approx(share, abs=1e-6)


def test_the_residual_of_an_empirical_row_is_the_rest_of_a_longer_one() -> None:
    dist = row(*EMPIRICAL)
    # beyond 3 the draw is uniform on 3 to 8
    assert distributions.residual(dist, POINTS, 3.0, 0.4) == pytest.approx(2.0)
    assert distributions.residual(dist, POINTS, 8.0, 0.4) == 0.0


@pytest.mark.parametrize("values", [(4, 1.5, 2.2), EMPIRICAL])
def test_the_mean_of_draws_is_the_mean(values: tuple[int, float, float]) -> None:
    dist = row(*values)
    drawn = [distributions.ppf(dist, POINTS, (k + 0.5) / 20_000) for k in range(20_000)]
    pieces = 0.25 * 2.0 + 0.25 * 3.0 + 0.5 * 5.5
    mean = pieces if values == EMPIRICAL else 1.5 * 2.2
    assert np.mean(drawn) == pytest.approx(mean, rel=1e-4)


def _scalar(seed: int = 1, replication: int = 0, antithetic: int = 0) -> np.void:
    scalar = np.zeros(1, layout.SCALAR_C)
    scalar["seed"], scalar["replication"], scalar["antithetic"] = seed, replication, antithetic
    return scalar[0]


def _sample(count: int, **keys: int) -> np.ndarray:
    scalar = _scalar(**keys)
    return np.array(
        [draws.uniform(scalar, draws.TIME_TO_FAILURE, np.uint64(77), n) for n in range(count)]
    )


def test_draws_are_uniform_and_independent_between_keys() -> None:
    first, second = _sample(5000), _sample(5000, replication=1)
    assert stats.kstest(first, "uniform").pvalue > 0.01
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.05
    assert abs(np.corrcoef(first[:-1], first[1:])[0, 1]) < 0.05
    assert not np.any(np.isclose(first, _sample(5000, seed=2)))


def test_an_antithetic_draw_is_the_other_side() -> None:
    assert np.allclose(_sample(50) + _sample(50, antithetic=1), 1.0)
