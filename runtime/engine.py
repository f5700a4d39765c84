# Hostile side of the wall: runs in the zygote and in every worker.
"""V8, through the C interface of mini-racer's library.

Only text goes in and only text comes out: Python never touches a JavaScript object, whose getters and proxies would run
hostile code on our side of the interface.

Threading: `mr_eval` and `mr_call_function` post a task to the isolate's own thread and return at once. Completion
callbacks run on that thread, one at a time, with the isolate idle below them; a callback may block, and may post
further tasks, but must not free its own isolate.
"""

from __future__ import annotations

import ctypes
from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .libc import expect_all, give_back
from .mini_racer import CALLBACK, Value, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from mmap import mmap

FLAGS: Final = (
    "--single-threaded",
    "--jitless",
    "--disallow-code-generation-from-strings",
    "--enable-experimental-regexp-engine-on-excessive-backtracks",
    "--semi-space-growth-factor=4",  # instead of 2: what stays of a long body is copied less often
)
_TEXT: Final = 5
_ARRAY_BUFFER: Final = 102
_FIRST_EXCEPTION: Final = 200
_PIECE_BYTES: Final = 256 * 1024
_KEEP: Final = 0
"""The tag of what is kept, rather than told."""
_SYNTAX_EXCEPTION: Final = 201


class ResultKind(Enum):
    """How an evaluation ended."""

    OTHER = "other"
    BUFFER = "buffer"
    TEXT = "text"
    THROWN = "thrown"
    SYNTAX = "syntax"


class Result(NamedTuple):
    """How an evaluation ended.

    Attributes:
        kind: In which way.
        text: The text it gave, or V8's words for what was thrown, in UTF-8.
        buffer: The memory of the ArrayBuffer it gave.
    """

    kind: ResultKind
    text: bytes = b""
    buffer: Memory | None = None

    @property
    def is_failure(self) -> bool:
        """Whether something was thrown."""
        return self.kind is ResultKind.THROWN or self.kind is ResultKind.SYNTAX


class Memory:
    """Memory of an isolate. Valid only while the isolate lives and its own JavaScript holds the buffer, unresized."""

    def __init__(self, address: int, length: int) -> None:
        self._address = address
        self.length = length

    def copy(self, start: int, length: int) -> bytes:
        """Return a copy of bytes of it, from any thread; a part outside of it is left out."""
        start = min(start, self.length)
        return ctypes.string_at(self._address + start, min(length, self.length - start))

    def to_fill(self) -> memoryview:
        """Return the memory itself, all of which is going to be written to."""
        expect_all(self._address, self.length)
        return self._view()

    def _view(self) -> memoryview:
        return memoryview((ctypes.c_char * self.length).from_address(self._address)).cast("B")

    def given_away(self) -> Iterator[memoryview]:
        """Yield it piece by piece, and give the pages of each back to the system: who reads it again finds zeros."""
        view = self._view()
        for start in range(0, self.length, _PIECE_BYTES):
            yield view[start : start + _PIECE_BYTES]
            if self.length - start >= _PIECE_BYTES:
                give_back(self._address + start, _PIECE_BYTES)


_OTHER = Result(ResultKind.OTHER)


@dataclass
class Kept:
    """A value that stays in its isolate: known as soon as what was posted before it has been evaluated.

    Attributes:
        handle: V8's name for it; None before that, and where there is no value because something was thrown.
        memory: Its bytes, where it is an ArrayBuffer.
    """

    handle: int | None = None
    memory: Memory | None = None


class Forked(BaseException):
    """Raised out of a callback, in a process that was forked in it, has the isolate to itself and goes on with it."""


class Engine:
    """V8 loaded into this process, without an isolate. Loading twice in one process is an error."""

    def __init__(self) -> None:
        self._library: Any = load(FLAGS)
        # The one callback there ever is: what ctypes makes for it is machine code, which workers cannot make any more.
        self._callback: Any = CALLBACK(self._complete)
        self._isolate: Isolate | None = None

    @property
    def version(self) -> str:
        """V8's version."""
        return str(self._library.mr_v8_version().decode())

    @property
    def uses_sandbox(self) -> bool:
        """Whether V8's own memory cage is on. It is silently off where address space is limited."""
        return bool(self._library.mr_v8_is_using_sandbox())

    def isolate(self, on_result: Callable[[int, Result], None], on_error: Callable[[BaseException], None]) -> Isolate:
        """Start an isolate with its thread. There is one at a time: close the one before first.

        Args:
            on_result: Called on that thread with the tag of each evaluation and how it ended.
            on_error: Called instead of letting an exception out of it, which nobody would hear of.
        """
        self._isolate = Isolate(self._library, on_result, on_error)
        self._isolate.start(self._callback)
        return self._isolate

    def _complete(self, tag: int, handle: int) -> None:
        if self._isolate is not None:
            self._isolate.complete(tag, handle)


class Isolate:
    """One V8 isolate with one context."""

    def __init__(
        self,
        library: Any,  # noqa: ANN401 (a ctypes library)
        on_result: Callable[[int, Result], None],
        on_error: Callable[[BaseException], None],
    ) -> None:
        self._library = library
        self.on_result = on_result
        self.on_error = on_error
        self._thread_state: int | None = None
        self._retired = False
        self._keeps: deque[Kept] = deque()
        self._context: int
        self._no_arguments: Kept

    def start(self, callback: Any) -> None:  # noqa: ANN401 (a ctypes function)
        """Make the isolate and its thread, which calls `callback` at the end of each evaluation."""
        self._context = self._library.mr_init_context(callback)
        self._no_arguments = self.keep(b"[]")

    def evaluate(self, code: bytes, tag: int) -> None:
        """Post `code` (UTF-8) to be evaluated as a script; `on_result` hears of it with `tag`, which must not be 0."""
        text = self._text(code)
        self._library.mr_eval(self._context, text, tag)
        self._library.mr_free_value(self._context, text)

    def call(self, function: Kept, tag: int, text: bytes | mmap | None = None) -> None:
        """Post a call of `function`; `on_result` hears of it as of an evaluation.

        Nothing is compiled for that, and the text is no part of a script.

        Args:
            function: Which takes no arguments.
            tag: Of the call.
            text: Its `this` (UTF-8), where it looks at that.
        """
        nothing = self._no_arguments.handle
        this = nothing if text is None else self._text(text)
        self._library.mr_call_function(self._context, function.handle, this, nothing, tag)
        if text is not None:
            self._library.mr_free_value(self._context, this)

    def keep(self, code: bytes) -> Kept:
        """Post `code` (UTF-8) to be evaluated, and return what will be its value."""
        kept = Kept()
        self._keeps.append(kept)
        self.evaluate(code, _KEEP)
        return kept

    def _text(self, text: bytes | mmap) -> int:
        """Return V8's handle of a text. It may be freed when something was posted with it, which holds the text."""
        data = text if isinstance(text, bytes) else (ctypes.c_char * len(text)).from_buffer(text)
        handle: int = self._library.mr_alloc_string_val(self._context, data, len(text), _TEXT)
        return handle

    def limit_heap(self, size_bytes: int) -> None:
        """End evaluations once the JavaScript heap is larger than this after a garbage collection."""
        self._library.mr_set_hard_memory_limit(self._context, size_bytes)

    @property
    def heap_limit_reached(self) -> bool:
        """Whether evaluations were ended because of the heap limit."""
        return bool(self._library.mr_hard_memory_limit_reached(self._context))

    def retire(self) -> None:
        """Say, in a callback, that it is the last: the isolate evaluates nothing more, and is going to be closed."""
        self._retired = True

    def close(self) -> None:
        """Free the isolate, from any thread but its own. Waits until what it evaluates has ended."""
        self._library.mr_free_context(self._context)

    def complete(self, tag: int, handle: int) -> None:
        """Take the end of an evaluation; called by V8 through the engine."""
        try:
            if self._thread_state is None:
                # Python would make a state for this thread anew at each callback, which can fail where memory is short.
                self._thread_state = ctypes.pythonapi.PyGILState_Ensure()
            if tag == _KEEP:
                self._take_kept(handle)
            else:
                self.on_result(tag, self._take(handle))
            if self._retired:
                ctypes.pythonapi.PyGILState_Release(self._thread_state)
        except Forked:
            return
        except BaseException as error:  # noqa: BLE001 (nobody would hear of it)
            self.on_error(error)

    def _take_kept(self, handle: int) -> None:
        kept, raw = self._keeps.popleft(), Value.from_address(handle)
        if raw.type < _FIRST_EXCEPTION:
            kept.handle = handle
        if raw.type == _ARRAY_BUFFER:
            kept.memory = Memory(raw.address, raw.length)

    def _take(self, handle: int) -> Result:
        raw = Value.from_address(handle)
        kind, result = raw.type, _OTHER
        if kind == _TEXT:
            result = Result(ResultKind.TEXT, ctypes.string_at(raw.address, raw.length))
        elif kind == _ARRAY_BUFFER:
            result = Result(ResultKind.BUFFER, buffer=Memory(raw.address, raw.length))
        elif kind >= _FIRST_EXCEPTION:
            thrown = ResultKind.SYNTAX if kind == _SYNTAX_EXCEPTION else ResultKind.THROWN
            result = Result(thrown, ctypes.string_at(raw.address, raw.length))
        self._library.mr_free_value(self._context, handle)
        return result
