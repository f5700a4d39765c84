"""ResponseHandlers: the rules of a client for responses, and what they may look at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .coercion import is_truthy
from .errors import ConfigurationError
from .formula import Formula
from .formula_compat import FormulaCompat
from .formula_scope import FormulaScope
from .undefined import UNDEFINED

if TYPE_CHECKING:
    from runtime import JSON

    from .response_handler import ResponseHandler
    from .undefined import Found


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a handler says of a response.

    Attributes:
        is_success: Whether the call goes well.
        data: What it gives then.
        error: Of which the call fails otherwise: its parts, as far as they were built.
    """

    is_success: bool
    data: Found = field(repr=False)
    error: Found = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ResponseHandlers:
    """The rules of a client for responses.

    Attributes:
        rules: In their order; the first that matches decides.
        variables: What formulas see beside the response: the credentials.
        compat: Which bugs of the published engine formulas have.
    """

    rules: tuple[ResponseHandler, ...] = ()
    variables: dict[str, JSON] = field(default_factory=dict, repr=False)
    compat: FormulaCompat = field(default_factory=FormulaCompat)

    def verdict(self, response: dict[str, JSON]) -> Verdict | None:
        """Return what the first rule that matches says; None where none does.

        Args:
            response: As formulas see it: `data`, `headers`, `status` and `statusCode`.

        Raises:
            ConfigurationError: Names the handler that cannot be computed.
        """
        scope = FormulaScope(variables={**self.variables, "response": response}, compat=self.compat)
        for index, rule in enumerate(self.rules):
            try:
                if _matches(rule, scope):
                    return _verdict(rule, scope)
            except ConfigurationError as error:
                raise ConfigurationError(error.message, key=f"responseHandlers[{index}]") from None
        return None


def _matches(rule: ResponseHandler, scope: FormulaScope) -> bool:
    """Tell whether a rule is for the response; an `$eval` that compares with nothing is for none."""
    return is_truthy(Formula(definition=rule.match).build(replace(scope, bare_eval=UNDEFINED)))


def _verdict(rule: ResponseHandler, scope: FormulaScope) -> Verdict:
    is_success = is_truthy(Formula(definition=rule.is_success).build(scope))
    return Verdict(
        is_success=is_success,
        data=Formula(definition=rule.data).build(scope) if is_success and rule.gives_data else UNDEFINED,
        error=UNDEFINED if is_success else Formula(definition=rule.error).build(scope),
    )
