"""What ``twinfed promise`` shows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from analytics.kpis.cost import PARTS
from analytics.wording import moment, number, percent, spread, words

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import RenderableType

    from analytics.promise.answer import Promise

_FEW_RUNS = 30
"""Below so many, runs are counted: they do not make a share sure."""
_REFUSED = 4
"""So many refusals of an operation are shown; ``--json`` has all."""


def parts(found: Promise) -> Iterator[RenderableType]:
    """Everything in the order of reading."""
    yield Text(_head(found))
    if not found.possible:
        yield Text(f"Nothing can be promised: {found.reason}.", "bold red")
        return
    yield Text(_sentence(found), "bold")
    yield Text(_available(found))
    yield _dates(found)
    yield _made(found)
    if len(found.alternatives) > 1:
        yield _alternatives(found)
    yield Text(_cost(found))


def _head(found: Promise) -> str:
    asked = found.request
    what = f"{asked.product} {asked.variant}" if asked.variant else asked.product
    return (
        f"{asked.quantity:,} {what} for {found.customer}, asked {moment(found.taken_at)} UTC; "
        f"{found.replications} runs of {found.horizon_h:g} h\n"
    )


def _sentence(found: Promise) -> str:
    date = found.date()
    sure = percent(found.request.probability)
    if date is None:
        first = f"No date within {found.horizon_h:g} h is {sure} sure; lengthen --horizon-h."
    else:
        first = f"Promise {moment(date)}: {_kept(found) or f'{sure} sure'}."
    if found.on_time is None or found.request.by is None:
        return first
    kept = found.on_time
    return (
        f"{first} By {moment(found.request.by)}: {percent(kept.estimate)} "
        f"({percent(kept.low)} to {percent(kept.high)})."
    )


def _kept(found: Promise) -> str:
    """In how many runs the promised date is kept; empty where there are enough for a share."""
    if found.replications >= _FEW_RUNS:
        return ""
    edge = found.quantile(found.request.probability).estimate
    kept = sum(1 for one in found.hours if one is not None and one <= edge)
    return f"kept in {kept} of {found.replications} runs"


def _available(found: Promise) -> str:
    if found.available_units is None:
        return "Available: the order takes no material."
    asked = found.request.quantity
    if found.available_units >= asked:
        return "Available: material for all of it lies there, needed by nobody else."
    short = min(found.free, key=lambda one: one.share)
    return (
        f"Available: material for {found.available_units:,} of {asked:,} lies there, needed by "
        f"nobody else; {short.site} has {number(short.free)} of {number(short.needed)} "
        f"{short.material} free."
    )


def _dates(found: Promise) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("kept with")
    table.add_column("delivered", no_wrap=True)
    table.add_column("95 % interval", no_wrap=True)
    for probability in sorted({0.5, 0.9, found.request.probability}):
        edge = found.quantile(probability)
        span = "–"
        if edge.has_bounds:
            span = f"{_when(found, edge.low)} to {_when(found, edge.high)}"
        table.add_row(percent(probability), _when(found, edge.estimate), span)
    if found.expected is not None:
        table.add_row("as expected", moment(found.expected), "one run without chance")
    return table


def _when(found: Promise, hours: float) -> str:
    when = found.moment(hours)
    return moment(when) if when is not None else "later" if math.isinf(hours) else "–"


def _made(found: Promise) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("part", "operation", "made at", "first begins", "last ends", "could too"):
        table.add_column(name, overflow="fold")
    for step in found.steps:
        others = ", ".join(step.others) or _nobody(found, step.part, step.operation)
        table.add_row(
            step.part,
            step.operation,
            ", ".join(step.work_centres),
            _date(step.first),
            _date(step.last),
            others,
        )
    return table


def _nobody(found: Promise, part: str, operation: str) -> str:
    """Why nobody else can: the nearest refusals."""
    refused = next(
        step.refused for step in found.steps if (step.part, step.operation) == (part, operation)
    )
    near = [no for no in refused if no.requirement != "process"]
    shown = "; ".join(f"not {no.site} ({words(no.requirement)})" for no in near[:_REFUSED])
    return f"nobody{': ' if shown else ''}{shown}"


def _alternatives(found: Promise) -> Table:
    table = Table(
        title="If it were made elsewhere (as expected)",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("site")
    table.add_column("delivered", no_wrap=True)
    table.add_column(f"counts, {found.currency}", justify="right")
    for one in found.alternatives:
        table.add_row(one.site or "as promised", _date(one.delivered), number(one.cost))
    if found.not_tried:
        table.add_row(f"{found.not_tried} more sites", "not tried", "")
    return table


def _date(when: datetime | None) -> str:
    return moment(when) if when is not None else "later"


def _cost(found: Promise) -> str:
    if found.cost is None:
        return ""
    money = found.currency
    named = [
        f"{PARTS[kind]} {number(value, sign=True)}"
        for kind, value in found.cost_parts.items()
        if abs(value) >= 0.005
    ]
    lines = [
        f"Cost to the cluster: {spread(found.cost)} {money} more than without the order"
        + (f" ({', '.join(named)})" if named else "")
        + f"; price {number(found.revenue)} {money}."
    ]
    if found.own_penalty >= 0.005:
        lines.append(f"Lateness of the order itself: {number(found.own_penalty)} {money}.")
    lines.append("Nothing is reserved or moved by asking.")
    return "\n".join(lines)
