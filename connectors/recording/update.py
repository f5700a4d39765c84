"""Update: a fixture that is recorded again, with all of it kept that still holds."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .detail import PLAIN
from .draft import Draft
from .expectation import renew_expectation
from .merged_exchanges import merge_exchanges

if TYPE_CHECKING:
    from connectors.fixtures.fixture_file import FixtureFile
    from connectors.fixtures.result import FixtureResult

    from .detail import Detail
    from .recorded_fixture import RecordedFixture
    from .side_files import SideFiles


@dataclass(frozen=True, kw_only=True)
class Update:
    """A fixture that is recorded again.

    Attributes:
        file: As it was.
        recorded: What happened now.
        with_args: Whether it was run with other arguments than before.
    """

    file: FixtureFile
    recorded: RecordedFixture
    with_args: bool = False

    def as_then(self, detail: Detail) -> tuple[dict[str, Any], SideFiles]:
        """Return the fixture with what happened now, but its old time."""
        return self._data(detail, now=False)

    def as_now(self, detail: Detail) -> tuple[dict[str, Any], SideFiles]:
        """Return the fixture with what happened now, and its time."""
        return self._data(detail, now=True)

    def amend(self, data: dict[str, Any], result: FixtureResult) -> str | None:
        """Put what came out now in place of what was expected before."""
        return renew_expectation(data, self._recorded_data["expect"], result)

    @property
    def _recorded_data(self) -> dict[str, Any]:
        return self.recorded.data(PLAIN)[0]

    def _data(self, detail: Detail, *, now: bool) -> tuple[dict[str, Any], SideFiles]:
        new, files = self.recorded.data(detail)
        data: dict[str, Any] = deepcopy(self.file.document.data) or {}
        taken = [*(["now"] if now else []), *(["args"] if self.with_args else []), "order"]
        data |= {name: new[name] for name in taken if name in new}
        if "connection" in new and "connection" not in data:
            data["connection"] = new["connection"]
        written = Draft.of(self.file.path, new, files.contents)
        data["exchanges"] = merge_exchanges(self.file, written, data.get("exchanges") or [], new["exchanges"])
        data.setdefault("expect", {})
        return data, files
