"""Which cache the options of a command mean."""

from __future__ import annotations

from runtime import DiskCache


def chosen_cache(cache_dir: str | None, *, no_cache: bool) -> DiskCache | None:
    """Return where a command keeps what it makes of sources and packages.

    Args:
        cache_dir: The folder, where one was named; otherwise it is in the user's folder for caches.
        no_cache: Whether to keep it nowhere.
    """
    if no_cache:
        return None
    return DiskCache(cache_dir) if cache_dir else DiskCache.of_user()
