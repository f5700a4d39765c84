"""JavaScript that is part of a package."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


@cache
def read_source(package: str, name: str) -> str:
    """Return the text of a JavaScript file of `package`.

    Args:
        package: The import name of the part, such as `bridge`.
        name: The file's path inside it, such as `js/api_client.js`.
    """
    return (_folder(package) / name).read_text(encoding="utf-8")


def source_names(package: str, folder: str) -> list[str]:
    """Return the paths of the JavaScript files in a folder of `package`, in order, as `read_source` takes them."""
    return sorted(f"{folder}/{file.name}" for file in (_folder(package) / folder).glob("*.js"))


def _folder(package: str) -> Path:
    """Return where a package is that is imported; `importlib.resources` would bring much with it into every worker."""
    return Path(sys.modules[package].__path__[0])
