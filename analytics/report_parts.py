"""Pieces of the report as HTML: verdict, first screen, tables, assumptions, footer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from analytics.arithmetic import Table
from analytics.screen import Screen
from analytics.screen_cells import Cell
from analytics.verdict import Verdict
from analytics.wording import duration, number
from federation.topology import provenance
from federation.topology.model import ClusterSpec
from federation.untold import ASSUMPTIONS

_OPEN_LIST = 8
"""Assumptions that are seen at once; the others are folded away."""
APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"


def capital(text: str) -> str:
    """The text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def verdict_html(verdict: Verdict) -> Iterator[str]:
    """The sentence and its reasons."""
    word, _, rest = verdict.sentence.partition(": ")
    yield f'<section class="verdict {verdict.kind.replace(" ", "-")}">'
    yield f'<p class="sentence"><strong>{escape(word)}.</strong> {escape(capital(rest))}</p>'
    yield "<ul>"
    yield from (f"<li>{escape(reason)}</li>" for reason in verdict.reasons)
    yield "</ul></section>"


def screen_html(screen: Screen) -> Iterator[str]:
    """The first screen as a table."""
    yield '<div class="scroll"><table class="screen"><thead><tr><th></th>'
    yield from (f"<th>{escape(capital(title))}</th>" for title in screen.columns)
    yield "</tr></thead><tbody>"
    group = ""
    for row in screen.rows:
        classes = ["part"] if row.part else []
        if row.group != group:
            group = row.group
            classes.append("first")
        unit = f' <span class="unit">{escape(row.unit_beside)}</span>' if row.unit_beside else ""
        yield f'<tr class="{" ".join(classes)}"><th>{escape(capital(row.label))}{unit}</th>'
        if row.common:
            yield f'<td class="common" colspan="{len(row.cells)}">{_cell(row.cells[0])}</td>'
        else:
            for at, cell in enumerate(row.cells):
                best = ' class="best"' if at in row.best else ""
                yield f"<td{best}>{_cell(cell)}</td>"
        yield "</tr>"
    yield "</tbody></table></div>"
    words = " ".join((*screen.legend, "Blue: best of the row."))
    yield f'<p class="lead small">{escape(words)}</p>'


def _cell(cell: Cell) -> str:
    note = f'<span class="note">{escape(cell.note)}</span>' if cell.note else ""
    return f"{escape(cell.text)}{note}"


def table_html(table: Table) -> Iterator[str]:
    """A table of the arithmetic."""
    yield f"<h3>{escape(table.title)}</h3>"
    yield f'<p class="lead">{escape(table.note)}</p>'
    kinds = [_column_class([row[at] for row in table.rows]) for at in range(len(table.head))]
    yield '<div class="scroll"><table class="plain"><thead><tr>'
    for kind, name in zip(kinds, table.head, strict=True):
        yield f"<th{kind}>{escape(capital(name))}</th>"
    yield "</tr></thead><tbody>"
    for at, row in enumerate(table.rows):
        strong = ' class="strong"' if at in table.strong else ""
        yield f"<tr{strong}><th>{escape(capital(row[0]))}</th>"
        for kind, cell in zip(kinds[1:], row[1:], strict=True):
            yield f"<td{kind}>{escape(cell)}</td>"
        yield "</tr>"
    yield "</tbody></table></div>"


def _column_class(cells: list[str]) -> str:
    """Columns of words stand on the left, figures on the right."""
    words = all(cell[:1].isalpha() for cell in cells) and bool(cells)
    return ' class="words"' if words else ""


def figure_html(caption: str, *charts: str, strong: bool = False) -> str:
    """Charts under one caption."""
    kind = ' class="capital"' if strong else ""
    return f"<figure><figcaption{kind}>{escape(caption)}</figcaption>{''.join(charts)}</figure>"


def assumptions_html(cluster: ClusterSpec, untold: Mapping[str, int]) -> Iterator[str]:
    """What is assumed about the cluster, the widest assumptions first, and about its state.

    Parameters
    ----------
    untold
        What sites did not tell at the fork: fact to how often.
    """
    figures = provenance.figures(cluster)
    notes = Counter(figure.note for figure in figures if figure.kind == "assumption")
    examples = {figure.note: figure.path for figure in reversed(figures)}
    yield "<section><h2>Assumptions</h2>"
    yield (
        f'<p class="lead">{number(sum(notes.values()))} figures of the cluster rest on '
        f"{number(len(notes))} assumptions; the widest come first.</p>"
    )
    items = [
        f"<li>{escape(note.removeprefix('assumption: '))} "
        f'<span class="note">{number(count)} figures, such as {escape(examples[note])}</span></li>'
        for note, count in sorted(notes.items(), key=lambda item: (-item[1], item[0]))
    ]
    yield f"<ul>{''.join(items[:_OPEN_LIST])}</ul>"
    if items[_OPEN_LIST:]:
        rest = "".join(items[_OPEN_LIST:])
        yield f"<details><summary>All others</summary><ul>{rest}</ul></details>"
    if untold:
        yield (
            f'<p class="lead">At the fork {number(sum(untold.values()))} things were not told. '
            "So it is assumed:</p>"
        )
        facts = [
            f'<li>{escape(ASSUMPTIONS.get(fact, fact))} <span class="note">{escape(fact)}, '
            f"{number(count)} times</span></li>"
            for fact, count in untold.items()
        ]
        yield f"<ul>{''.join(facts)}</ul>"
    yield "</section>"


def footer_html(manifest: Mapping[str, Any]) -> Iterator[str]:
    """What the page can be made again from."""
    study, snapshot, versions = manifest["study"], manifest["snapshot"], manifest["versions"]
    ages = ", ".join(
        f"{site} {'never heard' if age is None else duration(age)}"
        for site, age in snapshot["ages_s"].items()
    )
    yield "<footer>"
    yield (
        f"<p>Seed {study['seed']} · snapshot {escape(snapshot['content_hash'][:12])} · schedule "
        f"version {snapshot['schedule_version']} · twinfed {escape(versions['twinfed'])}</p>"
    )
    yield f"<p>Age of the data at the fork: {escape(ages)}.</p>"
    yield (
        f"<p>All times are UTC. Intervals are 95 %: Student{APOSTROPHE}s t over runs for means, "
        f"Wilson{APOSTROPHE}s for shares, paired for differences. The tables behind this page lie "
        "beside it as Parquet files.</p>"
    )
    yield "</footer>"
