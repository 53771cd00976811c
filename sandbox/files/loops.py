"""Compiles the loops that are too slow in Python, and keeps what was compiled as long as it is still true.

The compiler keeps machine code beside a module for as long as that module is the same. But a loop takes in
others when it is compiled, and constants, from modules that may change alone: here all of them count. No
module but this one asks for the compiler. Called by the modules of kernels and by `records`, which import
it late: the compiler is slow to load.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from numba import config, njit
from numba.core import caching, event

HOUSE = Path(__file__).resolve().parents[2]
"""The folder in which our packages lie."""
KERNELS = "_kernels"
"""How a module ends that consists of loops, which others may take in; what it imports counts too."""
_IMPORTS = re.compile(r"^[ \t]*from[ \t]+(sandbox(?:\.\w+)+)[ \t]+import\b", re.MULTILINE)


class NotKept(Exception):
    """A loop would have had to be compiled."""


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return what compiles a function at its first call, to run without Python's lock, and keeps the result.

    Where there is no place to keep it (a read-only sandbox) it is compiled for this process.
    """
    config.CACHE_LOCATOR_CLASSES = ",".join(f"{__name__}.{one.__name__}" for one in (_Given, _Beside, _Own))

    def compile_it(function: Callable[..., Any]) -> Any:
        try:
            return njit(cache=True, nogil=True, **options)(function)
        except RuntimeError:
            return njit(nogil=True, **options)(function)

    return compile_it


@contextmanager
def only_kept() -> Iterator[None]:
    """Let nothing be compiled meanwhile, only loaded; raises NotKept where it would be."""
    with event.install_listener("numba:compile", _Refuses()):
        yield


@cache
def made_of(module: Path) -> bytes:
    """Return a digest of all that the loops of a module are made of: itself and our modules it imports.

    Those that are kernels themselves count with what they import, others alone: of them come constants.
    """
    seen: dict[str, bytes] = {}
    left = [module.resolve()]
    while left:
        path = left.pop()
        name = path.relative_to(HOUSE).as_posix() if path.is_relative_to(HOUSE) else path.name
        if name in seen:
            continue
        seen[name] = path.read_bytes()
        if path == module.resolve() or path.stem.endswith(KERNELS):
            left += _imported(seen[name].decode())
    parts = (f"{name} {hashlib.sha256(seen[name]).hexdigest()}\n" for name in sorted(seen))
    return hashlib.sha256("".join(parts).encode()).digest()


def _imported(source: str) -> Iterator[Path]:
    """Yield the files of our modules that a source imports from."""
    for found in _IMPORTS.findall(source):
        path = HOUSE.joinpath(*found.split(".")).with_suffix(".py")
        if path.is_file():
            yield path


class _Refuses(event.Listener):  # type: ignore[misc]
    """Hears that something is to be compiled."""

    def on_start(self, _: object) -> None:
        raise NotKept

    def on_end(self, _: object) -> None:
        """Nothing ends that does not begin."""


class _Whole:
    """What was kept is true of all that it is made of, not only of its own module."""

    _py_file: str

    def get_source_stamp(self) -> bytes:
        """Return what must not have changed."""
        return made_of(Path(self._py_file))


class _Given(_Whole, caching.UserProvidedCacheLocator):  # type: ignore[misc]
    """Kept in the folder that NUMBA_CACHE_DIR names."""


class _Beside(_Whole, caching.InTreeCacheLocator):  # type: ignore[misc]
    """Kept beside the modules."""


class _Own(_Whole, caching.UserWideCacheLocator):  # type: ignore[misc]
    """Kept with this user, where nothing may be written beside the modules."""
