"""Body: text of a body as it stands in a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from markupsafe import Markup, escape

from connectors.printable import printable

from .body_text import is_json, media_type, text_of
from .figures import size_text
from .json_layout import laid_out

LONGEST: Final = 20_000
"""Characters of one body; what is longer is cut off, so that a page stays quick to read."""
_KEY: Final = re.compile("^( *)(&#34;.*?&#34;)(?=: )", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Body:
    """A body in a page.

    Attributes:
        text: Escaped; None where it is no text.
        note: How long it is, and what is not shown.
    """

    text: Markup | None
    note: str

    @classmethod
    def of(cls, content: bytes, content_type: str, *, truncated: bool = False) -> Self:
        """Return what is shown of the body of an exchange."""
        size = size_text(len(content)) + (", the rest was not kept" if truncated else "")
        kind = media_type(content_type)
        text = text_of(content, content_type, is_whole=not truncated)
        if text is None:
            return cls(text=None, note=f"{kind or 'bytes'}, {size}")
        body = cls.of_text(text, json=is_json(text, content_type))
        return cls(text=body.text, note=", ".join(part for part in (kind, size, body.note) if part))

    @classmethod
    def of_text(cls, text: str, *, json: bool) -> Self:
        """Return what is shown of text; JSON is laid out, and the names of its members stand out."""
        laid = laid_out(text, LONGEST) if json else text
        cut = len(laid) > LONGEST
        shown = escape(printable(laid[:LONGEST] + ("…" if cut else ""), keep="\n\t"))
        note = f"the first {LONGEST:,} characters" if cut else ""
        return cls(text=_with_keys(shown) if json else shown, note=note)


def _with_keys(escaped: Markup) -> Markup:
    return Markup(_KEY.sub(r'\1<span class="key">\2</span>', str(escaped)))  # noqa: S704 (escaped before)
