"""The extension that gives methods their `apiClient`."""

from __future__ import annotations

from typing import Final

from runtime import Extension, read_source

API_CLIENT: Final = "apiClient"


def api_client_extension() -> Extension:
    """Return the JavaScript side of `ApiClient`; methods have it in runs whose settings hold `ApiClient.settings`."""
    return Extension(name=API_CLIENT, source=read_source("bridge", "js/api_client.js"))
