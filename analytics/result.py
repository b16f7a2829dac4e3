"""What a study found: tables, comparisons, charts, verdict, and the folder they are kept in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa

from analytics.answer import Context, Figures, StudyError
from analytics.kpis.base import Setting
from analytics.kpis.registry import UNDISTURBED, control_id, kpis, unit_of
from analytics.output import MANIFEST, check_output, whole_folder
from analytics.screen import Screen, build_screen
from analytics.verdict import Verdict, judge

if TYPE_CHECKING:
    from analytics.charts import Chart
    from analytics.statistics import Interval
    from analytics.steady_state import WarmUp

WRITTEN = (
    "kpis",
    "orders",
    "operations",
    "energy",
    "transports",
    "labour",
    "people",
    "machines",
    "approvals",
    "stock",
    "lots",
    "plans",
    "lead_time",
    "bottlenecks",
    "wip",
    "lot_series",
    "machine_series",
    "energy_series",
)
"""Tables of the result folder, each a Parquet file."""
EVALUATED = ("choice", "on_time")
"""Tables that are read out of those, each a Parquet file too."""
REPORT = "report.html"


@dataclass(frozen=True, eq=False)
class StudyResult:
    """The result of a study.

    Parameters
    ----------
    tables
        Every table of ``analytics.tables``, prefixed and in the order of its key.
    contexts
        What the answer to each scenario rests on.
    setting
        Cluster, fork and horizon.
    manifest
        What the result is a function of: equal manifests, equal files.
    """

    tables: Mapping[str, pa.Table]
    contexts: tuple[Context, ...]
    setting: Setting
    manifest: Mapping[str, Any]

    def frame(self, name: str) -> pl.DataFrame:
        """A table as a polars frame, without a copy.

        Raises
        ------
        StudyError
            When there is no such table.
        """
        frame = pl.from_arrow(self.table(name))
        assert isinstance(frame, pl.DataFrame)  # noqa: S101 - what from_arrow makes of a table
        return frame

    def table(self, name: str) -> pa.Table:
        """A table of the runs, or one of ``EVALUATED``, which are read out of them.

        Raises
        ------
        StudyError
            When there is no such table.
        """
        if name in self.tables:
            return self.tables[name]
        if name in EVALUATED:
            return self._evaluated[name]
        known = ", ".join(sorted({*self.tables, *EVALUATED}))
        raise StudyError(f"the result has no table '{name}'", remedy=f"it has {known}")

    @cached_property
    def _evaluated(self) -> dict[str, pa.Table]:
        from analytics.choice.tables import choice_table, on_time_table

        by_scenario = sorted(self.contexts, key=lambda one: one.scenario)
        choices = [choice_table(self.figures(one.scenario), one) for one in by_scenario]
        orders, end = self.orders, self.setting.horizon_end
        chances = [on_time_table(orders, one, end) for one in by_scenario]
        return {"choice": pa.concat_tables(choices), "on_time": pa.concat_tables(chances)}

    @cached_property
    def choice(self) -> pl.DataFrame:
        """What the responses cost on mean values, on average and in the worst tenth of the runs."""
        return self.frame("choice")

    @cached_property
    def on_time(self) -> pl.DataFrame:
        """How likely each order is on time with each response."""
        return self.frame("on_time")

    @cached_property
    def kpis(self) -> pl.DataFrame:
        """Key figures, one to a row."""
        return self.frame("kpis")

    @cached_property
    def orders(self) -> pl.DataFrame:
        """What became of each order."""
        return self.frame("orders")

    @cached_property
    def operations(self) -> pl.DataFrame:
        """Operations begun since the fork, where and when."""
        return self.frame("operations")

    @cached_property
    def energy(self) -> pl.DataFrame:
        """Energy, fuel, cost and emission by site."""
        return self.frame("energy")

    @cached_property
    def transports(self) -> pl.DataFrame:
        """Consignments."""
        return self.frame("transports")

    @cached_property
    def labour(self) -> pl.DataFrame:
        """Hours and wages by site."""
        return self.frame("labour")

    @cached_property
    def lead_time(self) -> pl.DataFrame:
        """Lead time of each lot for a customer and the phases it is made of (traced runs)."""
        return self.frame("lead_time")

    @cached_property
    def bottlenecks(self) -> pl.DataFrame:
        """Work centres by the waiting that they cause (traced runs)."""
        return self.frame("bottlenecks")

    @cached_property
    def wip(self) -> pl.DataFrame:
        """Lots in work, in queues and on the way, hour by hour (traced runs)."""
        return self.frame("wip")

    def context(self, scenario: str | None = None) -> Context:
        """What the answer to a scenario rests on; without a name, to the first.

        Raises
        ------
        StudyError
            When the study has no such scenario.
        """
        if scenario is None:
            return self.contexts[0]
        for context in self.contexts:
            if context.scenario == scenario:
                return context
        known = ", ".join(context.scenario for context in self.contexts)
        raise StudyError(f"the study has no scenario '{scenario}'", remedy=f"choose one of {known}")

    def figures(self, scenario: str | None = None) -> Figures:
        """The key figures of a scenario, read by name."""
        context = self.context(scenario)
        return Figures(self.kpis, context.scenario, context.antithetic)

    def verdict_of(self, scenario: str | None = None) -> Verdict:
        """The verdict on a scenario."""
        return judge(self.figures(scenario), self.context(scenario))

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict on the first scenario."""
        return self.verdict_of()

    def screen_of(self, scenario: str | None = None) -> Screen:
        """The first screen of a scenario."""
        context = self.context(scenario)
        return build_screen(self.figures(scenario), context, self.verdict_of(scenario))

    @cached_property
    def screen(self) -> Screen:
        """The first screen of the first scenario."""
        return self.screen_of()

    def compare(self, first: str, second: str, scenario: str | None = None) -> pl.DataFrame:
        """Paired differences ``first - second`` of every key figure of the cluster.

        Parameters
        ----------
        first, second
            Ids of responses; ``undisturbed`` is one too, and so are controls
            (``undisturbed+greedy``).
        scenario
            Default: the first.

        Returns
        -------
        frame
            ``kpi, unit, first, second, difference, low, high, replications``; the interval is
            Student's at 95 %. Figures that one of them lacks are left out.

        Raises
        ------
        StudyError
            When there is no such response or scenario.
        """
        context, figures = self.context(scenario), self.figures(scenario)
        beside = {UNDISTURBED, *(control_id(one.id) for one in context.responses if one.reroutes)}
        for response in (first, second):
            if response not in beside:
                context.response(response)
        rows = []
        for kpi in kpis().values():
            left, right = figures.mean(first, kpi.id), figures.mean(second, kpi.id)
            if left is None or right is None:
                continue
            try:
                change = figures.paired(first, second, kpi.id)
            except StudyError:  # each is defined in some replication, never in the same one
                continue
            estimates = (left.estimate, right.estimate, change.estimate, change.low, change.high)
            rows.append((kpi.id, unit_of(kpi, context.currency), *estimates, change.count))
        names = ("kpi", "unit", "first", "second", "difference", "low", "high", "replications")
        return pl.DataFrame(rows, schema=names, orient="row")

    def by_coordination(self, scenario: str | None = None) -> pl.DataFrame:
        """Key figures of the cluster by degree of coordination, see ``coordination_rows``.

        Raises
        ------
        StudyError
            When the study has no such scenario.
        """
        from analytics.by_coordination import coordination_rows

        return coordination_rows(self.figures(scenario), self.context(scenario))

    def risk(
        self, kpi: str = "cost", scenario: str | None = None, probability: float = 0.9
    ) -> pl.DataFrame:
        """How bad it can get: quantile and mean of the worst cases of a key figure, by response.

        Parameters
        ----------
        kpi
            Key figure of the cluster of which much is bad.
        scenario
            Default: the first.
        probability
            0.9: the worst tenth of the replications.

        Returns
        -------
        frame
            ``response, unit, quantile, quantile_low, quantile_high, cvar, cvar_low, cvar_high,
            replications``, one row for each response that has the figure; intervals at 95 %, empty
            where the replications are too few for one (``analytics.risk`` names the formulas).

        Raises
        ------
        StudyError
            When there is no such key figure or scenario.
        """
        from analytics.risk import risk_rows

        context = self.context(scenario)
        if kpi not in kpis():
            raise StudyError(
                f"there is no key figure '{kpi}'", remedy="choose one of " + ", ".join(kpis())
            )
        unit = unit_of(kpis()[kpi], context.currency)
        return risk_rows(self.kpis, context, kpi, unit, probability)

    def steady_wip(self, response: str, scenario: str | None = None) -> tuple[Interval, WarmUp]:
        """Mean lots in the system once the start no longer shows, from the traced run.

        Parameters
        ----------
        response
            Id of a response; ``undisturbed`` is one too.
        scenario
            Default: the first.

        Returns
        -------
        interval, warm_up
            Mean with its 95 % interval from batches of the hourly figures, and the hours that
            MSER-5 leaves out.

        Raises
        ------
        StudyError
            When the study has no such scenario, or no traced run of the response.
        WarmUpError
            When the run is too short, or the system never settles.
        """
        from analytics.steady_state import steady_mean

        name = self.context(scenario).scenario
        rows = self.wip.filter(
            (pl.col("scenario") == name)
            & (pl.col("response") == response)
            & (pl.col("replication") == 0)
        )
        if rows.is_empty():
            raise StudyError(
                f"the result has no traced run of '{response}'",
                where=f"scenario '{name}'",
                remedy="ask for one of its responses",
            )
        lots = pl.sum_horizontal(pl.col("^.*_lots$"))
        hourly = rows.with_columns(lots=lots).group_by("time").agg(pl.col("lots").sum())
        return steady_mean(hourly.sort("time").get_column("lots").to_numpy())

    def charts_of(self, scenario: str | None = None) -> dict[str, Chart]:
        """The charts on a scenario, by name."""
        from altair.utils.schemapi import debug_mode

        from analytics.gallery import build_charts

        # Checking each part of a chart against the schema of Vega-Lite takes half of the time in
        # which a report is made; the tests do it.
        with debug_mode(False):
            return build_charts(self, self.context(scenario))

    @cached_property
    def charts(self) -> dict[str, Chart]:
        """The charts on the first scenario, by name (Altair)."""
        return self.charts_of()

    def report(self) -> str:
        """The report as one HTML page that needs no network."""
        from analytics.report import build_report

        return build_report(self)

    def write(self, directory: Path | str) -> Path:
        """Write manifest, tables and report to a folder, whole or not at all.

        Raises
        ------
        OutputError
            When the folder cannot be written, or holds what is no result.
        """
        check_output(directory)
        page = self.report()
        with whole_folder(directory) as folder:
            for name in (*WRITTEN, *EVALUATED):
                write_parquet(self.table(name), folder / f"{name}.parquet")
            (folder / REPORT).write_text(page, encoding="utf-8")
            text = json.dumps(self.manifest, indent=2, sort_keys=True, ensure_ascii=False)
            (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
        return Path(directory)


def write_parquet(table: pa.Table, path: Path) -> None:
    """A table as Parquet: the same rows give the same bytes."""
    from pyarrow import parquet

    parquet.write_table(table, path, compression="zstd", write_page_checksum=True)
