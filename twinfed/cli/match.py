"""``twinfed match``: which sites can make a product, and why the others cannot."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from twinfed.cli import failures, options
from twinfed.cli.output import answers

if TYPE_CHECKING:
    from rich.table import Table

    from federation.matching import StepMatch


def match(
    cluster: options.Cluster,
    product: Annotated[str, typer.Argument(metavar="PRODUCT", help="Id of the product.")],
    part: Annotated[
        str | None, typer.Option("--part", help="Only this part.", show_default=False)
    ] = None,
    operation: Annotated[
        str | None, typer.Option("--operation", help="Only this operation.", show_default=False)
    ] = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """Say for each operation which sites qualify, and on which requirement each other one fails.

    Asked in this order: process, material worked, envelope, skill, tool, energy, calendar,
    disclosure of the design, permission, material in stock. With --data-dir permissions and stock
    are those of the twins whose journals lie there. Exit code 1: an operation has no site.
    """
    with answers(as_json=as_json) as out:
        options.settings()
        from federation.matching import match as match_product
        from twinfed.cli.snapshots import cluster_snapshot
        from twinfed.endpoint.negotiation import plain

        found = match_product(cluster_snapshot(cluster, data_dir), product, part, operation)
        for name in found.parts:
            whole = found.whole(name)
            alone = f"; {', '.join(whole)} can do all of it" if whole else ""
            steps = [step for step in found.steps if step.part == name]
            out.show(f"{product} / {name}{alone if len(steps) > 1 else ''}")
            for step in steps:
                out.show(step_table(step))
            out.show()
        rows = list(plain(found.table().to_pylist()))
        out.document({"product": product, "makeable": found.makeable, "rows": rows})
    if not found.makeable:
        raise typer.Exit(failures.BAD_ANSWER)


def step_table(step: StepMatch) -> Table:
    """Who qualifies for a step; below, a line for each site that has the process and fails."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    able = ", ".join(
        f"{one.site} {one.work_centre}" + (" (first article)" * (one.status == "first_article"))
        for one in step.qualified
    )
    head = Text(f"  {step.operation}", "bold")
    table.add_row(head, Text(f"{able or 'no site'}", "" if able else "bold red"))
    lacking = Counter(no.requirement for no in step.refused)["process"]
    for no in step.refused:
        if no.requirement != "process":
            also = f"; also: {', '.join(words(name) for name in no.further)}" if no.further else ""
            table.add_row("", Text(f"not {no.site} ({words(no.requirement)}): {no.reason}{also}"))
    if lacking:
        sites = "1 other site has" if lacking == 1 else f"{lacking} other sites have"
        table.add_row("", Text(f"{sites} no machine for {words(step.process)}", "dim"))
    return table


def words(name: str) -> str:
    """A requirement or a process as words."""
    from analytics.wording import words as worded

    return worded(name)
