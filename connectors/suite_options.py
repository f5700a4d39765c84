"""SuiteOptions: what `methodhost test` was asked for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from .errors import DefinitionError

if TYPE_CHECKING:
    from runtime import DiskCache

    from .package_bundler import PackageBundler


@dataclass(frozen=True, kw_only=True)
class SuiteOptions:
    """What to run, and how.

    Attributes:
        paths: Where to look for fixtures.
        filters: Which of them; see `select`.
        last_failed: Whether only those that failed when they were last run.
        fail_fast: Whether none is started after one that failed.
        workers: Most methods at a time.
        junit: Where to write JUnit XML.
        har: In which folder to write an HTTP archive of each run.
        html: In which folder to write a page with the timeline of each run.
        cache: Where to keep what is made of sources, and which fixtures failed.
        bundler: Makes importable what a connector's `package.json` names.
    """

    paths: tuple[str, ...]
    filters: tuple[str, ...] = ()
    last_failed: bool = False
    fail_fast: bool = False
    workers: int
    junit: Path | None = None
    har: Path | None = None
    html: Path | None = None
    cache: DiskCache | None = None
    bundler: PackageBundler | None = None

    @classmethod
    def of(
        cls,
        *,
        paths: tuple[str, ...],
        last_failed: bool,
        cache: DiskCache | None,
        workers: int | None,
        junit: str | None = None,
        har: str | None = None,
        html: str | None = None,
        **others: Any,  # noqa: ANN401 (the fields of those names)
    ) -> Self:
        """Return the options with what was left out filled in.

        Raises:
            DefinitionError: They contradict each other.
        """
        if last_failed and cache is None:
            raise DefinitionError(
                "What failed is kept with the caches: leave out --no-cache, or name a folder with --cache-dir.",
                key="--last-failed",
            )
        return cls(
            paths=paths or (".",),
            last_failed=last_failed,
            cache=cache,
            workers=workers or _processors(),
            junit=_path(junit),
            har=_path(har),
            html=_path(html),
            **others,
        )


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _processors() -> int:
    """Return how many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
