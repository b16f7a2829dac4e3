"""Arguments and options that several commands share."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

if TYPE_CHECKING:
    from analytics.answer import Criterion
    from twinfed.client import Engine
    from twinfed.settings import Settings

Cluster = Annotated[
    str, typer.Argument(metavar="CLUSTER", help="Folder of the cluster, or the name of a sample.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Seed = Annotated[
    int,
    typer.Option("--seed", min=0, max=2**63 - 1, metavar="N", help="Seed of every draw."),
]
EngineOption = Annotated[
    str, typer.Option("--engine", metavar="local|ray", help="In this process, or on Ray.")
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", metavar="DIR", help="Folder of the twins' journals.", show_default=False
    ),
]
Close = Annotated[
    list[str] | None,
    typer.Option(
        "--close",
        metavar="LINK|NG:BJ",
        help="A link, or a border with all its links, that cannot be used; repeatable.",
        show_default=False,
    ),
]


def engine(name: str) -> Engine:
    """The engine called ``name``.

    Raises
    ------
    UsageError
        When there is none.
    """
    from twinfed.errors import UsageError

    if name not in {"local", "ray"}:
        raise UsageError(
            f"there is no engine '{name}'", remedy="use --engine local or --engine ray"
        )
    return cast("Literal['local', 'ray']", name)


def criterion(name: str) -> Criterion:
    """What a choice goes by.

    Raises
    ------
    UsageError
        When there is no such criterion.
    """
    from twinfed.errors import UsageError

    if name not in {"mean", "cvar"}:
        raise UsageError(
            f"there is no criterion '{name}'",
            remedy="use --choose-by mean or --choose-by cvar",
        )
    return cast("Literal['mean', 'cvar']", name)


def degrees(text: str) -> tuple[int, ...]:
    """Degrees of coordination, as numbers between commas.

    Raises
    ------
    UsageError
        When it is none.
    """
    from twinfed.errors import UsageError

    try:
        return tuple(int(one) for one in text.split(","))
    except ValueError as error:
        raise UsageError(
            f"--coordination '{text}' is no list of degrees", remedy="write 0,1,2,3,4"
        ) from error


def moment(text: str, option: str) -> datetime:
    """A date and time; without an offset it is in UTC.

    Raises
    ------
    UsageError
        When it is none.
    """
    from twinfed.errors import UsageError

    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{option} '{text}' is no date and time", remedy="write 2027-02-14T06:00Z"
        ) from error
    if not 1971 <= found.year <= 2199:  # the years in which things may happen, room on both sides
        raise UsageError(
            f"{option} '{text}' does not lie between 1971 and 2199", remedy="correct the date"
        )
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def settings() -> Settings:
    """Settings of the environment, with the log set up."""
    from twinfed.settings import Settings, configure_logging

    found = Settings.from_environment()
    configure_logging(found)
    return found
