"""Merging of a call's options over its client's configuration, field by field (decision 14)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .headers import checked_header, is_left_out

if TYPE_CHECKING:
    from runtime import JSON

    from .auth import Authentication
    from .call import CallOptions, MethodCall
    from .client_config import ClientConfig


@dataclass(frozen=True, kw_only=True)
class MergedOptions:
    """What holds for one request.

    Attributes:
        query: Parameters after the URL's own, by precedence.
        headers: By lower-case name; the host's own are not among them.
        full_response: Whether the call gives status and headers beside the data.
        left_out: Names of headers that only the host may set.
    """

    query: dict[str, JSON]
    headers: dict[str, str] = field(repr=False)
    full_response: bool
    left_out: tuple[str, ...]


def merge(config: ClientConfig, call: MethodCall) -> MergedOptions:
    """Return what holds for a request.

    Args:
        config: The client's, as far as the request's URL may see it.
        call: What the method asked for.

    Raises:
        RequestRefusedError: `header`.
    """
    headers = _merge_headers(config, call.options)
    sent = {name: value for name, value in headers.items() if value is not None and not is_left_out(name)}
    return MergedOptions(
        query=_merge_query(config, call),
        headers=sent,
        full_response=_merge_full_response(config, call.options),
        left_out=tuple(name for name in headers if is_left_out(name)),
    )


def _merge_headers(config: ClientConfig, options: CallOptions) -> dict[str, str | None]:
    """Names do not depend on case; null deletes. Within each side a header beats what `auth` adds."""
    merged: dict[str, str | None] = {}
    for headers, auth in ((config.headers, _client_auth(config, options)), (options.headers, options.auth)):
        merged.update(auth.headers() if auth else {})
        for name, value in headers.items():
            lower, text = checked_header(name, "" if value is None else value)
            merged[lower] = None if value is None else text
    return merged


def _merge_query(config: ClientConfig, call: MethodCall) -> dict[str, JSON]:
    """Auth < client < options < argument, whole values; null leaves a parameter as it is."""
    auth = _client_auth(config, call.options)
    merged: dict[str, JSON] = {**auth.query()} if auth else {}
    for query in (config.query, call.options.query, call.query):
        merged.update({name: value for name, value in query.items() if value is not None})
    return merged


def _client_auth(config: ClientConfig, options: CallOptions) -> Authentication | None:
    """Return the client's `auth`, unless the call brings its own."""
    return config.auth if options.auth is None else None


def merge_base_uri(config: ClientConfig, options: CallOptions) -> str | None:
    """Return the call's own where it has one."""
    return options.base_uri if options.base_uri is not None else config.base_uri


def _merge_full_response(config: ClientConfig, options: CallOptions) -> bool:
    return config.return_full_response if options.return_full_response is None else options.return_full_response
