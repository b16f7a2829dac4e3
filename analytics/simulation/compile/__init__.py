"""From snapshot and topology to the arrays of the kernel."""

from analytics.simulation.compile.errors import CompileError
from analytics.simulation.compile.live import arm_state
from analytics.simulation.compile.shop import ShopFailures, compile_shop
from analytics.simulation.compile.snapshot import compile_cluster, compile_snapshot, observe

__all__ = [
    "CompileError",
    "ShopFailures",
    "arm_state",
    "compile_cluster",
    "compile_shop",
    "compile_snapshot",
    "observe",
]
