"""HAR 1.2: the exchanges of a run for tools that read HTTP archives.

The format is that of http://www.softwareishard.com/blog/har-12-spec/; names that begin with `_` are ours, as it allows.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from .body_text import media_type, text_of
from .har_cookies import request_cookies, response_cookies

if TYPE_CHECKING:
    from bridge import CapturedExchange
    from runtime import JSON

    from .trace import Trace

HTTP: Final = "HTTP/1.1"
FORM: Final = "application/x-www-form-urlencoded"
PAGE: Final = "run"
CUT: Final = "A body is not here to its end."


def har_of(trace: Trace) -> dict[str, JSON]:
    """Return a run as an HTTP archive: one page, and one entry for each exchange, in the order of sending."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "methodhost", "version": version("methodhost")},
            "pages": [_page(trace)],
            "entries": [_entry(exchange) for exchange in trace.exchanges],
        }
    }


def _page(trace: Trace) -> dict[str, JSON]:
    return {
        "id": PAGE,
        "title": trace.title,
        "startedDateTime": _moment(trace.started_ms),
        "pageTimings": {"onContentLoad": -1, "onLoad": _rounded(trace.ended_ms - trace.started_ms)},
        "comment": trace.outcome,
    }


def _entry(exchange: CapturedExchange) -> dict[str, JSON]:
    """Return one entry. Connecting and sending are not measured apart: they are in the time of waiting."""
    waited = exchange.duration_ms if exchange.waited_ms is None else exchange.waited_ms
    wait, receive = _rounded(waited), _rounded(max(0.0, exchange.duration_ms - waited))
    comment: dict[str, JSON] = {"comment": CUT} if exchange.truncated else {}
    return comment | {
        "pageref": PAGE,
        "startedDateTime": _moment(exchange.started_ms),
        "time": _rounded(wait + receive),
        "request": _request(exchange),
        "response": _response(exchange),
        "cache": {},
        "_call": exchange.call,
        "_attempt": exchange.attempt,
        "timings": {"blocked": -1, "dns": -1, "connect": -1, "send": 0, "wait": wait, "receive": receive, "ssl": -1},
    }


def _request(exchange: CapturedExchange) -> dict[str, JSON]:
    body = exchange.request_body or b""
    request: dict[str, JSON] = {
        "method": exchange.verb,
        "url": exchange.url.partition("#")[0],
        "httpVersion": HTTP,
        "cookies": request_cookies(exchange.request_headers),
        "headers": _pairs(exchange.request_headers),
        "queryString": _pairs(parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": len(body),
    }
    if body:
        request["postData"] = _post_data(body, exchange)
    return request


def _post_data(body: bytes, exchange: CapturedExchange) -> dict[str, JSON]:
    """Return what was sent. The format has no place for binary bodies: they are base64, and `_encoding` says so."""
    content_type = header_of(exchange.request_headers, "content-type")
    text = text_of(body, content_type, is_whole=not exchange.truncated)
    if text is None:
        return {"mimeType": content_type, "text": base64.b64encode(body).decode(), "_encoding": "base64"}
    if media_type(content_type) == FORM:
        return {"mimeType": content_type, "params": _pairs(parse_qsl(text, keep_blank_values=True))}
    return {"mimeType": content_type, "text": text}


def _response(exchange: CapturedExchange) -> dict[str, JSON]:
    """Return the response; where there is none, one with the status 0, and `_error` says why."""
    headers = exchange.response_headers
    answered = exchange.status is not None
    response: dict[str, JSON] = {
        "status": exchange.status or 0,
        "statusText": exchange.reason or "",
        "httpVersion": HTTP if answered else "",
        "cookies": response_cookies(headers),
        "headers": _pairs(headers),
        "content": _content(exchange),
        "redirectURL": header_of(headers, "location"),
        "headersSize": -1,
        "bodySize": _packed_size(exchange) if answered else -1,
    }
    if exchange.fault:
        response["_error"] = exchange.fault
    return response


def _content(exchange: CapturedExchange) -> dict[str, JSON]:
    body = exchange.response_body or b""
    content_type = header_of(exchange.response_headers, "content-type")
    content: dict[str, JSON] = {"size": len(body), "mimeType": content_type or "x-unknown"}
    text = text_of(body, content_type, is_whole=not exchange.truncated)
    if text is None:
        content |= {"text": base64.b64encode(body).decode(), "encoding": "base64"}
    elif text:
        content["text"] = text
    return content


def _packed_size(exchange: CapturedExchange) -> int:
    """Return how long the body was on its way; -1 where that is not known."""
    told = header_of(exchange.response_headers, "content-length")
    if told.isascii() and told.isdigit():
        return int(told)
    packed = exchange.truncated or header_of(exchange.response_headers, "content-encoding")
    return -1 if packed else len(exchange.response_body or b"")


def header_of(headers: tuple[tuple[str, str], ...], name: str) -> str:
    """Return the value of a header, or an empty text."""
    return next((value for key, value in headers if key.lower() == name), "")


def _pairs(pairs: tuple[tuple[str, str], ...] | list[tuple[str, str]]) -> list[JSON]:
    return [{"name": name, "value": value} for name, value in pairs]


def _moment(milliseconds: float) -> str:
    """Return a time as ISO 8601 in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _rounded(milliseconds: float) -> float:
    return round(milliseconds, 3)
