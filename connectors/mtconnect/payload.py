"""SHDR, the line protocol of MTConnect adapters: bytes of a line to observations. Pure.

A line is ``time|key|value|key|value...``. A condition stands alone on its line:
``time|key|level|native code|native severity|qualifier|text``. Times have up to nine decimals, and a
duration after ``@``. Lines that begin with ``*`` are commands (``* PING``, ``* PONG 10000``).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

UNAVAILABLE = "UNAVAILABLE"
LEVELS = ("NORMAL", "WARNING", "FAULT", UNAVAILABLE)
_MARKER = re.compile(r"^(<{7}|={7}|>{7}|\|{7})(\s|$)")
_TIME = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?$")
_CONDITION_FIELDS = 6


@dataclass(frozen=True, slots=True)
class Observation:
    """What a key said.

    Parameters
    ----------
    time_us
        Device time in microseconds of the Unix epoch.
    key
        Name of the data item, without the device it may be prefixed with.
    value
        As written; ``UNAVAILABLE`` where there is none.
    device
        Prefix ``device:`` of the key; empty without one.
    """

    time_us: int
    key: str
    value: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition's level: NORMAL, WARNING, FAULT or UNAVAILABLE.

    ``NORMAL`` without a code ends all faults of the key, with a code only that one.
    """

    time_us: int
    key: str
    level: str
    native_code: str
    native_severity: str
    qualifier: str
    text: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line that says nothing about the machine, and why."""

    reason: str
    line: str


Decoded = Observation | Condition | Skipped


def decode_line(line: str, conditions: Collection[str] = frozenset()) -> tuple[Decoded, ...]:
    """What one SHDR line says.

    Parameters
    ----------
    line
        Without or with its line end.
    conditions
        Keys known to be conditions. A line of six fields is one anyway when its level is NORMAL,
        WARNING or FAULT; UNAVAILABLE alone could as well be three plain items.

    Returns
    -------
    tuple
        Observations in the order of the line, or one condition, or one ``Skipped``.
    """
    text = line.rstrip("\r\n")
    if not text.strip():
        return (Skipped("empty line", text),)
    if _MARKER.match(text):
        return (Skipped("merge marker", text),)
    if text.startswith("*"):
        words = text[1:].split()
        ping = bool(words) and words[0] in ("PING", "PONG")
        return (Skipped("ping" if ping else "adapter command", text),)
    stamp, *fields = text.split("|")
    time_us = parse_time(stamp)
    if time_us is None:
        return (Skipped("no time at the start of the line", text),)
    if not fields:
        return (Skipped("nothing after the time", text),)
    if fields[0].startswith("@"):
        return (Skipped("asset", text),)
    device, key = _split_key(fields[0])
    if _is_condition(key, fields, conditions):
        _, level, code, severity, qualifier, message = fields
        return (Condition(time_us, key, level.upper(), code, severity, qualifier, message, device),)
    if len(fields) % 2:
        return (Skipped("a key without a value", text),)
    pairs = zip(fields[::2], fields[1::2], strict=True)
    return tuple(_observation(time_us, name, value) for name, value in pairs)


def parse_time(stamp: str) -> int | None:
    """Microseconds of the Unix epoch of an ISO 8601 time; ``None`` when it is none.

    Digits beyond microseconds are cut. A time without an offset is UTC, as MTConnect says.
    """
    match = _TIME.match(stamp.partition("@")[0].strip())
    if match is None:
        return None
    seconds, fraction, offset = match.groups()
    try:
        moment = datetime.fromisoformat(seconds + (offset or "Z"))
    except ValueError:
        return None
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    return round(moment.astimezone(UTC).timestamp()) * 1_000_000 + micro


def _is_condition(key: str, fields: list[str], conditions: Collection[str]) -> bool:
    if len(fields) != _CONDITION_FIELDS:
        return False
    level = fields[1].upper()
    return level in LEVELS and (key in conditions or level != UNAVAILABLE)


def _observation(time_us: int, name: str, value: str) -> Observation:
    device, key = _split_key(name)
    return Observation(time_us, key, value.strip(), device)


def _split_key(name: str) -> tuple[str, str]:
    device, colon, key = name.strip().rpartition(":")
    return (device, key) if colon else ("", name.strip())
