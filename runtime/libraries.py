"""JavaScript libraries that an isolate loads on first touch.

V8 has no URL, no Buffer and no text encoding. Their text is kept out of isolates that cannot use it, because V8 would
parse it in each of them anew. A library comes with a run whose source names one of its globals or imports one of its
modules, or with the reply of a host call that names the library. Where source may reach a global without naming it -
`globalThis["Buf" + "fer"]` - all libraries that are globals come.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Library:
    """One bundle.

    Attributes:
        name: Of its file in `bundles/`; extensions take its exports by `core.library(name)`.
        globals: Those of its exports that are globals of methods.
        words: What in a method's source else may lead to it.
        modules: Names by which methods import its default export.
        members: Whether what follows such a name, as `get` in `lodash/get`, is a member of that.
        needs: Libraries that it takes from the isolate, as `library:NAME` in its text.
    """

    name: str
    globals: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    members: bool = False
    needs: tuple[str, ...] = ()


def _of_node(*names: str) -> tuple[str, ...]:
    """Return the names of a module of Node.js: with and without its scheme."""
    return (*names, *(f"node:{name}" for name in names))


LIBRARIES: Final = (
    Library(
        "abort", ("AbortController", "AbortSignal", "CustomEvent", "Event", "EventTarget"), needs=("dom_exception",)
    ),
    Library("axios", words=("axios",)),
    Library("base64", ("atob", "btoa"), needs=("dom_exception",)),
    Library(
        "blob", ("Blob", "File", "FormData"), words=("multipart", "patchForm", "postForm", "putForm", "toFormData")
    ),
    Library("buffer", ("Buffer",), words=("arraybuffer", "formData"), modules=_of_node("buffer")),
    Library("clone", ("structuredClone",), needs=("dom_exception",)),
    Library("crypto", ("CryptoKey", "SubtleCrypto", "crypto"), needs=("dom_exception",)),
    Library("crypto_module", modules=_of_node("crypto"), needs=("buffer", "crypto")),
    Library("dom_exception", ("DOMException",)),
    Library("encoding", ("TextDecoder", "TextEncoder")),
    Library("events", modules=_of_node("events")),
    Library(
        "fetch",
        ("Headers", "Request", "Response"),
        words=("fetch",),
        needs=("abort", "blob", "streams", "url"),
    ),
    Library("inspect", words=("console",)),
    Library("lodash", modules=("lodash",), members=True),
    Library("path", modules=_of_node("path", "path/posix")),
    Library("querystring", modules=_of_node("querystring")),
    Library(
        "streams",
        (
            "ByteLengthQueuingStrategy",
            "CountQueuingStrategy",
            "ReadableByteStreamController",
            "ReadableStream",
            "ReadableStreamBYOBReader",
            "ReadableStreamBYOBRequest",
            "ReadableStreamDefaultController",
            "ReadableStreamDefaultReader",
            "TransformStream",
            "TransformStreamDefaultController",
            "WritableStream",
            "WritableStreamDefaultController",
            "WritableStreamDefaultWriter",
        ),
        needs=("abort", "dom_exception"),
    ),
    Library("text_streams", ("TextDecoderStream", "TextEncoderStream"), needs=("streams",)),
    Library("url", ("URL", "URLSearchParams")),
    Library("url_module", modules=_of_node("url"), needs=("url",)),
    Library("util", modules=_of_node("util")),
)

_NEEDS: Final = {library.name: library.needs for library in LIBRARIES}
_LIBRARY_OF: Final = {word: library.name for library in LIBRARIES for word in (*library.globals, *library.words)}
_LIBRARY_OF_MODULE: Final = {module: library.name for library in LIBRARIES for module in library.modules}
_IMPORTED: Final = re.compile(rf"""\brequire\(\s*(['"`])({"|".join(_LIBRARY_OF_MODULE)})(?:/[^'"`\n]*)?\1\s*\)""")
_ESCAPE: Final = re.compile(r"\\u(?:\{0*([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{4}))")
_STRICT: Final = re.compile(r"\s*['\"]use strict['\"]")

# In code no expression stands beside a word on the same line, but for operators and keywords; in prose most words do.
_NO_WORD_AFTER: Final = r"(?![ \t]+(?!in\b|instanceof\b)\w)"
_BEFORE_EXPRESSIONS: Final = re.compile(
    r"await|case|default|delete|do|else|extends|in|instanceof|new|of|return|throw|typeof|void|yield"
)
_NO_TEXT: Final = r"(?:(?<![\"'`])|(?=\w+[\"'`/]))"
"""What begins a string is no global; where it ends there too, or a path goes on, it may be the name of a module."""
_NAMED: Final = re.compile(rf"(?:\b([A-Za-z_$][\w$]*)[ \t]+)?{_NO_TEXT}\b({'|'.join(_LIBRARY_OF)})\b{_NO_WORD_AFTER}")
_NO_MEMBER_AFTER: Final = r"(?!\s*(?:\?\.|\.)\s*(?!valueOf\b|__)[A-Za-z_$#])"
_GLOBAL_OBJECT: Final = re.compile(rf"\bglobalThis\b{_NO_MEMBER_AFTER}|\bgetThis\b")
_SLOPPY_THIS: Final = re.compile(rf"\bthis\b{_NO_WORD_AFTER}{_NO_MEMBER_AFTER}")


def library_sources() -> dict[str, str]:
    """Return the text of each library by its name.

    It is the body of a function over `module`, `exports`, `globalThis` and `require`.
    """
    return {library.name: read_source(__package__, f"bundles/{library.name}.js") for library in LIBRARIES}


def libraries_of(code: str) -> tuple[str, ...]:
    """Return the names of the libraries that `code` can touch, in the order of `LIBRARIES`.

    Args:
        code: A method's source, as V8 gets it.
    """
    text = _ESCAPE.sub(_unescaped, code)
    imported = {_LIBRARY_OF_MODULE[match[2]] for match in _IMPORTED.finditer(text)}
    if _reaches_the_global_object(text):
        return in_order(imported | set(_LIBRARY_OF.values()))
    named = _NAMED.finditer(text)
    return in_order(
        imported | {_LIBRARY_OF[match[2]] for match in named if not match[1] or _BEFORE_EXPRESSIONS.fullmatch(match[1])}
    )


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return `names` and what they need, once each, in the order of `LIBRARIES`."""
    waiting = list(names)
    wanted: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting += _NEEDS[name]
    return tuple(library.name for library in LIBRARIES if library.name in wanted)


def _reaches_the_global_object(text: str) -> bool:
    """Say whether `text` may compute the name of a global: a member that it names as such is a word in the source.

    In sloppy code `this` can be the global object.
    """
    if _GLOBAL_OBJECT.search(text):
        return True
    return not _STRICT.match(text) and _SLOPPY_THIS.search(text) is not None


def _unescaped(match: re.Match[str]) -> str:
    number = int(match[1] or match[2], 16)
    return chr(number) if number <= 0x10FFFF else match[0]
