"""The plugin of pytest: fixtures of connectors are collected as tests, and tests in Python get a host.

Pytest imports this in each project where methodhost is installed, before coverage is measured. So it imports nothing
of methodhost until a fixture is collected, or one of its own fixtures is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from connectors.testing import RecordedApi, SharedHost

SUFFIXES = (".fixture.yml", ".fixture.yaml", ".fixture.json")
COLLECT = "methodhost_collect"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `pyproject.toml` may say."""
    parser.addini(COLLECT, "Collect fixtures of methodhost (*.fixture.yml) as tests.", type="bool", default=True)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a fixture of a connector."""
    if not file_path.name.endswith(SUFFIXES) or not parent.config.getini(COLLECT):
        return None
    from connectors.testing.items import FixtureModule

    return FixtureModule.from_parent(parent, path=file_path)


@pytest.fixture(scope="session")
def method_host_options() -> dict[str, Any]:
    """Return the options of `method_host`, as `MethodHost` takes them; for projects to replace."""
    return {}


@pytest.fixture(scope="session")
def method_host(method_host_options: dict[str, Any]) -> Iterator[SharedHost]:
    """Give an open `MethodHost`, for tests with and without an event loop; methods reach public addresses alone."""
    from connectors.testing import SharedHost

    with SharedHost(**method_host_options) as host:
        yield host


@pytest.fixture
def recorded_api(request: pytest.FixtureRequest, method_host: SharedHost) -> Iterator[Callable[..., RecordedApi]]:
    """Give a function that lets recorded exchanges stand in for the network of `method_host`, until the test ends.

    What it is given is the path of a fixture or of a recording of another tool, seen from the folder of the test, or a
    list of exchanges as they stand in a fixture. The test fails if an exchange is not used, unless it says otherwise.
    """
    from connectors.testing.recordings import Recordings

    with Recordings(method_host, folder=request.path.parent) as recordings:
        yield recordings.play
