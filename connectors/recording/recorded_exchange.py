"""Exchanges as fixtures have them, made from what was on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from bridge import form_parts

from .errors import RecordingError
from .recorded_body import recorded_bytes, recorded_text
from .recorded_headers import request_headers, response_headers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bridge import CapturedExchange

    from .detail import Detail
    from .side_files import SideFiles
    from .substitution import Substitution

MOST_BYTES: Final = 16 * 1024 * 1024
"""Of one body."""
_FAULTS: Final = {
    "cancelled": "timeout",  # nobody waited for what would have come
    "protocol": "protocol",
    "refused": "refused",
    "reset": "reset",
    "timeout": "timeout",
    "tls": "tls",
    "truncated": "truncated",
    "unknown_host": "unknown_host",
}
_UNSAYABLE: Final = {
    "address": "it led to an address that methods may not reach (--allow opens some)",
    "decode": "the response was not packed as its headers say",
}
_MULTIPART: Final = "multipart/form-data"
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class ExchangeWriter:
    """Writes exchanges as the keys of a fixture.

    Attributes:
        substitution: Puts placeholders in place of secrets.
        files: Takes what is too long.
        detail: How much is told.
    """

    substitution: Substitution
    files: SideFiles
    detail: Detail

    def exchange(self, exchange: CapturedExchange) -> dict[str, Any]:
        """Return an exchange.

        Raises:
            RecordingError: No fixture can say what happened.
        """
        name = f"{exchange.verb} {self.substitution.text(exchange.url.partition('?')[0])}"
        if exchange.fault in _UNSAYABLE:
            raise RecordingError(f"No fixture can hold {name}: {_UNSAYABLE[exchange.fault]}.")
        if (
            exchange.truncated
            and max(len(exchange.request_body or b""), len(exchange.response_body or b"")) >= MOST_BYTES
        ):
            raise RecordingError(f"No fixture can hold {name}: one of its bodies is longer than {MOST_BYTES} bytes.")
        written: dict[str, Any] = {
            "request": self.request(exchange.verb, exchange.url, exchange.request_headers, exchange.request_body)
        }
        if exchange.status is not None:
            written["response"] = self.response(exchange)
        if exchange.fault is not None and (exchange.status is None or exchange.fault == "truncated"):
            written["fault"] = _FAULTS[exchange.fault]
        return written

    def request(self, verb: str, url: str, headers: Iterable[tuple[str, str]], body: bytes | None) -> dict[str, Any]:
        """Return a request."""
        given = list(headers)
        content_type = dict(given).get("content-type", "")
        carried = self._request_body(body, content_type) if body else {}
        address, _, query = self.substitution.text(url).partition("?")
        written: dict[str, Any] = {"method": verb, "url": address}
        if query:
            written["query"] = _fields(parse_qsl(query, keep_blank_values=True))
        kept = request_headers(self._with_placeholders(given), next(iter(carried), None))
        return written | ({"headers": kept} if kept else {}) | carried

    def response(self, exchange: CapturedExchange) -> dict[str, Any]:
        """Return a response."""
        body = exchange.response_body or b""
        content_type = dict(exchange.response_headers).get("content-type", "")
        verbatim = self.detail.is_verbatim(exchange.status)
        carried = recorded_bytes(body, content_type, self.substitution, self.files, verbatim=verbatim) if body else {}
        written: dict[str, Any] = {"status": exchange.status}
        if exchange.reason and exchange.reason != _usual_reason(exchange.status):
            written["reason"] = self.substitution.text(exchange.reason)
        placed = self._with_placeholders(exchange.response_headers)
        kept = response_headers(placed, next(iter(carried), None), every=self.detail.all_headers)
        return written | ({"headers": kept} if kept else {}) | carried

    def _with_placeholders(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(name, self.substitution.text(value)) for name, value in headers]

    def _request_body(self, body: bytes, content_type: str) -> dict[str, Any]:
        essence = content_type.partition(";")[0].strip().lower()
        try:
            if essence == _FORM:
                return {"form": _fields(parse_qsl(self._form_text(body), keep_blank_values=True, strict_parsing=True))}
            if essence == _MULTIPART:
                return {"multipart": self._parts(body, content_type)}
        except ValueError:
            pass
        return recorded_bytes(body, content_type, self.substitution, self.files)

    def _form_text(self, body: bytes) -> str:
        return self.substitution.text(body.decode())

    def _parts(self, body: bytes, content_type: str) -> list[Any]:
        parts: list[Any] = []
        for part in form_parts(body, content_type):
            facts = {"name": part.name, "filename": part.filename, "content_type": part.content_type}
            told: dict[str, Any] = {
                key: self.substitution.text(fact) for key, fact in facts.items() if fact is not None
            }
            content = recorded_bytes(part.content, "", self.substitution, self.files, verbatim=True)
            parts.append(told | (content if part.content else recorded_text("", self.files)))
        return parts


def _fields(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the fields of a query or a form by name; several of one name are a list."""
    fields: dict[str, list[Any]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}


def _usual_reason(status: int | None) -> str:
    try:
        return HTTPStatus(status or 0).phrase
    except ValueError:
        return ""
