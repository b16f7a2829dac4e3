"""How compiled code sees the arrays: nouns by reference, tables without strides, rows of records.

To Numba an array is seven values, and a named tuple of arrays is passed on as seven times as many
arguments: with the sixty arrays of the kernel some functions had four hundred. Here a noun is one
pointer to the addresses and lengths of its arrays, an element is found by one multiplication, and
what never changes in a run is marked so that it is read once and kept. Fields of fewer than 64 bits
are read as 64, so that narrow records never make a sum overflow.

Tables hold C-contiguous arrays; a negative index is an error that only the bounds check finds.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.imputils import (
    lower_builtin,
    lower_getattr,
    lower_getattr_generic,
    lower_setattr_generic,
)
from numba.core.typing.templates import (
    AbstractTemplate,
    AttributeTemplate,
    infer,
    infer_getattr,
    infer_global,
    signature,
)
from numba.extending import intrinsic, register_model
from numba.np import numpy_support

from analytics.simulation.cache import INTERPRETED

_BYTE = ir.IntType(8)
_WORD = ir.IntType(64)
_POINTER = _BYTE.as_pointer()

_NUMBERS: dict[Any, int] = {}
"""A short name for each type that is made of others."""

LASTING = frozenset((
    "bases", "primitive", "release_order", "pv", "ability", "receipt", "timetable", "scalar",
    "dist", "calendar", "interval", "closure", "curve", "first_candidate", "candidate", "free_ms",
))  # fmt: skip
"""Fields of nouns that never change in a run, beside those that end in ``_c``."""


def _number(key: Any) -> int:
    return _NUMBERS.setdefault(key, len(_NUMBERS))


class Row(types.Type):
    """One record of a table, by address."""

    def __init__(self, dtype: np.dtype[np.void], lasting: bool) -> None:
        self.record = dtype
        self.lasting = lasting
        super().__init__(name=f"Row({_number((dtype, lasting))})")

    def field(self, name: str) -> tuple[np.dtype[Any], int]:
        """Type and offset of a field."""
        fields: Any = self.record.fields
        return fields[name][0], fields[name][1]

    def typeof(self, name: str) -> Any:
        """What a field is read as; ``None``: there is no such field."""
        return _wide(self.field(name)[0]) if name in (self.record.names or ()) else None


class Table(types.Type):
    """An array of records or numbers: its address and its shape."""

    def __init__(self, dtype: np.dtype[Any], ndim: int, lasting: bool) -> None:
        self.record = dtype
        self.ndim = ndim
        self.lasting = lasting
        self.element = Row(dtype, lasting) if dtype.names else _wide(dtype)
        super().__init__(name=f"Table({_number((dtype, ndim, lasting))})")


class Noun(types.Type):
    """A named tuple of arrays and numbers, by the address of a copy of what it holds."""

    def __init__(self, name: str, fields: tuple[tuple[str, Any], ...]) -> None:
        self.places: dict[str, tuple[Any, int]] = {}
        words = 0
        for field, kind in fields:
            self.places[field] = (kind, words)
            words += 1 + kind.ndim if isinstance(kind, Table) else 1
        self.words = words
        super().__init__(name=f"{name}({_number(fields)})")


def _wide(dtype: np.dtype[Any]) -> Any:
    """The type that a number is read as: integers of fewer than 64 bits are widened."""
    if dtype.kind in "iu" and dtype.itemsize < 8:
        return types.int64
    return numpy_support.from_dtype(dtype)


register_model(Row)(models.OpaqueModel)
register_model(Noun)(models.OpaqueModel)


@register_model(Table)
class _TableModel(models.StructModel):
    def __init__(self, manager: Any, table: Table) -> None:
        shape = types.UniTuple(types.intp, table.ndim)
        super().__init__(manager, table, [("data", types.voidptr), ("shape", shape)])


# --- nouns -------------------------------------------------------------------------------------


def _as_field(name: str, kind: Any) -> Any:
    if isinstance(kind, types.Array):
        if kind.layout != "C":
            raise TypeError(f"the array '{name}' is not C-contiguous")
        lasting = name in LASTING or name.endswith("_c")
        return Table(numpy_support.as_dtype(kind.dtype), kind.ndim, lasting)
    return types.unliteral(kind)


def _by_reference(_context: Any, noun: Any) -> Any:
    """Type and code of ``by_reference``."""
    kinds = tuple(noun.types)
    fields = tuple(
        (name, _as_field(name, kind)) for name, kind in zip(noun.fields, kinds, strict=True)
    )
    result = Noun(noun.instance_class.__name__, fields)

    def build(context: Any, builder: Any, _sig: Any, args: Any) -> Any:
        space = cgutils.alloca_once(builder, ir.ArrayType(_WORD, result.words))
        base = builder.bitcast(space, _POINTER)
        for at, (name, kind) in enumerate(zip(noun.fields, kinds, strict=True)):
            value = builder.extract_value(args[0], at)
            word = result.places[name][1]
            if isinstance(kind, types.Array):
                array = context.make_array(kind)(context, builder, value)
                values = [array.data, *cgutils.unpack_tuple(builder, array.shape, kind.ndim)]
            elif isinstance(kind, types.NoneType):
                values = []
            else:
                values = [value]
            for offset, part in enumerate(values):
                target = _at(builder, base, 8 * (word + offset), part.type)
                builder.store(part, target)
        return base

    return signature(result, noun), build


def _unchanged(noun: Any) -> Any:
    """A noun as it is: plain Python passes it on by reference anyway."""
    return noun


by_reference: Any = _unchanged if INTERPRETED else intrinsic(_by_reference)
"""A noun as it is passed on in compiled code.

Taken in an entry, whose arrays outlive it, and given to functions ``compiled_apart``.
"""


def _at(builder: Any, base: Any, offset: Any, kind: Any) -> Any:
    """Pointer to a value of an LLVM type, so many bytes behind ``base``."""
    if isinstance(offset, int):
        offset = ir.Constant(_WORD, offset)
    return builder.bitcast(builder.gep(base, [offset]), kind.as_pointer())


def _load(builder: Any, pointer: Any, lasting: bool) -> Any:
    """Read a value; one that lasts needs no second look, whatever was written in between."""
    value = builder.load(pointer)
    if lasting:
        value.set_metadata("invariant.load", builder.module.add_metadata([]))
    return value


@infer_getattr
class _NounAttribute(AttributeTemplate):
    key = Noun

    def generic_resolve(self, noun: Noun, attr: str) -> Any:  # type: ignore[override]
        found = noun.places.get(attr)
        return None if found is None else found[0]


@lower_getattr_generic(Noun)
def _noun_field(context: Any, builder: Any, noun: Noun, base: Any, attr: str) -> Any:
    kind, word = noun.places[attr]
    if not isinstance(kind, Table):
        pointer = _at(builder, base, 8 * word, context.get_value_type(kind))
        return _load(builder, pointer, True)
    table = cgutils.create_struct_proxy(kind)(context, builder)
    table.data = _load(builder, _at(builder, base, 8 * word, _POINTER), True)
    shape = [
        _load(builder, _at(builder, base, 8 * (word + 1 + axis), _WORD), True)
        for axis in range(kind.ndim)
    ]
    table.shape = cgutils.pack_array(builder, shape)
    return table._getvalue()  # noqa: SLF001


# --- tables ------------------------------------------------------------------------------------


def _index_type(table: Table, index: Any) -> Any:
    if isinstance(index, types.Integer) and table.ndim == 1:
        return types.intp
    if isinstance(index, types.BaseTuple) and len(index) == table.ndim:
        return types.UniTuple(types.intp, table.ndim)
    return None


@infer_global(operator.getitem)
class _GetItem(AbstractTemplate):
    def generic(self, args: Any, _kws: Any) -> Any:
        table = args[0]
        if not isinstance(table, Table):
            return None
        index = _index_type(table, args[1])
        return None if index is None else signature(table.element, table, index)


@infer_global(operator.setitem)
class _SetItem(AbstractTemplate):
    def generic(self, args: Any, _kws: Any) -> Any:
        table = args[0]
        if not isinstance(table, Table) or isinstance(table.element, Row) or table.lasting:
            return None
        index = _index_type(table, args[1])
        return None if index is None else signature(types.none, table, index, table.element)


@infer_global(len)
class _Length(AbstractTemplate):
    def generic(self, args: Any, _kws: Any) -> Any:
        return signature(types.intp, args[0]) if isinstance(args[0], Table) else None


@infer_getattr
class _TableAttribute(AttributeTemplate):
    key = Table

    def resolve_shape(self, table: Table) -> Any:
        return types.UniTuple(types.intp, table.ndim)


def _element(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """Address of an element."""
    table = cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0])
    lengths = cgutils.unpack_tuple(builder, table.shape, sig.args[0].ndim)
    indices = [args[1]]
    if isinstance(sig.args[1], types.BaseTuple):
        indices = cgutils.unpack_tuple(builder, args[1], len(lengths))
    row = None
    for index, length in zip(indices, lengths, strict=True):
        if context.enable_boundscheck:
            cgutils.do_boundscheck(context, builder, index, length)
        row = index if row is None else builder.add(builder.mul(row, length), index)
    size = ir.Constant(_WORD, sig.args[0].record.itemsize)
    return builder.gep(table.data, [builder.mul(row, size)])


@lower_builtin(operator.getitem, Table, types.Integer)
@lower_builtin(operator.getitem, Table, types.BaseTuple)
def _get_element(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    table = sig.args[0]
    address = _element(context, builder, sig, args)
    if isinstance(table.element, Row):
        return address
    return _read(context, builder, address, table.record, table.lasting)


@lower_builtin(operator.setitem, Table, types.Integer, types.Any)
@lower_builtin(operator.setitem, Table, types.BaseTuple, types.Any)
def _set_element(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    address = _element(context, builder, sig, args)
    _write(context, builder, address, sig.args[0].record, args[2])
    return context.get_dummy_value()


@lower_builtin(len, Table)
def _length(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    table = cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0])
    return builder.extract_value(table.shape, 0)


@lower_getattr(Table, "shape")
def _shape(context: Any, builder: Any, kind: Table, value: Any) -> Any:
    return cgutils.create_struct_proxy(kind)(context, builder, value=value).shape


# --- rows --------------------------------------------------------------------------------------


def _stored(context: Any, dtype: np.dtype[Any]) -> Any:
    """LLVM type of a number in memory."""
    return context.get_value_type(numpy_support.from_dtype(dtype))


def _read(context: Any, builder: Any, address: Any, dtype: np.dtype[Any], lasting: bool) -> Any:
    kind = _stored(context, dtype)
    value = _load(builder, builder.bitcast(address, kind.as_pointer()), lasting)
    if dtype.kind == "i" and dtype.itemsize < 8:
        return builder.sext(value, _WORD)
    if dtype.kind == "u" and dtype.itemsize < 8:
        return builder.zext(value, _WORD)
    return value


def _write(context: Any, builder: Any, address: Any, dtype: np.dtype[Any], value: Any) -> None:
    kind = _stored(context, dtype)
    if dtype.kind in "iu" and dtype.itemsize < 8:
        value = builder.trunc(value, kind)
    builder.store(value, builder.bitcast(address, kind.as_pointer()))


@infer_getattr
class _RowAttribute(AttributeTemplate):
    key = Row

    def generic_resolve(self, row: Row, attr: str) -> Any:  # type: ignore[override]
        return row.typeof(attr)


@infer
class _NamedField(AbstractTemplate):
    """``row["mean"]``, for a field that in plain Python would be hidden by a method."""

    key = "static_getitem"

    def generic(self, args: Any, _kws: Any) -> Any:
        row, name = args
        if not isinstance(row, Row) or not isinstance(name, str):
            return None
        kind = row.typeof(name)
        return None if kind is None else signature(kind, *args)


@lower_builtin("static_getitem", Row, types.StringLiteral)
def _get_named_field(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return _get_field(context, builder, sig.args[0], args[0], args[1])


@lower_getattr_generic(Row)
def _get_field(context: Any, builder: Any, row: Row, address: Any, attr: str) -> Any:
    dtype, offset = row.field(attr)
    return _read(context, builder, _at(builder, address, offset, _BYTE), dtype, row.lasting)


@lower_setattr_generic(Row)
def _set_field(context: Any, builder: Any, sig: Any, args: Any, attr: str) -> None:
    if sig.args[0].lasting:
        raise TypeError(f"the field '{attr}' belongs to a table that never changes in a run")
    dtype, offset = sig.args[0].field(attr)
    value = context.cast(builder, args[1], sig.args[1], sig.args[0].typeof(attr))
    _write(context, builder, _at(builder, args[0], offset, _BYTE), dtype, value)
