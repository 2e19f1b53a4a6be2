"""Lines at a terminal are wrapped between words, under the text of their first line."""

import pytest
from rich.text import Text

from mfa_setup.render.wrapping import wrapped


def lines(text: str, width: int = 30) -> list[str]:
    return wrapped(Text(text), width).plain.split("\n")


def test_a_line_that_fits_stays_as_it_is() -> None:
    assert lines("x" * 30) == ["x" * 30]
    assert lines("") == [""]
    assert lines("   ") == ["   "]


def test_no_line_is_longer_than_the_terminal_and_no_space_is_left_at_an_end() -> None:
    assert lines("aaaa bbbb cccc dddd eeee ffff gggg") == ["aaaa bbbb cccc dddd eeee ffff", "gggg"]
    assert lines("aaaa bbbb cccc dddd eeee fffff  gggg") == ["aaaa bbbb cccc dddd eeee fffff", "gggg"]


@pytest.mark.parametrize(
    ("text", "hang"),
    [
        ("  ! check: aaaa bbbb cccc dddd eeee ffff", 4),
        ("  x check: aaaa bbbb cccc dddd eeee ffff", 4),
        ("  1. aaaa bbbb cccc dddd eeee ffff gggg", 5),
        ("      a hint of aaaa bbbb cccc dddd eeee", 6),
        ("      callbacks: aaaa bbbb cccc dddd eeee", 8),
        ("  Number  aaaa bbbb cccc dddd eeee ffff", 10),
        ("  + A     aaaa bbbb cccc dddd eeee ffff", 10),
        ("  Very long label  aaaa bbbb cccc dddd eeee", 2),
    ],
)
def test_later_lines_begin_under_the_text_of_the_first(text: str, hang: int) -> None:
    first, *later = lines(text)
    assert later
    assert all(line.startswith(" " * hang) and line[hang] != " " for line in later)
    assert " ".join([first, *map(str.strip, later)]) == text


def test_a_url_that_is_longer_than_a_line_stays_in_one_piece() -> None:
    url = "https://acme.eu.auth0.com/a/path/that/is/long"
    assert lines(f"Open {url} now.") == [f"Open {url}", "now."]
    assert lines(f"  {url}") == [f"  {url}"]


def test_a_command_in_backticks_stays_in_one_line_where_it_fits() -> None:
    assert lines("To prove it, please run `mfa-setup test sms`.") == [
        "To prove it, please run",
        "`mfa-setup test sms`.",
    ]
    assert lines("Run `mfa-setup up --test-to NUMBER --override X`.") == [
        "Run `mfa-setup up --test-to",
        "NUMBER --override X`.",
    ]


def test_wide_characters_count_twice() -> None:
    assert lines("漢字漢字漢 字漢字漢字", 12) == ["漢字漢字漢", "字漢字漢字"]


def test_the_styles_of_the_words_are_kept() -> None:
    line = wrapped(Text("aaaa bbbb ").append("cccc", "bold"), 10)
    assert line.plain == "aaaa bbbb\ncccc"
    assert [line.plain[span.start : span.end] for span in line.spans] == ["cccc"]
