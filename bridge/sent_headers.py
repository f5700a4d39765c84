"""SentHeaders: what a client and a call give of the headers of a request, the more specific over the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from .headers import checked_header, is_left_out

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .auth import Authentication
    from .scalars import Scalar


@dataclass(frozen=True, kw_only=True, slots=True)
class SentHeaders:
    """Headers of a request, but for those that the host adds.

    Attributes:
        values: By lower-case name. None stands for one that is not sent.
        left_out: Names of headers that were given, and only the host may set.
    """

    values: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    left_out: tuple[str, ...] = ()

    def overridden_by(self, given: Mapping[str, Scalar | None], auth: Authentication | None) -> SentHeaders:
        """Return the headers with those of who is more specific in place of their own.

        Args:
            given: Names do not depend on case; null and false delete.
            auth: Adds a header that the given ones beat.

        Raises:
            RequestRefusedError: `header`.
        """
        if not given and auth is None:
            return self
        values: dict[str, str | None] = {**self.values, **(auth.headers() if auth else {})}
        for name, value in given.items():
            sent = None if value is False else value
            lower, text = checked_header(name, "" if sent is None else sent)
            values[lower] = None if sent is None else text
        left_out = [name for name in values if is_left_out(name)]
        for name in left_out:
            del values[name]
        return SentHeaders(values=values, left_out=tuple(dict.fromkeys((*self.left_out, *left_out))))


NO_HEADERS: Final = SentHeaders()
