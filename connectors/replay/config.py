"""Settings of the replay connector."""

from __future__ import annotations

from pydantic import Field

from connectors.mapping import TagRule
from twins.spec_base import Identifier, Spec


class ReplayConfig(Spec):
    """A recording of telemetry in Parquet, replayed as one source of a site.

    The file has either the columns of the telemetry batch (``asset signal time value text
    quality``) or, with ``tags``, the columns ``tag time`` and ``value`` or ``text`` or
    both. A column ``site`` selects the rows of this site.
    """

    site: Identifier
    path: str = Field(min_length=1)
    tags: tuple[TagRule, ...] = ()
    source_id: Identifier = "replay"
    source_epoch: int = Field(default=1, ge=0)
    batch_rows: int = Field(default=5000, ge=1, le=100_000)
