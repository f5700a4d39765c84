"""httpx without its command line, which nobody here uses, and which takes longer to import than all the rest of it."""

from __future__ import annotations

import sys

_COMMAND_LINE = "httpx._main"

if "httpx" not in sys.modules:
    sys.modules[_COMMAND_LINE] = None  # type: ignore[assignment]  # how Python says that there is no such module
    import httpx  # noqa: F401 (does without)

    del sys.modules[_COMMAND_LINE]
