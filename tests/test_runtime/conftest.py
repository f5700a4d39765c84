"""A sandbox for tests of the runtime."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from runtime import (
    Clock,
    Extension,
    HostCall,
    HostReply,
    Journal,
    LogLine,
    Module,
    Outcome,
    Sandbox,
    SandboxLimits,
    Script,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from contextlib import AbstractAsyncContextManager

    from runtime import HostCalls

EXTENSION = Extension(
    name="echo",
    source="""
    (core) => {
      const settle = {
        resolve: (value, text) => {
          if (value === "unreadable") throw new core.primordials.Error("cannot be read");
          return text === undefined ? value : [value, text];
        },
        reject: (value) => { const error = new core.primordials.Error(value); error.name = "EchoError"; return error; },
      };
      core.onStart("echo", (settings, args) => {
        args.echo = (payload) => core.call("echo", payload, settle);
        args.settings = settings;
        args.breach = (name) => core.breach(name, "as asked", 7);
        args.upload = (bytes) => core.call("upload", null, settle, core.copyBytes(bytes));
        args.handle = () => {
          const object = {};
          core.addResource(object, { handle: 7 });
          return object;
        };
        if (!settings?.companion) return undefined;
        const made = core.loadMethod(settings.companion, ["make"])({ greeting: settings.greeting });
        return core.primordials.PromiseThen(core.primordials.Promise.resolve(made), (value) => { args.made = value; });
      });
      core.provide("echo-module", () => ({ echoed: "from the host" }));
    }
    """,
)


async def echo(call: HostCall) -> HostReply:
    """Answer a call with its payload: `{"after": seconds}` waits first, `{"fail": text}` rejects, `{"text": text}` gives text."""
    payload: Any = call.payload
    if call.data is not None:
        return HostReply(ok=True, value=[len(call.data), sum(call.data)])
    if isinstance(payload, dict):
        await asyncio.sleep(payload.get("after", 0))
        if "fail" in payload:
            return HostReply(ok=False, value=payload["fail"])
        if "bytes" in payload:
            return HostReply(ok=True, value=None, data=bytes(range(256)) * payload["bytes"])
        if "text" in payload:
            return HostReply(ok=True, value=call.site, utf8=payload["text"].encode())
    return HostReply(ok=True, value=payload)


@dataclass
class Bench:
    """Runs JavaScript in a sandbox and remembers what it wrote to the console."""

    sandbox: Sandbox
    lines: list[LogLine] = field(default_factory=list)

    async def run(
        self,
        code: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        name: str = "data/contacts/list.js",
        exports: tuple[str, ...] = ("list",),
        key: str = "acme",
        calls: HostCalls = echo,
        companion: Module | None = None,
        files: Mapping[str, str] | None = None,
        inner: bool = False,
        seed: bytes | None = None,
        **limits: float,
    ) -> Outcome:
        """Run `code` as a method's file."""
        self.lines = []
        clock, bounds = Clock(), SandboxLimits(**limits)  # type: ignore[arg-type]
        return await self.sandbox.run(
            Script(
                module=Module(name=name, code=code),
                exports=exports,
                others=(companion,) if companion else (),
                files=files or {},
            ),
            arguments or {},
            isolation_key=key,
            calls=calls,
            limits=bounds,
            settings={"echo": {"greeting": "hello", "companion": companion and companion.name}},
            inner=inner,
            clock=clock,
            journal=Journal.begin(clock, most_bytes=bounds.journal_bytes, seed=seed),
            on_log=self.lines.append,
        )

    async def value(self, code: str, arguments: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """Run `code` and return its value; fail the test if it has none."""
        outcome = await self.run(code, arguments, **options)
        assert outcome.failure is None, outcome.failure
        return outcome.value


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared_bench() -> AsyncIterator[Bench]:
    """One sandbox for all tests of a module."""
    async with Sandbox(extensions=(EXTENSION,), workers=8) as sandbox:
        yield Bench(sandbox)


@pytest.fixture
def bench(shared_bench: Bench) -> Bench:
    """A bench without memory of the test before."""
    shared_bench.lines = []
    return shared_bench


@pytest.fixture
def open_bench() -> Callable[..., AbstractAsyncContextManager[Bench]]:
    """Opens a sandbox of the test's own, with its own options."""

    @asynccontextmanager
    async def opened(**options: Any) -> AsyncIterator[Bench]:
        async with Sandbox(extensions=(EXTENSION,), **options) as sandbox:
            yield Bench(sandbox)

    return opened


@pytest.fixture(scope="session")
def echo_extension() -> Extension:
    """Return the extension that all benches have."""
    return EXTENSION
