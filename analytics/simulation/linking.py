"""Linking: how the inner functions of a compiled entry become a part of its machine code.

Numba optimises each function together with all that it calls, and again as a part of each of its
callers: what lies deep is linked and optimised dozens of times. Inner functions are never called
from Python, so they need no machine code of their own: here they are only typed and lowered, and
the entry that calls them is linked, optimised and made into machine code once.

This takes hold of private methods of Numba's code libraries while an entry is compiled.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import llvmlite.binding as llvm
from numba.core import codegen

SPEED_LEVEL = 2
INLINING_THRESHOLD = 100
"""Above it, a function that is called at several places is not copied into its callers."""


def _mangled(function: str) -> str:
    """What the symbol of a function begins with, given its module and name with dots between."""
    return "_ZN" + "".join(f"{len(part)}{part}" for part in function.split("."))


def _reached(library: Any) -> list[Any]:
    """All libraries that one is made of, each once, beside itself."""
    found: dict[Any, None] = {}
    waiting = list(library._linking_libraries)  # noqa: SLF001
    while waiting:
        other = waiting.pop()
        if other not in found:
            found[other] = None
            waiting += other._linking_libraries  # noqa: SLF001
    return list(found)


def _link(library: Any) -> None:
    """Bring everything that a library calls into its module."""
    for other in _reached(library):
        library._reload_init.update(other._reload_init)  # noqa: SLF001
        library._final_module.link_in(  # noqa: SLF001
            other._get_module_for_linking(),  # noqa: SLF001
            preserve=True,
        )


def _make_private(module: Any, entry: str, apart: Collection[str]) -> None:
    """Tell the optimiser that nothing but the entry is called from outside.

    The names are changed too: the loader takes a private function for one that another module of
    the process calls by the same name, and the optimiser may have changed its arguments.
    """
    prefixes = tuple(_mangled(function) for function in apart)
    for function in module.functions:
        if function.is_declaration:
            continue
        if function.name.startswith(prefixes):
            function.add_function_attribute("noinline")
        if function.linkage == llvm.Linkage.linkonce_odr:
            function.linkage = llvm.Linkage.internal
            function.name = f"{entry}/{function.name}"


def _optimise(library: Any) -> None:
    """Optimise a large entry with all that it calls.

    Loops are neither unrolled nor made into vectors: they are short, and their copies would double
    the time that it takes to compile them.
    """
    tuning = llvm.create_pipeline_tuning_options()
    tuning.speed_level = SPEED_LEVEL
    tuning.inlining_threshold = INLINING_THRESHOLD
    tuning.loop_unrolling = False
    tuning.loop_vectorization = False
    tuning.slp_vectorization = False
    builder = llvm.create_pass_builder(library._codegen._tm, tuning)  # noqa: SLF001
    builder.getModulePassManager().run(library._final_module, builder)  # noqa: SLF001


@contextmanager
def linked_once(
    entry: str, inner: Collection[str], apart: Collection[str], *, large: bool
) -> Iterator[None]:
    """Leave linking and optimising of inner functions to the entry that is compiled within.

    Parameters
    ----------
    entry
        Qualified name of the entry's function.
    inner
        Qualified names of functions that are only ever a part of an entry.
    apart
        Modules and qualified names of those that are never copied into their caller.
    large
        Compile it quickly: it has little to gain from loops that are unrolled or made into vectors.
    """
    library: Any = codegen.JITCodeLibrary
    machine: Any = codegen.JITCPUCodegen
    finalize = library.finalize
    optimise = library._optimize_final_module  # noqa: SLF001
    set_env = machine.set_env

    def finalize_entry(self: Any) -> None:
        if self.name in inner and self.name != entry:
            self._raise_if_finalized()
            self._finalize_dynamic_globals()
            self._finalized = True
            return
        _link(self)
        self._linking_libraries = []
        finalize(self)

    def optimise_entry(self: Any) -> None:
        if self.name == entry:
            _make_private(self._final_module, entry, apart)
        if self.name == entry and large:
            _optimise(self)
        else:
            optimise(self)

    def set_env_of_entry(self: Any, env_name: str, env: Any) -> None:
        if self._engine.is_symbol_defined(env_name):
            set_env(self, env_name, env)

    library.finalize = finalize_entry
    library._optimize_final_module = optimise_entry  # noqa: SLF001
    machine.set_env = set_env_of_entry
    try:
        yield
    finally:
        library.finalize = finalize
        library._optimize_final_module = optimise  # noqa: SLF001
        machine.set_env = set_env
