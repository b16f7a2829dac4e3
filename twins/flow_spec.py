"""The flow of lots through a work centre: kanban cards."""

from __future__ import annotations

from pydantic import Field

from twins.spec_base import Identifier, Spec


class KanbanSpec(Spec):
    """At most so many lots of a part between the queue of a work centre and the stage after it.

    A lot takes a card as it enters the queue; the card returns when the lot enters the queue of its
    next stage, or is joined or delivered. Without a free card it waits where it is.
    """

    product: Identifier
    part: Identifier | None = None
    """Default: what the customer gets."""
    cards: int = Field(ge=1)
