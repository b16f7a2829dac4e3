"""The distributions a specification can name. Each has a mean and one number of shape."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from twins.spec_base import Positive, Spec


class DistributionSpec(Spec):
    """A positive duration in hours.

    ``exponential`` and ``deterministic`` need the mean alone, ``lognormal`` its coefficient of
    variation ``cv``, ``weibull`` its ``shape`` (the scale follows from the mean). ``cap_h`` cuts
    the draw at a largest value (the mean stated is that before the cut).
    """

    kind: Literal["deterministic", "exponential", "lognormal", "weibull"]
    mean_h: Positive
    cv: float | None = Field(default=None, gt=0.0, le=10.0)
    shape: float | None = Field(default=None, gt=0.0, le=50.0)
    cap_h: Positive | None = None

    @model_validator(mode="after")
    def _shape_fits_kind(self) -> Self:
        if (self.kind == "lognormal") != (self.cv is not None):
            raise ValueError("cv belongs to kind lognormal, and lognormal needs it")
        if (self.kind == "weibull") != (self.shape is not None):
            raise ValueError("shape belongs to kind weibull, and weibull needs it")
        return self
