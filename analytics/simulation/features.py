"""Bits of ``GROUP_C.features``: what a work centre uses, so that others pay one branch."""

from __future__ import annotations

SETUPS = 1
PRIORITIES = 2  # a dispatch rule, or orders with priorities
IN_TIME = 4  # a rule that ranks anew as time passes
PREEMPTIVE = 8
USE_CLOCK = 16  # fails by use
PEOPLE = 32
TOOLS = 64
MAINTENANCE = 128
GATHERS = 256  # an oven that waits for a minimum
SHARES = 512  # several of its machines may work on one lot

RUNS = SETUPS | USE_CLOCK | PEOPLE | TOOLS | MAINTENANCE
"""Something is to be done when work begins and ends."""
