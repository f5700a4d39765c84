"""What `--args` and `--input` mean."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import ArgumentsError
from .json_text import JsonTextError, read_json

if TYPE_CHECKING:
    from runtime import JSON


def read_args(args: str | None, input_: str | None) -> dict[str, JSON]:
    """Return the arguments of a run as the command line gives them.

    Args:
        args: JSON, `@file`, or `-` for standard input.
        input_: The same for one argument, `input`.

    Raises:
        ArgumentsError: Names the option and what is wrong with it.
    """
    read = {} if args is None else _read(args, "--args")
    if not isinstance(read, dict):
        raise ArgumentsError("this must be a JSON object, whose properties the method receives.", key="--args")
    return read if input_ is None else read | {"input": _read(input_, "--input")}


def _read(value: str, option: str) -> JSON:
    """Read the JSON that an option gives or names."""
    try:
        return read_json(_text(value, option))
    except JsonTextError as caught:
        file = value[1:] if value.startswith("@") else None
        raise ArgumentsError(str(caught), file=file, key=option, line=caught.line) from caught


def _text(value: str, option: str) -> str:
    """Return the text that an option gives, or that is in what it names."""
    try:
        if value == "-":
            return sys.stdin.buffer.read().decode()
        return Path(value[1:]).read_text(encoding="utf-8") if value.startswith("@") else value
    except OSError as caught:
        raise ArgumentsError(f"{value[1:]} cannot be read: {caught.strerror}.", key=option) from caught
    except UnicodeDecodeError as caught:
        raise ArgumentsError(f"{value} is not UTF-8.", key=option) from caught
