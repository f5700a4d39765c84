# Trusted, but without the application's environment: a process of its own that never runs a method's code.
"""The zygote: loads V8 once, and forks a worker whenever the application asks for one.

Where a worker can go on with an isolate of the zygote, it does, and serves one run; see `template.py`. Otherwise it
makes isolates of its own. Only one thread does anything, so that forking is safe. The zygote ends when its channel
(descriptor 0) closes. Its workers end with it.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
from typing import TYPE_CHECKING, Final, NoReturn

from .engine import Engine, Forked
from .hardening import Hardening
from .host import Extension
from .huge_pages import gather_pages
from .libc import fork
from .notices import DESCRIPTOR, LENGTH, PRACTISED, Notice, NoticeKind
from .prelude import prelude_source
from .rehearsal import Rehearsals
from .run_limits import RunLimits
from .self_test import SelfTest
from .template import Template
from .worker import BROKEN, Worker
from .worker_channel import MAXRSS_UNIT, WorkerChannel
from .worker_descriptors import CHANNEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .self_test import Layers

_ANCILLARY_BYTES: Final = socket.CMSG_SPACE(DESCRIPTOR.size)
_CAN_COPY: Final = sys.platform == "linux"
"""Whether processes that are forked on an isolate's thread may go on with it; the self-test has the last word."""


class Zygote:
    """The one process that forks workers."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._engine = Engine()
        self._hardening = Hardening()
        extensions, self._rehearsals = _read_setup(channel)
        self._prelude = prelude_source(extensions)
        self._self_test = SelfTest(self._engine, self._hardening, self._prelude)
        self._report = b""
        self._template: Template | None = None
        self._worker: Worker
        self._workers: set[int] = set()
        self._child_ended, wakeup = os.pipe()
        os.set_blocking(wakeup, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakeup)

    def serve(self) -> NoReturn:
        """Fork and reap until the application closes the channel."""
        gc.collect()
        gc.freeze()  # so that a collection in a worker does not copy the zygote's pages
        gather_pages()
        self._say(Notice(NoticeKind.LOADED))
        _close_standard_streams()
        self._hardening.enter_alone()
        if _CAN_COPY:
            Template(self._engine, self._prelude, self._hardening, self._self_test, self._rehearsals).serve(self._serve)
        self._hardening.enter_further()
        self._serve(None, self._self_test.run())

    def _serve(self, template: Template | None, layers: Layers) -> NoReturn:
        self._template = template
        self._hardening.reasons = {name: reason for name, reason in layers.items() if reason is not None}
        self._report = json.dumps({"v8": self._engine.version, "layers": layers}).encode()  # see `SandboxReport.decode`
        self._prepare_worker()
        gc.freeze()
        poll = select.poll()
        poll.register(self._channel, select.POLLIN)
        poll.register(self._child_ended, select.POLLIN)
        while True:
            for descriptor, _ in poll.poll():
                if descriptor == self._child_ended:
                    os.read(self._child_ended, 512)
                    self._reap()
                else:
                    self._take_request()

    def _prepare_worker(self) -> None:
        """Do what need not be done anew in each worker, which copies every page that it changes."""
        gauge = self._hardening.descriptors.gauge
        limits = RunLimits(gauge)
        if self._template is not None and gauge is not None:  # a worker goes on with the memory of this process
            gauge.open()
            limits.measure()
            self._hardening.descriptors.gauge = None
        self._hardening.prepare()
        self._worker = Worker(WorkerChannel.of(CHANNEL), limits, self._report)
        self._worker.block_signals()

    def _take_request(self) -> None:
        request, ancillary, _, _ = self._channel.recvmsg(1, _ANCILLARY_BYTES)
        if not request:
            self._end()
        if ancillary:
            (channel,) = DESCRIPTOR.unpack(ancillary[0][2])
            self._fork(channel, practised=request == PRACTISED)
        else:  # this process has no descriptor left
            self._say(Notice(NoticeKind.FAILED))

    def _fork(self, channel: int, *, practised: bool) -> None:
        try:
            process = fork()
        except OSError:  # too many processes: other workers must not suffer for that
            os.close(channel)
            self._say(Notice(NoticeKind.FAILED))
            return
        if process == 0:
            self._be_worker(channel, practised=practised)
        os.close(channel)
        self._workers.add(process)
        self._tell_of(process)

    def _be_worker(self, channel: int, *, practised: bool) -> NoReturn:
        """Go on as a worker in this process, freshly forked, on the thread of the zygote's own isolate if there is one.

        Raises:
            Forked: So that V8 carries out there what was posted.
        """
        try:
            self._hardening.apply(channel)
            if self._template is None:
                self._worker.serve(self._engine, self._prelude)
            self._worker.take_over(self._template, practised=practised)
        except BaseException:  # noqa: BLE001 (nobody would hear of it)
            os._exit(BROKEN)
        raise Forked

    def _tell_of(self, process: int) -> None:
        """Tell the application of a worker. Where it cannot get hold of that, it closes the channel, and so it ends."""
        notice = Notice(NoticeKind.FORKED if self._template is None else NoticeKind.COPIED, process)
        if not hasattr(os, "pidfd_open"):
            self._say(notice)
            return
        try:
            descriptor = os.pidfd_open(process)
        except OSError:
            self._say(Notice(NoticeKind.FAILED))
            return
        self._say(notice, [(socket.SOL_SOCKET, socket.SCM_RIGHTS, DESCRIPTOR.pack(descriptor))])
        os.close(descriptor)

    def _reap(self) -> None:
        while True:
            try:
                process, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if process == 0:
                return
            self._workers.discard(process)
            cpu_seconds = used.ru_utime + used.ru_stime
            peak = used.ru_maxrss * MAXRSS_UNIT
            self._say(Notice(NoticeKind.EXITED, process, os.waitstatus_to_exitcode(status), cpu_seconds, peak))

    def _say(self, notice: Notice, ancillary: Sequence[tuple[int, int, bytes]] = ()) -> None:
        try:
            self._channel.sendmsg([notice.encode()], ancillary)
        except ConnectionError:
            self._end()

    def _end(self) -> NoReturn:
        """End with all workers: the application is gone. Where there is a parent-death signal, it would do the same."""
        for process in self._workers:
            os.kill(process, signal.SIGKILL)
        os._exit(0)


def _read_setup(channel: socket.socket) -> tuple[list[Extension], Rehearsals]:
    (length,) = LENGTH.unpack(_receive(channel, LENGTH.size))
    setup = json.loads(_receive(channel, length))
    extensions = [Extension(name=name, source=source) for name, source in setup["extensions"]]
    return extensions, Rehearsals(map(bytes.fromhex, setup["rehearsals"]), bytes.fromhex(setup["practice"]))


def _receive(channel: socket.socket, length: int) -> bytes:
    data = channel.recv(length, socket.MSG_WAITALL)
    if len(data) < length:
        os._exit(0)
    return data


def _close_standard_streams() -> None:
    """Stop writing to the application's error stream: V8's last words are for nobody."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os.close(null)


def main() -> NoReturn:
    """Run the zygote on descriptor 0."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the application decides when to stop
    try:
        Zygote(socket.socket(fileno=0)).serve()
    except Exception:  # noqa: BLE001 (the same for all)
        sys.excepthook(*sys.exc_info())
    os._exit(1)  # the interpreter cannot be taken down: memory that it would write to is sealed
