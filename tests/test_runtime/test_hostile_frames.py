"""A worker that says anything at all: it can only ever end its own run."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import struct
import subprocess
import sys
import tracemalloc
from contextlib import ExitStack, suppress
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime import HostCall, HostReply, LogLine, Module, Outcome, SandboxLimits
from runtime.frames import USAGE, FrameKind, pieces_of
from runtime.journal import Journal, Origin
from runtime.linker import LinkedScript
from runtime.process import WorkerExit, WorkerProcess
from runtime.run import Run
from runtime.run_request import RunRequest
from runtime.transform import wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime import HostCalls

LIMITS = SandboxLimits(
    wall_time_seconds=0.02,
    result_bytes=10_000,
    call_bytes=10_000,
    log_lines=20,
    log_line_bytes=200,
    concurrent_calls=8,
    timers=8,
)
PATIENT = replace(LIMITS, wall_time_seconds=10)
NAME = "data/contacts/list.js"
SOURCE = "module.exports = () => 1"
PROTOCOL = ("limit", "protocol")
USED = USAGE.pack(0.5, 1 << 20)
TYPES = {"custom_code", "connection", "request", "egress", "configuration", "limit", "internal", "bad_request"}

fuzzed = settings(
    max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)


def encode(kind: FrameKind, parts: Sequence[bytes] = ()) -> bytes:
    """Return the bytes of a frame."""
    return b"".join(pieces_of(kind, parts))


class FakeWorker(WorkerProcess):
    """The application's side of a worker that says what a test wants, and has no process."""

    def __init__(self) -> None:
        self.peer, channel = socket.socketpair()
        self.peer.setblocking(False)  # noqa: FBT003 (the socket's own signature)
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        super().__init__(0, channel, None, self.ready)

    def _signal(self, number: signal.Signals) -> None:
        self.peer.close()
        self.set_exit(WorkerExit(-number, 1.0, 1 << 20))

    async def speak(self, says: Sequence[bytes]) -> None:
        """Say that it is ready, and then one thing after each frame that comes."""
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            await loop.sock_sendall(self.peer, encode(FrameKind.READY, (USED, b"{}")))
            for words in says:
                if not await loop.sock_recv(self.peer, 1 << 20):
                    return
                await loop.sock_sendall(self.peer, words)


async def answer(call: HostCall) -> HostReply:
    """Answer a call at once; one without a payload only much later."""
    if call.payload is None:
        await asyncio.sleep(3600)
    return HostReply(ok=True, value=call.operation)


class Answer:
    """Answers the call "second" when the call "first" was given up."""

    def __init__(self) -> None:
        self._given_up = asyncio.Event()

    async def __call__(self, call: HostCall) -> HostReply:
        """Wait."""
        if call.payload == "first":
            try:
                await asyncio.sleep(3600)
            finally:
                self._given_up.set()
        await self._given_up.wait()
        return HostReply(ok=True, value=None)


def request_for(limits: SandboxLimits) -> RunRequest:
    """Return what any run is asked for."""
    return RunRequest(
        script=LinkedScript(modules=(wrap(Module(name=NAME, code=SOURCE), SOURCE, {}, ()),), exports=("list",)),
        arguments="{}",
        limits=limits,
        settings={},
        journal=Journal(Origin(seed=bytes(32), now_ms=0.0), most_bytes=1 << 20),
        calls=answer,
        on_log=lambda _: None,
        on_start=lambda: None,
    )


async def converse(
    says: Sequence[bytes], limits: SandboxLimits = LIMITS, calls: HostCalls = answer
) -> tuple[Outcome, list[LogLine]]:
    """Run against a worker that answers START and each DELIVER with one of `says`; nothing may be left afterwards."""
    others = asyncio.all_tasks()
    worker = FakeWorker()
    speaking = asyncio.create_task(worker.speak(says))
    await worker.ready
    worker.take()
    lines: list[LogLine] = []
    try:
        run = Run(worker, replace(request_for(limits), on_log=lines.append, calls=calls))
        run.begin()
        outcome = await run.outcome()
    finally:
        worker.discard()
        worker.peer.close()
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
    assert others == asyncio.all_tasks()
    return outcome, lines


def outcome_of(says: Sequence[bytes], limits: SandboxLimits = LIMITS) -> Outcome:
    """Return how a run ended; all of it is something that can be reported."""
    outcome, lines = asyncio.run(converse(says, limits))
    assert len(lines) <= limits.log_lines + 1
    assert all(len(line.message) <= limits.log_line_bytes + 1 for line in lines)
    text = json.dumps([asdict(outcome), [line.message for line in lines]], allow_nan=False)
    assert len(text) < 3 * (limits.result_bytes + limits.error_message_bytes + limits.error_stack_bytes) + 100_000
    if outcome.failure is not None:
        text.encode()
        assert outcome.failure.type.isidentifier()
    return outcome


def failure_of(says: Sequence[bytes], limits: SandboxLimits = LIMITS) -> tuple[str, str | None]:
    """Return type and key of the failure of a run."""
    failure = outcome_of(says, limits).failure
    assert failure is not None
    return failure.type, failure.key


def turn(**members: Any) -> bytes:
    return encode(FrameKind.TURN, (USED, json.dumps(members).encode()))


def calls(*numbers: int, operation: str = "echo", payload: Any = None, site: str | None = None) -> list[dict[str, Any]]:
    return [{"id": number, "operation": operation, "site": site, "payload": payload} for number in numbers]


DONE = turn(end={"value": 7})

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4),
    max_leaves=8,
)
number = st.integers(0, 12) | anything
call = st.fixed_dictionaries(
    {
        "id": number,
        "operation": st.sampled_from(["echo", "timer", "apiClient.get"]) | anything,
        "site": st.sampled_from([None, f"{NAME}:1:1", f"{NAME}:{'9' * 5000}:1", "x" * 5000]) | anything,
        "payload": st.sampled_from([None, {"delay": 1, "kind": "setTimeout"}, {"delay": -1, "kind": "setInterval"}])
        | anything,
    },
    optional={"bytes": st.booleans() | anything},
)
line = st.tuples(st.sampled_from(["log", "warn", "shout"]), st.text(max_size=300), st.integers(0, 10**16)) | anything
stack = f"Error: x\n    at {NAME}:1:1\n    at {NAME}:{'1' * 5000}:2\n" + "\n" * 50
failure = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["custom_code", "connection", "limit", "internal"]) | anything,
        "key": st.sampled_from([None, "deadlock", "k" * 10_000]) | anything,
        "name": st.sampled_from([None, "RangeError"]) | anything,
        "message": st.sampled_from(["", "Array buffer allocation failed", "\n" * 9000]) | anything,
        "stack": st.sampled_from([None, stack]) | anything,
        "data": st.sampled_from([None, {"pending": [{"site": f"{NAME}:1:1", "waitedMs": 1.5}]}]) | anything,
    }
)
said = st.fixed_dictionaries(
    {},
    optional={
        "lines": st.lists(line, max_size=30) | anything,
        "calls": st.lists(call, max_size=12) | anything,
        "dropped": st.lists(number, max_size=5) | anything,
        "more": st.booleans() | anything,
        "data": st.booleans() | anything,
        "warnings": st.lists(st.text(max_size=2000), max_size=60) | anything,
        "breach": st.fixed_dictionaries(
            {"limit": st.sampled_from(["widgets", "A B"]), "message": st.text(), "used": anything}
        ),
        "end": st.fixed_dictionaries({}, optional={"value": anything, "resource": anything, "failure": failure})
        | anything,
    },
).map(lambda members: json.dumps(members).encode())
kind = st.sampled_from(list(FrameKind))
frame = st.one_of(
    st.builds(lambda text: encode(FrameKind.TURN, (USED, text)), said),
    st.builds(lambda text, data: encode(FrameKind.TURN, (USED, text, data)), said, st.binary(max_size=20)),
    st.builds(encode, kind, st.lists(st.binary(max_size=40), max_size=5)),
    st.builds(lambda kind_, text: encode(kind_, (USED, text)), kind, said),
    st.sampled_from([DONE, turn(calls=calls(1)), turn(more=True), turn(calls=calls(1, 2, payload=1))]),
)


@given(st.lists(frame, max_size=5))
@fuzzed
def test_frames_in_any_order_end_at_most_their_run(says: list[bytes]) -> None:
    """Whatever well-formed frames say, and in whatever order, the run ends with a value or a failure."""
    outcome_of(says)


@given(st.lists(st.binary(max_size=200), max_size=4))
@fuzzed
def test_bytes_end_at_most_their_run(says: list[bytes]) -> None:
    """Bytes that are no frames are a breach, or silence."""
    assert failure_of(says)[0] in {"limit", "internal"}


@given(st.data())
@fuzzed
def test_damaged_frames_end_at_most_their_run(data: st.DataObject) -> None:
    """Real frames with some bytes changed, left out or repeated are no danger."""
    words = bytearray(b"".join(data.draw(st.lists(frame, min_size=1, max_size=2))))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(words)))
        words[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    outcome_of([bytes(words), DONE])


LIES = {
    "speaks twice": [DONE + DONE],
    "an unknown kind": [b"\x63\x00\x00"],
    "a frame of the application": [encode(FrameKind.START)],
    "ready in the middle of a run": [encode(FrameKind.READY, (USED, b"{}"))],
    "no parts": [encode(FrameKind.TURN)],
    "a length beyond any limit": [b"\x11\x01\x00" + struct.pack("<I", 2**32 - 1)],
    "lengths that add up beyond any limit": [b"\x11\xff\x00" + b"\xff" * 1020],
    "endless output": [encode(FrameKind.TURN, (USED, b"x" * (8 << 20)))],
    "no UTF-8": [encode(FrameKind.TURN, (USED, b'{"end":{"value":"\xff"}}'))],
    "no number": [encode(FrameKind.TURN, (USED, b'{"end":{"value":NaN}}'))],
    "a number without end": [encode(FrameKind.TURN, (USED, b'{"end":{"value":[1e999]}}'))],
    "a number of many digits": [encode(FrameKind.TURN, (USED, b'{"end":{"value":' + b"7" * 400 + b".5}}"))],
    "half a surrogate pair": [encode(FrameKind.TURN, (USED, b'{"end":{"value":"\\ud800"}}'))],
    **{
        f"long text that is not JSON: {name}": [
            encode(
                FrameKind.TURN,
                (USED, b'{"end":{"value":[' + b"[1," * 30 + b"0,1," * 20_000 + wrong + b"0" + b"]" * 31 + b"}}"),
            )
        ]
        for name, wrong in {
            "a bracket of another kind": b"[},",
            "a bracket too few": b"[",
            "a bracket too many": b"1],",
            "nothing before a comma": b",",
            "nothing after a bracket": b"[,1],",
            "no comma": b"[]",
            "a string without end": b'"',
            "half of an escape": b'"' + b"x" * 70_000 + b'\\u00",',
        }.items()
    },
    "a result beyond the limit": [turn(end={"value": "x" * 9_000_000})],
    "many calls": [turn(calls=calls(*range(1, 5000)))],
    "more calls than may be under way": [turn(calls=calls(*range(1, 6)), more=True), turn(calls=calls(*range(6, 11)))],
    "the same call twice": [turn(calls=calls(1, 1))],
    "the same call again": [turn(calls=calls(1), more=True), turn(calls=calls(1))],
    "more timers than may wait": [
        turn(calls=calls(*range(1, 10), operation="timer", payload={"delay": 1e6, "kind": "setTimeout"}))
    ],
    "a timer that is none": [turn(calls=calls(1, operation="timer", payload={"delay": "soon", "kind": "setTimeout"}))],
    "more of long calls than may be held": [
        turn(calls=calls(number_, site="x" * 4_000_000), more=True) for number_ in (1, 2)
    ],
    "turns without end": [turn(more=True)] * 20,
    "bytes of no call": [encode(FrameKind.TURN, (USED, b"{}", b"x"))],
    "a call whose bytes are not there": [turn(calls=[{**calls(1)[0], "bytes": True}])],
    "a failure that is the application's to tell": [
        turn(
            end={
                "failure": {"type": "limit", "key": "memory", "name": None, "message": "", "stack": None, "data": None}
            }
        )
    ],
    "a time beyond all dates": [turn(lines=[["log", "x", 8.64e15]])],
    "a fault without words": [encode(FrameKind.FAULT, (USED,))],
}


@pytest.mark.parametrize("says", LIES.values(), ids=LIES.keys())
def test_each_lie_is_a_breach_of_the_protocol(says: list[bytes]) -> None:
    """What no honest worker says ends the run, and says so."""
    assert PROTOCOL == failure_of(says, PATIENT)


LONG_RESULTS = {
    "numbers": [0, 1.5, -2e300] * 90_000,
    "records": [{"id": n, "name": 'a,"b"}]', "tags": ["\\", "\n", {}], "": None} for n in range(20_000)],
    "members": {f"key {n},": [[n], {"n": {}}] for n in range(40_000)},
    "a string": 'é€😀\n\\"' * 30_000,
    "strings": [{"a": "\\" * 70_001, "b" * 70_000: ["\u001f" * 70_000, "😀" * 40_000]}] * 4,
}


@pytest.mark.parametrize("value", LONG_RESULTS.values(), ids=LONG_RESULTS.keys())
def test_a_long_result_is_read_while_others_run(value: Any) -> None:
    """It is what was said, whatever it is made of, and the loop runs something else after each piece of it."""
    text = json.dumps({"lines": [], "warnings": [], "end": {"value": value}}, ensure_ascii=False).encode()
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def read() -> Outcome:
        counting = asyncio.create_task(count_turns())
        says = [encode(FrameKind.TURN, (USED, text))]
        outcome, _ = await converse(says, replace(PATIENT, result_bytes=len(text)))
        counting.cancel()
        return outcome

    outcome = asyncio.run(read())
    assert (None, value) == (outcome.failure, outcome.value)
    assert turns > len(text) // 40_000


def test_silence_is_ended_by_the_wall_time() -> None:
    """A worker that says nothing, or only half of a frame, ends with its time."""
    assert ("limit", "wall_time") == failure_of([])
    assert ("limit", "wall_time") == failure_of([DONE[:-1]])


def test_answers_after_a_real_conversation_are_still_taken() -> None:
    """The fake worker can also be honest: a run that calls, drops, and returns."""
    says = [
        turn(calls=calls(1, payload={"a": 1}), lines=[["log", "x", 1]]),
        turn(calls=calls(2, payload=None), more=True),
        turn(dropped=[2, 77], more=True, calls=calls(3, payload=2)),
        DONE,
    ]
    assert 7 == outcome_of(says, PATIENT).value


def test_a_call_that_nobody_waits_for_is_cancelled() -> None:
    """What a worker drops is given up while the run goes on."""
    says = [
        turn(calls=calls(1, payload="first"), more=True),
        turn(dropped=[1], calls=calls(2, payload="second")),
        DONE,
    ]

    async def value() -> Any:
        return (await converse(says, PATIENT, Answer()))[0].value

    assert 7 == asyncio.run(value())


def test_usage_that_cannot_be_true_is_not_believed() -> None:
    """A worker may say it used endless CPU time; the report is still one of finite numbers that never fall."""
    for cpu, memory in ((float("nan"), 0), (float("inf"), 2**64 - 1), (-5.0, 0)):
        done = encode(FrameKind.TURN, (USAGE.pack(cpu, memory), b'{"end":{"value":7}}'))
        usage = outcome_of([done]).usage
        assert 0 <= usage.cpu_seconds <= 1e6
        assert usage.peak_memory_bytes <= 1 << 44


def test_last_words_are_cut_like_all_others() -> None:
    """What a worker says at its end is bounded as its console is."""
    lines = ",".join(json.dumps(["log", "x" * 5000, 1]) for _ in range(5000))
    last = encode(FrameKind.LAST, (USED, b"asked", lines.encode("utf-16-le")))
    assert failure_of([last], SandboxLimits(log_lines=10, log_line_bytes=100)) in {PROTOCOL, ("limit", "cpu_time")}


@pytest.mark.parametrize(
    ("unit", "failure"),
    [
        (b"[],", ("limit", "result_size")),
        (b'"",', PROTOCOL),
        (b"0,", PROTOCOL),
        (b'{"a":0},', ("limit", "result_size")),
        (b'"\\\\",', PROTOCOL),
    ],
)
def test_small_text_does_not_become_large_data(unit: bytes, failure: tuple[str, str]) -> None:
    """Megabytes of the shortest values are refused before they are made."""
    text = b'{"end":{"value":[' + unit * (6_000_000 // len(unit)) + b"0]}}"
    says = [encode(FrameKind.TURN, (USED, text))]
    tracemalloc.start()
    try:
        assert failure == failure_of(says, SandboxLimits(result_bytes=1_000_000, call_bytes=10_000_000))
        assert tracemalloc.get_traced_memory()[1] < 12 * len(text)
    finally:
        tracemalloc.stop()


def test_a_long_error_is_cut_before_it_is_read() -> None:
    """Millions of lines in a stack cost no more than the few that are kept."""
    thrown = {
        "type": "custom_code",
        "key": None,
        "name": "Error",
        "message": "\n" * 1_000_000,
        "stack": "\n" * 1_000_000,
        "data": None,
    }
    tracemalloc.start()
    try:
        says = [turn(end={"failure": thrown})]
        length = len(says[0])
        assert ("custom_code", None) == failure_of(says, PATIENT)
        assert tracemalloc.get_traced_memory()[1] < 12 * length
    finally:
        tracemalloc.stop()


GARBAGE = """
import os, socket, sys
channel = socket.socket(fileno=int(sys.argv[1]))
channel.sendall(bytes.fromhex(sys.argv[2]))
channel.recv(1)
while True:
    channel.sendall(bytes.fromhex(sys.argv[3]) * 1000)
"""


def started(garbage: str) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a process that says that it is ready, and then garbage."""
    ours, theirs = socket.socketpair()
    with theirs:
        ready = encode(FrameKind.READY, (USED, b"{}")).hex()
        command = [sys.executable, "-I", "-c", GARBAGE, str(theirs.fileno()), ready, garbage]
        return subprocess.Popen(command, pass_fds=[theirs.fileno()], stderr=subprocess.DEVNULL), ours


@pytest.mark.parametrize("garbage", ["00", "ff", "11020000000000000000", encode(FrameKind.TURN, (USED, b"{}")).hex()])
async def test_a_process_that_writes_garbage_without_end_is_killed(garbage: str) -> None:
    """A real process that never stops writing is ended, and read no further."""
    process, channel = started(garbage)
    with process, ExitStack() as cleanup:
        cleanup.callback(process.kill)
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        worker = WorkerProcess(process.pid, channel, None, ready)
        await ready
        worker.take()
        run = Run(worker, request_for(PATIENT))
        run.begin()
        outcome = await run.outcome()
        worker.discard()
        assert -signal.SIGKILL == process.wait()
    assert outcome.failure is not None
    assert PROTOCOL == (outcome.failure.type, outcome.failure.key)
