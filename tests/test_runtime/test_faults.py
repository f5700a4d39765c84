"""Each step that can fail, failed in turn: one typed error at most, nothing left behind, and the next run works."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from runtime import HostCall, HostReply, PoolPolicy, Sandbox, WorkerStartError
from runtime.frames import FrameDecoder, FrameError, FrameKind
from runtime.process import WorkerProcess
from runtime.zygote_process import ZygoteProcess

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from conftest import Bench

    from runtime import Outcome

    OpenBench = Callable[..., AbstractAsyncContextManager[Bench]]

NOTHING = "module.exports = () => 0"
CALLS = "module.exports = async ({ echo }) => { await echo(1); return 1 }"
REFUSALS = {("internal", "worker_start"), ("internal", "worker_lost"), ("limit", "crashed")}


class Faulty:
    """Stands for a function: fails the next times it is called, and is that function otherwise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, error: BaseException) -> None:
        self._function = getattr(owner, name)
        self._error = error
        self.left = 0
        faulty = self

        def stand_in(*args: Any, **kwargs: Any) -> Any:
            if faulty.left:
                faulty.left -= 1
                raise faulty._error
            return faulty._function(*args, **kwargs)

        monkeypatch.setattr(owner, name, stand_in)


def workers(bench: Bench) -> list[int]:
    return [worker.process.process for worker in bench.sandbox._pool._alive]


def zygote() -> psutil.Process:
    (process,) = psutil.Process().children()
    return process


def forked() -> list[psutil.Process]:
    """Return the zygote's workers; the first process of their namespace is none."""
    return [process for process in zygote().children() if is_worker(process)]


def is_worker(process: psutil.Process) -> bool:
    try:
        return process.name() != "methodhost-init"
    except psutil.NoSuchProcess:
        return False


def refused(outcome: Outcome) -> bool:
    return outcome.failure is not None and (outcome.failure.type, outcome.failure.key) in REFUSALS


async def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


STEPS = {
    "spawn": (asyncio, "create_subprocess_exec", OSError(errno.EAGAIN, "no more processes")),
    "channel of the zygote": (socket, "socketpair", OSError(errno.EMFILE, "too many descriptors")),
}


@pytest.mark.parametrize(("owner", "name", "error"), STEPS.values(), ids=STEPS.keys())
async def test_a_zygote_that_cannot_be_started_is_told(
    owner: object, name: str, error: OSError, monkeypatch: pytest.MonkeyPatch, open_bench: OpenBench
) -> None:
    """Opening fails with a typed error; a run waits for another attempt, and fails with another when none succeeds."""
    async with open_bench(spares=0) as bench:
        faulty = Faulty(monkeypatch, owner, name, error)
        faulty.left = 1
        with pytest.raises(WorkerStartError, match="could not be started"):
            await Sandbox().__aenter__()
        zygote().kill()
        await until(lambda: not psutil.Process().children())
        faulty.left = 1
        assert 0 == await bench.value(NOTHING)
        zygote().kill()
        await until(lambda: not psutil.Process().children())
        faulty.left = 3
        outcome = await bench.run(NOTHING)
        assert outcome.failure is not None
        assert ("internal", "worker_start") == (outcome.failure.type, outcome.failure.key)
        assert 0 == await bench.value(NOTHING)


async def test_a_worker_whose_channel_cannot_be_opened_is_replaced(
    monkeypatch: pytest.MonkeyPatch, open_bench: OpenBench
) -> None:
    """The run gets another worker; when that fails too and again, it is told so."""
    async with open_bench(spares=0, workers=2) as bench:
        await bench.value(NOTHING)
        faulty = Faulty(monkeypatch, asyncio.get_running_loop(), "add_reader", OSError(errno.ENOSPC, "no"))
        faulty.left = 2
        assert 0 == await bench.value(NOTHING, key="b")
        faulty.left = 3
        outcome = await bench.run(NOTHING, key="c")
        assert outcome.failure is not None
        assert ("internal", "worker_start") == (outcome.failure.type, outcome.failure.key)
        assert 0 == await bench.value(NOTHING, key="d")
        await until(lambda: len(forked()) <= 2)


@pytest.mark.parametrize(("owner", "moment"), [(ZygoteProcess, "_forked"), (WorkerProcess, "buffer_updated")])
async def test_a_worker_that_comes_as_its_run_is_cancelled_is_ended(
    owner: type, moment: str, monkeypatch: pytest.MonkeyPatch, open_bench: OpenBench
) -> None:
    """Nobody takes it when it is forked or ready then, and neither its process nor its descriptors stay."""
    take = getattr(owner, moment)

    def take_and_cancel(*args: Any) -> None:
        take(*args)
        run.cancel()

    async with open_bench(spares=0, workers=1) as bench:
        await bench.value(NOTHING)
        held = psutil.Process().num_fds()
        monkeypatch.setattr(owner, moment, take_and_cancel)
        run = asyncio.create_task(bench.run(NOTHING))
        with pytest.raises(asyncio.CancelledError):
            await run
        await until(lambda: not forked())
        assert held >= psutil.Process().num_fds()


async def test_a_worker_whose_descriptors_do_not_arrive_is_replaced(
    monkeypatch: pytest.MonkeyPatch, open_bench: OpenBench
) -> None:
    """Where this process has no descriptor left, the kernel drops the worker's channel, and the worker ends."""
    receive, lost = socket.recv_fds, []

    def lose(*args: Any) -> Any:
        data, descriptors, *rest = receive(*args)
        if descriptors and not lost:
            for descriptor in descriptors:
                os.close(descriptor)
            lost.append(data)
            descriptors = []
        return data, descriptors, *rest

    async with open_bench(spares=0, workers=2) as bench:
        await bench.value(NOTHING)
        monkeypatch.setattr(socket, "recv_fds", lose)
        assert 0 == await bench.value(NOTHING, key="b")
        assert 1 == len(lost)
        await until(lambda: len(forked()) == len(workers(bench)))


async def test_a_frame_that_cannot_be_read_ends_its_run(monkeypatch: pytest.MonkeyPatch, open_bench: OpenBench) -> None:
    """Reading fails once: one failure, and the next run has a new worker."""
    async with open_bench(workers=1, spares=1) as bench:
        await bench.value(NOTHING)
        await until(lambda: bench.sandbox._pool._spares)
        Faulty(monkeypatch, FrameDecoder, "received", FrameError("as asked")).left = 1
        outcome = await bench.run(CALLS)
        assert outcome.failure is not None
        assert ("limit", "protocol") == (outcome.failure.type, outcome.failure.key)
        assert 1 == await bench.value(CALLS)


@pytest.mark.usefixtures("own_isolates")
@pytest.mark.parametrize("step", range(3))
async def test_writing_to_a_dead_channel_fails_one_run(
    step: int, monkeypatch: pytest.MonkeyPatch, open_bench: OpenBench
) -> None:
    """A channel that breaks when START, DELIVER or RESET is written is noticed at once."""
    tell, told = WorkerProcess.tell, []

    def break_first(self: WorkerProcess, *args: Any, **options: Any) -> None:
        told.append(args)
        if len(told) == step + 1:
            self._channel._end.shutdown(socket.SHUT_RDWR)
        tell(self, *args, **options)

    async with open_bench(workers=1, spares=0) as bench:
        monkeypatch.setattr(WorkerProcess, "tell", break_first)
        outcome = await bench.run(CALLS)
        assert outcome.value == 1 if step == 2 else refused(outcome)
        assert 1 == await bench.value(CALLS)


def kill_workers(bench: Bench) -> None:
    for process in workers(bench):
        os.kill(process, signal.SIGKILL)


@pytest.mark.usefixtures("own_isolates")
@pytest.mark.parametrize("used", [False, True])
async def test_a_worker_killed_while_nobody_uses_it_costs_no_run(open_bench: OpenBench, *, used: bool) -> None:
    """A spare or an idle worker that is killed is noticed without being asked, and a spare is replaced."""
    async with open_bench(workers=2, spares=1) as bench:
        if used:
            await bench.value(NOTHING)
            await until(lambda: bench.sandbox._pool._idle)
        await until(lambda: bench.sandbox._pool._spares)
        killed = set(workers(bench))
        kill_workers(bench)
        await until(lambda: killed.isdisjoint(workers(bench)))
        await until(lambda: bench.sandbox._pool._spares)
        assert 1 == await bench.value(CALLS)


async def test_a_worker_killed_when_its_run_begins_costs_no_run(
    monkeypatch: pytest.MonkeyPatch, open_bench: OpenBench
) -> None:
    """A run of which nothing came yet is started again on another worker; one that is lost three times is told so."""
    tell, left = WorkerProcess.tell, [1]

    def kill_and_tell(self: WorkerProcess, kind: FrameKind, *args: Any, **options: Any) -> None:
        if kind is FrameKind.START and left[0]:
            left[0] -= 1
            os.kill(self.process, signal.SIGKILL)
        tell(self, kind, *args, **options)

    async with open_bench(workers=2) as bench:
        monkeypatch.setattr(WorkerProcess, "tell", kill_and_tell)
        assert 1 == await bench.value(CALLS)
        left[0] = 3
        outcome = await bench.run(CALLS)
        assert outcome.failure is not None
        assert ("internal", "worker_lost") == (outcome.failure.type, outcome.failure.key)
        assert 1 == await bench.value(CALLS)


async def test_a_worker_killed_during_a_call_costs_no_run(open_bench: OpenBench) -> None:
    """The run goes on in another worker, even where there may be only one, with the call that is under way."""
    numbers = []

    async def calls(call: HostCall) -> HostReply:
        numbers.append(call.payload)
        kill_workers(bench)
        await asyncio.sleep(0.05)
        return HostReply(ok=True, value=None)

    async with open_bench(workers=1) as bench:
        assert 1 == (await bench.run(CALLS, calls=calls)).value
        assert [1] == numbers
        assert 1 == await bench.value(CALLS)


async def test_an_answer_that_comes_while_the_run_is_done_again_is_not_lost(
    monkeypatch: pytest.MonkeyPatch, open_bench: OpenBench
) -> None:
    """The call is not made a second time for it."""
    tell, starts, numbers, later = WorkerProcess.tell, [], [], []
    begun, answered = asyncio.Event(), asyncio.Event()

    async def wait_and_tell(*args: Any, **options: Any) -> None:
        begun.set()
        await answered.wait()
        await asyncio.sleep(0.01)
        tell(*args, **options)

    def tell_later(self: WorkerProcess, kind: FrameKind, *args: Any, **options: Any) -> None:
        starts.extend([kind] if kind is FrameKind.START else [])
        if kind is FrameKind.START and len(starts) == 2:
            later.append(asyncio.create_task(wait_and_tell(self, kind, *args, **options)))
        else:
            tell(self, kind, *args, **options)

    async def calls(call: HostCall) -> HostReply:
        numbers.append(call.payload)
        kill_workers(bench)
        await begun.wait()
        answered.set()
        return HostReply(ok=True, value=None)

    async with open_bench(workers=2, spares=0) as bench:
        monkeypatch.setattr(WorkerProcess, "tell", tell_later)
        assert 1 == (await bench.run(CALLS, calls=calls)).value
    assert ([1], 2) == (numbers, len(starts))


async def test_time_that_is_up_between_two_turns_is_told_in_the_next(open_bench: OpenBench) -> None:
    """The kernel may say so in the moment after an answer, when the worker must not speak."""
    burns = "module.exports = async ({ echo }) => { for (let i = 0; i < 1e6; i++); return echo(1) }"

    async def calls(call: HostCall) -> HostReply:
        for process in workers(bench):
            os.kill(process, signal.SIGPROF)
        await asyncio.sleep(0.05)
        return HostReply(ok=True, value=None)

    async with open_bench(workers=1, spares=0) as bench:
        used = (await bench.run(burns)).usage.cpu_seconds
        outcome = await bench.run(burns, calls=calls, cpu_time_seconds=3 * used)
        assert outcome.failure is not None
        assert ("limit", "cpu_time") == (outcome.failure.type, outcome.failure.key)
        assert 1 == await bench.value(CALLS)


async def test_time_that_was_up_as_a_run_ended_is_not_the_next_runs(open_bench: OpenBench) -> None:
    """The kernel's word that comes too late for its run is nobody's."""

    async def calls(call: HostCall) -> HostReply:
        for process in workers(bench):
            os.kill(process, signal.SIGPROF)
        return HostReply(ok=True, value=1)

    async with open_bench(workers=1, spares=0) as bench:
        assert 1 == (await bench.run(CALLS, calls=calls)).value


async def test_a_worker_killed_while_it_gets_a_fresh_isolate_costs_no_run(
    monkeypatch: pytest.MonkeyPatch, open_bench: OpenBench
) -> None:
    """The run before has its answer already, and the one after gets another worker."""
    async with open_bench(workers=1) as bench:
        renew = bench.sandbox._pool._renew

        async def kill_and_renew(worker: Any) -> None:
            kill_workers(bench)
            await renew(worker)

        monkeypatch.setattr(bench.sandbox._pool, "_renew", kill_and_renew)
        assert [1, 1] == [await bench.value(CALLS) for _ in range(2)]


@pytest.mark.parametrize("when", ["nothing runs", "a run waits", "a worker is forked", "it is replaced"])
async def test_a_zygote_killed_at_any_time_loses_no_later_run(when: str, open_bench: OpenBench) -> None:
    """Runs in its workers go on in others, or end with an error that blames no method; later ones have a new zygote."""
    policy = PoolPolicy(zygote_age_seconds=0.4) if when == "it is replaced" else None
    async with open_bench(workers=4, spares=1, policy=policy) as bench:
        first = zygote()
        runs = []
        if when == "a run waits":
            called, killed = asyncio.Event(), asyncio.Event()

            async def calls(_: HostCall) -> HostReply:
                called.set()
                await killed.wait()
                return HostReply(ok=True, value=None)

            runs.append(asyncio.create_task(bench.run(CALLS, calls=calls)))
            await called.wait()
        if when == "a worker is forked":
            runs += [asyncio.create_task(bench.run(NOTHING, key=str(n))) for n in range(3)]
            await asyncio.sleep(0)
        if when == "it is replaced":
            await until(lambda: len(psutil.Process().children()) == 2)
        first.kill()
        if when == "a run waits":
            killed.set()
            assert 1 == (await runs.pop()).value
        for run in runs:
            outcome = await run
            assert outcome.value == 0 or refused(outcome)
        await until(lambda: first not in psutil.Process().children())
        assert [0] * 5 == [await bench.value(NOTHING, key=f"later {n}") for n in range(5)]


async def test_a_zygote_that_hangs_is_replaced_and_its_workers_go_on(
    monkeypatch: pytest.MonkeyPatch, open_bench: OpenBench
) -> None:
    """A zygote that does not answer is not asked again; the runs in its workers are not ended for that."""
    monkeypatch.setattr("runtime.zygote_process._WORKER_SECONDS", 1.0)
    async with open_bench(workers=4, spares=0) as bench:
        running = asyncio.create_task(bench.run("module.exports = ({ echo }) => echo({ after: 2 })"))
        await until(lambda: bench.sandbox._runs)
        first = zygote()
        first.suspend()
        assert 0 == await bench.value(NOTHING, key="b")
        assert {"after": 2} == (await running).value
        assert first in psutil.Process().children()


@pytest.mark.parametrize("delay_seconds", [0, 0.001, 0.005, 0.02, 0.05, 0.2])
async def test_closing_at_any_time_answers_everybody_and_leaves_nothing(
    delay_seconds: float, open_bench: OpenBench
) -> None:
    """Runs that are queued, forked, compiled or under way when the sandbox closes all end, with one answer each."""
    async with open_bench(workers=2, spares=1) as bench:
        codes = ("export default () => 1", CALLS, "while (true) {}", "export default ({ echo }) => echo({ after: 60 })")
        runs = [asyncio.create_task(bench.run(f"{code} // {n}", key=str(n % 3))) for n in range(6) for code in codes]
        await asyncio.sleep(delay_seconds)
    done, pending = await asyncio.wait(runs, timeout=0)
    assert not pending
    outcomes = [run.result() for run in done]
    ended = [outcome.failure for outcome in outcomes if outcome.failure is not None]
    assert {("internal", "closed")} >= {(failure.type, failure.key) for failure in ended}
    assert [] == psutil.Process().children(recursive=True)
