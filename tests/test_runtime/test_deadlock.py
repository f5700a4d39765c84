"""Methods that wait for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("module.exports = async () => {\n  await new Promise(() => {});\n}", "data/contacts/list.js:2:9"),
        ("const { promise } = Promise.withResolvers();\nmodule.exports = () => promise", "data/contacts/list.js:1:29"),
        (
            "const never = () => new Promise(() => {});\nmodule.exports = async ({ echo }) => {\n  await echo(1);\n"
            "  await new Promise((r) => setTimeout(r, 1));\n  await Promise.all([echo(2), never()]);\n}",
            "data/contacts/list.js:1:21",
        ),
        ("module.exports = () => ({ then() {} })", None),
    ],
)
async def test_waiting_for_nothing_is_told_at_once_with_the_place(bench: Bench, code: str, places: str | None) -> None:
    """A method with no call and no timer under way fails at once and learns which promise it waits for."""
    failure = (await bench.run(code, wall_time_seconds=600)).failure
    assert failure is not None
    assert ("custom_code", "deadlock") == (failure.type, failure.key)
    assert "no call and no timer under way" in failure.message
    if places is not None:
        assert failure.message.endswith(f"made at {places}.")


async def test_a_settled_promise_is_not_blamed(bench: Bench) -> None:
    """Only promises that are still open are named."""
    code = "module.exports = async () => {\n  await new Promise((r) => r());\n  await new Promise(() => {});\n}"
    failure = (await bench.run(code)).failure
    assert failure is not None
    assert failure.message.endswith("made at data/contacts/list.js:3:9.")


async def test_tracked_promises_behave_like_promises(bench: Bench) -> None:
    """The constructor that remembers places is otherwise the language's own."""
    code = """module.exports = async () => {
      class Mine extends Promise {}
      const native = (async () => {})();
      let refused; try { Promise(() => {}) } catch (e) { refused = e instanceof TypeError }
      return [
        new Promise(() => {}) instanceof Promise, native instanceof Promise, new Mine((r) => r(1)) instanceof Mine,
        Mine.resolve(1) instanceof Mine, await Promise.all([1, native, Promise.resolve(2)]), Promise.resolve(native) === native,
        await Promise.race([new Promise((r) => r("r"))]), Promise.name, refused, typeof Promise.try,
      ];
    }"""
    assert [True, True, True, True, [1, None, 2], True, "r", "Promise", True, "function"] == await bench.value(code)
