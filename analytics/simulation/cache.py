"""Compiled code: the decorators of the kernel, and the folder its machine code is kept in.

Numba does not notice that a called function changed, so the folder is keyed by the hash of all
kernel sources, the versions and the flags. One process compiles while the others wait for its lock.
Where the home folder cannot be written, a temporary folder serves instead.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np
from filelock import FileLock, Timeout

from analytics.simulation.linking import linked_once

Function = TypeVar("Function", bound=Callable[..., Any])

log = logging.getLogger("twinfed.kernel")

BOUNDS_CHECK = os.environ.get("TWINFED_KERNEL_BOUNDSCHECK", "0") == "1"
"""Compile with index checks, in a cache folder of their own: for the test suite."""


INTERPRETED = os.environ.get("TWINFED_KERNEL_INTERPRETED", "0") == "1"
"""Run the kernel as plain Python: some hundred times slower, with no compiling, for a debugger."""


OPTIONS: dict[str, Any] = {
    "boundscheck": BOUNDS_CHECK,
    "error_model": "numpy",
    # the kernel allocates nothing: without reference counts it runs four times as fast
    "_nrt": False,
}


_PATIENCE_S = 3.0
"""Longer than others hold the lock to load machine code that is there."""


_INNER: set[str] = set()
"""Names, with their modules, of functions that are only ever part of an entry's machine code."""


_APART: set[str] = set()
"""Modules and qualified names of functions that are never copied into their caller."""


def _mark_inner(function: Callable[..., Any]) -> None:
    """Give an inner function a name of its own: Numba tells what it compiles by this name alone.

    A rule of the same name would be left without the machine code that Python calls.
    """
    function.__qualname__ = f"{function.__module__}.{function.__qualname__}"
    _INNER.add(function.__qualname__)


def rule(function: Function) -> Function:
    """Compile a rule that Python code calls too, not only the kernel."""
    if INTERPRETED:
        return function
    wrapped: Function = numba.njit(**OPTIONS)(function)
    return wrapped


def inlined(function: Function) -> Function:
    """Like ``compiled``, and copied into its callers: for what runs at every event."""
    if INTERPRETED:
        return function
    options = {**OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "forceinline": True}
    _mark_inner(function)
    wrapped: Function = numba.njit(**options)(function)
    return wrapped


def compiled(function: Function) -> Function:
    """Compile an inner function of the kernel; it is part of the entry's machine code.

    Without the wrappers that calls from Python need, which take a third of the compile time.
    """
    if INTERPRETED:
        return function
    options = {**OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    _mark_inner(function)
    wrapped: Function = numba.njit(**options)(function)
    return wrapped


def compiled_apart(function: Function) -> Function:
    """Like ``compiled``, and never copied into its caller, which gives it nouns by reference."""
    wrapped = compiled(function)
    _APART.add(f"{function.__module__}.{function.__qualname__}")
    return wrapped


_NOT_COMPILED = frozenset(
    f"{name}.py"
    for name in (
        "belief",
        "columns",
        "expectation",
        "extract",
        "extract_costs",
        "extract_energy",
        "extract_people",
        "extract_stock",
        "freight",
        "keys",
        "laws",
        "little",
        "model",
        "names",
        "stuck",
    )
)
"""Files beside the kernel that no machine code is made of."""


def source_hash(sources: Sequence[Path] = (), *, alone: bool = False) -> str:
    """Hash of everything the machine code depends on; ``sources`` are files beside the kernel's.

    ``alone``: of nothing but them and the way they are compiled.
    """
    digest = hashlib.sha256()
    here = Path(__file__).parent
    kernel = [path for path in here.glob("*.py") if path.name not in _NOT_COMPILED]
    way = [here / "cache.py", here / "linking.py"]
    shared = way if alone else sorted([*kernel, *(here / "rules").glob("*.py")])
    for path in [*shared, *sources]:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    digest.update(f"{numba.__version__} {np.__version__} {sys.version} {BOUNDS_CHECK}".encode())
    return digest.hexdigest()[:20]


def cache_root() -> Path:
    """The first of the user's cache folder and a temporary folder that can be written."""
    configured = os.environ.get("TWINFED_CACHE_DIR")
    candidates = [Path(configured)] if configured else []
    base = os.environ.get("XDG_CACHE_HOME")
    candidates.append((Path(base) if base else Path("~/.cache").expanduser()) / "twinfed")
    candidates.append(Path(tempfile.gettempdir()) / f"twinfed-cache-{os.getuid()}")
    for candidate in candidates:
        folder = candidate / "kernel"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="twinfed-kernel-"))


def cache_folder(sources: Sequence[Path] = (), *, alone: bool = False) -> Path:
    """The folder of this version of the kernel on this machine."""
    return cache_root() / source_hash(sources, alone=alone)


class CompiledEntry:
    """One exported function with an explicit signature, compiled once per version and machine.

    Parameters
    ----------
    name
        Name of the entry, for its marker file and for messages.
    function
        The Python function.
    signature
        Numba signature; compiling is done before the first call, not by it.
    sources
        Files outside the kernel's folder that the function is made of.
    about_s
        What to tell the user who waits for it.
    alone
        It uses nothing of the kernel's.
    large
        It is made of so many functions that the time to compile them counts.
    """

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        signature: Callable[[], Any],
        sources: Sequence[Path] = (),
        about_s: int = 3,
        *,
        alone: bool = False,
        large: bool = False,
    ) -> None:
        self._name = name
        self._about_s = about_s
        self._function = function
        self._signature = signature
        self._sources = tuple(sources)
        self._alone = alone
        self._large = large
        self._compiled: Any = None

    @property
    def ready(self) -> bool:
        """Whether machine code of this version is already on disk or in memory."""
        if INTERPRETED:
            return True
        folder = cache_folder(self._sources, alone=self._alone)
        return self._compiled is not None or self._marker(folder).exists()

    def _marker(self, folder: Path) -> Path:
        """Says that machine code is there that Numba takes: it looks at path, time and size too."""
        source = Path(self._function.__code__.co_filename)
        facts = source.stat()
        stamp = f"{source}:{facts.st_mtime_ns}:{facts.st_size}".encode()
        return folder / f"{self._name}-{hashlib.sha256(stamp).hexdigest()[:12]}.ready"

    def __call__(self, *arguments: Any) -> Any:
        """Call the machine code, compiling or loading it first."""
        if INTERPRETED:
            return self._interpret(*arguments)
        if self._compiled is None:
            self.load()
        return self._compiled(*arguments)

    @contextmanager
    def _alone_in(self, folder: Path) -> Iterator[None]:
        """Hold the lock of this entry; whoever waits for another process that compiles says so."""
        lock = FileLock(folder / f"{self._name}.lock")
        try:
            lock.acquire(timeout=_PATIENCE_S)
        except Timeout:
            log.warning("another process compiles the %s; waiting for it ...", self._name)
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def _interpret(self, *arguments: Any) -> Any:
        """Call the Python function; its records get attributes, as they have when compiled."""
        views = [
            array.view(np.recarray)
            if isinstance(array, np.ndarray) and array.dtype.names
            else array
            for array in arguments
        ]
        with np.errstate(over="ignore"):  # keys wrap around
            return self._function(*views)

    def load(self) -> None:
        """Load the machine code; the first process of a version compiles it and says so."""
        if self._compiled is not None or INTERPRETED:
            return
        folder = cache_folder(self._sources, alone=self._alone)
        folder.mkdir(parents=True, exist_ok=True)
        marker = self._marker(folder)
        with self._alone_in(folder):
            if not marker.exists():
                log.warning(
                    "compiling the %s for this version and machine, once (about %d s) ...",
                    self._name,
                    self._about_s,
                )
            config: Any = numba.config
            previous = config.CACHE_DIR
            config.CACHE_DIR = str(folder)
            try:
                name = self._function.__qualname__
                with linked_once(name, _INNER, _APART, large=self._large):
                    self._compiled = numba.njit(self._signature(), cache=True, **OPTIONS)(
                        self._function
                    )
            finally:
                config.CACHE_DIR = previous
            marker.touch()
