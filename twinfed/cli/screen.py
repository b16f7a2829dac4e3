"""The first screen in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from analytics.screen import Row, Screen
    from analytics.screen_cells import Cell


def screen_table(screen: Screen) -> Table:
    """A column for each response, a row for each question; the best figure of a row is bold."""
    table = Table(
        title=Text(screen.title), box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False
    )
    table.add_column("", no_wrap=True)
    for title in screen.columns:
        table.add_column(Text(title), justify="right")
    group = None
    for row in screen.rows:
        if row.group != group:
            if group is not None:
                table.add_section()
            group = row.group
        table.add_row(_label(row), *(_cell(cell, row, at) for at, cell in enumerate(row.cells)))
    return table


def sentence(screen: Screen) -> Text:
    """What to do."""
    return Text(screen.sentence, "bold")


def notes(screen: Screen) -> Text:
    """What the sentence rests on."""
    return Text("\n".join(f"  {note}" for note in screen.notes))


def _label(row: Row) -> Text:
    unit = "" if row.unit in {"", "1"} else f", {row.unit}"
    return Text(f"{'  ' if row.part else ''}{row.label}{unit}")


def _cell(cell: Cell, row: Row, at: int) -> Text:
    text = Text(cell.text, "bold green" if at in row.best else "")
    if cell.note:
        text.append(f"\n{cell.note}", "dim")
    return text
