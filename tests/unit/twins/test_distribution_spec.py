import math

import pytest
from pydantic import ValidationError

from twins.distribution_spec import DistributionSpec


@pytest.mark.parametrize(
    ("figures", "complaint"),
    [
        ({"kind": "gamma", "mean_h": 5.0}, "cv belongs"),
        ({"kind": "gamma", "mean_h": 5.0, "cv": 0.0001}, "use kind deterministic"),
        ({"kind": "weibull", "mean_h": 5.0, "shape": 0.001}, "no finite mean"),
        ({"kind": "exponential", "mean_h": math.inf}, "finite number"),
        ({"kind": "exponential"}, "needs mean_h"),
        ({"kind": "exponential", "mean_h": 5.0, "points_h": [1, 2]}, "points_h belong"),
        ({"kind": "empirical"}, "points_h belong"),
        ({"kind": "empirical", "points_h": [1, 2], "mean_h": 1.5}, "leave mean_h out"),
        ({"kind": "empirical", "points_h": [1.0]}, "give two"),
        ({"kind": "empirical", "points_h": [2.0, 1.0]}, "ascending order"),
        ({"kind": "empirical", "points_h": [-1.0, 1.0]}, "greater than or equal to 0"),
        ({"kind": "empirical", "points_h": [1.0, math.inf]}, "finite number"),
        ({"kind": "empirical", "points_h": [0.0, 0.0]}, "all points_h are 0"),
        ({"kind": "empirical", "points_h": [1, 2], "weights": [1]}, "give one each"),
        ({"kind": "empirical", "points_h": [1, 2], "weights": [0, 1]}, "greater than 0"),
        ({"kind": "empirical", "points_h": [1, 2, 3], "weights": [1e30, 1, 1]}, "differ by more"),
        ({"kind": "lognormal", "mean_h": 1.0, "cv": 1.0, "weights": [1]}, "give one each"),
    ],
)
def test_a_distribution_that_cannot_be_drawn_is_refused(figures, complaint):
    with pytest.raises(ValidationError, match=complaint):
        DistributionSpec(**figures)


def test_the_mean_is_stated_or_follows_from_the_points():
    assert DistributionSpec(kind="gamma", mean_h=5.0, cv=0.5).expected_h == 5.0
    assert DistributionSpec(kind="empirical", points_h=(0.0, 2.0, 8.0)).expected_h == 3.0
