"""Settings of the MTConnect connector: which keys of which adapter speak for which machine."""

from __future__ import annotations

from pydantic import Field

from twins.spec_base import Identifier, Spec


class MTConnectKeys(Spec):
    """Names that an adapter gives to the data items that matter here.

    The defaults are the names of the standard's data item types as most adapters write them.
    """

    availability: tuple[str, ...] = ("avail", "availability")
    execution: tuple[str, ...] = ("execution", "exec", "pexecution", "Program_Status")
    """READY, ACTIVE, FEED_HOLD, ...: what the controller does."""
    emergency_stop: tuple[str, ...] = ("estop", "EStop_State")
    part_count: tuple[str, ...] = ("PartCountGood", "part_count", "ppartcount", "Part_Count")
    """Good parts, or all parts where the adapter does not tell them apart."""
    scrap_count: tuple[str, ...] = ("PartCountBad",)
    program: tuple[str, ...] = ()
    """Program name that is the lot's id, where the shop works that way."""
    conditions: tuple[str, ...] = ()
    """Keys that are conditions even when their first word is UNAVAILABLE."""


class MTConnectRecording(Spec):
    """A recorded SHDR stream of one machine."""

    path: str = Field(min_length=1)
    machine: Identifier
    """Work unit of the site."""
    keys: MTConnectKeys = MTConnectKeys()


class MTConnectReplayConfig(Spec):
    """Recordings of the machines of one site, replayed together in time order."""

    site: Identifier
    recordings: tuple[MTConnectRecording, ...] = Field(min_length=1)
    source_id: Identifier = "mtconnect"
    source_epoch: int = Field(default=1, ge=0)
    batch_rows: int = Field(default=1000, ge=1, le=100_000)
