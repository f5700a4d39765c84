"""BasicCredentials: who asks, as HTTP basic authentication has it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class BasicCredentials(BaseModel):
    """A user name and a password, sent as HTTP basic authentication."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    username: str = Field(default="", repr=False)
    password: str = Field(default="", repr=False)
