"""Who is inside, so that whoever closes up can wait for the last."""

from __future__ import annotations

import asyncio
from typing import Self


class Attendance:
    """Counts those who are inside: `with attendance:`. Belongs to one event loop."""

    def __init__(self) -> None:
        self._count = 0
        self._nobody: asyncio.Event | None = None

    def __enter__(self) -> Self:
        """Count one more."""
        self._count += 1
        return self

    def __exit__(self, *_exception: object) -> None:
        """Count one less."""
        self._count -= 1
        if self._nobody is not None and not self._count:
            self._nobody.set()

    async def over(self) -> None:
        """Wait until nobody is inside."""
        if self._count:
            self._nobody = self._nobody or asyncio.Event()
            self._nobody.clear()
            await self._nobody.wait()
