"""What is wrong with single rows: they are set aside with a reason, counted, and never folded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType


class Reason(IntEnum):
    """Why a row is set aside. The first that applies is given."""

    NONE = 0
    UNKNOWN_ASSET = 1
    UNKNOWN_SIGNAL = 2
    WRONG_ASSET = 3
    NO_TIME = 4
    FUTURE = 5
    WRONG_KIND = 6
    NOT_A_NUMBER = 7
    NEGATIVE_COUNT = 8
    UNKNOWN_CODE = 9
    UNKNOWN_QUALITY = 10
    BAD_LOT_EVENT = 11
    BAD_LIST = 12


FUTURE_TOLERANCE_S = 300.0
"""How far a device's clock may run ahead of the moment its telemetry was received."""

EXPLANATION: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.UNKNOWN_ASSET: "no such machine at the site; correct the tag map or the site's file",
        Reason.UNKNOWN_SIGNAL: "not in the signal catalogue; map the tag to one of its signals",
        Reason.WRONG_ASSET: "this kind of asset does not tell that signal; correct the tag map",
        Reason.NO_TIME: "the device gave no time of our calendar; set its clock",
        Reason.FUTURE: "the device's clock runs more than 5 min ahead; synchronise it",
        Reason.WRONG_KIND: "text for a number, a number for text, or nothing; correct the tag map",
        Reason.NOT_A_NUMBER: "the value is NaN or infinite; tell null where there is none",
        Reason.NEGATIVE_COUNT: "a counter below zero; correct the tag map",
        Reason.UNKNOWN_CODE: "a state code outside its list; correct the tag map",
        Reason.UNKNOWN_QUALITY: "quality is 0 good, 1 uncertain, 2 stale, 3 bad",
        Reason.BAD_LOT_EVENT: "not a numbered lot event, see twins.lot_events.LotEvent",
        Reason.BAD_LIST: "not a list as the signal wants it, see twins.under_way",
    }
)
"""Reason to what it means and the remedy."""


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row set aside, as it came."""

    position: int
    """Journal entry that holds it."""
    asset: str | None
    signal: str | None
    time_us: int | None
    value: float | None
    text: str | None
    quality: int | None
    reason: Reason
