"""Problems of a cluster folder: each with its place and its remedy, all of them told at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from twins.errors import TwinfedError

Loc = tuple[str | int, ...]
"""Way to a value inside a file: keys and list positions."""


def path_text(loc: Loc) -> str:
    """``("machines", 2, "run_kw")`` as ``machines[2].run_kw``; the whole file is the empty text."""
    text = ""
    for step in loc:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in the files of a cluster.

    Parameters
    ----------
    file
        Path of the file, relative to the cluster's folder.
    line
        Line in the file, from 1; ``None`` when the problem is not inside a file.
    path
        Path inside the file, for instance ``machines[2].run_kw``.
    rule
        Stable id of the rule that is broken, for instance ``unknown-key``.
    what, remedy
        What is wrong, and what to do about it.
    """

    file: str
    line: int | None
    path: str
    rule: str
    what: str
    remedy: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        where = f"{place}: {self.path}" if self.path else place
        return f"{where}: {self.what}; {self.remedy} [{self.rule}]"

    def to_dict(self) -> dict[str, Any]:
        """The fields as a dictionary, for machines."""
        return asdict(self)


class ClusterError(TwinfedError, ValueError):
    """The files of a cluster are wrong.

    Parameters
    ----------
    where
        The cluster's folder, or the file that was asked for.
    problems
        All that is wrong; at least one.

    Attributes
    ----------
    where : str
    problems : tuple of Problem
        In the order of files and lines.
    """

    def __init__(self, where: object, problems: Iterable[Problem]) -> None:
        self.where = str(where)
        self.problems = tuple(
            sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.line or 0, p.path))
        )
        count = len(self.problems)
        head = f"{self.where}: {count} problem{'s' if count != 1 else ''}"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in self.problems)]))

    def __reduce__(self) -> tuple[type[ClusterError], tuple[str, tuple[Problem, ...]]]:
        return type(self), (self.where, self.problems)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``did you mean 'bending'?``, or the known words, or that there are none."""
    words = sorted(set(known))
    close = nearest(word, words)
    if close is not None:
        return f"did you mean '{close}'?"
    if not words:
        return "none is defined"
    shown = ", ".join(words[:12]) + (", ..." if len(words) > 12 else "")
    return f"known: {shown}"


def nearest(word: str, known: Sequence[str], cutoff: float = 0.75) -> str | None:
    """The known word that ``word`` may be a slip of; ``None`` when nothing comes close."""
    folded = {other.lower(): other for other in known}
    found = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None
