"""ClientConfig: what a connection's client adds to every request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, JsonValue, ValidationError, field_validator

from .auth import AUTH_KINDS, Auth, BearerToken
from .errors import ConfigurationError, RequestRefusedError
from .headers import checked_header
from .origin import Origin
from .scalars import Scalar  # noqa: TC001 (pydantic reads it)
from .target import parse_url

if TYPE_CHECKING:
    import httpx

    from runtime import JSON


class ClientConfig(BaseModel):
    """How a client is configured: what `makeApiClient` gives, as data (semantics 2.2).

    Its headers, query and auth are credentials: they go to the origin of its `base_uri` and nowhere else.

    Attributes:
        base_uri: What relative paths are appended to.
        headers: Added to each request; a call's own headers win.
        query: Added to each request; a call's own query wins.
        auth: How requests are authenticated, unless a header says otherwise.
        return_full_response: Whether calls give status and headers beside the data.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)

    base_uri: str | None = Field(default=None, validation_alias=AliasChoices("baseUri", "baseUrl", "baseURL"))
    headers: dict[str, Scalar | None] = Field(default_factory=dict, repr=False)
    query: dict[str, JsonValue] = Field(
        default_factory=dict, repr=False, validation_alias=AliasChoices("query", "defaultQueryParameters", "params")
    )
    auth: Auth | None = Field(default=None, repr=False)
    return_full_response: bool = Field(default=False, validation_alias="returnFullResponse")

    @classmethod
    def parse(cls, value: JSON, where: str) -> Self:
        """Read what made the client.

        Args:
            value: The options, at top level or under `args`.
            where: What gave them, for messages.

        Raises:
            ConfigurationError: Names the key that is wrong, never its value.
        """
        if isinstance(value, dict) and set(value) == {"args"}:
            value = value["args"]
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            key = ".".join(str(part) for part in first["loc"]) or None
            raise ConfigurationError(_explanation(first["type"], first["msg"], key), where=where, key=key) from None

    def with_bearer(self, token: str, where: str) -> Self:
        """Return the configuration with a bearer token as its `auth`.

        Args:
            token: What is sent.
            where: Whose token, for messages.

        Raises:
            ConfigurationError: The token cannot be sent.
        """
        try:
            return self.model_copy(update={"auth": BearerToken(token=token)})
        except ValidationError as error:
            message = error.errors(include_url=False, include_input=False)[0]["msg"]
            raise ConfigurationError(_explanation("", message, None), where=where) from None

    def owns(self, url: httpx.URL) -> bool:
        """Whether a request to `url` may carry this client's headers, query and auth."""
        return self.base_uri is not None and Origin.of(parse_url(self.base_uri)).reaches(Origin.of(url))

    def overlaid(self, other: ClientConfig) -> ClientConfig:
        """Return this configuration with what `other` sets in its place, field by field (decision 14)."""
        given = {name: getattr(other, name) for name in other.model_fields_set}
        for name in {"headers", "query"} & given.keys():
            given[name] = {**getattr(self, name), **given[name]}
        return self.model_copy(update=given)

    def for_others(self) -> ClientConfig:
        """Return the configuration for a request to somebody else: without anything secret."""
        return self.model_copy(update={"headers": {}, "query": {}, "auth": None})

    @field_validator("base_uri")
    @classmethod
    def _base_uri_is_a_url(cls, value: str | None) -> str | None:
        if not value:
            return None
        try:
            parse_url(value)
        except RequestRefusedError as refused:
            raise ValueError(refused.message) from None
        return value

    @field_validator("headers")
    @classmethod
    def _headers_can_be_sent(cls, value: dict[str, Scalar | None]) -> dict[str, Scalar | None]:
        try:
            for name, text in value.items():
                checked_header(name, "" if text is None else text)
        except RequestRefusedError as refused:
            raise ValueError(refused.message) from None
        return value


_KNOWN = "baseUri, headers, query, auth, returnFullResponse"


def _explanation(kind: str, message: str, key: str | None) -> str:
    """Say what is wrong, for the connector's author."""
    if kind == "extra_forbidden":
        inside_auth = key is not None and key.startswith("auth.")
        return f"This option is not known. {f'auth is {AUTH_KINDS}' if inside_auth else f'A client has {_KNOWN}'}."
    if kind == "model_type":
        return f"A client is an object with {_KNOWN}."
    return message.removeprefix("Value error, ").removesuffix(".") + "."
