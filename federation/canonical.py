"""Content hashes of Arrow tables that depend on the values alone.

The bytes of an Arrow file differ with the library's version, padding, slicing and what lies under a
null. Here every column is reduced to its values: numbers as little-endian 64-bit, texts as lengths
and UTF-8, nulls apart; rows are read in the order of the key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


class Hasher(Protocol):
    """What this module needs of a ``hashlib`` object."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""


def table_digest(table: pa.Table, key: Sequence[str]) -> bytes:
    """SHA-256 of a table's columns, names and types included, its rows in the order of ``key``."""
    digest = hashlib.sha256()
    ordered = table.sort_by([(name, "ascending") for name in key]) if table.num_rows else table
    digest.update(f"{ordered.num_rows}".encode())
    for field in ordered.schema:
        digest.update(f"\n{field.name}:{field.type}\n".encode())
        _column(digest, ordered.column(field.name).combine_chunks())
    return digest.digest()


def _column(digest: Hasher, column: pa.Array) -> None:
    if isinstance(column, pa.ChunkedArray):  # combine_chunks of no chunk stays chunked
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    digest.update(np.asarray(column.is_valid()).astype("u1").tobytes())
    if pa.types.is_list(kind):
        digest.update(_integers(pc.list_value_length(column)))
        _column(digest, column.flatten())
    elif pa.types.is_string(kind):
        digest.update(_integers(pc.binary_length(column)))
        digest.update("".join(column.fill_null("").to_pylist()).encode())
    elif pa.types.is_floating(kind):
        values = column.cast(pa.float64()).fill_null(0.0).to_numpy(zero_copy_only=False)
        digest.update((values + 0.0).astype("<f8").tobytes())  # + 0.0: -0.0 and 0.0 are one value
    else:
        digest.update(_integers(column))


def _integers(column: pa.Array) -> bytes:
    values: bytes = (
        column.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False).astype("<i8").tobytes()
    )
    return values
