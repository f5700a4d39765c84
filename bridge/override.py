"""RequestOverride: what a client changes in some of its requests (semantics 2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator

from .headers import refuse_unsendable
from .scalars import Scalar  # noqa: TC001 (pydantic reads it)

if TYPE_CHECKING:
    from .call import MethodCall


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


class RequestMatch(_Part):
    """Which requests are meant; what is not given does not matter.

    Attributes:
        path: As the method wrote it, query and leading slash aside.
        method: The verb, in any case.
    """

    path: str | None = None
    method: str | None = None

    def fits(self, call: MethodCall) -> bool:
        """Whether a call is meant."""
        if self.method is not None and self.method.upper() != call.verb:
            return False
        return self.path is None or _bare(self.path) == _bare(call.path)


class RequestPatch(_Part):
    """What is changed.

    Attributes:
        query: Parameters in place of the call's own.
        data: Members in place of those of the call's own JSON object; all of the body where there was none.
        headers: In place of the call's own.
    """

    query: dict[str, JsonValue] = Field(default_factory=dict, repr=False)
    data: dict[str, JsonValue] | None = Field(default=None, repr=False)
    headers: dict[str, Scalar | None] = Field(default_factory=dict, repr=False)

    @field_validator("headers")
    @classmethod
    def _headers_can_be_sent(cls, value: dict[str, Scalar | None]) -> dict[str, Scalar | None]:
        refuse_unsendable(value)
        return value


class RequestOverride(_Part):
    """One change, and which requests it is for."""

    match: RequestMatch = RequestMatch()
    patch: RequestPatch = RequestPatch()


def _bare(path: str) -> str:
    return path.partition("#")[0].partition("?")[0].removeprefix("/")
