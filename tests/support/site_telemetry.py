"""One small site and telemetry for it: shared by the tests of the twins."""

from collections.abc import Iterable, Sequence

from twins.lot_events import LotEvent
from twins.people_spec import PoolSpec
from twins.spec import MachineSpec, SiteSpec
from twins.telemetry import Row, TelemetryBatch, build_batch
from twins.work import LotState

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
NOON_US = 1_800_000_000_000_000
"""Device times begin here (2027-01-15T08:00:00Z)."""

SITE = SiteSpec(
    id="KAN",
    name="Kano",
    country="NG",
    latitude_deg=12.0,
    longitude_deg=8.5,
    machines=(
        MachineSpec(id="laser", process="laser_cutting", run_kw=9.0),
        MachineSpec(id="mill", process="milling", count=2, run_kw=5.0),
    ),
    pools=(PoolSpec(id="fitters", headcount=3, skills={"milling": 2}),),
)


def lot_text(state: LotState = LotState.QUEUED, operation: int = 0, site: str = "KAN") -> str:
    """The text of a lot event."""
    return LotEvent(
        state=state,
        operation=operation,
        site=site,
        quantity=20,
        good=0,
        attempt=0,
        machine=None,
        link=None,
        consignment=None,
        eta=None,
        waiting=0,
    ).text()


def batch(
    sequence: int, rows: Iterable[Row], source: str = "gateway", epoch: int = 1, site: str = "KAN"
) -> TelemetryBatch:
    """A batch of the site."""
    return build_batch(site, source, epoch, sequence, rows)


def batches(parts: Sequence[Sequence[Row]], source: str = "gateway") -> list[TelemetryBatch]:
    """One batch for each part, numbered from 1."""
    return [batch(number, part, source) for number, part in enumerate(parts, start=1)]


def day(rows: int = 60, start_us: int = NOON_US, step_us: int = MINUTE_US) -> list[Row]:
    """A short story of every kind of signal, one row each ``step_us``."""
    told: list[Row] = []
    for number in range(rows):
        time = start_us + number * step_us
        row: Row = (
            ("laser", "machine.state", time, float(number % 12), None, 0),
            ("mill-1", "part.good", time, float(number % 17), None, 0),
            ("site", "grid.power_kw", time, 3.5 + 0.1 * number, None, 0),
            ("laser", "job.lot", time, None, f"ORD-{number}/01/frame", 0),
            ("material:steel", "stock.quantity", time, 900.0 - number, None, 0),
            ("lot:ORD-1/01/frame", "lot.event", time, float(number + 1), lot_text(), 0),
        )[number % 6]
        told.append(row)
    return told
