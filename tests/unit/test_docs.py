"""Links in the documentation lead somewhere."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")


def _pages() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_no_relative_link_is_dead():
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in _pages()
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert dead == []


def test_every_page_is_reached_from_the_index():
    index = ROOT / "docs" / "README.md"
    seen, todo = set(), [index.resolve()]
    while todo:
        page = todo.pop()
        if page in seen or page.suffix != ".md" or not page.is_file():
            continue
        seen.add(page)
        targets = LINK.findall(page.read_text(encoding="utf-8"))
        todo.extend((page.parent / target).resolve() for target in targets)
    unreached = {page.resolve() for page in (ROOT / "docs").rglob("*.md")} - seen
    assert sorted(str(page.relative_to(ROOT)) for page in unreached) == []
