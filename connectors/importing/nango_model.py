"""What Nango's files of recorded mocks say, as its command `nango dryrun --save` writes them (as of November 2026)."""

from __future__ import annotations

from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator

Named: TypeAlias = dict[str, JsonValue]


class _Part(BaseModel):
    """Keys that are not known are kept, to be told."""

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    def given(self, name: str) -> bool:
        """Whether the file says this, `null` included."""
        return name in self.model_fields_set

    @property
    def unknown(self) -> tuple[str, ...]:
        """Keys that this format does not have."""
        return tuple(self.model_extra or ())


class MockRequest(_Part):
    """What Nango kept of a request: no host, one value of each name.

    Attributes:
        params: The query.
        headers: Without those that each client sends of itself.
        data: The body: JSON, text, base64 of bytes, or `sha1:...` of what is longer than a thousand characters.
    """

    params: Named | None = None
    headers: Named | None = None
    data: JsonValue = None


class Mock(_Part):
    """One answer of the API.

    Attributes:
        response: The body, parsed where it was JSON.
        status: 200 where it is not said.
        headers: As Nango's proxy answered.
        hash: Of the request.
        request: Not there in files that were made of older ones.
    """

    response: JsonValue = None
    status: int = Field(default=200, ge=200, le=599)
    headers: Named = Field(default_factory=dict)
    hash: str | None = None
    request: MockRequest | None = None


class MockFile(_Part):
    """A file `<function>.test.json`.

    Attributes:
        input: What an action was given.
        output: What it gave.
        nango: What functions of Nango's own gave, or were given, by their names.
        api: Answers by verb and path; several where requests differed.
        migrated: Made of the older folder of mocks.
    """

    input: JsonValue = None
    output: JsonValue = None
    nango: Named = Field(default_factory=dict)
    api: dict[str, dict[str, list[Mock]]] = Field(default_factory=dict)
    migrated: bool = Field(default=False, alias="_migrated")

    @field_validator("api", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> Any:  # noqa: ANN401 (what stands in a file)
        """Write one answer as a list of one."""
        if not isinstance(value, dict):
            return value
        return {
            verb: {path: mocks if isinstance(mocks, list) else [mocks] for path, mocks in paths.items()}
            if isinstance(paths, dict)
            else paths
            for verb, paths in value.items()
        }


class OlderMock(_Part):
    """A file of the older folder that tells its request: `nango/<verb>/proxy/<path>/<function>/<hash>.json`.

    Attributes:
        identity: What was sent, as an object, or as pairs in the oldest files.
        response: The body of the answer.
        status: 200 where it is not said.
        headers: Of the answer.
    """

    identity: OlderIdentity = Field(alias="requestIdentity")
    identity_hash: str = Field(alias="requestIdentityHash")
    method: str | None = None
    endpoint: str | None = None
    response: JsonValue = None
    status: int = Field(default=200, ge=200, le=599)
    headers: Named = Field(default_factory=dict)


class OlderIdentity(_Part):
    """What was sent.

    Attributes:
        method: The verb, in small letters.
        endpoint: The path; the oldest files have the URL of Nango's proxy instead.
        url: That.
        params: The query, as pairs.
        headers: As pairs.
        data: The body, as text, as base64 of bytes, or as `sha1:...`.
    """

    method: str | None = None
    endpoint: str | None = None
    url: str | None = None
    params: list[tuple[str, JsonValue]] = Field(default_factory=list)
    headers: list[tuple[str, JsonValue]] = Field(default_factory=list)
    data: str | None = None


OlderMock.model_rebuild()
