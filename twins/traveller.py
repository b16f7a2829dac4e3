"""The traveller: what a lot carries along that its state and place do not show."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0, lt=2**31)]
Hours = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]

ANYWHERE = "*"
"""``Traveller.loop`` of a limit that counts in the whole cluster."""


class Traveller(BaseModel):
    """What binds a lot that is in process: rework, cards, loops, material, work laid aside.

    Parameters
    ----------
    visits, loops
        By position in the routing, since the lot was begun: how often the operation was begun again
        for rework, and how often the lot was sent back after it. Empty: never, at none.
    card
        ``site/work_centre`` whose kanban card it holds.
    loop
        Site of the CONWIP limit that it counts in, ``ANYWHERE`` for one of the cluster.
    queued
        When it first came into the queue of its next operation, or of the one it is in.
    left_h, done_h
        Work left and done of an operation that was laid aside; ``machine`` of the event says where.
    materials
        Stock that is set aside for its next operation, one for each material of it, in its order.
    express
        It is sent by expedited links where there are any.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    visits: tuple[Count, ...] = ()
    loops: tuple[Count, ...] = ()
    card: Text | None = None
    loop: Text | None = None
    queued: AwareDatetime | None = None
    left_h: Hours | None = None
    done_h: Hours | None = None
    materials: tuple[Text, ...] = ()
    express: bool = False
