"""ClientConfig: what a connection's client adds to every request."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from .auth import AUTH_KINDS, Auth, BearerToken
from .errors import ConfigurationError, RequestRefusedError
from .formula_compat import FormulaCompat
from .headers import refuse_unsendable
from .option_names import by_their_names
from .origin import Origin
from .override import RequestOverride  # noqa: TC001 (pydantic reads it)
from .proxy import Proxy
from .query import Query, QueryFormat
from .response_handler import ResponseHandler  # noqa: TC001 (pydantic reads it)
from .response_handlers import ResponseHandlers
from .scalars import Scalar  # noqa: TC001 (pydantic reads it)
from .sent_headers import NO_HEADERS, SentHeaders
from .target import parse_url
from .validation import Problem, first_problem

if TYPE_CHECKING:
    from runtime import JSON

MOST_RETRIES: Final = 5


class ClientConfig(BaseModel):
    """How a client is configured: what `makeApiClient` gives, as data (semantics 2.2).

    Its headers, query, auth and overrides are credentials: they go to the origin of its `base_uri` and nowhere else.

    Attributes:
        base_uri: What relative paths are appended to.
        headers: Added to each request; a call's own headers win.
        query: Added to each request; a call's own query wins.
        auth: How requests are authenticated, unless a header says otherwise.
        return_full_response: Whether calls give status and headers beside the data.
        retries: Further attempts of a GET, PUT or DELETE after a status of 500 or more, or a network error.
        proxy_uri: The HTTP proxy that all requests go through.
        response_handlers: What judges responses before the default rules.
        overrides: What is changed in some requests.
        query_format: How lists in queries are written.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True, allow_inf_nan=False
    )

    base_uri: str | None = Field(default=None, validation_alias="baseUri")
    headers: dict[str, Scalar | None] = Field(default_factory=dict, repr=False)
    query: dict[str, JsonValue] = Field(default_factory=dict, repr=False)
    auth: Auth | None = Field(default=None, repr=False)
    return_full_response: bool = Field(default=False, validation_alias="returnFullResponse")
    retries: int = Field(default=0, ge=0, le=MOST_RETRIES, strict=True)
    query_format: QueryFormat = Field(default="brackets", validation_alias="queryFormat")
    proxy_uri: str | None = Field(default=None, repr=False, validation_alias="proxyUri")
    response_handlers: tuple[ResponseHandler, ...] = Field(default=(), repr=False, validation_alias="responseHandlers")
    overrides: tuple[RequestOverride, ...] = Field(default=(), repr=False)

    _renamed: tuple[str, ...] = PrivateAttr(default=())
    _variables: dict[str, JsonValue] = PrivateAttr(default_factory=dict)
    _compat: FormulaCompat = PrivateAttr(default_factory=FormulaCompat)

    @classmethod
    def parse(cls, value: JSON, where: str) -> Self:
        """Read what made the client.

        Args:
            value: The options, at top level or under `args`.
            where: What gave them, for messages.

        Raises:
            ConfigurationError: Names the key that is wrong, never its value.
        """
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            problem = first_problem(error)
            raise ConfigurationError(_explanation(problem), where=where, key=problem.key) from None

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
            raise ConfigurationError(first_problem(error).message, where=where) from None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What its author should know: old names, handlers that can never match."""
        of_handlers = (
            f"responseHandlers[{index}]: {warning}."
            for index, rule in enumerate(self.response_handlers)
            for warning in rule.warnings
        )
        return (*self._renamed, *of_handlers)

    def __copy__(self) -> Self:
        """Return a copy in which nothing is worked out yet: something in it may be about to change."""
        copied = super().__copy__()
        for name in copied.__dict__.keys() - type(self).model_fields:
            del copied.__dict__[name]
        return copied

    @cached_property
    def handlers(self) -> ResponseHandlers:
        """What judges responses before the default rules."""
        return ResponseHandlers(rules=self.response_handlers, variables=self._variables, compat=self._compat)

    @cached_property
    def proxy(self) -> Proxy | None:
        """The HTTP proxy that all requests go through."""
        return Proxy.parse(self.proxy_uri) if self.proxy_uri else None

    def with_variables(self, variables: dict[str, JSON], compat: FormulaCompat) -> Self:
        """Return the configuration with what the formulas of its handlers see beside the response.

        Args:
            variables: The credentials above all; they do not show in its `repr`.
            compat: Which bugs of the published engine the formulas have.
        """
        config = self.model_copy()
        config._variables = variables  # noqa: SLF001 (of its own class)
        config._compat = compat  # noqa: SLF001 (of its own class)
        return config

    @cached_property
    def origin(self) -> Origin | None:
        """That of its base, where it has one."""
        return Origin.of(parse_url(self.base_uri)) if self.base_uri else None

    def owns(self, origin: Origin) -> bool:
        """Whether a request to `origin` may carry this client's headers, query and auth."""
        return self.origin is not None and self.origin.reaches(origin)

    @cached_property
    def sent_headers(self) -> SentHeaders:
        """What it adds to the headers of each request that it may be in."""
        return NO_HEADERS.overridden_by(self.headers, self.auth)

    @cached_property
    def sent_query(self) -> Query:
        """What it adds to the query of each request that it may be in."""
        return Query(members=self.auth.query() if self.auth else {}).overridden_by(Query(members=self.query))

    @cached_property
    def settings(self) -> dict[str, JSON]:
        """What the extension's JavaScript must know to write queries and bodies: nothing secret."""
        headers = {name: text for name, text in self.headers.items() if name.lower() == "content-type"}
        return {"headers": {**headers}, "queryFormat": self.query_format}

    def overlaid(self, other: ClientConfig) -> ClientConfig:
        """Return this configuration with what `other` sets in its place, field by field (decision 14)."""
        given = {name: getattr(other, name) for name in other.model_fields_set}
        for name in {"headers", "query"} & given.keys():
            given[name] = {**getattr(self, name), **given[name]}
        return self.model_copy(update=given)

    @cached_property
    def for_others(self) -> ClientConfig:
        """The configuration for a request to somebody else: without anything secret."""
        return self.model_copy(update={"headers": {}, "query": {}, "auth": None, "overrides": ()})

    @cached_property
    def without_auth(self) -> ClientConfig:
        """The configuration for a call that brings its own `auth`."""
        return self.model_copy(update={"auth": None})

    @model_validator(mode="wrap")
    @classmethod
    def _with_warnings(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:  # noqa: ANN401 (anything)
        """Read the options under all their names."""
        if not isinstance(value, dict):
            return handler(value)
        options, renamed = by_their_names(value)
        config = handler(options)
        config._renamed = renamed  # noqa: SLF001 (of its own class)
        return config

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

    @field_validator("proxy_uri")
    @classmethod
    def _proxy_uri_is_a_proxy(cls, value: str | None) -> str | None:
        if not value:
            return None
        try:
            Proxy.parse(value)
        except RequestRefusedError as refused:
            raise ValueError(refused.message) from None
        return value

    @field_validator("headers")
    @classmethod
    def _headers_can_be_sent(cls, value: dict[str, Scalar | None]) -> dict[str, Scalar | None]:
        refuse_unsendable(value)
        return value


_KNOWN: Final = (
    "baseUri, headers, query, auth, returnFullResponse, responseHandlers, overrides, queryFormat, retries and proxyUri"
)


def _explanation(problem: Problem) -> str:
    """Say what is wrong, for the connector's author."""
    if problem.kind == "extra_forbidden":
        inside_auth = problem.key is not None and problem.key.startswith("auth.")
        return f"This option is not known. {f'auth is {AUTH_KINDS}' if inside_auth else f'A client has {_KNOWN}'}."
    if problem.kind == "model_type":
        return f"A client is an object with {_KNOWN}."
    return problem.message
