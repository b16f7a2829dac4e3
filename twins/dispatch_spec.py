"""How a work centre chooses its next lot, and what it has to be set up for."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from twins.spec_base import Identifier, NonNegative, Positive, Spec

DispatchRule = Literal["schedule", "fifo", "edd", "spt", "atc", "critical_ratio", "sequence"]


class DispatchSpec(Spec):
    """The order in which a work centre serves its queue.

    The priority of the order comes first (``OrderSpec.priority``), then the rule; what the rule
    finds equal is served in the order of the schedule.
    """

    rule: DispatchRule = "schedule"
    """``schedule``: by rank; ``fifo``: first come; ``edd``: earliest due date; ``spt``: shortest
    mean work time; ``atc``: apparent tardiness cost; ``critical_ratio``: time to the due date over
    the work that is left; ``sequence``: strictly the schedule, whatever the priority of an order: a
    free machine waits for the lot that comes next in it."""
    atc_k: Positive = 2.0
    """Look-ahead of ``atc``: slack is discounted over so many mean work times of the queue."""
    preemptive: bool = False
    """Work that can resume is laid aside for a lot of an order with a smaller priority number."""

    @model_validator(mode="after")
    def _a_sequence_is_kept(self) -> Self:
        if self.rule == "sequence" and self.preemptive:
            raise ValueError("a sequence is never broken; remove preemptive, or take another rule")
        return self


class ChangeoverSpec(Spec):
    """Time to change a machine over from one setup family to another."""

    before: Identifier
    after: Identifier
    time_min: NonNegative


class SetupsSpec(Spec):
    """Sequence-dependent setups: what lies between lots of different families.

    An operation without a ``setup_family`` needs no changeover and leaves the machine as it is.
    """

    default_min: NonNegative
    """From any family to any other, and to the first one where none is known."""
    same_family_min: NonNegative = 0.0
    changeovers: tuple[ChangeoverSpec, ...] = ()
    """Where it differs from the default."""
    initial_family: Identifier | None = None
    """What the machines are set up for at the start, where nothing on them says so."""

    @model_validator(mode="after")
    def _says_it_once(self) -> Self:
        pairs = [(entry.before, entry.after) for entry in self.changeovers]
        for before, after in pairs:
            if before == after:
                raise ValueError(
                    f"a changeover leads from '{before}' to itself; give same_family_min instead"
                )
            if pairs.count((before, after)) > 1:
                raise ValueError(
                    f"the changeover from '{before}' to '{after}' stands twice; remove one of them"
                )
        return self
