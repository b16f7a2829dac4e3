"""SiteSpec: what a microfactory is. Its machines, hours, people, stock and energy."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from twins.agreement_spec import AgreementSpec
from twins.calendar_spec import HolidaySpec, TimeOfDay, Weekday
from twins.dispatch_spec import DispatchSpec, SetupsSpec
from twins.energy_spec import EnergySpec
from twins.flow_spec import KanbanSpec
from twins.hours_spec import ShiftSpec
from twins.people_spec import PoolSpec, ToolSpec
from twins.spec_base import Fraction, Identifier, NonNegative, Positive, SizeMm, Spec
from twins.supplier_spec import SupplierSpec
from twins.upkeep_spec import FailureSpec, MaintenanceSpec

__all__ = ["FailureSpec", "LabourSpec", "MachineSpec", "ShiftSpec", "SiteSpec", "StockSpec"]


class MachineSpec(Spec):
    """A work centre: ``count`` equal work units that share one queue.

    ``id`` names the work centre. Its units are called ``id`` when there is one, else ``id-1``,
    ``id-2``, ...
    """

    id: Identifier
    process: Identifier
    """Process id after Open Know-Where usage: ``laser_cutting``, ``bending``,
    ``3d_printing_fdm``, ..."""
    materials_worked: tuple[Identifier, ...] = ()
    """Materials it can work; empty: any. A CO2 laser does not cut sheet steel."""
    envelope_mm: SizeMm | None = None
    """Work envelope: the largest piece that it takes, turned as it may be; ``None``: any."""
    count: int = Field(default=1, ge=1, le=1000)
    bus: Identifier = "main"
    idle_kw: NonNegative = 0.0
    run_kw: NonNegative = 0.0
    speed_factor: Positive = 1.0
    """Work times of a routing are divided by this."""
    operators: float = Field(default=1.0, ge=0.0, le=100.0)
    """People busy while it runs; nobody while an unattended machine runs at a site with pools."""
    unattended: bool = False
    """Runs round the clock, outside shifts."""
    batch_capacity_units: int | None = Field(default=None, ge=1)
    """Units one cycle can hold (an oven); ``None``: one lot at a time."""
    batch_minimum_units: int | None = Field(default=None, ge=2)
    """The oven waits until so many units lie before it that it can load together."""
    batch_longest_wait_min: Positive | None = None
    """With ``batch_minimum_units``: no lot waits longer for others to be loaded with."""
    ride_through_s: NonNegative = 0.0
    """A running machine survives a loss of supply shorter than this."""
    rewarm_min: NonNegative = 0.0
    """Time after power is back before it can work again."""
    phase: Literal["L1", "L2", "L3", "three"] = "three"
    """Where it hangs on a bus of three phases; on a bus of one phase all is on that."""
    power_factor: float = Field(default=1.0, gt=0.0, le=1.0)
    """Active over apparent power."""
    start_kw: NonNegative = 0.0
    """Draw for ``start_s`` when an operation begins or goes on; 0: its running power at once."""
    start_s: NonNegative = 0.0
    minimum_voltage_fraction: Fraction = 0.0
    """On the public grid it does not run below this share of the nominal voltage; 0: it always
    does."""
    criticality: int = Field(default=0, ge=0, le=9)
    """In a shortage, machines of a lower figure are shed first, whatever they do."""
    failure: FailureSpec | None = None
    buffer_lots: int | None = Field(default=None, ge=0, le=1_000_000)
    """Places in the queue before it; ``None``: any number. Where a finished lot finds no place at
    the same site, its machine keeps it and is blocked."""
    when_full: Literal["wait", "lost"] = "wait"
    """A lot that is released or arrives while the buffer is full waits outside, or is lost."""
    kanban: tuple[KanbanSpec, ...] = ()
    maintenance: MaintenanceSpec | None = None
    setups: SetupsSpec | None = None
    dispatch: DispatchSpec = DispatchSpec()
    skill_level: int = Field(default=1, ge=1, le=4)
    """Its operators have at least this level in its process, where the site has pools."""

    @property
    def unit_ids(self) -> tuple[str, ...]:
        """Names of the work units."""
        if self.count == 1:
            return (self.id,)
        return tuple(f"{self.id}-{number}" for number in range(1, self.count + 1))

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if self.when_full == "lost" and self.buffer_lots is None:
            raise ValueError(
                "a queue without end is never full; give buffer_lots or drop when_full"
            )
        if self.kanban and self.buffer_lots is not None:
            raise ValueError("kanban cards limit the queue already; drop buffer_lots or kanban")
        return self

    @model_validator(mode="after")
    def _waits_for_what_can_come(self) -> Self:
        least, room = self.batch_minimum_units, self.batch_capacity_units
        if (least is None) != (self.batch_longest_wait_min is None):
            raise ValueError(
                "an oven that waits for more needs both batch_minimum_units and "
                "batch_longest_wait_min; give the other"
            )
        if least is not None and (room is None or room < least):
            raise ValueError(
                f"batch_minimum_units ({least}) is above what one cycle can hold; "
                "give batch_capacity_units, or lower the minimum"
            )
        return self

    @model_validator(mode="after")
    def _running_draws_most(self) -> Self:
        if self.run_kw < self.idle_kw:
            raise ValueError(
                "run_kw is below idle_kw; a running machine draws at least its idle power"
            )
        if (self.start_kw > 0.0) != (self.start_s > 0.0):
            raise ValueError("a start-up peak needs both start_kw and start_s; give the other")
        if 0.0 < self.start_kw < self.run_kw:
            raise ValueError("start_kw is below run_kw; it is the peak above the running power")
        return self


class LabourSpec(Spec):
    """People and what they cost. Regular hours are paid whether or not there is work."""

    headcount: int = Field(ge=0)
    wage_per_h: NonNegative
    overtime_premium: float = Field(default=1.5, ge=1.0)
    """Overtime is paid at wage times this."""
    overtime_notice_h: NonNegative = 24.0


class StockSpec(Spec):
    """One material at the site: what lies there and what comes every week by standing order."""

    material: Identifier
    on_hand: NonNegative
    """In the material's unit."""
    weekly_receipt: NonNegative = 0.0
    receipt_day: Weekday = "mon"
    receipt_time: TimeOfDay = "07:00"
    owner: Identifier | None = None
    """Customer to whom it belongs: it is used for that customer's orders alone."""
    supplier: SupplierSpec | None = None
    """Who brings more of it when it runs low."""

    @property
    def key(self) -> str:
        """What it is called beside other stock: ``material``, or ``material@owner``."""
        return self.material if self.owner is None else f"{self.material}@{self.owner}"

    @model_validator(mode="after")
    def _owners_send_it(self) -> Self:
        if self.owner is not None and self.supplier is not None:
            raise ValueError(
                "a customer's own material has no supplier; give weekly_receipt, or remove owner"
            )
        return self


class SiteSpec(Spec):
    """A microfactory."""

    id: Identifier
    name: str = Field(min_length=1)
    country: str = Field(pattern=r"^[A-Z]{2}$")
    """ISO 3166-1 alpha-2."""
    region: Identifier | None = None
    """Sites of a region share regional events; default: the country."""
    latitude_deg: float = Field(ge=-90.0, le=90.0)
    longitude_deg: float = Field(ge=-180.0, le=180.0)
    utc_offset_h: float = Field(default=0.0, ge=-12.0, le=14.0)
    role: str = ""
    organisation: Identifier | None = None
    """Who runs it; designs can be disclosed to all sites of an organisation."""
    machines: tuple[MachineSpec, ...] = Field(min_length=1)
    shifts: tuple[ShiftSpec, ...] = (
        ShiftSpec(days=("mon", "tue", "wed", "thu", "fri", "sat"), start="08:00", end="16:00"),
    )
    holidays: tuple[HolidaySpec, ...] = ()
    """Days without shifts, overtime included. Machines that run unattended go on."""
    labour: LabourSpec | None = None
    pools: tuple[PoolSpec, ...] = ()
    """People by what they can do; empty: there are always enough."""
    repair_crews: int | None = Field(default=None, ge=1, le=1000)
    """So many repairs and maintenances at once; default: no limit."""
    tools: tuple[ToolSpec, ...] = ()
    stock: tuple[StockSpec, ...] = ()
    energy: EnergySpec | None = None
    agreement: AgreementSpec = AgreementSpec()

    @property
    def region_id(self) -> str:
        """The region, or the country where none is named."""
        return self.region or self.country

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        units: set[str] = set()
        for machine in self.machines:
            for unit in machine.unit_ids:
                if unit in units:
                    raise ValueError(f"two machines are called '{unit}'; give each its own id")
                units.add(unit)
        buses = {bus.id for bus in self.energy.buses} if self.energy else {"main"}
        for machine in self.machines:
            if machine.bus not in buses:
                raise ValueError(
                    f"machine '{machine.id}' hangs on the bus '{machine.bus}', "
                    "which does not exist; "
                    f"known buses: {', '.join(sorted(buses))}"
                )
        keys = [entry.key for entry in self.stock]
        if len(set(keys)) != len(keys):
            raise ValueError("a material is listed twice in stock; merge the entries")
        return self
