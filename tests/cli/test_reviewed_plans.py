"""A reviewed plan: what was reviewed is what runs, and where anything has changed since, nothing does."""

import json
from pathlib import Path
from typing import Any

import pytest

from support import scene
from support.lab import Lab, Result, Run


def test_x(run: Run, lab: Lab) -> None:
    made = run("plan", "--out", "plan.json", env=lab.env)
    print(made.out, made.err)
    print(Path("plan.json").read_text())
    a = run("plan", "--json", env=lab.env)
    b = run("plan", "--json", env=lab.env)
    assert a.document["digest"] == b.document["digest"]
    m = lab.mark()
    r = run("up", "--plan", "plan.json", "--yes", env=lab.env)
    print(r.out, r.err, len(lab.log(m)))
    r = run("up", "--plan", "plan.json", "--yes", env=lab.env)
    print(r.out, r.err)
    r = run("up", "--plan", "plan.json", "--yes", "--json", env=lab.env)
    print(json.dumps(r.document, indent=1))
    assert False
