"""From snapshot and topology to the arrays of the kernel."""

from analytics.simulation.compile.errors import CompileError
from analytics.simulation.compile.snapshot import compile_cluster, compile_snapshot, observe

__all__ = ["CompileError", "compile_cluster", "compile_snapshot", "observe"]
