"""JavaScript that is part of a package."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def read_source(package: str, name: str) -> str:
    """Return the text of a JavaScript file of `package`.

    Args:
        package: The import name of the part, such as `bridge`.
        name: The file's path inside it, such as `js/api_client.js`.
    """
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")
