# Trusted, but without the application's environment: a process of its own that never runs a method's code.
"""Starts the zygote, as a script, with those modules only that it needs.

The roots of the two packages import what is for applications, asyncio and pydantic above all: most of the time that the
zygote would take to start, and memory in each of its workers. So they are not executed.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec

for _name in ("runtime", "py_mini_racer"):
    _spec = find_spec(_name)
    assert _spec is not None  # noqa: S101 (this file is in one, and the other is a requirement)
    sys.modules[_name] = module_from_spec(_spec)

from runtime.zygote import main  # noqa: E402 (after that)

main()
