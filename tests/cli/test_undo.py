"""`mfa-setup undo`: what a run changed goes back to what it found, and nothing else is touched."""

from typing import Any

import pytest

from support.lab import Lab, Run


def standing(lab: Lab) -> dict[str, Any]:
    """The whole state, to the letter; without what only counts."""
    everything = lab.everything
    del everything["twilio"]["purchases"]
    return everything


def test_after_up_and_undo_everything_is_to_the_letter_as_it_was(run: Run, lab: Lab) -> None:
    before = standing(lab)
    assert run("up", "--yes", "--json", env=lab.env).code == 0
    result = run("undo", "--release-number", "--delete-application", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    assert standing(lab) == before
    assert result.document["changed"] is True
    print(result.out, result.err)
    print(run("undo", "--list", env=lab.env).out)
    print(run("undo", "--list", "--json", env=lab.env).out)
    print(run("undo", "--yes", "--json", env=lab.env).out)
