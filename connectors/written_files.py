"""WrittenFiles: what a command wrote into a connector's folder."""

from __future__ import annotations

import json

from pydantic import BaseModel, ConfigDict

from .printable import printable


class WrittenFiles(BaseModel):
    """Files that were written, or not.

    Attributes:
        ok: Always True; where the command was wrong, its document has `ok` and `error`, and no more than that.
        error: Always None.
        folder: Where, as it was given.
        written: Paths inside it.
        kept: Paths of files of the author's that were left as they are.
        next: What to do now, a line each: a command, or a hint.
    """

    model_config = ConfigDict(frozen=True)

    ok: bool = True
    error: None = None
    folder: str
    written: tuple[str, ...]
    kept: tuple[str, ...] = ()
    next: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return what was written as one line of JSON, safe to print."""
        return printable(json.dumps(self.model_dump(mode="json"), ensure_ascii=False))
