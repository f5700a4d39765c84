"""Recordings: what a test says of recorded exchanges, found and read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from connectors.document import Document
from connectors.errors import DefinitionError, FixtureError
from connectors.fixtures.fixture import Fixture
from connectors.fixtures.fixture_file import FixtureFile
from connectors.fixtures.placement import FIXTURE_SUFFIXES, Placement
from connectors.importing.as_fixture import Conversion
from connectors.importing.sources import read_source
from connectors.recording.draft import Draft

from .recorded_api import RecordedApi

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bridge import Order

    from .shared_host import SharedHost

_INLINE: Final = "recorded_api"
"""What errors call exchanges that stand in the test."""


class Recordings:
    """Lets recorded exchanges stand in for the network of a host, as long as this is entered.

    Args:
        host: Whose runs they answer.
        folder: Where paths begin.
    """

    def __init__(self, host: SharedHost, *, folder: Path) -> None:
        self._host = host
        self._folder = folder
        self._strict: list[RecordedApi] = []

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """Give the host its network back.

        Raises:
            RecordedApiError: An exchange was not used, or a request not answered.
        """
        self._host.environment = None
        for api in self._strict:
            api.check()

    def play(
        self,
        source: str | Path | Sequence[Mapping[str, Any]],
        *,
        order: Order | None = None,
        base_uri: str | None = None,
        strict: bool = True,
    ) -> RecordedApi:
        """Let the exchanges of a source answer the requests of the host from now on.

        Args:
            source: The path of a fixture, of a mock of Nango or of a cassette; or exchanges as a fixture has them.
            order: Whether they must be asked for in their order; as the source says otherwise.
            base_uri: Of the API, where the source does not have it.
            strict: Whether each must be used until the test ends.

        Raises:
            DefinitionError: The source is wrong; names its file, key and line.
        """
        file = self._read(Path(source), base_uri) if isinstance(source, str | Path) else self._inline(source)
        if order is not None:
            file = replace(file, fixture=file.fixture.model_copy(update={"order": order}))
        api = self._host.in_loop(lambda: RecordedApi.of(file))
        self._host.environment = api.environment
        if strict:
            self._strict.append(api)
        return api

    def _inline(self, exchanges: Sequence[Mapping[str, Any]]) -> FixtureFile:
        """Return exchanges that stand in the test as a fixture."""
        document = Document(file=_INLINE, data={"exchanges": list(exchanges)}, error=FixtureError)
        return _as_file(self._folder / _INLINE, document, {})

    def _read(self, path: Path, base_uri: str | None) -> FixtureFile:
        """Return the fixture of a file, or what another tool recorded as one."""
        path = self._folder / path
        if not path.name.endswith(FIXTURE_SUFFIXES):
            return _recorded(path, base_uri)
        try:
            placement = Placement.of(path)
        except DefinitionError:
            placement = _nowhere(path)
        return FixtureFile.load(path, placement=placement)


def _recorded(path: Path, base_uri: str | None) -> FixtureFile:
    """Return what another tool recorded."""
    recordings = read_source(path, base_uri)
    if len(recordings) != 1:
        raise DefinitionError("Name a file: there is more than one recording in this folder.", file=str(path))
    conversion = Conversion(recordings[0], path.stem)
    document = Document(file=str(path), data=conversion.data(), error=FixtureError)
    return _as_file(path, document, conversion.files.contents)


def _as_file(path: Path, document: Document, contents: Mapping[str, bytes]) -> FixtureFile:
    """Return a fixture that belongs to no connector."""
    at, fixture = _nowhere(path), document.into(Fixture)
    return Draft(
        path=path,
        target=at.target,
        root=at.root,
        name=at.name,
        method=at.method,
        fixture=fixture,
        document=document,
        text="",
        contents=contents,
    )


def _nowhere(path: Path) -> Placement:
    """Return the placement of what belongs to no connector."""
    return Placement(target=path.parent, root=path.parent, name=path.name, method="")
