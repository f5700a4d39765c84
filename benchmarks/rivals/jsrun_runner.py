"""The package jsrun as a runner of methods, in this process: a runtime for each run."""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from .installation import HERE, PYTHON_PACKAGES

if TYPE_CHECKING:
    from pathlib import Path

    import aiohttp

JSRUN: Final = "jsrun, in process"


class JsrunRunner:
    """Makes a runtime for each run, whose only way out is a GET by aiohttp."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        if str(PYTHON_PACKAGES) not in sys.path:
            sys.path.append(str(PYTHON_PACKAGES))
        import jsrun  # may not be installed

        self._jsrun = jsrun
        self._session = session
        self._prelude = (HERE / "jsrun_prelude.js").read_text()

    async def run(self, method: Path, arguments: dict[str, Any]) -> Any:  # noqa: ANN401 (JSON)
        """Run a method and return its value."""
        with self._jsrun.Runtime() as runtime:
            runtime.bind_function("hostGet", self._get)
            runtime.eval(self._prelude)
            runtime.eval(_text(method))
            text = json.dumps(json.dumps(arguments))
            return json.loads(await runtime.eval_async(f"run({text})"))

    async def _get(self, path: str) -> str:
        async with self._session.get(path) as response:
            return await response.text()


@cache
def _text(method: Path) -> str:
    return method.read_text()
