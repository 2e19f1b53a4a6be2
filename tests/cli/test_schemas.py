"""`mfa-setup schema`, and that every JSON document in all tests is held against the schema of the output."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from support import documents
from support.lab import Lab, Run

TESTS = Path(__file__).parents[1]
NAMES = ["config", "output", "fleet"]


@pytest.fixture
def output(run: Run) -> dict[str, Any]:
    """The schema of the output."""
    return dict(documents.other(run("schema", "output").out))


def objects(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((name, one) for name, one in schema["$defs"].items() if "properties" in one)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_printed_by_itself_with_json_on_one_line(run: Run, name: str) -> None:
    plain, as_json = run("schema", name), run("schema", name, "--json", "--quiet")
    assert (plain.code, plain.err, as_json.code, as_json.err) == (0, "", 0, "")
    schema = documents.other(plain.out)
    assert (documents.other(as_json.out), as_json.out.count("\n")) == (schema, 1)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"title", "description", "examples"} <= set(schema)
    assert plain.out.startswith('{\n  "$schema"')
    for example in schema["examples"]:
        jsonschema.validate(example, schema)


def test_without_a_name_it_shows_its_help_and_an_unknown_name_is_an_error_of_usage(run: Run) -> None:
    bare = run("schema")
    assert (bare.code, bare.out) == (2, run("schema", "--help").out)
    error = run("schema", "outptu", "--json").document["error"]
    assert (error["code"], "output" in error["message"]) == ("usage", True)


def test_printing_a_schema_imports_no_sdk() -> None:
    script = (
        "import sys; from mfa_setup.cli.main import run\n"
        "run(['schema', 'output']); print([*sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    imported = {name.partition(".")[0] for name in re.findall(r"'([\w.]+)'", done.stderr)}
    assert "mfa_setup" in imported
    assert imported & {"auth0", "twilio", "httpx", "requests", "starlette", "phonenumbers"} == set()


def test_the_schema_of_the_output_describes_every_key_and_allows_keys_of_later_versions(
    output: dict[str, Any],
) -> None:
    undescribed = [
        f"{name}.{key}"
        for name, one in objects(output)
        for key, schema in one["properties"].items()
        if not schema.get("description")
    ]
    assert undescribed == []
    assert [name for name, one in objects(output) if "additionalProperties" in one] == []
    assert "'$ref': 'http" not in str(output)
    kinds = {one["$ref"].rpartition("/")[2] for one in output["anyOf"]}
    assert kinds == {"Outcome", "FleetDocument", "FleetLine", "SandboxReady"}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"surprise": 1}, "surprise"),
        ({"ok": "yes"}, "yes"),
        ({"tenant": {"domain": "acme.eu.auth0.com", "phone_stack": "old"}}, "old"),
        ({"error": {"code": "x", "message": "y"}}, "error"),
    ],
)
def test_a_document_that_the_schema_does_not_describe_fails_the_test_that_sees_it(
    run: Run, change: dict[str, Any], problem: str
) -> None:
    document = run("profiles", "--json").document
    assert documents.document(json.dumps(document)) == document
    with pytest.raises(AssertionError, match=problem):
        documents.document(json.dumps(document | change))
    with pytest.raises(AssertionError, match=problem):
        documents.check(["up", "--json"], json.dumps(document | change))


def test_a_key_that_is_missing_fails_the_test_that_sees_it(run: Run) -> None:
    document = run("profiles", "--json").document
    for key in set(document) - {"schema_version"}:
        with pytest.raises(AssertionError, match=key):
            documents.document(json.dumps({name: value for name, value in document.items() if name != key}))


def test_a_run_of_every_kind_of_document_matches_the_schema_that_is_printed(
    run: Run, unified: Lab, output: dict[str, Any]
) -> None:
    lines = [
        run(*words.split(), "--json", env=unified.env).out
        for words in (
            "up --yes",
            "doctor",
            "undo --list",
            "undo --yes",
            "nonsense",
            "profiles",
            "fleet plan absent.toml",
        )
    ]
    lines.append(json.dumps(unified.sandbox.ready()))
    for line in lines:
        jsonschema.validate(documents.other(line), output)


PRINTED = re.compile(r"\b(out|stdout|communicate|readline|readouterr|check_output)\b")


def test_no_test_reads_what_a_command_printed_without_the_schema() -> None:
    around = []
    for path in sorted(TESTS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Call, ast.ListComp)):
                text = ast.unparse(node)
                reads = "json.loads(" in text if isinstance(node, ast.ListComp) else text.startswith("json.loads(")
                if reads and PRINTED.search(text):
                    around.append(f"{path.relative_to(TESTS)}:{node.lineno}: {text}")
    assert around == []
