"""A file of the tool that may come from anywhere is read as the tool wrote it, or not at all."""

import os
from pathlib import Path

import pytest

from mfa_setup.store.json_file import DEEPEST, NotJsonError, read_object

LARGEST = 1_000


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"a": 1} {"a": 1}',
        b'{"a": 1, "a": 2}',
        b'{"a": [{"b": 1, "b": 1}]}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        b'{"a": "\xff"}',
        b'{"a":' * DEEPEST + b"1" + b"}" * DEEPEST,
    ],
)
def test_what_the_tool_never_writes_is_not_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(NotJsonError):
        read_object(path, LARGEST)


def test_nesting_and_numbers_that_would_end_python_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    for text in ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", '{"a": ' + "9" * 5_000 + "}"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(NotJsonError):
            read_object(path, 1_000_000)


def test_an_object_within_the_limits_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text('{"a": {"b": 1.5}, "c": {"b": "ü"}}', encoding="utf-8")
    assert read_object(path, LARGEST) == {"a": {"b": 1.5}, "c": {"b": "ü"}}


def test_a_file_that_is_too_large_or_not_regular_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text(f'{{"a": "{"x" * LARGEST}"}}', encoding="utf-8")
    (tmp_path / "link").symlink_to(path)
    os.mkfifo(tmp_path / "pipe")
    for name in ("file.json", "link", "pipe", ".", "none", "\0"):
        with pytest.raises(OSError, match=r".") as error:
            read_object(tmp_path / name, LARGEST)
        assert error.value.strerror
