"""Rows of tables of cases that are about one call."""

from __future__ import annotations

import json
from typing import Any


def refused(call: str, *expected: str | None, sent: int = 0, **options: Any) -> tuple[Any, ...]:
    """Return a call whose error the method catches: type and key."""
    code = f"try {{ await {call} }} catch (e) {{ return [e.type, e.key ?? null] }}"
    return "ok", code, {"value": list(expected), "sent": sent, **options}


def all_refused(paths: list[str], *expected: str, sent: int = 0) -> tuple[Any, ...]:
    """Return calls whose errors are the same; gives the paths whose errors are not."""
    code = (
        f"const out = []; for (const path of {json.dumps(paths)}) {{ let end = 'none'; try {{ await apiClient.get(path) }}"
        f" catch (e) {{ end = `${{e.type}}/${{e.key}}` }} if (end !== '{'/'.join(expected)}') out.push([path, end]) }} return out"
    )
    return "ok", code, {"value": [], "sent": sent}


def fails(path: str, *expected: str | None, **options: Any) -> tuple[Any, ...]:
    """Return a call that the server answers in its own way, once."""
    return refused(f"apiClient.get({path!r})", *expected, **{"sent": 1, **options})
