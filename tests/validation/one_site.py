"""The one-site cluster of the validation cases, for tests."""

from analytics.validation.one_site import (
    ALWAYS,
    EVERY_DAY,
    HOUR,
    START,
    build,
    compile_one,
    energy_rows,
)

__all__ = ["ALWAYS", "EVERY_DAY", "HOUR", "START", "build", "compile_one", "energy_rows"]
