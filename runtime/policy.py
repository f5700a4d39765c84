"""How workers are shared and replaced."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class PoolPolicy:
    """How a pool of workers is shared among isolation keys, and when workers and what forks them are replaced.

    Runs, ages and forks after which something is replaced are the most there can be: each worker and each zygote draws
    its own, up to a quarter less, so that they are not replaced together.

    Attributes:
        workers_per_key: Most workers of one isolation key at a time; half of all where it is None.
        waiting_runs: Runs that wait for a worker at a time. Beyond that one is refused: the newest of the key that has
            most waiting.
        worker_runs: Runs that one worker serves where it makes its own isolates. On Linux it serves one.
        worker_age_seconds: Since a worker's start; older ones serve no further run.
        worker_growth_bytes: A worker whose resident memory has ever grown by more than this serves no further run.
        worker_idle_seconds: A worker that served a run and that nobody uses for so long is ended.
        zygote_forks: Workers forked by one zygote. All of them have one layout of addresses.
        zygote_age_seconds: Since a zygote's start.
        breaches: Workers that runs of one method for one key must destroy, with at least every other of its last runs,
            until it is refused.
        breach_window_seconds: Breaches that are longer ago do not count.
        cool_down_seconds: How long a method is refused at first. Then one run is tried, and if that destroys its worker
            too, the method is refused for twice as long.
        longest_cool_down_seconds: How long it is refused at most.
    """

    workers_per_key: int | None = None
    waiting_runs: int = 1000
    worker_runs: int = 1000
    worker_age_seconds: float = 1800.0
    worker_growth_bytes: int = 96 * MIB
    worker_idle_seconds: float = 60.0
    zygote_forks: int = 10_000
    zygote_age_seconds: float = 3600.0
    breaches: int = 5
    breach_window_seconds: float = 60.0
    cool_down_seconds: float = 10.0
    longest_cool_down_seconds: float = 300.0

    def __post_init__(self) -> None:
        """Raise ValueError for a value that is not above zero."""
        for name, value in vars(self).items():
            if value is not None and not value > 0:
                raise ValueError(f"{name} must be above zero, not {value}")
