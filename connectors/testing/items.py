"""Fixtures as tests of pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from connectors.errors import ConnectorsError, DefinitionError
from connectors.fixtures.fixture_file import FixtureFile
from connectors.fixtures.placement import Placement
from connectors.suite.shown_path import shown_path

from .failure_repr import FailureRepr
from .item_runner import ItemRunner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connectors.fixtures.result import FixtureResult

_HOOKS: Final = "methodhost-items"


class FixtureFailedError(Exception):
    """A method did something else than its fixture says.

    Args:
        result: What it did.
    """

    def __init__(self, result: FixtureResult) -> None:
        super().__init__(f"{result.file.name} failed")
        self.result = result


class ItemHooks:
    """Keeps the runner of a session as long as fixtures follow upon each other."""

    def __init__(self) -> None:
        self.runner = ItemRunner()

    @classmethod
    def of(cls, config: pytest.Config) -> ItemHooks:
        """Return those of a session."""
        hooks = config.pluginmanager.get_plugin(_HOOKS)
        if not isinstance(hooks, ItemHooks):
            hooks = cls()
            config.pluginmanager.register(hooks, _HOOKS)
        return hooks

    def pytest_runtest_teardown(self, nextitem: pytest.Item | None) -> None:
        """Let nothing of the runner be seen by tests of other kinds."""
        if not isinstance(nextitem, FixtureItem):
            self.runner.close()

    def pytest_sessionfinish(self) -> None:
        """End the runner after an interruption."""
        self.runner.close()


class FixtureModule(pytest.File):
    """The file of a fixture, which holds one test."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the test.

        Raises:
            CollectError: There is no connector.
        """
        try:
            placement = Placement.of(self.path)
        except DefinitionError as caught:
            raise self.CollectError(f"{shown_path(self.path)}: {caught.message}") from None
        yield FixtureItem.from_parent(self, name=placement.name)


class FixtureItem(pytest.Item):
    """One case of one method."""

    def runtest(self) -> None:
        """Run the method against its fixture.

        Raises:
            FixtureFailedError: It did something else than the fixture says.
            DefinitionError: The fixture is wrong.
        """
        result = ItemHooks.of(self.config).runner.run(FixtureFile.load(shown_path(self.path)))
        if not result.ok:
            raise FixtureFailedError(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401 (pytest's)
        """Return what differs, with the source of a throw."""
        if isinstance(excinfo.value, FixtureFailedError):
            result = excinfo.value.result
            return FailureRepr(result, ItemHooks.of(self.config).runner.connector(result.file.target))
        if isinstance(excinfo.value, ConnectorsError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where the test is, and what it is called."""
        return self.path, None, self.name
