"""Merging of a call's options over its client's configuration, field by field (decision 14)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .call import MethodCall
    from .client_config import ClientConfig
    from .sent_headers import SentHeaders


class MergedOptions(NamedTuple):
    """What holds for one request.

    Attributes:
        query: What is written after the URL's own.
        headers: The host's own are not among them.
        full_response: Whether the call gives status and headers beside the data.
        retries: Further attempts that were asked for.
    """

    query: str
    headers: SentHeaders
    full_response: bool
    retries: int


def merge(config: ClientConfig, call: MethodCall) -> MergedOptions:
    """Return what holds for a request.

    Query: auth < client < options < argument, whole values; null leaves a parameter as it is. Headers: within each side
    a header beats what `auth` adds. The client's `auth` counts where the call brings none.

    Args:
        config: The client's, as far as the request's URL may see it.
        call: What the method asked for.

    Raises:
        RequestRefusedError: `header`.
    """
    options = call.options
    if options.auth is not None:
        config = config.without_auth
    query = config.sent_query.overridden_by(options.query).overridden_by(call.query)
    return MergedOptions(
        query=query.text(options.query_format or config.query_format),
        headers=config.sent_headers.overridden_by(options.headers, options.auth),
        full_response=config.return_full_response
        if options.return_full_response is None
        else options.return_full_response,
        retries=config.retries if options.retries is None else options.retries,
    )
