"""The result of a what-if that ran on a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa


class RemoteResult:
    """Answer and tables; each table is fetched when it is first asked for.

    Parameters
    ----------
    answer
        The document of the answer: sentence, verdict, first screen.
    fetch
        Gives a result table by its name.
    """

    def __init__(self, answer: Mapping[str, Any], fetch: Callable[[str], pa.Table]) -> None:
        self.answer = answer
        self._fetch = fetch

    @property
    def sentence(self) -> str:
        """What to do, and why."""
        return str(self.answer["sentence"])

    @cached_property
    def kpis(self) -> pl.DataFrame:
        """Long rows: scenario, policy, response, replication, scope, subject, kpi, value, unit."""
        return self._frame("kpis")

    @cached_property
    def orders(self) -> pl.DataFrame:
        """What became of each order in each run."""
        return self._frame("orders")

    @cached_property
    def operations(self) -> pl.DataFrame:
        """Every operation of every run."""
        return self._frame("operations")

    @cached_property
    def energy(self) -> pl.DataFrame:
        """Energy of each site in each run."""
        return self._frame("energy")

    @cached_property
    def transports(self) -> pl.DataFrame:
        """Every consignment of every run."""
        return self._frame("transports")

    @cached_property
    def choice(self) -> pl.DataFrame:
        """What the responses cost on mean values, on average and in the worst tenth of the runs."""
        return self._frame("choice")

    @cached_property
    def on_time(self) -> pl.DataFrame:
        """How likely each order is on time with each response."""
        return self._frame("on_time")

    def _frame(self, name: str) -> pl.DataFrame:
        import polars as pl

        frame = pl.from_arrow(self._fetch(name))
        return frame if isinstance(frame, pl.DataFrame) else frame.to_frame()
