"""What must be true of every run, whatever it was given and whatever it was answered."""

import re
from typing import Any

from support import documents
from support.lab import Result

EXIT_CODES = {0, 1, 2, 3, 4, 5, 6, 7, 10, 130, 143}
_ACTS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


def judge(result: Result) -> dict[str, Any]:
    """The document of a run that ended as it may.

    Raises:
        AssertionError: A defect showed, or something that acts on a terminal.
    """
    assert result.code in EXIT_CODES, result
    assert "Traceback" not in result.out + result.err, result
    assert not _ACTS.search(result.err), result
    assert result.out.isascii(), result
    assert result.out.count("\n") == 1, result
    if result.out.startswith('{"$schema"'):  # what `schema` prints
        return dict(documents.other(result.out))
    document = result.document
    if "schema_version" not in document:  # what `sandbox` announces
        return document
    assert document["ok"] is (document["error"] is None), result
    assert (document["error"] or {}).get("code") != "internal_error", result
    return document
