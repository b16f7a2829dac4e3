"""Machine time: what power cost, and the time elements of ISO 22400-2, always summed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.kpis.base import (
    BY_SITE,
    Figure,
    Kpi,
    Run,
    Setting,
    SiteFigures,
    summed,
    sums_by_site,
)
from twins.states import TIME_ELEMENT

ELEMENTS: dict[str, tuple[str, ...]] = {
    element: tuple(f"{state.name.lower()}_h" for state, of in TIME_ELEMENT.items() if of == element)
    for element in ("APT", "AUST", "ADET", "ADOT")
}
"""Time element to the columns of the machines' table that it is made of."""


@dataclass(frozen=True)
class TimeElements:
    """Machine-hours by ISO 22400-2 element; what a want of power cost.

    A ratio such as availability is ``APT`` over ``PBT``, both summed first. A machine that is down
    or maintained outside its shift was not planned to be busy: that time is in neither.
    """

    id: str = "time_elements"
    kpis: tuple[Kpi, ...] = (
        Kpi("lost_to_power_h", "machine-hours lost to power", "h", scopes=BY_SITE),
        Kpi("power_scrap_units", "units scrapped by power", "1", scopes=BY_SITE),
        Kpi("scrap_units", "units scrapped", "1", scopes=BY_SITE),
        Kpi("good_units", "good units over all operations", "1", "more", scopes=BY_SITE),
        Kpi("pbt_h", "planned busy time (PBT)", "h", None, scopes=BY_SITE),
        Kpi("apt_h", "actual production time (APT)", "h", None, scopes=BY_SITE),
        Kpi("aust_h", "actual unit setup time (AUST)", "h", None, scopes=BY_SITE),
        Kpi("adet_h", "actual unit delay time (ADET)", "h", None, scopes=BY_SITE),
        Kpi("adot_h", "actual unit down time (ADOT)", "h", None, scopes=BY_SITE),
    )

    def measure(self, run: Run, setting: Setting) -> Iterator[Figure | SiteFigures]:
        """Sum the machines' hours by site and over the cluster."""
        machines = run.tables["machines"]
        spent = {
            f"{element.lower()}_h": _row_sums([machines.numbers(column) for column in columns])
            for element, columns in ELEMENTS.items()
        }
        spent["adot_h"] = spent["adot_h"] - machines.numbers("down_off_shift_h")
        spent["pbt_h"] = _row_sums(list(spent.values()))
        of = {
            "lost_to_power_h": machines.numbers("lost_to_power_h"),
            "power_scrap_units": machines.numbers("power_scrap"),
            "scrap_units": machines.numbers("scrap"),
            "good_units": machines.numbers("good"),
            "pbt_h": spent.pop("pbt_h"),
            **spent,
        }
        for kpi, values in of.items():
            yield Figure(kpi, summed(values))
            yield SiteFigures(kpi, sums_by_site(machines, values, setting))


def _row_sums(columns: Sequence[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """Sum of columns, row by row."""
    found = np.zeros(len(columns[0]))
    for column in columns:
        found = found + column
    return found


FAMILY = TimeElements()
