"""Encodings: the ways in which a secret may be written within other text."""

from __future__ import annotations

import html
import json
import re
from itertools import product
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Encode = Callable[[str], str]

_UNENCODED: Final = ("", "/", "!*'()", "!*'():$,", "!$&'()*+,;=:@/", "!*'();/?:@&=+$,#")
"""What encoders leave as it is: the strictest, Python's `quote`, `encodeURIComponent`, axios, a path, `encodeURI`."""
_ESCAPE: Final = re.compile("%[0-9A-F]{2}")


def _percent(unencoded: str, *, plus: bool, lower: bool, twice: bool) -> Encode:
    def encode(text: str) -> str:
        encoded = quote(text, safe=unencoded, errors="replace")
        if plus:
            encoded = encoded.replace("%20", "+")
        if lower:
            encoded = _ESCAPE.sub(lambda match: match[0].lower(), encoded)
        return quote(encoded, safe=unencoded) if twice else encoded

    return encode


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _json_readable(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _json_with_slashes(text: str) -> str:
    return _json(text).replace("/", "\\/")


def _json_for_html(text: str) -> str:
    return _json(text).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e").replace("'", "\\u0027")


def _json_twice(text: str) -> str:
    return _json(_json(text))


def _json_readable_twice(text: str) -> str:
    return _json_readable(_json_readable(text))


def _console(text: str) -> str:
    """Write text as the console shows a string inside an object."""
    return _json_readable(text).replace('\\"', '"').replace("'", "\\'")


def _html(text: str) -> str:
    return html.escape(text, quote=False)


def _html_named(text: str) -> str:
    return html.escape(text, quote=False).replace('"', "&quot;").replace("'", "&apos;")


def _html_decimal(text: str) -> str:
    return html.escape(text, quote=False).replace('"', "&#34;").replace("'", "&#39;")


def _html_all_decimal(text: str) -> str:
    return "".join(f"&#{ord(character)};" for character in text)


def _html_all_hex(text: str) -> str:
    return "".join(f"&#x{ord(character):x};" for character in text)


def _json_in_html(text: str) -> str:
    return html.escape(_json(text))


def _json_readable_in_html(text: str) -> str:
    return html.escape(_json_readable(text))


def _html_twice(text: str) -> str:
    return html.escape(html.escape(text))


def _hex(text: str) -> str:
    return text.encode("utf-8", "replace").hex()


_ENCODE: Final[tuple[Encode, ...]] = (
    str,
    *(
        _percent(unencoded, plus=plus, lower=lower, twice=twice)
        for unencoded, plus, lower, twice in product(_UNENCODED, (False, True), (False, True), (False, True))
    ),
    _json,
    _json_readable,
    _json_with_slashes,
    _json_for_html,
    _json_twice,
    _json_readable_twice,
    _console,
    html.escape,
    _html,
    _html_named,
    _html_decimal,
    _json_in_html,
    _json_readable_in_html,
    _html_twice,
    _html_all_decimal,
    _html_all_hex,
    _hex,
)


def encoded_pairs(secret: str, placeholder: str) -> Iterator[tuple[str, str]]:
    """Yield each text that a secret is written as, with the same way of writing its placeholder; base64 aside."""
    for encode in _ENCODE:
        yield encode(secret), encode(placeholder)
