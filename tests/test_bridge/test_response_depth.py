"""Responses that are nested deeply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bridge import Limits

if TYPE_CHECKING:
    from conftest import Methods, Seen

pytestmark = pytest.mark.asyncio(loop_scope="module")

DEPTH = "let depth = 0; for (let at = data; Array.isArray(at); at = at[0]) depth++; return depth"
GET = (
    "let data; try { data = await apiClient.get('/x') } catch (error) { return [error.name, error.key, error.message] }"
)


def nested(depth: int, status: int = 200) -> web.Response:
    """Answer with so many arrays, one in the other, behind a long string of brackets that count for nothing."""
    return web.Response(text="[" * depth + '"\\\\' + "[" * 70_000 + '\\""' + "]" * depth, status=status)


async def test_a_response_has_a_greatest_depth(methods: Methods) -> None:
    """The greatest is read; one more is an error that the method can catch, and that says what is wrong."""
    methods.answer = lambda _: nested(512)
    assert 512 == await methods.value(f"{GET} {DEPTH}")
    methods.answer = lambda _: nested(513)
    name, key, message = await methods.value(GET)
    assert ("ConnectionError", "decode") == (name, key)
    assert "GET " in message
    assert "the response is nested deeper than 512 levels" in message
    outcome = await methods.run(f"{GET} return data", limits=Limits(response_depth=3))
    assert outcome.value[1] == "decode"


async def test_what_is_no_json_to_the_method_may_be_nested(methods: Methods) -> None:
    """Text is text."""
    methods.answer = lambda _: nested(1000)
    code = "return (await apiClient.get('/x', {}, { responseType: 'text' })).length"
    assert 2 * 1000 + 70_006 == await methods.value(code)


@pytest.mark.parametrize("status", [200, 404])
async def test_a_deep_response_is_reported_as_text(methods: Methods, status: int) -> None:
    """What a run says of its failure can always be read, however deep the response was that it is about."""

    def answer(_: Seen) -> web.Response:
        return nested(600, status)

    methods.answer = answer
    failure = (await methods.run("await apiClient.get('/x')")).failure
    assert failure is not None
    assert ("connection", "decode" if status == 200 else None) == (failure.type, failure.key)
    assert isinstance(failure.data, dict)
    assert isinstance(failure.data["response"], dict)
    assert str(failure.data["response"]["data"]).startswith("[[[")
