"""Amounts in other currencies, turned into the reporting currency while a cluster is read.

Wherever a price stands, ``"1200 NGN"`` may be written instead of a number. The dated exchange rates
of ``cluster.yaml`` convert it: the newest that is not later than the cluster's start, else the
oldest. A note of the field or of its object keeps what was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from federation.topology.model import ExchangeRateSpec
from federation.topology.problems import Loc, Problem
from federation.topology.yaml_source import YamlDocument

MONEY_FIELDS = frozenset(
    {
        "approval_cost",
        "carbon_price_per_t",
        "cost_per_t",
        "demand_charge_per_kw",
        "dangerous_cost",
        "fuel_price_per_l",
        "lateness_cost_per_unit_day",
        "minimum_charge",
        "papers_cost",
        "price",
        "price_per_day",
        "price_per_h",
        "price_per_kwh",
        "tariff_per_kwh",
        "vehicle_cost_per_h",
        "wage_per_h",
    }
)
"""Fields that hold money; a test compares them with the models."""

AMOUNT = r"^[0-9]+(\.[0-9]+)? [A-Z]{3}$"


def convert(
    document: YamlDocument, currency: str, rates: Sequence[ExchangeRateSpec], start: date
) -> list[Problem]:
    """Replace the amounts with a currency in a document's data by amounts in ``currency``.

    Parameters
    ----------
    document
        Its data are changed in place, before any model reads them.
    currency
        The reporting currency.
    rates
        What other currencies are worth.
    start
        The cluster's first day.

    Returns
    -------
    list of Problem
        Currencies without a rate.
    """
    problems: list[Problem] = []
    for holder, key, loc in list(_amounts(document.data, ())):
        amount, given = holder[key].split()
        dated = sorted(
            (rate for rate in rates if rate.currency == given), key=lambda rate: rate.date
        )
        if given == currency:
            holder[key] = float(amount)
        elif not dated:
            what = f"the currency {given} has no exchange rate"
            remedy = f"add it to exchange_rates in cluster.yaml, or write the amount in {currency}"
            problems.append(document.problem(loc, "unknown-currency", what, remedy))
            holder[key] = 0.0
        else:
            rate = next((r for r in reversed(dated) if r.date <= start), dated[0])
            _note(holder, key, f"{amount} {given} at {rate.rate:g} {currency} of {rate.date}")
            holder[key] = float(amount) * rate.rate
    return problems


def _note(holder: dict[str, Any], key: str, conversion: str) -> None:
    """Say what was written, keeping the note that the figure had."""
    notes = holder.setdefault("notes", {})
    if not isinstance(notes, dict):
        return  # the model will say so
    said = notes.get(key) or next(
        (f"{kind}: {holder[kind]}" for kind in ("source", "assumption") if holder.get(kind)), None
    )
    if said is not None:
        notes[key] = f"{said} ({conversion})"


def _amounts(value: Any, loc: Loc) -> Iterator[tuple[dict[str, Any], str, Loc]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in MONEY_FIELDS and isinstance(inner, str) and re.match(AMOUNT, inner):
                yield value, key, (*loc, key)
            else:
                yield from _amounts(inner, (*loc, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _amounts(inner, (*loc, number))
