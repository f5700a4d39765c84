"""MethodCall: what a method asked for. Every part of it was written by hostile code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, NonNegativeInt, ValidationError

from .auth import BasicCredentials  # noqa: TC001 (pydantic reads it)
from .body import Body  # noqa: TC001 (pydantic reads it)
from .breadth import refuse_too_broad
from .client_config import MOST_RETRIES
from .errors import RequestRefusedError
from .query import NO_QUERY, GivenQuery, QueryFormat

if TYPE_CHECKING:
    from runtime import HostCall

    from .limits import Limits

_VERBS: Final = {f"apiClient.{verb}": verb.upper() for verb in ("get", "post", "put", "patch", "delete")}


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)


class CallOptions(_Part):
    """The options of one call; what is not given is None and leaves the client's own.

    Attributes:
        base_uri: Replaces the client's; another origin does not see the client's credentials.
        headers: Added to the client's; a header given as null is left out.
        query: Added to the client's.
        query_format: How lists are written.
        auth: Replaces the client's.
        return_full_response: Whether to give status and headers beside the data.
        response_type: `text` is not parsed, `arraybuffer` gives bytes, `stream` those of a good response as they come.
        max_redirects: Redirects followed; never more than the limits of the run allow.
        retries: Replaces the client's.
    """

    base_uri: str | None = Field(default=None, alias="baseUri")
    headers: dict[str, str | None] = Field(default_factory=dict)
    query: GivenQuery = NO_QUERY
    query_format: QueryFormat | None = Field(default=None, alias="queryFormat")
    auth: BasicCredentials | None = None
    return_full_response: bool | None = Field(default=None, alias="returnFullResponse")
    response_type: Literal["json", "text", "arraybuffer", "stream"] = Field(default="json", alias="responseType")
    max_redirects: NonNegativeInt | None = Field(default=None, alias="maxRedirects")
    retries: int | None = Field(default=None, ge=0, le=MOST_RETRIES)


class MethodCall(_Part):
    """One call of a verb of `apiClient`.

    Attributes:
        verb: `GET`, `POST`, `PUT`, `PATCH` or `DELETE`; no other can be expressed.
        path: A path or an absolute URL.
        query: The second argument of `get`; wins over all other queries.
        body: Of the request.
        data: What of the body is bytes.
        options: The last argument.
        client: The configuration of a client that was made in the isolate; None for the one that the host holds.
        dynamic: What that client's `dynamicOptions` gave for this call; wins over the client's own.
    """

    verb: str
    path: str
    query: GivenQuery = NO_QUERY
    body: Body | None = None
    data: bytes | None = Field(default=None, repr=False)
    options: CallOptions = Field(default_factory=CallOptions)
    client: dict[str, JsonValue] | None = Field(default=None, repr=False)
    dynamic: dict[str, JsonValue] | None = Field(default=None, repr=False)

    @classmethod
    def read(cls, call: HostCall, limits: Limits) -> Self:
        """Return what a host call means.

        Args:
            call: As the sandbox sent it.
            limits: Bound how much of it is read.

        Raises:
            RequestRefusedError: It is too long; or `invalid`: the sandbox's own JavaScript writes no such call.
        """
        payload = call.payload if isinstance(call.payload, dict) else {}
        refuse_too_broad(payload, limits)
        try:
            return cls.model_validate({**payload, "verb": _VERBS[call.operation], "data": call.data})
        except (KeyError, ValidationError):
            raise RequestRefusedError("This is not a call that apiClient makes.", key="invalid") from None
