"""What ``twinfed value`` shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from analytics.wording import moment, number, spread

if TYPE_CHECKING:
    from rich.console import RenderableType

    from analytics.investing.phases import Plan
    from analytics.investing.value import MarginalValue

_COLOURS = {"pays": "bold green", "does not pay": "dim", "open": ""}


def parts(found: MarginalValue) -> Iterator[RenderableType]:
    """Everything in the order of reading."""
    yield Text(
        f"{found.title}: {found.horizon_h:g} h from {moment(found.taken_at)} UTC, "
        f"{found.replications} runs of each, {found.response}; without any of it the cluster pays "
        f"{spread(found.cost)} {found.currency}\n"
    )
    yield Text(found.sentence, "bold")
    yield ranking(found)
    yield Text(
        "saves: less cost of the cluster in the window; charge: annuity and upkeep of the window; "
        "all intervals hold together at 95 %.\n",
        "dim",
    )
    yield basis(found)
    if found.plan is not None:
        yield Text("")
        yield phases(found, found.plan)
        yield Text(f"It ends there because {found.plan.stopped}.")


def ranking(found: MarginalValue) -> Table:
    """The candidates, the most for the money first."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", justify="right")
    table.add_column("candidate", overflow="fold")
    for name in ("capital", "charge", "saves", "for each 1", "years to pay back"):
        table.add_column(name, justify="right")
    table.add_column("", no_wrap=True)
    for place, one in enumerate(found.worths, start=1):
        back = one.payback_years
        table.add_row(
            str(place),
            one.candidate.title,
            number(one.candidate.capital_cost),
            number(one.charge),
            spread(one.benefit),
            number(one.ratio),
            "never" if back is None else number(back),
            Text(one.verdict, _COLOURS[one.verdict]),
        )
    return table


def basis(found: MarginalValue) -> Table:
    """Where the prices come from."""
    table = Table.grid(padding=(0, 1))
    table.add_column()
    table.add_column(overflow="fold")
    for place, one in enumerate(found.worths, start=1):
        table.add_row(f"{place:>3}", Text(one.candidate.basis, "dim"))
    return table


def phases(found: MarginalValue, plan: Plan) -> Table:
    """What to buy with the money of each phase."""
    table = Table(title="Plan", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("phase", justify="right")
    table.add_column("buy", overflow="fold")
    for name in ("money", "spent", "left", "saves by then", "charge by then"):
        table.add_column(f"{name}, {found.currency}", justify="right")
    for phase in plan.phases:
        table.add_row(
            str(phase.number),
            "\n".join(pick.candidate.title for pick in phase.picks) or "nothing",
            number(phase.money),
            number(phase.spent),
            number(phase.left),
            spread(phase.benefit),
            number(phase.charge),
        )
    return table
