"""Source lines around an error."""

from __future__ import annotations

import pytest

from connectors.source_frame import WIDEST, SourceFrame

SOURCE = "one\ntwo\n\tconst x = '😀'; boom()\nfour\nfive\nsix"


def test_the_caret_stands_under_the_place() -> None:
    """Two lines on each side, the tab widened, and columns counted as V8 does."""
    frame = SourceFrame.around(SOURCE, 3, 18)

    assert frame is not None
    expected = [
        ("  1 │ ", "one"),
        ("  2 │ ", "two"),
        ("> 3 │ ", "  const x = '😀'; boom()"),
        ("    │ ", f"{' ' * 17}^"),
        ("  4 │ ", "four"),
        ("  5 │ ", "five"),
    ]
    assert expected == frame.numbered()
    assert "boom()" == frame.lines[2][frame.caret :]


def test_a_long_line_is_cut_around_the_place() -> None:
    """A minified file does not fill the screen."""
    frame = SourceFrame.around("x" * 5000 + "boom()" + "y" * 5000, 1, 5001)

    assert frame is not None
    assert WIDEST == len(frame.lines[0])
    assert frame.lines[0][frame.caret :].startswith("boom()")


def test_control_characters_are_escaped() -> None:
    """Source is untrusted text as well."""
    frame = SourceFrame.around("a\x1b[31mb", 1, 1)

    assert frame is not None
    assert ("a\\u001b[31mb",) == frame.lines


@pytest.mark.parametrize("line", [0, -1, 7])
def test_a_line_that_does_not_exist_has_no_frame(line: int) -> None:
    """A worker may claim any place."""
    assert SourceFrame.around(SOURCE, line, 1) is None


def test_a_column_that_does_not_exist_is_the_end_of_the_line() -> None:
    """A worker may claim any column too."""
    frame = SourceFrame.around(SOURCE, 1, 10_000)

    assert frame is not None
    assert 3 == frame.caret
