"""Proposal: what would be written, for somebody to look at before it is."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import unified_diff
from typing import TYPE_CHECKING, Any, Self

from .draft import Draft
from .errors import RecordingError
from .leak_scan import LeakScan
from .merging import merge, same
from .recording import Recording
from .yaml_text import rewritten

if TYPE_CHECKING:
    from connectors.fixtures.fixture_file import FixtureFile

    from .secret_ledger import SecretLedger
    from .trial import Tried


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What would be written, without secrets.

    Attributes:
        recording: What came of recording; nothing is written yet.
        draft: What would be written; None where there is nothing, or nothing that differs.
    """

    recording: Recording
    draft: Draft | None = None

    @classmethod
    def of(
        cls,
        tried: Tried,
        ledger: SecretLedger,
        *,
        notes: tuple[str, ...] = (),
        before: FixtureFile | None = None,
    ) -> Self:
        """Return what is proposed.

        Args:
            tried: The draft.
            ledger: What must not stand in it.
            notes: What its author should know besides.
            before: The fixture as it was.

        Raises:
            RecordingError: A secret would stand in it.
        """
        draft = tried.draft if before is None else _as_written(before, tried)
        refuse_secrets(draft, ledger)
        text = "" if before is None else before.text
        name = draft.path.name
        diff = (
            () if before is None else unified_diff(text.splitlines(), draft.text.splitlines(), name, name, lineterm="")
        )
        recording = Recording(
            file=draft.path,
            exchanges=len(draft.fixture.exchanges),
            mismatches=tried.result.mismatches,
            notes=(*tried.notes, *notes),
            diff=tuple(diff),
        )
        return cls(recording=recording, draft=draft if text != draft.text else None)

    def take(self) -> Recording:
        """Write it, and return what came of recording.

        Raises:
            RecordingError: It cannot be written.
        """
        if self.draft is None:
            return self.recording
        self.draft.write()
        files = (self.draft.path.name, *self.draft.contents)
        return replace(self.recording, written=tuple(self.draft.path.with_name(file) for file in files))


def _as_written(before: FixtureFile, tried: Tried) -> Draft:
    """Return a draft in the words of the fixture as it was, wherever it says the same."""
    old, new, contents = before.document.data, tried.data, tried.draft.contents
    if same(old, new):
        return Draft.of(before.path, old, contents, before.text)
    if before.path.suffix == ".json":
        return tried.draft
    texts = rewritten(before.text, lambda node: merge(node, old, new))
    for text in texts[:-1]:
        with suppress(RecordingError):  # lines of two styles do not always go together
            return Draft.of(before.path, new, contents, text)
    return Draft.of(before.path, new, contents, texts[-1])


def refuse_secrets(draft: Draft, ledger: SecretLedger) -> None:
    """Raise RecordingError where a secret stands in what is to be written."""
    names = ledger.names
    scan = LeakScan(names)
    contents = {name: content.decode("utf-8", "replace") for name, content in draft.contents.items()}
    texts = [(draft.path.name, draft.text), (draft.path.name, "\n".join(_strings(draft.document.data)))]
    for file, text in [*texts, *contents.items()]:
        found = scan.find(text)
        if found is not None:
            raise RecordingError(f"Nothing was written: {_leak(names[found], file, ledger)}", file=str(draft.path))


def _leak(name: str, file: str, ledger: SecretLedger) -> str:
    """Return what is wrong, and what to do."""
    if name in ledger.ordinary:
        return (
            f"{name} of the connection is an ordinary word that stands in {file} for something else. If it is no "
            f"secret, say --public {name}."
        )
    return (
        f"the secret {name} would still stand in {file}, in a form that is not replaced. Please report what the method "
        "does with it."
    )


def _strings(value: Any) -> list[str]:  # noqa: ANN401 (JSON)
    """Return all texts and numbers of JSON."""
    if isinstance(value, dict):
        return [text for name, member in value.items() for text in (name, *_strings(member))]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return [value if isinstance(value, str) else repr(value)]
