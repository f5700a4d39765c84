# Trusted, but without the application's environment: a process of its own that never runs a method's code.
"""Starts the zygote, as a script, with those modules only that it needs.

The root of the package imports what is for applications, asyncio and pydantic above all: most of the time that the
zygote would take to start, and memory in each of its workers. So it is not executed.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec

_spec = find_spec("runtime")
assert _spec is not None  # noqa: S101 (this file is in it)
sys.modules["runtime"] = module_from_spec(_spec)

from runtime.zygote import main  # noqa: E402 (after that)

main()
