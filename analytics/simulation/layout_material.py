"""The records of material: what operations take and who supplies it. Units as in ``layout``."""

from __future__ import annotations

import numpy as np

CONSUME_C = np.dtype(
    [
        ("material", "i8"),
        ("milli_per_unit", "i8"),
        # what is 0 below is not used
        ("alternative", "i8"),  # row + 1 of what may be taken instead, and so on
        ("owner", "i8"),  # for lots of this owner only
    ],
    align=True,
)

SUPPLY_C = np.dtype(  # a supplier of one material to one site
    [
        ("key", "u8"),
        ("stock", "i8"),  # row = site * materials + material
        ("order_milli", "i8"),  # orders are multiples of it
        ("minimum_milli", "i8"),
        ("reorder_milli", "i8"),
        ("lead_dist", "i8"),
        ("calendar", "i8"),  # NONE: open always
    ],
    align=True,
)
SUPPLY_ORDERS = 8
"""Orders that can be under way with one supplier; what is wanted beyond waits for the next."""
