"""Carbon: CO2e of fuel burnt on site (scope 1), bought electricity (2) and transport (3.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.kpis.base import BY_SITE, Figure, Kpi, Run, Setting, SiteFigures, total


@dataclass(frozen=True)
class Carbon:
    """Emissions after the scopes of the GHG Protocol; transport is scope 3, category 4."""

    id: str = "carbon"
    kpis: tuple[Kpi, ...] = (
        Kpi("scope1_kg", "CO2e of diesel", "kg", scopes=BY_SITE),
        Kpi("scope2_kg", "CO2e of grid electricity", "kg", scopes=BY_SITE),
        Kpi("transport_kg", "CO2e of transport", "kg"),
        Kpi("emission_kg", "CO2e", "kg"),
        Kpi("extra_emission_kg", "change of CO2e", "kg", needs_baseline=True),
    )

    def measure(self, run: Run, setting: Setting) -> Iterator[Figure | SiteFigures]:
        """Sum by scope; sites without an energy specification emit nothing."""
        energy = run.tables["energy"]
        there = setting.site_rows(energy.names("site"))  # of each site one row
        yield SiteFigures("scope1_kg", energy.numbers("fuel_emission_kg"), there)
        yield SiteFigures("scope2_kg", energy.numbers("grid_emission_kg"), there)
        yield Figure("scope1_kg", total(energy, "fuel_emission_kg"))
        yield Figure("scope2_kg", total(energy, "grid_emission_kg"))
        yield Figure("transport_kg", total(run.tables["transports"], "emission_kg"))
        yield Figure("emission_kg", emission_kg(run))
        if run.baseline is not None:
            yield Figure("extra_emission_kg", emission_kg(run) - emission_kg(run.baseline))


def emission_kg(run: Run) -> float:
    """All CO2e of a run in kg."""
    return total(run.tables["energy"], "emission_kg") + total(
        run.tables["transports"], "emission_kg"
    )


FAMILY = Carbon()
