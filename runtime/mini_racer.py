# Hostile side of the wall: loaded in the zygote, and called in every worker.
"""mini-racer's library: V8 behind a C interface, which is private to mini-racer, so that its exact version is pinned.

Its own binding is not imported. With all that this imports, a process would have a third more mappings of memory, and
much of what a worker costs is to copy those and to take them down again.
"""

from __future__ import annotations

import ctypes
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_LIBRARY: Final = "libmini_racer.dylib" if sys.platform == "darwin" else "libmini_racer.so"
_ICU_DATA: Final = "icudtl.dat"


class Value(ctypes.Structure):
    """What a handle of a value, an address, leads to: where its bytes are, how many, and what they are."""

    _pack_ = 1
    _fields_ = (("address", ctypes.c_void_p), ("length", ctypes.c_size_t), ("type", ctypes.c_uint8))


_VALUE: Final = ctypes.c_void_p
"""A handle, which is a plain number in Python: to make a pointer of each costs more than to use it."""
_CONTEXT: Final = ctypes.c_uint64
_TAG: Final = ctypes.c_uint64

CALLBACK: Final = ctypes.CFUNCTYPE(None, _TAG, _VALUE)
"""Makes a callback for `mr_init_context` of a function: told the tag of an evaluation, and the value that it gave."""

_FUNCTIONS: Final = {
    "mr_alloc_string_val": (_VALUE, _CONTEXT, ctypes.c_char_p, ctypes.c_uint64, ctypes.c_uint8),
    "mr_call_function": (ctypes.c_uint64, _CONTEXT, _VALUE, _VALUE, _VALUE, _TAG),
    "mr_eval": (ctypes.c_uint64, _CONTEXT, _VALUE, _TAG),
    "mr_free_context": (None, _CONTEXT),
    "mr_free_value": (None, _CONTEXT, _VALUE),
    "mr_hard_memory_limit_reached": (ctypes.c_bool, _CONTEXT),
    "mr_init_context": (_CONTEXT, CALLBACK),
    "mr_init_v8": (None, ctypes.c_char_p, ctypes.c_char_p),
    "mr_set_hard_memory_limit": (None, _CONTEXT, ctypes.c_size_t),
    "mr_v8_is_using_sandbox": (ctypes.c_bool,),
    "mr_v8_version": (ctypes.c_char_p,),
}
"""What each gives, and what it takes."""


def load(flags: Sequence[str]) -> ctypes.CDLL:
    """Load V8 into this process, which can be done once.

    Raises:
        OSError: The library is not there, or cannot be loaded.
    """
    package = find_spec("py_mini_racer")
    if package is None or package.submodule_search_locations is None:
        raise OSError("the package mini-racer is not installed")
    folder = Path(package.submodule_search_locations[0])
    library = ctypes.CDLL(str(folder / _LIBRARY))
    for name, (result, *arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    library.mr_init_v8(" ".join(flags).encode(), str(folder / _ICU_DATA).encode())
    return library
