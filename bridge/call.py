"""MethodCall: what a method asked for. Every part of it was written by hostile code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from .auth import BasicCredentials  # noqa: TC001 (pydantic reads it)
from .errors import RequestRefusedError

if TYPE_CHECKING:
    from runtime import HostCall

_VERBS: Final = {f"apiClient.{verb}": verb.upper() for verb in ("get", "post", "put", "patch", "delete")}


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)


class CallOptions(_Part):
    """The options of one call; what is not given is None and leaves the client's own.

    Attributes:
        base_uri: Replaces the client's; another origin does not see the client's credentials.
        headers: Added to the client's; a header given as null is left out.
        query: Added to the client's.
        auth: Replaces the client's.
        return_full_response: Whether to give status and headers beside the data.
        response_type: `arraybuffer` gives the body of a good response as bytes.
    """

    base_uri: str | None = Field(default=None, alias="baseUri")
    headers: dict[str, str | None] = Field(default_factory=dict)
    query: dict[str, JsonValue] = Field(default_factory=dict)
    auth: BasicCredentials | None = None
    return_full_response: bool | None = Field(default=None, alias="returnFullResponse")
    response_type: Literal["json", "arraybuffer"] = Field(default="json", alias="responseType")


class MethodCall(_Part):
    """One call of a verb of `apiClient`.

    Attributes:
        verb: `GET`, `POST`, `PUT`, `PATCH` or `DELETE`; no other can be expressed.
        path: A path or an absolute URL.
        query: The second argument of `get`; wins over all other queries.
        body: JSON text that the sandbox made; it is passed on as it is.
        options: The last argument.
        client: The configuration of a client that was made in the isolate; None for the one that the host holds.
        dynamic: What that client's `dynamicOptions` gave for this call; wins over the client's own.
    """

    verb: str
    path: str
    query: dict[str, JsonValue] = Field(default_factory=dict)
    body: str | None = None
    options: CallOptions = CallOptions()
    client: dict[str, JsonValue] | None = Field(default=None, repr=False)
    dynamic: dict[str, JsonValue] | None = Field(default=None, repr=False)

    @classmethod
    def read(cls, call: HostCall) -> Self:
        """Return what a host call means.

        Raises:
            RequestRefusedError: `invalid`: the sandbox's own JavaScript writes no such call.
        """
        payload = call.payload if isinstance(call.payload, dict) else {}
        try:
            return cls.model_validate({**payload, "verb": _VERBS[call.operation]})
        except (KeyError, ValidationError):
            raise RequestRefusedError("This is not a call that apiClient makes.", key="invalid") from None
