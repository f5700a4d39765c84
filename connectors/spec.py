"""`spec.yml`: what a connector says of itself."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue
from pydantic.alias_generators import to_camel

from bridge import FormulaCompat


class _Tolerant(BaseModel):
    """Keys that are not known here are kept: definitions are written for other editions of the contract too."""

    model_config = ConfigDict(
        frozen=True, extra="allow", alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True
    )


CLIENT_CREDENTIALS = "client-credentials"
OAUTH2 = "oauth2"


class AuthSpec(_Tolerant):
    """How customers of the external app authenticate.

    Attributes:
        type: `oauth2`, `client-credentials`, `integration-app-token`, ... (semantics 1.3).
    """

    type: str | None = None


class ConnectorSpec(_Tolerant):
    """The connector as a whole.

    Attributes:
        key: Its stable name.
        name: Its name for a person.
        auth: How its customers authenticate.
        parameters_schema: JSON Schema of what a connection's parameters hold.
        expose_credentials: Whether its methods are given `credentials`; if not, only those that build the client or the
            credentials are.
        formula_compat: Which bugs of the published formula engine its formulas have.
        idempotency_header: A header in which the external app takes idempotency keys; requests that must not be made
            twice have one then.
        limits: What its runs may use at most, by the names of `--limit`.
    """

    key: str | None = None
    name: str | None = None
    auth: AuthSpec | None = None
    parameters_schema: dict[str, Any] | None = None
    expose_credentials: bool = True
    formula_compat: FormulaCompat = FormulaCompat()
    idempotency_header: str | None = None
    limits: dict[str, JsonValue] | None = None

    @property
    def auth_type(self) -> str | None:
        """How customers authenticate, where the connector says so."""
        return None if self.auth is None else self.auth.type
