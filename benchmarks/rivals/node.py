"""Node.js as a runner of methods: warm, started for each run, or with an isolate for each run."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, Final, Self

from .installation import HERE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

WARM: Final = "Node + axios, warm"
ONCE: Final = "Node started per run"
ISOLATED: Final = "Node + isolated-vm"
_LONGEST_LINE: Final = 2**20


class NodeRunner:
    """A Node.js process that is sent a method per line, and answers each when it has ended."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._reader = asyncio.create_task(self._read())

    @classmethod
    @asynccontextmanager
    async def start(cls, node: Path, script: str, base_uri: str, *flags: str) -> AsyncIterator[Self]:
        """Start one of the scripts in this folder."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            node, *flags, HERE / script, base_uri, stdin=pipe, stdout=pipe, limit=_LONGEST_LINE
        )
        runner = cls(process)
        try:
            yield runner
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.kill()
            await process.wait()
            await runner._reader

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    async def run(self, method: Path, arguments: dict[str, Any]) -> Any:  # noqa: ANN401 (JSON)
        """Run a method and return its value.

        Raises:
            RuntimeError: It failed.
        """
        assert self._process.stdin is not None
        number = next(self._numbers)
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        line = json.dumps({"id": number, "file": str(method), "args": arguments})
        self._process.stdin.write(line.encode() + b"\n")
        return await future

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            said = json.loads(line)
            future = self._waiting.pop(said["id"])
            if "error" in said:
                future.set_exception(RuntimeError(said["error"]))
            else:
                future.set_result(said["value"])


async def run_once(node: Path, method: Path, base_uri: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401 (JSON)
    """Run a method in a Node.js process of its own, from its start to its end."""
    process = await asyncio.create_subprocess_exec(
        node, HERE / "once.js", method, base_uri, json.dumps(arguments), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    return json.loads(said)
