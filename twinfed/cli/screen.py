"""The first screen in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

    from analytics.screen import Row, Screen
    from analytics.screen_cells import Cell

_BROAD = 21
"""Columns with so many characters hold a figure and its interval on one line."""
_LABELS = 32


@dataclass(frozen=True, slots=True)
class ScreenTable:
    """A column for each response, a row for each question; the best figure of a row is bold.

    Where the terminal is narrow, intervals stand below their figures.

    Parameters
    ----------
    screen
        What to show.
    """

    screen: Screen

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        columns = max(len(self.screen.columns), 1)
        narrow = (options.max_width - _LABELS) // columns < _BROAD
        yield _table(self.screen, narrow=narrow)


def _table(screen: Screen, *, narrow: bool) -> Table:
    table = Table(
        title=Text(screen.title, "bold"),
        box=None if narrow else box.SIMPLE_HEAD,
        title_justify="left",
        pad_edge=False,
        padding=(0, 1, 0, 0) if narrow else (0, 1),
    )
    table.add_column("", no_wrap=True)
    for title in screen.columns:
        table.add_column(Text(title), justify="right", overflow="fold")
    group = None
    for row in screen.rows:
        if row.group != group:
            if narrow:
                table.add_row()
            elif group is not None:
                table.add_section()
            group = row.group
        table.add_row(_label(row), *_cells(row, narrow))
    return table


def sentence(screen: Screen) -> Text:
    """What to do."""
    return Text(screen.sentence, "bold")


def notes(screen: Screen) -> Table:
    """What the sentence rests on."""
    return _listed(screen.notes)


def legend(screen: Screen) -> Text:
    """How to read the table."""
    return Text("\n".join(screen.legend) + "\n", "dim")


def _listed(lines: Sequence[str]) -> Table:
    """Lines that go on below their beginning, not below their bullet."""
    table = Table.grid(padding=(0, 1))
    table.add_column()
    table.add_column(overflow="fold")
    for line in lines:
        table.add_row(" ·", Text(line))
    return table


def _label(row: Row) -> Text:
    unit = f", {row.unit_beside}" if row.unit_beside else ""
    return Text(f"{'  ' if row.part else ''}{row.label}{unit}")


def _cells(row: Row, narrow: bool) -> list[Text]:
    if row.common:  # said once; the notes below say the rest
        return [Text(row.cells[0].text)]
    return [_cell(cell, row, at, narrow) for at, cell in enumerate(row.cells)]


def _cell(cell: Cell, row: Row, at: int, narrow: bool) -> Text:
    figure = cell.text.replace(" ± ", "\n± ") if narrow else cell.text
    text = Text(figure, "bold green" if at in row.best else "")
    if cell.note:
        text.append(f"\n{cell.note}", "dim")
    return text
