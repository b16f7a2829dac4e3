"""Machine time: what power cost, and the time elements of ISO 22400-2, always summed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from analytics.kpis.base import BY_SITE, Figure, Kpi, Run, Setting, by_site, total
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

    def measure(self, run: Run, setting: Setting) -> Iterator[Figure]:
        """Sum the machines' hours by site and over the cluster."""
        machines = run.tables["machines"]
        elements = [f"{element.lower()}_h" for element in ELEMENTS]
        spent = {
            name: _row_sums([machines.get_column(column) for column in columns])
            for name, columns in zip(elements, ELEMENTS.values(), strict=True)
        }
        spent["adot_h"] = spent["adot_h"] - machines.get_column("down_off_shift_h")
        spent["pbt_h"] = _row_sums(list(spent.values()))
        machines = machines.hstack([values.alias(name) for name, values in spent.items()])
        columns = {
            "lost_to_power_h": "lost_to_power_h",
            "power_scrap_units": "power_scrap",
            "scrap_units": "scrap",
            "good_units": "good",
            **{name: name for name in ("pbt_h", *elements)},
        }
        for kpi, column in columns.items():
            yield Figure(kpi, total(machines, column))
        at = by_site(machines, list(columns.values()))
        for site in setting.cluster.sites:
            there = at.get(site.id, {})
            for kpi, column in columns.items():
                yield Figure(kpi, float(there.get(column, 0.0)), "site", site.id)


def _row_sums(columns: Sequence[pl.Series]) -> pl.Series:
    """Sum of columns, row by row."""
    return pl.DataFrame({str(at): one for at, one in enumerate(columns)}).sum_horizontal()


FAMILY = TimeElements()
