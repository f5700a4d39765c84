# Hostile side of the wall: applied in every worker.
"""The place of workers behind the application where both want to compute."""

from __future__ import annotations

import os
from typing import Final

from .layer import LayerName
from .step import Step

_STEPS: Final = 10
_LOWEST: Final = 19


def low_priority_step() -> Step:
    """Return the step that lets the application's threads go before this process's."""
    before = os.getpriority(os.PRIO_PROCESS, 0)

    def effective() -> bool:
        return os.getpriority(os.PRIO_PROCESS, 0) == min(before + _STEPS, _LOWEST)

    return Step(LayerName.LOW_PRIORITY, lambda: os.nice(_STEPS), effective)
