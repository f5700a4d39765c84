"""Merging of a call's options over its client's configuration, field by field (decision 14)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .headers import checked_header, is_left_out
from .query import NO_QUERY, Query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime import JSON

    from .auth import Authentication
    from .call import CallOptions, MethodCall
    from .client_config import ClientConfig


@dataclass(frozen=True, kw_only=True)
class MergedOptions:
    """What holds for one request.

    Attributes:
        query: What is written after the URL's own.
        headers: By lower-case name; the host's own are not among them. None stands for one that is not sent.
        full_response: Whether the call gives status and headers beside the data.
        left_out: Names of headers that only the host may set.
        retries: Further attempts that were asked for.
    """

    query: str
    headers: dict[str, str | None] = field(repr=False)
    full_response: bool
    left_out: tuple[str, ...]
    retries: int


def merge(config: ClientConfig, call: MethodCall) -> MergedOptions:
    """Return what holds for a request.

    Args:
        config: The client's, as far as the request's URL may see it.
        call: What the method asked for.

    Raises:
        RequestRefusedError: `header`.
    """
    headers = _merge_headers(config, call.options)
    left_out = tuple(name for name in headers if is_left_out(name))
    for name in left_out:
        del headers[name]
    return MergedOptions(
        query=_merge_query(config, call),
        headers=headers,
        full_response=_merge_full_response(config, call.options),
        left_out=left_out,
        retries=_merge_retries(config, call.options),
    )


def _merge_headers(config: ClientConfig, options: CallOptions) -> dict[str, str | None]:
    """Names do not depend on case; null and false delete. Within each side a header beats what `auth` adds."""
    merged: dict[str, str | None] = {}
    for headers, auth in ((config.headers, _client_auth(config, options)), (options.headers, options.auth)):
        merged.update(auth.headers() if auth else {})
        for name, value in headers.items():
            sent = None if value is False else value
            lower, text = checked_header(name, "" if sent is None else sent)
            merged[lower] = None if sent is None else text
    return merged


def _merge_query(config: ClientConfig, call: MethodCall) -> str:
    """Auth < client < options < argument, whole values; null leaves a parameter as it is."""
    auth = _client_auth(config, call.options)
    query = _query_of(auth.query() if auth else {}).overridden_by(_query_of(config.query))
    query = query.overridden_by(call.options.query).overridden_by(call.query)
    return query.text(call.options.query_format or config.query_format)


def _query_of(members: Mapping[str, JSON]) -> Query:
    return Query(members=dict(members)) if members else NO_QUERY


def _client_auth(config: ClientConfig, options: CallOptions) -> Authentication | None:
    """Return the client's `auth`, unless the call brings its own."""
    return config.auth if options.auth is None else None


def merge_base_uri(config: ClientConfig, options: CallOptions) -> str | None:
    """Return the call's own where it has one."""
    return options.base_uri if options.base_uri is not None else config.base_uri


def _merge_full_response(config: ClientConfig, options: CallOptions) -> bool:
    return config.return_full_response if options.return_full_response is None else options.return_full_response


def _merge_retries(config: ClientConfig, options: CallOptions) -> int:
    return config.retries if options.retries is None else options.retries
