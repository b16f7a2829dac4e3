"""Compiling before the work, and saying so."""

from __future__ import annotations

import logging

from twinfed.cli import progress


def compile_kernels() -> bool:
    """Load the simulator, and say so when it has to be compiled first; returns whether it had."""
    from twinfed.kernels import load_all, missing

    if not missing():
        load_all()
        return False
    # The bar says it: the library's own warning would say it twice.
    logging.getLogger("twinfed.kernel").setLevel(logging.ERROR)
    with progress.bar(
        "compiling the simulator, once for this version and machine (one to two minutes)"
    ):
        load_all()
    return True
