"""Authentication of requests: the kinds that a client's `auth` may have, as data."""

from __future__ import annotations

from abc import ABC, abstractmethod
from base64 import b64encode
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from .errors import RequestRefusedError
from .headers import checked_header, is_left_out

AUTH_KINDS: Final = "{username, password}, {type: bearer, token} or {type: api-key, in: header or query, name, value}"

_Secret: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Authentication(BaseModel, ABC):
    """How requests prove whose they are. A header or parameter that is given explicitly beats it (decision 14)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)

    @abstractmethod
    def headers(self) -> dict[str, str]:
        """Return the headers it adds, by lower-case name."""

    def query(self) -> dict[str, str]:
        """Return the query parameters it adds."""
        return {}

    @abstractmethod
    def secrets(self) -> tuple[str, ...]:
        """Return what nobody else may read."""


class BasicCredentials(Authentication):
    """A user name and a password, sent as HTTP basic authentication (RFC 7617, in UTF-8)."""

    type: Literal["basic"] = "basic"
    username: str = Field(default="", repr=False)
    password: str = Field(default="", repr=False)

    def headers(self) -> dict[str, str]:
        """Return `authorization`."""
        pair = f"{self.username}:{self.password}"
        return {"authorization": f"Basic {b64encode(pair.encode('utf-8', 'replace')).decode('ascii')}"}

    def secrets(self) -> tuple[str, ...]:
        """Return the password; the user name where there is none, which is how some servers take a key."""
        return (self.password or self.username,)


class BearerToken(Authentication):
    """A token that is enough by itself (RFC 6750)."""

    type: Literal["bearer"] = "bearer"
    token: _Secret = Field(repr=False)

    def headers(self) -> dict[str, str]:
        """Return `authorization`."""
        return {"authorization": f"Bearer {self.token}"}

    def secrets(self) -> tuple[str, ...]:
        """Return the token."""
        return (self.token,)

    @field_validator("token")
    @classmethod
    def _token_can_be_sent(cls, value: str) -> str:
        _check_header("authorization", value)
        return value


class ApiKey(Authentication):
    """A key under a name of the server's choice.

    Attributes:
        place: `in`: whether it is sent as a header or in the query.
        name: Of the header or the parameter.
        value: The key.
    """

    type: Literal["api-key"] = "api-key"
    place: Literal["header", "query"] = Field(validation_alias="in")
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    value: _Secret = Field(repr=False)

    def headers(self) -> dict[str, str]:
        """Return the key where it is sent as a header."""
        return {self.name.lower(): self.value} if self.place == "header" else {}

    def query(self) -> dict[str, str]:
        """Return the key where it is sent in the query."""
        return {self.name: self.value} if self.place == "query" else {}

    def secrets(self) -> tuple[str, ...]:
        """Return the key."""
        return (self.value,)

    @model_validator(mode="after")
    def _header_can_be_sent(self) -> ApiKey:
        if self.place == "header":
            _check_header(self.name, self.value)
        return self


_MODELS: Final[dict[object, type[Authentication]]] = {
    "basic": BasicCredentials,
    "bearer": BearerToken,
    "api-key": ApiKey,
}


def _of_its_kind(value: Any) -> Any:  # noqa: ANN401 (a validator takes and gives anything)
    """Return `auth` as the kind that its `type` names: one kind's mistakes are not explained by those of another."""
    if isinstance(value, Authentication):
        return value
    kind = value.get("type", "basic") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _MODELS:
        raise PydanticCustomError("auth_type", "There is no such kind. auth is {kinds}", {"kinds": AUTH_KINDS})
    return _MODELS[kind].model_validate(value)


Auth: TypeAlias = Annotated[BasicCredentials | BearerToken | ApiKey, BeforeValidator(_of_its_kind)]


def _check_header(name: str, value: str) -> None:
    """Raise ValueError for a header that could not be sent, or would not be."""
    try:
        lower, _ = checked_header(name, value)
    except RequestRefusedError as refused:
        raise ValueError(refused.message) from None
    if is_left_out(lower):
        raise ValueError(f"The header {name} belongs to the host and is never sent")
