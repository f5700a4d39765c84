"""The web-platform-tests: where they come from, and which of them are for an isolate."""

from __future__ import annotations

import hashlib
import re
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE: Final = "https://deb.debian.org/debian/pool/main/n/nodejs/nodejs_20.19.2+dfsg.orig.tar.xz"
"""Debian's source of Node.js, which carries those tests that Node.js keeps to. They are published in no package of their own."""
DIGEST: Final = "5e5559381ad031d245a8efa403458abbb73755f74c3e6380f185a4dd342b7949"

_FOLDER: Final = "/test/fixtures/wpt/"
_OTHERS: Final = re.compile(r"idlharness|send-file-formdata|derive_bits_keys/pbkdf2")
"""Want interface definitions; want a server of their own; take minutes of PBKDF2."""
_SCRIPT: Final = re.compile(r"^// META: script=(\S+)$", re.MULTILINE)
_DATA: Final = re.compile(r"fetch\(\s*[\"'`]([\w./-]+\.json)[\"'`]")
_HERE: Final = Path(__file__).parent

AREAS: Final = {
    "URL": ("url",),
    "Encoding": ("encoding",),
    "atob and btoa": ("html/webappapis/atob",),
    "structuredClone": ("html/webappapis/structured-clone",),
    "Timers and microtasks": ("html/webappapis/timers", "html/webappapis/microtask-queuing"),
    "AbortController": ("dom/abort",),
    "Event and EventTarget": ("dom/events",),
    "DOMException": ("webidl",),
    "Blob and File": ("FileAPI/blob/", "FileAPI/file/"),
    "Streams": ("streams",),
    "Web Crypto": ("WebCryptoAPI",),
    "performance": ("hr-time",),
    "console": ("console",),
}
"""Folders of tests by the name of what they are about."""


@dataclass(frozen=True)
class PlatformTest:
    """One test file.

    Attributes:
        path: Its path among the tests.
        code: Everything that has to be evaluated, as the text of a method.
        data: Text of files that it reads, by the names it reads them under.
    """

    path: str
    code: str
    data: dict[str, str]


class Suite:
    """The tests, in memory.

    Args:
        files: Their text, by path.
    """

    def __init__(self, files: dict[str, str]) -> None:
        self._files = files

    @classmethod
    def fetch(cls, cache: Path) -> Suite:
        """Read the tests, from `cache` if they were fetched before.

        Raises:
            SystemExit: They cannot be fetched, or are not what they were.
        """
        if not cache.exists():
            try:
                response = httpx.get(SOURCE, timeout=120).raise_for_status()
            except httpx.HTTPError as error:
                raise SystemExit(f"The platform tests could not be fetched from {SOURCE}: {error}") from None
            cache.parent.mkdir(parents=True, exist_ok=True)
            cache.write_bytes(response.content)
        archive = cache.read_bytes()
        if hashlib.sha256(archive).hexdigest() != DIGEST:
            raise SystemExit(f"{cache} is not what {SOURCE} was when it was chosen: remove the file and try again.")
        with tarfile.open(fileobj=BytesIO(archive), mode="r:xz") as tar:
            return cls({name: text for member in tar for name, text in _text(tar, member)})

    def tests(self, area: str) -> Iterator[PlatformTest]:
        """Give those of an area that need no browser."""
        for path in sorted(self._files):
            if path.endswith(".any.js") and path.startswith(AREAS[area]) and not _OTHERS.search(path):
                yield self._test(path)

    def _test(self, path: str) -> PlatformTest:
        text = self._files[path]
        scripts = [_joined(path, name) for name in _SCRIPT.findall(text)]
        parts = [
            (_HERE / "before.js").read_text(encoding="utf-8"),
            self._files["resources/testharness.js"],
            *(self._files[script] for script in scripts),
            text,
            (_HERE / "after.js").read_text(encoding="utf-8"),
        ]
        names = {name for part in (text, *(self._files[script] for script in scripts)) for name in _DATA.findall(part)}
        data = {name: self._files[_joined(path, name)] for name in names if _joined(path, name) in self._files}
        return PlatformTest(path=path, code=";\n".join(parts), data=data)


def _text(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[tuple[str, str]]:
    _, found, name = member.name.partition(_FOLDER)
    if found and member.isfile() and name.endswith((".js", ".json")):
        file = tar.extractfile(member)
        assert file is not None
        yield name, file.read().decode("utf-8", errors="replace")


def _joined(path: str, name: str) -> str:
    """Return the path that `name` means in the file `path`."""
    if name.startswith("/"):
        return name[1:]
    parts: list[str] = list(PurePosixPath(path).parent.parts)
    for part in PurePosixPath(name).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
