"""ProductSpec: parts as a tree, the routing of each part, and where it may be made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from federation.topology.alternative_model import AlternativeSpec
from federation.topology.flow_model import InspectionSpec, ReworkSpec
from twins.spec_base import Identifier, NonNegative, Positive, SizeMm, Spec


class SubstituteSpec(Spec):
    """Material that is taken for all units of a lot when the first choice is short."""

    material: Identifier
    quantity_per_unit: Positive


class ConsumptionSpec(Spec):
    """Material that an operation takes from the site's stock when it starts, per unit."""

    material: Identifier
    quantity_per_unit: Positive
    substitute: SubstituteSpec | None = None


class RecoverySpec(Spec):
    """What becomes of rejected units: so much material returns to the site's stock, per unit."""

    material: Identifier
    quantity_per_unit: Positive


class OperationSpec(Spec):
    """One step of a routing."""

    id: Identifier
    process: Identifier
    material_worked: Identifier | None = None
    """The machine must be able to work it (``MachineSpec.materials_worked``)."""
    size_mm: SizeMm | None = None
    """Of the piece that is worked; it must fit into ``MachineSpec.envelope_mm``. Default: fits."""
    skill_level: int = Field(default=1, ge=1, le=4)
    """Its operators have at least this level: a machine with a lower ``skill_level`` does not do
    it, unless it runs without operators."""
    unit_time_min: NonNegative = 0.0
    """Work per unit at speed factor 1."""
    cycle_time_min: NonNegative = 0.0
    """Work per machine cycle whatever the quantity: an oven batch."""
    setup_time_min: NonNegative = 0.0
    """Setup of every lot, whatever was made before it; part of the operation's time."""
    setup_family: Identifier | None = None
    """What the machine is set up for; ``MachineSpec.setups`` says how long a change takes."""
    tool: Identifier | None = None
    """It needs one of this tool (``SiteSpec.tools``) from its start to its end."""
    time_cv: float = Field(default=0.0, ge=0.0, le=3.0)
    """Coefficient of variation of the whole operation time (log-normal)."""
    on_interruption: Literal["resume", "restart", "scrap"] = "resume"
    """What a power cut or a breakdown in mid-operation does."""
    resume_probability: float = Field(default=1.0, ge=0.0, le=1.0)
    """With ``resume``: chance that the work survives; otherwise the lot is scrapped."""
    longest_pause_min: Positive | None = None
    """A pause longer than this scraps the lot."""
    consumes: tuple[ConsumptionSpec, ...] = Field(default=(), max_length=12)
    yield_fraction: float = Field(default=1.0, gt=0.0, le=1.0)
    """Share of the units that pass. More are started so that the lot comes out whole."""
    recovers: tuple[RecoverySpec, ...] = ()
    """Material won back from each rejected unit."""
    minimum_share_units: int | None = Field(default=None, ge=1)
    """Several machines of a work centre may work on the lot at once, at least so many units each;
    default: it stays whole."""
    rework: ReworkSpec | None = None
    inspection: InspectionSpec | None = None
    alternatives: tuple[AlternativeSpec, ...] = ()
    """The only work centres that may do it, each with its own times in place of those above;
    empty: all that have the process."""

    @model_validator(mode="after")
    def _takes_time(self) -> Self:
        times = ("unit_time_min", "cycle_time_min", "setup_time_min")
        own = [name for name in times if getattr(self, name) > 0.0]
        if self.alternatives and own:
            raise ValueError(f"each alternative has its own times; remove {', '.join(own)}")
        if not self.alternatives and self.unit_time_min == 0.0 and self.cycle_time_min == 0.0:
            raise ValueError("the operation takes no time; give unit_time_min or cycle_time_min")
        return self

    @model_validator(mode="after")
    def _sharing_saves_time(self) -> Self:
        if self.minimum_share_units is not None and self.unit_time_min == 0.0:
            raise ValueError(
                "a share takes as long as the whole lot; give unit_time_min, or remove "
                "minimum_share_units"
            )
        return self

    @property
    def can_be_lost(self) -> bool:
        """Whether an interruption or a long pause may scrap what is worked on."""
        if self.on_interruption == "scrap" or self.longest_pause_min is not None:
            return True
        return self.on_interruption == "resume" and self.resume_probability < 1.0

    @model_validator(mode="after")
    def _rework_is_found_out(self) -> Self:
        by_inspection = self.inspection is not None and self.inspection.on_reject == "rework"
        if by_inspection and self.rework is None:
            raise ValueError("what is rejected for rework needs a way back; give rework.to")
        if self.rework is not None and self.rework.probability == 0.0 and not by_inspection:
            raise ValueError("nothing is ever reworked; give rework.probability or an inspection")
        return self


class PartSpec(Spec):
    """A part with its routing; it is joined with its ``components`` at its first operation."""

    id: Identifier
    mass_kg: NonNegative
    """Mass per unit of the finished part, for transport."""
    dangerous_goods: Identifier | None = None
    """Class of the UN model regulations; default: that of its materials and components."""
    disclosed_to: tuple[Identifier, ...] | None = None
    """Sites and organisations that its design is shown to; nobody else can make it, whatever they
    may. An empty list shows it to nobody. Default: those of the part it is joined into, and for
    what the customer gets, every site."""
    operations: tuple[OperationSpec, ...] = Field(min_length=1)
    components: tuple[PartSpec, ...] = ()

    @property
    def parts(self) -> Iterator[PartSpec]:
        """The part and all that is joined into it, components before the part that joins them."""
        for component in self.components:
            yield from component.parts
        yield self

    @model_validator(mode="after")
    def _does_not_wait_for_itself(self) -> Self:
        if any(part.id == self.id for component in self.components for part in component.parts):
            raise ValueError(
                f"'{self.id}' is a component of itself and would wait for itself; "
                "give the component an id of its own, or remove it"
            )
        return self

    @model_validator(mode="after")
    def _operations_have_names(self) -> Self:
        ids = [operation.id for operation in self.operations]
        for at, name in enumerate(ids):
            if name in ids[:at]:
                raise ValueError(
                    f"two operations of '{self.id}' are called '{name}'; give each its own id, "
                    "also where a lot comes back to the same machine"
                )
        return self

    @model_validator(mode="after")
    def _lost_shares_can_begin_anew(self) -> Self:
        for at, operation in enumerate(self.operations):
            later = at > 0 or self.components
            if operation.minimum_share_units is not None and operation.can_be_lost and later:
                raise ValueError(
                    f"a lost share of '{operation.id}' could not begin anew, since work was done "
                    "on it before; share the first operation of a part without components, or "
                    "have an interruption resume or restart it"
                )
        return self

    @model_validator(mode="after")
    def _rework_goes_back(self) -> Self:
        ids = [operation.id for operation in self.operations]
        for at, operation in enumerate(self.operations):
            if operation.rework is not None and operation.rework.to not in ids[: at + 1]:
                raise ValueError(
                    f"the rework of '{operation.id}' begins with '{operation.rework.to}', which is "
                    f"not an operation up to it; known: {', '.join(ids[: at + 1])}"
                )
        return self


class PermissionSpec(Spec):
    """A site's permission to make a part. A capability is not a permission."""

    part: Identifier
    site: Identifier
    status: Literal["approved", "first_article"] = "approved"
    approval_h: NonNegative = 0.0
    """With ``first_article``: hours from the finished first lot to its approval."""
    approver: Identifier | None = None
    approval_cost: NonNegative = 0.0
    certified_at: AwareDatetime | None = None
    """Lots of the part that an inspection holds ``until_certified`` are not released before."""

    @model_validator(mode="after")
    def _first_article_has_an_approver(self) -> Self:
        if self.status == "first_article" and self.approver is None:
            raise ValueError("a first article needs an approver; name the site that approves it")
        return self


class VariantSpec(Spec):
    """A variant, the countries in which it may be sold, and when."""

    id: Identifier
    markets: tuple[str, ...] = Field(min_length=1)
    valid_from: date | None = None
    """First day on which an order of it may be due; default: no limit."""
    valid_to: date | None = None
    """Last day on which an order of it may be due; default: no limit."""

    @model_validator(mode="after")
    def _is_sold_at_some_time(self) -> Self:
        if (
            self.valid_from is not None
            and self.valid_to is not None
            and self.valid_to < self.valid_from
        ):
            raise ValueError(
                "the variant is never sold: valid_to lies before valid_from; correct one of them"
            )
        return self

    def may_be_sold(self, country: str, day: date) -> bool:
        """Whether an order that is due on a day may go to a customer in a country."""
        if country not in self.markets or (self.valid_from or day) > day:
            return False
        return day <= (self.valid_to or day)


class ProductSpec(Spec):
    """A product: a tree of parts whose root is what the customer gets."""

    id: Identifier
    name: str = Field(min_length=1)
    price: NonNegative = 0.0
    lateness_cost_per_unit_day: NonNegative = 0.0
    lot_size: int | None = Field(default=None, ge=1)
    """Orders of it are split into lots of this many units; default: that of the cluster."""
    minimum_lot: int = Field(default=1, ge=1)
    """No lot of it is smaller."""
    root: PartSpec
    permissions: tuple[PermissionSpec, ...] = Field(min_length=1)
    variants: tuple[VariantSpec, ...] = ()

    @property
    def parts(self) -> tuple[PartSpec, ...]:
        """All parts, components before the part that joins them."""
        return tuple(self.root.parts)

    @model_validator(mode="after")
    def _lots_can_be_that_large(self) -> Self:
        if self.lot_size is not None and self.minimum_lot > self.lot_size:
            raise ValueError(
                f"minimum_lot ({self.minimum_lot}) is above lot_size ({self.lot_size}); "
                "lower it, or raise lot_size"
            )
        return self

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        ids = [part.id for part in self.parts]
        if len(set(ids)) != len(ids):
            raise ValueError("two parts of the product have the same id; give each its own")
        for permission in self.permissions:
            if permission.part not in ids:
                raise ValueError(
                    f"permission for the part '{permission.part}', which the product lacks; "
                    f"its parts: {', '.join(ids)}"
                )
        return self
