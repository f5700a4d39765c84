"""What this process and its children hold, and show to others."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Held:
    """What this process holds."""

    processes: int
    threads: int
    descriptors: int
    files: int

    @classmethod
    def now(cls) -> Held:
        """Count."""
        process = psutil.Process()
        return cls(
            len(process.children(recursive=True)), process.num_threads(), process.num_fds(), len(temporary_files())
        )

    def within(self, other: Held) -> bool:
        """Whether nothing is more than in `other`."""
        return all(mine <= theirs for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True))


def temporary_files() -> list[Path]:
    """Return the files in the folder for temporary files, which is ours alone."""
    return [path for path in Path(tempfile.gettempdir()).rglob("*") if path.is_file()]


def core_files() -> set[Path]:
    """Return the core files where one of our processes would write them."""
    folders = {Path.cwd(), Path("/"), Path(tempfile.gettempdir())}
    return {path for folder in folders for path in folder.glob("core*") if path.is_file()}


def workers() -> list[psutil.Process]:
    """Return the worker processes of all hosts of this process: the leaves below their zygotes."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if not process.children() and process.ppid() != os.getpid() and process.name() != "methodhost-init":
                found.append(process)
    return found


def shown_by_processes() -> str:
    """Return what processes show of themselves to others: command lines, and environments."""
    texts = []
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        for name in ("cmdline", "environ"):
            with suppress(OSError):
                texts.append(Path(f"/proc/{process.pid}/{name}").read_text(errors="replace"))
    return "".join(texts)
