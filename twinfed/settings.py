"""Settings of the face: read once from the environment, then passed down."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from twinfed.errors import SettingError

_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may set for one process.

    Parameters
    ----------
    data_home
        Folder below which each served cluster keeps its journals.
    token
        Access token of the HTTP endpoint; ``None``: loopback only, open to this machine.
    log_level
        Of the ``twinfed`` loggers and their relatives, on standard error.
    debug
        Show the traceback of every error.
    max_body_bytes
        Largest accepted request body.
    max_running_whatifs, max_waiting_whatifs
        What-ifs that run at the same time, and that may wait for their turn.
    max_runs
        Scenarios x responses x replications that one what-if over HTTP may ask for.
    keep_whatifs
        Finished what-ifs whose results stay readable.
    twins_per_host
        Twins in one Ray actor; ``None``: one each, packed above 16 sites.
    """

    data_home: Path = field(default_factory=lambda: _data_home(os.environ))
    token: str | None = field(default=None, repr=False)
    log_level: str = "WARNING"
    debug: bool = False
    max_body_bytes: int = 8 * 2**20
    max_running_whatifs: int = 1
    max_waiting_whatifs: int = 8
    max_runs: int = 5_000
    keep_whatifs: int = 20
    twins_per_host: int | None = None

    def __post_init__(self) -> None:
        if self.log_level not in _LOG_LEVELS:
            raise SettingError(
                f"TWINFED_LOG is '{self.log_level}'", remedy=f"use one of {', '.join(_LOG_LEVELS)}"
            )
        if self.token is not None and len(self.token) < _SHORTEST_TOKEN:
            raise SettingError(
                f"the access token has {len(self.token)} characters",
                remedy=f"use at least {_SHORTEST_TOKEN}, for instance from 'openssl rand -hex 32'",
            )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Settings from the ``TWINFED_`` variables; what is not set keeps its default.

        Raises
        ------
        SettingError
            When a variable has a value that means nothing.
        """
        given = os.environ if environ is None else environ
        packed = _integer(given, "TWINFED_TWINS_PER_HOST")
        return cls(
            data_home=_data_home(given),
            token=given.get("TWINFED_TOKEN") or None,
            log_level=given.get("TWINFED_LOG", "WARNING").upper(),
            debug=given.get("TWINFED_DEBUG", "0") not in {"", "0"},
            max_body_bytes=_integer(given, "TWINFED_MAX_BODY_BYTES") or 8 * 2**20,
            max_running_whatifs=_integer(given, "TWINFED_MAX_WHATIFS") or 1,
            max_runs=_integer(given, "TWINFED_MAX_RUNS") or 5_000,
            twins_per_host=packed,
        )


def read_token(path: Path) -> str:
    """The access token in a file: its first line.

    Raises
    ------
    SettingError
        When the file cannot be read or is empty.
    """
    try:
        token = path.read_text(encoding="utf-8").split("\n", 1)[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            f"the token file cannot be read ({error})",
            where=str(path),
            remedy="write the token into its first line",
        ) from error
    if not token:
        raise SettingError(
            "the token file is empty", where=str(path), remedy="write the token into its first line"
        )
    return token


def configure_logging(settings: Settings) -> None:
    """Send the product's log to standard error at the level that is set."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    for name in ("twinfed", "twins", "federation", "analytics", "connectors"):
        logger = logging.getLogger(name)
        logger.setLevel(settings.log_level)
        logger.handlers = [handler]
        logger.propagate = False


def _data_home(environ: Mapping[str, str]) -> Path:
    if environ.get("TWINFED_DATA_DIR"):
        return Path(environ["TWINFED_DATA_DIR"])
    base = environ.get("XDG_DATA_HOME") or str(Path(environ.get("HOME") or "/") / ".local/share")
    return Path(base) / "twinfed"


def _integer(environ: Mapping[str, str], name: str) -> int | None:
    text = environ.get(name)
    if not text:
        return None
    if not text.isdigit() or int(text) < 1:
        raise SettingError(f"{name} is '{text}'", remedy="give a whole number of at least 1")
    return int(text)
