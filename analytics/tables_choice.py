"""The Arrow schemas of the tables ``choice`` and ``on_time``, which are read out of all runs."""

from __future__ import annotations

import pyarrow as pa

from analytics.tables import MONEY, TIMESTAMP

_TEXT, _BOOL, _I32, _F64 = pa.string(), pa.bool_(), pa.int32(), pa.float64()
_CHOICE: tuple[tuple[str, pa.DataType, str, str], ...] = (
    ("scenario", _TEXT, "", ""),
    ("response", _TEXT, "", ""),
    ("choose_by", _TEXT, "", "what the choice goes by: `mean`, or `cvar` of the worst tenth"),
    ("cost_on_means", _F64, MONEY, "one run in which everything takes as long as on average"),
    ("mean_cost", _F64, MONEY, "over the replications"),
    ("mean_cost_low", _F64, MONEY, "95 % interval; null: one observation"),
    ("mean_cost_high", _F64, MONEY, ""),
    ("tail_cost", _F64, MONEY, "CVaR: mean of the worst tenth; null: antithetic runs"),
    ("tail_cost_low", _F64, MONEY, "95 % interval; null: fewer than 50 replications"),
    ("tail_cost_high", _F64, MONEY, ""),
    ("best_on_means", _BOOL, "", "cheapest where everything takes as long as on average"),
    ("best_by_choice", _BOOL, "", "cheapest by what the choice goes by"),
    ("answer", _BOOL, "", "the response of the verdict, which asks for a sure difference"),
)
_ON_TIME: tuple[tuple[str, pa.DataType, str, str], ...] = (
    ("scenario", _TEXT, "", ""),
    ("response", _TEXT, "", ""),
    ("order", _TEXT, "", "due before the horizon"),
    ("product", _TEXT, "", ""),
    ("due", TIMESTAMP, "", ""),
    ("runs", _I32, "1", ""),
    ("on_time_runs", _I32, "1", "in which all of it was with the customer by then"),
    ("probability", _F64, "1", "share of the runs"),
    ("probability_low", _F64, "1", "95 % interval (Wilson)"),
    ("probability_high", _F64, "1", ""),
)


def _schema(columns: tuple[tuple[str, pa.DataType, str, str], ...]) -> pa.Schema:
    return pa.schema(
        [
            pa.field(name, kind, metadata={"unit": unit, "meaning": meaning})
            for name, kind, unit, meaning in columns
        ]
    )


CHOICE = _schema(_CHOICE)
"""What the responses cost by every criterion: a row for each response."""
ON_TIME = _schema(_ON_TIME)
"""How likely each order is on time: a row for each response and order."""
