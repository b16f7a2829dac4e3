"""A checkpoint taken anywhere, resumed in another process, gives the bits of the run in one go."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from analytics.simulation.checkpoint import Checkpoint, CheckpointError
from analytics.simulation.compile.shop import ShopFailures, compile_shop
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.run import run
from twins.distribution_spec import DistributionSpec

END_MS = 500 * 3_600_000

RESUME = """
import sys
from pathlib import Path
from analytics.simulation.checkpoint import Checkpoint
from analytics.simulation.run import run
from tests.validation.test_checkpoint import END_MS, shop

folder = Path(sys.argv[1])
model, _ = shop()
state = Checkpoint.read(folder / "middle.ckpt").resume(model)
run(model, state, END_MS)
Checkpoint.take(model, state).write(folder / "end.ckpt")
"""


def shop() -> tuple[SimModel, SimState]:
    """A failing shop with random times and a full trace."""
    random = np.random.default_rng(3)
    groups = np.array([random.permutation(5)[:4] for _ in range(300)])
    spans = random.integers(600_000, 6_000_000, groups.shape)
    release = np.sort(random.integers(0, int(spans.sum() / 10 / 0.8), len(groups)))
    model, state = compile_shop(
        np.full(5, 2),
        groups,
        spans,
        release_ms=release,
        factor="lognormal",
        factor_cv=0.3,
        failures=ShopFailures(
            time_to_failure=DistributionSpec(kind="weibull", mean_h=20.0, shape=1.4),
            time_to_repair=DistributionSpec(kind="lognormal", mean_h=3.0, cv=0.8),
        ),
    )
    return model.with_run(seed=4, replication=2, trace_level=2), state


def _used(state: SimState) -> dict[str, np.ndarray]:
    """All arrays, those that grow cut to what is in use."""
    clock = state.clock[0]
    cut = {
        "machine_trace": clock["machine_rows"],
        "energy_trace": clock["energy_rows"],
        "lot_trace": clock["lot_rows"],
        "consignment": clock["consignments"],
        "heap": clock["heap_rows"],
        "slot": None,
    }
    return {
        name: array[: cut[name]] if name in cut and cut[name] is not None else array
        for name, array in state.arrays().items()
    }


@pytest.mark.parametrize("at_h", [0.0, 1.25, 37.5, 200.0])
def test_a_resumed_run_gives_the_same_bits_in_another_process(tmp_path: Path, at_h: float) -> None:
    model, whole = shop()
    run(model, whole, END_MS)
    _, parted = shop()
    run(model, parted, int(at_h * 3_600_000))
    Checkpoint.take(model, parted).write(tmp_path / "middle.ckpt")
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", RESUME, str(tmp_path)], check=True, cwd=root)
    resumed = Checkpoint.read(tmp_path / "end.ckpt").resume(model)
    for name, array in _used(whole).items():
        assert array.tobytes() == _used(resumed)[name].tobytes(), name


def test_a_checkpoint_of_another_model_is_refused(tmp_path: Path) -> None:
    model, state = shop()
    checkpoint = Checkpoint.take(model, state)
    with pytest.raises(CheckpointError, match="same snapshot"):
        checkpoint.resume(model.with_run(seed=5, replication=2, trace_level=2))


def test_half_a_checkpoint_is_refused() -> None:
    model, state = shop()
    data = Checkpoint.take(model, state).to_bytes()
    with pytest.raises(CheckpointError, match="whole checkpoint"):
        Checkpoint.from_bytes(data[: len(data) // 2])
