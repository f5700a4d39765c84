"""The extension that gives methods their `apiClient`."""

from __future__ import annotations

from importlib import resources
from typing import Final

from runtime import Extension

from .rehearsal import practice, rehearsal

API_CLIENT: Final = "apiClient"


def api_client_extension() -> Extension:
    """Return the JavaScript side of `ApiClient`; methods have it in runs whose settings hold `client_settings`."""
    files = sorted(resources.files("bridge").joinpath("js").iterdir(), key=lambda file: file.name)
    body = "\n".join(file.read_text(encoding="utf-8") for file in files if file.name.endswith(".js"))
    return Extension(name=API_CLIENT, source=f"(core) => {{\n{body}\n}}", rehearsal=rehearsal(), practice=practice())
