"""AuthMethods: runs a connector's methods of authentication, in whatever they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime import RunEnded

from .mapping import FormulaMapping
from .method import MAPPING

if TYPE_CHECKING:
    from bridge import Client
    from runtime import JSON

    from .context import RunContext
    from .method import Method
    from .wall import Wall


class AuthMethods:
    """Runs methods of authentication as parts of other runs.

    Args:
        wall: Where those run that are JavaScript.
    """

    def __init__(self, wall: Wall) -> None:
        self._wall = wall

    async def run(
        self, context: RunContext, method: Method, arguments: dict[str, JSON], *, client: Client | None = None
    ) -> JSON:
        """Return what a method gives.

        Args:
            context: The run that needs it; its record takes in what happens.
            method: Which.
            arguments: What it receives.
            client: How its `apiClient` is configured, if it has one.

        Raises:
            RunEnded: Its code failed.
            DefinitionError: It cannot be run.
        """
        if method.implementation == MAPPING:
            return FormulaMapping.parse(method.file).build(arguments)
        outcome = await self._wall.run(context, method, arguments, client=client)
        context.record.add(outcome)
        if outcome.failure is not None:
            raise RunEnded(outcome.failure)
        return outcome.value
