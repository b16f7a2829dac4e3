"""The folder of a sensitivity: one page, one table, and what they are a function of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path

from pyarrow import parquet

from analytics.arithmetic import Table
from analytics.chart_sensitivity import tornado_chart
from analytics.output import MANIFEST, check_output, whole_folder
from analytics.report import page_html
from analytics.report_parts import capital, figure_html, table_html
from analytics.sensitivity.outcome import Effect, Sensitivity
from analytics.wording import number, spread

PAGE = "report.html"
TABLE = "sensitivity.parquet"


def write_sensitivity(found: Sensitivity, directory: Path | str) -> Path:
    """Write manifest, table and page to a folder, whole or not at all.

    Raises
    ------
    OutputError
        When the folder cannot be written, or holds what is no result.
    """
    check_output(directory)
    page = sensitivity_page(found)
    with whole_folder(directory) as folder:
        parquet.write_table(found.table(), folder / TABLE, compression="zstd")
        (folder / PAGE).write_text(page, encoding="utf-8")
        text = json.dumps(found.manifest, indent=2, sort_keys=True, ensure_ascii=False)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return Path(directory)


def sensitivity_page(found: Sensitivity) -> str:
    """One HTML page that needs no network."""
    chart = tornado_chart(found)
    return page_html(f"Sensitivity: {found.title}", _body(found), {"tornado": chart})


def _body(found: Sensitivity) -> Iterator[str]:
    kind = "reroute" if found.holds else "too-close-to-call"
    yield f"<article><h1>{escape(found.title)}</h1>"
    yield f'<section class="verdict {kind}"><p class="sentence">{escape(found.sentence)}</p>'
    yield "</section>"
    yield figure_html(
        "What each assumption does to the saving when all its figures of a kind are "
        f"{100.0 * found.change:.0f} % lower or higher; whiskers: 95 % interval of those that were "
        "confirmed",
        '<div class="chart" id="tornado"></div>',
    )
    yield from table_html(_effects(found))
    if found.left_out:
        items = "".join(
            f"<li>{escape(one.kind)}: {escape(one.reason)} "
            f'<span class="note">{number(one.figures)} figures; {escape(one.note)}</span></li>'
            for one in found.left_out
        )
        yield f"<details><summary>Not varied</summary><ul>{items}</ul></details>"
    yield "</article>"


def _effects(found: Sensitivity) -> Table:
    rows = [
        (
            f"{capital(effect.group.title)}: {effect.group.note}",
            number(len(effect.group.figures)),
            f"{number(100.0 * effect.change, 0, sign=True)} %",
            spread(effect.effect, sign=True),
            spread(effect.saving, sign=True),
            _answer(effect, found),
        )
        for effects in found.ranked
        for effect in effects
    ]
    return Table(
        title="Every assumption",
        note=f"In {found.currency}; the first {found.confirmed} were run with all replications, "
        "the others once.",
        head=("assumption", "figures", "change", "effect", "saving", "verdict"),
        rows=tuple(rows),
    )


def _answer(effect: Effect, found: Sensitivity) -> str:
    if effect.answer is None:
        return "not confirmed"
    return f"{'flips: ' if effect.flips else ''}{found.named(effect.answer)}"
