"""Budget: how much work a formula may be.

Formulas are computed in the application, and those of a client that JavaScript made come from code that nobody trusts:
some nested `$iterate` are a short text and endless work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .errors import ConfigurationError

if TYPE_CHECKING:
    from .undefined import Found

MOST_STEPS: Final = 20_000
"""Takes some 50 ms, for which all other runs wait."""

_CHARACTERS_A_STEP: Final = 256
_MEMBERS_A_STEP: Final = 16


class Budget:
    """Counts the steps of one evaluation."""

    def __init__(self) -> None:
        self._left = MOST_STEPS

    def spend(self, steps: int) -> None:
        """Take so many steps.

        Raises:
            ConfigurationError: There are not so many left.
        """
        self._left -= steps
        if self._left < 0:
            raise ConfigurationError(f"The formula takes more than {MOST_STEPS} steps.")

    def spend_text(self, length: int) -> None:
        """Pay for a text that is read or made."""
        self.spend(length // _CHARACTERS_A_STEP)

    def spend_on(self, value: Found) -> None:
        """Pay for one look at a value, its members not included."""
        if isinstance(value, str):
            self.spend_text(len(value))
        elif isinstance(value, list | dict):
            self.spend(len(value) // _MEMBERS_A_STEP)

    def spend_on_all(self, value: Found) -> None:
        """Pay for a look at a value and all there is in it."""
        waiting = [value]
        while waiting:
            item = waiting.pop()
            self.spend(1)
            self.spend_on(item)
            if isinstance(item, list | dict):
                waiting.extend(item.values() if isinstance(item, dict) else item)
