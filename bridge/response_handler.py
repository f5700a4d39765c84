"""ResponseHandler: a rule of a client for responses, before the default rules (semantics 2.8, decision 26)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator

from .formula import Formula
from .operators import OPERATORS, operator_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime import JSON

    from .formula import UnknownOperator


class ResponseHandler(BaseModel):
    """What some responses mean. Each part is a formula, built when the response is there.

    Attributes:
        match: Whether this is for a response: a formula or a boolean.
        is_success: Whether the call goes well.
        data: What it gives then; the body where this gives nothing.
        error: `message`, `key` and `data` of the error that it fails with otherwise.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)

    match: JsonValue = None
    is_success: JsonValue = Field(default=False, alias="isSuccess")
    data: JsonValue = None
    error: JsonValue = None

    @property
    def gives_data(self) -> bool:
        """Whether it says what a call gives that goes well."""
        return "data" in self.model_fields_set

    @property
    def warnings(self) -> list[str]:
        """What its author should know: a match that can never be, operators that are taken for data."""
        bare = Formula(definition=self.match).has_bare_eval()
        parts: JSON = [self.match, self.is_success, self.data, self.error]
        return [
            *(["its match has an $eval without a comparison, which matches nothing"] if bare else []),
            *(f"{unknown.name} is no operator, and is taken for data" for unknown in _unknown_in(parts)),
        ]

    @field_validator("match", "is_success", "data", "error")
    @classmethod
    def _can_be_computed(cls, value: JsonValue) -> JsonValue:
        left_out = next((unknown for unknown in _unknown_in(value) if unknown.is_left_out), None)
        if left_out is not None:
            raise ValueError(str(left_out).removesuffix("."))
        return value

    @field_validator("match")
    @classmethod
    def _decides(cls, value: JsonValue) -> JsonValue:
        if isinstance(value, dict) and operator_of(value) in OPERATORS:
            return value
        if value is None or isinstance(value, bool):
            return value
        raise ValueError("A match is a formula or a boolean")


def _unknown_in(value: JSON) -> Iterator[UnknownOperator]:
    return Formula(definition=value).unknown_operators()
