"""The Arrow schema of the table ``sensitivity``; ``analytics.tables`` has those of the runs."""

from __future__ import annotations

import pyarrow as pa

from analytics.tables import MONEY

_TEXT, _BOOL, _I32, _F64 = pa.string(), pa.bool_(), pa.int32(), pa.float64()
_COLUMNS: tuple[tuple[str, pa.DataType, str, str], ...] = (
    ("scenario", _TEXT, "", ""),
    ("rank", _I32, "1", "by the larger effect of the two changes"),
    ("kind", _TEXT, "", "common path of the figures, without places"),
    ("assumption", _TEXT, "", "note that stands behind them"),
    ("figures", _I32, "1", "varied together"),
    ("example", _TEXT, "", "path of the first"),
    ("change", _F64, "1", "share by which they are raised; negative: lowered"),
    ("replications", _I32, "1", "observations: one, or all of those that were confirmed"),
    ("saving", _F64, MONEY, "of the best response against waiting, with these figures"),
    ("saving_low", _F64, MONEY, "interval of the verdict; null: one observation"),
    ("saving_high", _F64, MONEY, ""),
    ("effect", _F64, MONEY, "saving less that with the figures as they stand, same draws"),
    ("effect_low", _F64, MONEY, "95 % interval; null: one observation"),
    ("effect_high", _F64, MONEY, ""),
    ("verdict", _TEXT, "", "null: not confirmed"),
    ("response", _TEXT, "", "response of the verdict; null: not confirmed"),
    ("flips", _BOOL, "", "another verdict than with the figures as they stand; null: not known"),
)

SENSITIVITY = pa.schema(
    [
        pa.field(name, kind, metadata={"unit": unit, "meaning": meaning})
        for name, kind, unit, meaning in _COLUMNS
    ]
)
"""What becomes of the verdict under other figures: a row for each group of figures and change."""
