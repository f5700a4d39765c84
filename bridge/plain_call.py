"""PlainCall: one HTTP request that a method makes without the connection's client, with `fetch` or `axios`.

Every part of it was written by hostile code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError

from .body import BytesBody, MultipartBody, StreamBody, TextBody
from .breadth import refuse_too_broad
from .encoded_body import encoded
from .errors import RequestRefusedError
from .headers import checked_header, is_left_out, refuse_too_many
from .outgoing import DEFAULT_HEADERS, OutgoingRequest, left_out_warnings, refuse_large_body, refuse_long_url
from .target import Target, parse_url
from .unpacking import OFFERED_ENCODINGS

if TYPE_CHECKING:
    from runtime import HostCall

    from .limits import Limits
    from .origin import Origin
    from .run_random import RunRandom
    from .upload import Upload

PLAIN_REQUEST: Final = "fetch"
"""The operation of such calls."""

_FORBIDDEN: Final = frozenset({"CONNECT", "TRACE", "TRACK"})
"""Methods that no page may use either (Fetch standard, forbidden methods)."""

PlainBody: TypeAlias = Annotated[TextBody | BytesBody | MultipartBody | StreamBody, Field(discriminator="kind")]


class PlainCall(BaseModel):
    """What the method asked for.

    Attributes:
        method: Any but those that reach beyond the server.
        url: Absolute.
        headers: In order; a name that comes twice is joined.
        body: Its content type is among the headers, but for a form that the host writes.
        data: The bytes of the body, where it is bytes.
        redirect: `manual` gives the redirect itself, `error` refuses it.
        max_redirects: Redirects followed; never more than the limits of the run allow.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    method: Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}$")]
    url: str
    headers: list[Annotated[list[str], Field(min_length=2, max_length=2)]]
    body: PlainBody | None
    data: bytes | None = Field(default=None, repr=False)
    redirect: Literal["follow", "error", "manual"]
    max_redirects: NonNegativeInt | None = Field(alias="maxRedirects")

    @classmethod
    def read(cls, call: HostCall, limits: Limits) -> Self:
        """Return what a host call means.

        Args:
            call: As the sandbox sent it.
            limits: Bound how much of it is read.

        Raises:
            RequestRefusedError: It is too long; or `invalid`: it asks for a method that no method may use, or for
                nonsense.
        """
        payload = call.payload if isinstance(call.payload, dict) else {}
        refuse_too_broad(payload, limits)
        try:
            read = cls.model_validate({**payload, "data": call.data})
        except ValidationError:
            raise RequestRefusedError("This is not a request that can be made.", key="invalid") from None
        if read.method.upper() in _FORBIDDEN:
            raise RequestRefusedError(f"The method {read.method} is not supported.", key="invalid")
        return read

    async def prepare(
        self, limits: Limits, random: RunRandom, own_origin: Origin | None, upload: Upload | None, asked: HostCall
    ) -> OutgoingRequest:
        """Return the request, ready to be sent.

        Args:
            limits: Bound URL, headers, body and redirects.
            random: Of the run.
            own_origin: That of the connection's client, where it has one.
            upload: The body, where that is a stream.
            asked: The call as it came.

        Raises:
            RunEnded: The body is too long.
            RequestRefusedError: It asks for something impossible.
        """
        target = Target.of(parse_url(self.url))
        refuse_long_url(target, limits)
        whole = None if isinstance(self.body, StreamBody) else self.body
        body = None if whole is None else await encoded(whole, self.data, random)
        refuse_large_body(body, limits)
        given = self._joined_headers()
        if body is not None and body.has_boundary and body.content_type is not None:
            given["content-type"] = body.content_type
        headers = {"user-agent": DEFAULT_HEADERS["user-agent"], **given, "accept-encoding": OFFERED_ENCODINGS}
        left_out = [name for name in given if is_left_out(name)]
        sent = {name: value for name, value in headers.items() if name == "accept-encoding" or name not in left_out}
        refuse_too_many(sent, limits)
        most = limits.redirects if self.max_redirects is None else min(self.max_redirects, limits.redirects)
        return OutgoingRequest(
            verb=self.method,
            target=target,
            headers=sent,
            body=upload if body is None else body.content,
            carries_client=False,
            streamed=True,
            any_status=True,
            refuses_redirects=self.redirect == "error",
            redirects=most if self.redirect == "follow" else 0,
            own_origin=own_origin,
            note=asked.note,
            site=asked.site,
            warnings=tuple(left_out_warnings(name for name in left_out if name != "accept-encoding")),
        )

    def _joined_headers(self) -> dict[str, str]:
        joined: dict[str, str] = {}
        for pair in self.headers:
            name, value = checked_header(pair[0], pair[1])
            separator = "; " if name == "cookie" else ", "
            joined[name] = f"{joined[name]}{separator}{value}" if name in joined else value
        return joined
