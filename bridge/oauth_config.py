"""OAuthConfig: where and as whom tokens of OAuth 2 are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator
from pydantic.alias_generators import to_camel

from .auth import BasicCredentials
from .errors import ConfigurationError, RequestRefusedError
from .scalars import Scalar, scalar_text
from .target import parse_url
from .validation import first_problem

if TYPE_CHECKING:
    from runtime import JSON


class OAuthConfig(BaseModel):
    """What `getOAuthConfig` gives, as far as refreshing tokens needs it (semantics 1.3). Null is as if not given.

    Attributes:
        client_id: Of the application at the authorization server.
        client_secret: Likewise; a public client has none.
        token_uri: What is asked for tokens.
        scopes: Asked for by client credentials; a list, or one text with spaces. A refreshed token keeps its scopes.
        client_auth_location: Where the client's id and secret are sent: `headers` (the default) or `body`.
        skip_client_auth_in_header: Older way to say `body`.
        skip_client_auth_in_body: Older way to say `headers`; with both, neither is sent.
        no_refresh_token: The server gives no refresh tokens, so that none is used.
        extra: Further parameters of each token request.
    """

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True
    )

    client_id: Annotated[str, StringConstraints(min_length=1)]
    client_secret: str | None = Field(default=None, repr=False)
    token_uri: str
    scopes: tuple[str, ...] = ()
    client_auth_location: Literal["headers", "body"] | None = None
    skip_client_auth_in_header: bool = False
    skip_client_auth_in_body: bool = False
    no_refresh_token: bool = False
    extra: dict[str, Scalar] = Field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, value: JSON, where: str) -> Self:
        """Read what a method or a mapping gave.

        Args:
            value: The configuration.
            where: What gave it, for messages.

        Raises:
            ConfigurationError: Names the key that is wrong, never its value.
        """
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            problem = first_problem(error)
            raise ConfigurationError(problem.message, where=where, key=problem.key) from None

    def header_auth(self) -> BasicCredentials | None:
        """Return the client's authentication where it is sent as a header.

        Id and secret are sent as they are. RFC 6749 (2.3.1) would have them form-encoded first, which most clients do
        not do, and servers expect what most clients do.
        """
        in_header = "headers" in self._locations() and self.client_secret is not None
        return BasicCredentials(username=self.client_id, password=self.client_secret or "") if in_header else None

    def body_auth(self) -> dict[str, str]:
        """Return the client's authentication where it is sent in the body; of a public client, its id."""
        locations = self._locations()
        if self.client_secret is None:
            return {"client_id": self.client_id} if locations else {}
        in_body = "body" in locations
        return {"client_id": self.client_id, "client_secret": self.client_secret} if in_body else {}

    def extra_parameters(self) -> dict[str, str]:
        """Return the further parameters as text."""
        return {name: scalar_text(value) for name, value in self.extra.items()}

    def _locations(self) -> frozenset[str]:
        """Say where the client's authentication is sent."""
        if self.client_auth_location is not None:
            return frozenset({self.client_auth_location})
        if not self.skip_client_auth_in_header:
            return frozenset({"headers"})
        return frozenset() if self.skip_client_auth_in_body else frozenset({"body"})

    @model_validator(mode="before")
    @classmethod
    def _null_is_not_given(cls, value: Any) -> Any:  # noqa: ANN401 (a validator takes and gives anything)
        return {name: item for name, item in value.items() if item is not None} if isinstance(value, dict) else value

    @field_validator("scopes", mode="before")
    @classmethod
    def _scopes_may_be_one_text(cls, value: Any) -> Any:  # noqa: ANN401 (a validator takes and gives anything)
        return value.split() if isinstance(value, str) else value

    @field_validator("token_uri")
    @classmethod
    def _token_uri_is_a_url(cls, value: str) -> str:
        try:
            parse_url(value)
        except RequestRefusedError as refused:
            raise ValueError(refused.message) from None
        return value
