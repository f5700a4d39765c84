"""OutgoingRequest: one request, ready to be sent, made from a call in a list of small steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import count
from typing import TYPE_CHECKING, Final

from runtime import Failure, RunEnded, no_note

from .encoded_body import FORM_TYPE, EncodedBody, encoded
from .errors import RequestRefusedError
from .headers import checked_header, refuse_too_many
from .merging import merge
from .patching import patched
from .response_handlers import ResponseHandlers
from .target import target_of
from .unpacking import OFFERED_ENCODINGS
from .upload import Upload

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runtime import JSON, HostCall, Note

    from .call import MethodCall
    from .client_config import ClientConfig
    from .limits import Limits
    from .origin import Origin
    from .proxy import Proxy
    from .run_random import RunRandom
    from .target import Target

DEFAULT_HEADERS: Final = {
    "accept": "application/json, text/plain, */*",
    "user-agent": f"methodhost/{version('methodhost')}",
}
_CONTENT_TYPE: Final = "content-type"
_IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_BODY_VERBS: Final = frozenset({"POST", "PUT", "PATCH"})


@dataclass(frozen=True, kw_only=True)
class OutgoingRequest:
    """One request, ready to be sent.

    Attributes:
        verb: Upper case.
        target: Where it goes.
        headers: By lower-case name.
        body: Sent as it is; None sends none. A stream can be sent once.
        carries_client: Whether the client's credentials are in it.
        has_client_data: Whether the client changed the body.
        handlers: What judges its response before the default rules.
        proxy: What it goes through.
        full_response: Whether the call gives status and headers beside the data.
        hooked: Whether functions of the client, in the isolate, look at the response.
        binary: Whether the call gives the data as bytes.
        streamed: Whether it gives them as they come.
        plain: Whether it gives them as text, even where they are JSON.
        redirects: How many are followed.
        warnings: What the method's author should know.
        retries: Further attempts that were asked for, after what may not go wrong again.
        own_origin: That of the client's base, where it has one.
        any_status: Whether the call gives every response, whatever its status, and its body as it is asked for.
        refuses_redirects: Whether a redirect is an error.
        call: Which call it serves, a number in this process: attempts and redirects have that of the first request.
        attempt: 1 for the first; redirects of one attempt have its number.
        note: Writes into the journal of the run what becomes of it.
        site: Where in the method's source that call is, `data/contacts/list.js:3:14`, where that is known.
    """

    verb: str
    target: Target
    headers: dict[str, str] = field(repr=False)
    body: bytes | Upload | None = field(repr=False)
    carries_client: bool
    has_client_data: bool = False
    handlers: ResponseHandlers = field(default_factory=ResponseHandlers, repr=False)
    proxy: Proxy | None = None
    full_response: bool = False
    hooked: bool = False
    binary: bool = False
    streamed: bool = False
    plain: bool = False
    redirects: int = 0
    warnings: tuple[str, ...] = ()
    retries: int = 0
    own_origin: Origin | None = None
    any_status: bool = False
    refuses_redirects: bool = False
    call: int = field(default_factory=count(1).__next__)
    attempt: int = 1
    note: Note = field(default=no_note, repr=False)
    site: str | None = None

    @property
    def is_idempotent(self) -> bool:
        """Whether sending it twice does what sending it once does (RFC 9110, 9.2.2)."""
        return self.verb in _IDEMPOTENT

    @property
    def repeatable(self) -> bool:
        """Whether it could be sent again."""
        return isinstance(self.body, bytes | None)

    @property
    def sent_bytes(self) -> int:
        """Of the body, so far."""
        return self.body.sent_bytes if isinstance(self.body, Upload) else len(self.body or b"")


async def prepare(
    call: MethodCall,
    config: ClientConfig,
    limits: Limits,
    random: RunRandom,
    *,
    upload: Upload | None = None,
    asked: HostCall | None = None,
) -> OutgoingRequest:
    """Return the request that a call means.

    Args:
        call: What the method asked for.
        config: How the client is configured.
        limits: Bound URL, headers, body and redirects.
        random: Of the run.
        upload: The body, where that is a stream.
        asked: The call as it came; the host's own requests are in no journal.

    Raises:
        RunEnded: The body is too long.
        RequestRefusedError: It asks for something impossible.
        ClientIncompleteError: The client has no base for its path.
    """
    target = target_of(config.base_uri if call.options.base_uri is None else call.options.base_uri, call.path)
    owned = config.owns(target.origin)
    visible = config if owned else config.for_others
    given, call = call, patched(call, visible.overrides) if visible.overrides else call
    merged = merge(visible, call)
    target = target.with_query(merged.query)
    refuse_long_url(target, limits)
    body = None if call.body is None or call.body.kind == "stream" else await encoded(call.body, call.data, random)
    refuse_large_body(body, limits)
    headers = _completed(merged.headers.values, _type_of(upload or body, call, merged.headers.values))
    refuse_too_many(headers, limits)
    most = call.options.max_redirects
    return OutgoingRequest(
        verb=call.verb,
        target=target,
        headers=headers,
        body=upload if body is None else body.content,
        carries_client=owned,
        has_client_data=call.body is not given.body,
        handlers=config.handlers,
        proxy=config.proxy,
        full_response=merged.full_response,
        hooked=call.client is not None,
        binary=call.options.response_type == "arraybuffer",
        streamed=call.options.response_type == "stream",
        retries=merged.retries,
        own_origin=config.origin,
        attempt=1 + asked.attempts if asked else 1,
        note=asked.note if asked else no_note,
        site=asked.site if asked else None,
        plain=call.options.response_type == "text",
        redirects=limits.redirects if most is None else min(most, limits.redirects),
        warnings=(*left_out_warnings(merged.headers.left_out), *_stranger_warnings(config, target.origin, owned=owned)),
    )


def _type_of(body: EncodedBody | Upload | None, call: MethodCall, given: Mapping[str, str | None]) -> str | None:
    """Return the content type of a request: what the call or the client says comes first, where the body allows it.

    What the client says of every body is about the bodies that methods write, not about streams.
    """
    if body is None:
        return given.get(_CONTENT_TYPE)
    if isinstance(body, EncodedBody) and body.has_boundary:
        return body.content_type
    own = any(name.lower() == _CONTENT_TYPE for name in call.options.headers)
    if own or (_CONTENT_TYPE in given and isinstance(body, EncodedBody)):
        return given.get(_CONTENT_TYPE)
    default = FORM_TYPE if call.verb in _BODY_VERBS else None
    return checked_header(_CONTENT_TYPE, body.content_type)[1] if body.content_type else default


def _completed(given: Mapping[str, str | None], content_type: str | None) -> dict[str, str]:
    """Return the headers with those that every request has. None suppresses a default."""
    headers = {**DEFAULT_HEADERS, **given, _CONTENT_TYPE: content_type, "accept-encoding": OFFERED_ENCODINGS}
    return {name: value for name, value in headers.items() if value is not None}


def refuse_large_body(body: EncodedBody | None, limits: Limits) -> None:
    """End the run for a body that became too long in encoding; the sandbox refuses others itself."""
    if body is not None and len(body.content) > limits.request_bytes:
        message = f"The body of a request is more than {limits.request_bytes} bytes long."
        data: dict[str, JSON] = {"limit": "request_size", "value": limits.request_bytes, "used": len(body.content)}
        raise RunEnded(Failure(type="limit", key="request_size", message=message, data=data))


def refuse_long_url(target: Target, limits: Limits) -> None:
    """Refuse a URL that is longer than the limits allow.

    Raises:
        RequestRefusedError: `url`.
    """
    if len(target.href) > limits.url_bytes:
        raise RequestRefusedError(f"The URL is longer than {limits.url_bytes} bytes.", key="url")


def left_out_warnings(names: Iterable[str]) -> list[str]:
    """Return what to tell the author about headers that only the host may set."""
    return [f"The header {name} was not sent: it belongs to the host." for name in names]


def _stranger_warnings(config: ClientConfig, origin: Origin, *, owned: bool) -> list[str]:
    """Explain a request without credentials, which the server is about to refuse."""
    if owned or not (config.headers or config.query or config.auth):
        return []
    what = f"The client's headers, query and auth were not sent to {origin}"
    return [f"{what}: they go to the origin of its baseUri only."]
