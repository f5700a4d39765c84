"""What cassettes say: those of vcrpy, and those of VCR for Ruby and of what writes the same (Betamax, vcr for R)."""

from __future__ import annotations

import base64
import binascii
from contextlib import suppress
from typing import Annotated, Any, TypeAlias

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field


class _Part(BaseModel):
    """Keys that are not known are kept, to be told."""

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Keys that this format does not have."""
        return tuple(self.model_extra or ())


def _bytes_of_body(value: Any) -> Any:  # noqa: ANN401 (what stands in a file)
    """Take a body in every form that cassettes have: text, bytes, pieces, or an object with one of them."""
    if isinstance(value, dict):
        if "base64_string" in value:
            return _decoded(value["base64_string"])
        return _encoded(value.get("string"), value.get("encoding"))
    if isinstance(value, list) and all(isinstance(piece, (str, bytes)) for piece in value):
        return b"".join(piece.encode() if isinstance(piece, str) else piece for piece in value)
    return value.encode() if isinstance(value, str) else value


def _encoded(value: Any, encoding: Any) -> Any:  # noqa: ANN401
    """Return text in the encoding that it had; Ruby's name for bytes, ASCII-8BIT, says nothing of it."""
    if isinstance(value, str) and isinstance(encoding, str):
        with suppress(LookupError, UnicodeEncodeError):
            return value.encode(encoding)
    return _bytes_of_body(value)


def _decoded(value: Any) -> bytes:  # noqa: ANN401
    try:
        return base64.b64decode(value)
    except (TypeError, ValueError, binascii.Error):
        raise ValueError("This is not base64") from None


def _texts(value: Any) -> Any:  # noqa: ANN401
    """Take the values of one header as a list of text."""
    values = value if isinstance(value, list) else [value]
    return [str(one) if isinstance(one, int | float) else one for one in values]


def _object(value: Any) -> Any:  # noqa: ANN401
    """Take an empty list for an empty object, as R writes it, and nothing for that too."""
    return value or {}


Body: TypeAlias = Annotated[bytes | None, BeforeValidator(_bytes_of_body)]
Headers: TypeAlias = Annotated[
    dict[str, Annotated[list[str | bytes | None], BeforeValidator(_texts)]], BeforeValidator(_object)
]


class CassetteRequest(_Part):
    """What was sent."""

    method: str = Field(min_length=1)
    uri: str = Field(min_length=1)
    body: Body = None
    headers: Headers = Field(default_factory=dict)


class Status(_Part):
    """The status of an answer.

    Attributes:
        code: `status_code` in R.
        message: The text behind it.
    """

    code: int = Field(ge=200, le=599, validation_alias=AliasChoices("code", "status_code"))
    message: str | None = None


class CassetteResponse(_Part):
    """What was answered; vcrpy writes `status_code` and `content` for httpx in some of its versions.

    Attributes:
        url: Of the answer; says nothing that the request does not.
        protocol: Likewise, and `http_version`.
    """

    status: Status | None = None
    status_code: int | None = Field(default=None, ge=200, le=599)
    headers: Headers = Field(default_factory=dict)
    body: Body = None
    content: Body = None
    url: Any = None
    protocol: Any = None
    http_version: Any = None


class Interaction(_Part):
    """One request and its answer.

    Attributes:
        recorded_at: When; a date as HTTP or as ISO 8601 writes it.
    """

    request: CassetteRequest
    response: CassetteResponse
    recorded_at: str | None = None
    recorded_with: Any = None


class Cassette(_Part):
    """A file of recorded interactions, under the key of vcrpy or under that of the others."""

    interactions: list[Interaction] | None = None
    http_interactions: list[Interaction] | None = None
    version: Any = None
    recorded_at: Any = None
    recorded_with: Any = None
