"""An exported journal is untrusted input: what is not as mfa-setup writes it changes nothing in the tenant."""

import copy
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.elsewhere import FILE, FOR_GOOD, Machine, Machines, new_machines, read_file, sealed, standing, write_file
from support.lab import Lab, Run

Document = dict[str, Any]
Change = Callable[[Document], object]


@pytest.fixture
def new(run: Run, unified: Lab, tmp_path: Path) -> Machines:
    """New machines for the tenant."""
    return new_machines(run, unified, tmp_path)


@pytest.fixture
def document(new: Machines, folder: Path) -> Document:
    """The values of the journal that a machine exported after `up` with limits, a later `up`, and a config file."""
    (folder / "app").mkdir()
    (folder / "app" / "vite.config.js").touch()
    runner = new()
    assert runner("up", "--only-percent", "10", "--app-dir", "app").code == 0
    assert runner("up", "--everyone", "--url", "https://app.example.com").code == 0
    runner.exports()
    return read_file(folder / FILE)


@pytest.fixture
def laptop(new: Machines, document: Document) -> Machine:
    """A machine without a journal of its own."""
    del document
    return new()


def refused(laptop: Machine, code: str, exit_code: int = 3) -> str:
    """Tries to undo with the exported journal, which is refused; the error's message."""
    result = laptop.undoes(*FOR_GOOD)
    error = result.document["error"]
    assert error is not None, result.out
    assert (result.code, error["code"], result.document["changed"]) == (exit_code, code, False), result.out
    return str(error["message"])


def write(document: Document, action: str) -> Document:
    """The first write of a kind."""
    return next(one for run in document["runs"] for one in run["writes"] if one["action"] == action)


def with_change(document: Document, change: Change) -> Document:
    """A copy of the values in which something is different."""
    changed = copy.deepcopy(document)
    change(changed)
    return changed


# --- the seal ------------------------------------------------------------------------------------------------------

TAMPERING: dict[str, Change] = {
    "an earlier policy": lambda it: write(it, "set_policies")["before"].update(policies=["confidence-score"]),
    "an earlier URL": lambda it: write(it, "update_application")["before"].update(callbacks=["https://evil.example"]),
    "an Action's code": lambda it: write(it, "delete_action")["before"].update(code="evil()"),
    "an outcome": lambda it: write(it, "set_policies").update(status="failed"),
    "a target": lambda it: write(it, "update_application").update(target="another"),
    "the path of the config file": lambda it: write(it, "write_config").update(target="/etc/passwd"),
    "a domain": lambda it: it["runs"][0].update(domain="other.eu.auth0.com"),
    "the domain of the whole": lambda it: it.update(domain="other.eu.auth0.com"),
    "a time": lambda it: it["runs"][0].update(time="2026-01-01T00:00:00+00:00"),
    "a missing run": lambda it: it["runs"].pop(),
    "the order of the runs": lambda it: it["runs"].reverse(),
    "the time of the export": lambda it: it.update(exported="2026-01-01T00:00:00+00:00"),
    "the seal itself": lambda it: it["seal"].update(mac="0" * 64),
}


def test_a_journal_that_was_changed_after_the_export_changes_nothing(
    laptop: Machine, document: Document, folder: Path, unified: Lab
) -> None:
    before, mark = standing(unified), unified.mark()
    for name, change in TAMPERING.items():
        write_file(folder / FILE, with_change(document, change))
        assert "does not match its seal" in refused(laptop, "journal_tampered"), name
        assert laptop.lists("--journal", FILE).code == 3, name
        overridden = laptop.undoes("--override", "journal_seal")
        assert (overridden.code, overridden.document["error"]["code"]) == (3, "journal_tampered"), name
    for name in ("key", "mac"):  # with another name of the key, it counts as sealed by other credentials
        changed = with_change(document, TAMPERING["an earlier policy"])
        changed["seal"] = changed["seal"] | {"key": "0" * 16, name: "0" * 16}
        write_file(folder / FILE, changed)
        refused(laptop, "journal_unsealed", 7)
    assert unified.mark() == mark  # not even a token is requested
    assert standing(unified) == before


def test_spaces_and_the_order_of_keys_are_no_change(laptop: Machine, document: Document, folder: Path) -> None:
    text = json.dumps(dict(reversed(document.items())), indent=2)
    (folder / FILE).write_text(text, encoding="utf-8")
    result = laptop.undoes("--override", "provider_token")  # this machine did not send the token to Auth0
    assert result.code == 0, result.out


# --- its form ------------------------------------------------------------------------------------------------------

FORMS: dict[str, Change] = {
    "another tenant": lambda it: it.update(tenant="https://other.eu.auth0.com/api/v2/"),
    "a run of another tenant": lambda it: it["runs"][0].update(tenant="https://other.eu.auth0.com/api/v2/"),
    "a run without its tenant": lambda it: it["runs"][0].update(tenant=None),
    "another domain": lambda it: it.update(domain="other.eu.auth0.com"),
    "no format": lambda it: it.pop("format"),
    "no tenant": lambda it: it.pop("tenant"),
    "version zero": lambda it: it.update(version=0),
    "a version that is a text": lambda it: it.update(version="1"),
    "an extra key": lambda it: it.update(more=1),
    "an extra key of a run": lambda it: it["runs"][0].update(more=1),
    "an extra key of a write": lambda it: write(it, "set_policies").update(more=1),
    "runs that are no list": lambda it: it.update(runs={}),
    "a run twice": lambda it: it["runs"].append(it["runs"][0]),
    "a run ID with control characters": lambda it: it["runs"][0].update(run_id="\x1b[31mabc\r\n"),
    "a run ID with a path": lambda it: it["runs"][0].update(run_id="../../etc"),
    "a run that undoes no run ID": lambda it: it["runs"][0].update(undoes="\x1b]0;x\x07"),
    "a command with control characters": lambda it: it["runs"][0].update(command="up\x1b[2J"),
    "an end with a text": lambda it: it["runs"][0].update(end="Nothing to see"),
    "a time without a zone": lambda it: it["runs"][0].update(time="2026-01-01T00:00:00"),
    "a number that is a text": lambda it: write(it, "set_policies").update(n="1"),
    "a flag that is a number": lambda it: write(it, "set_factor")["before"].update(enabled=1),
    "a list that is a text": lambda it: write(it, "set_policies")["before"].update(policies="all-applications"),
    "an unknown policy": lambda it: write(it, "set_policies")["before"].update(policies=["nobody"]),
    "an unknown action": lambda it: write(it, "set_policies").update(action="delete_tenant"),
    "an unknown resource": lambda it: write(it, "set_policies").update(resource="tenant"),
    "an unknown status": lambda it: write(it, "set_policies").update(status="maybe"),
    "a field of another write": lambda it: write(it, "set_policies")["before"].update(enabled=True),
    "a field that nothing has": lambda it: write(it, "update_application")["before"].update(client_secret="x"),
    "an empty URL": lambda it: write(it, "update_application")["before"].update(callbacks=[""]),
    "a URL of a script": lambda it: write(it, "update_application")["before"].update(callbacks=["javascript:alert(1)"]),
    "a URL with a line break": lambda it: write(it, "update_application")["before"].update(callbacks=["https://a\nb"]),
    "a target with a path": lambda it: write(it, "update_application").update(target="../users/1"),
    "a SID of another kind": lambda it: write(it, "add_to_pool").update(target="AC" + "0" * 32),
    "a service with a path": lambda it: write(it, "add_to_pool")["after"].update(messaging_service_sid="MG/../PN1"),
    "a number that is none": lambda it: write(it, "buy_number").update(target="+1"),
    "a mark that is none": lambda it: write(it, "buy_number")["after"].update(friendly_name="Support line"),
    "an account that is none": lambda it: write(it, "create_provider")["after"].update({"configuration.sid": "a\nb"}),
    "a name of several lines": lambda it: write(it, "create_application").update(target="a\x1b[31m\nb"),
    "an ID that is an object": lambda it: write(it, "buy_number")["made"].update(number_sid={}),
    "a code that is a list": lambda it: write(it, "delete_action")["before"].update(code=["evil()"]),
    "an endless code": lambda it: write(it, "delete_action")["before"].update(code="x" * 100_001),
}


def test_a_value_that_mfa_setup_does_not_write_is_refused_even_with_a_good_seal(
    laptop: Machine, document: Document, folder: Path, unified: Lab
) -> None:
    before, mark = standing(unified), unified.mark()
    for name, change in FORMS.items():
        write_file(folder / FILE, sealed(unified, with_change(document, change)))
        message = refused(laptop, "journal_file")
        assert message.isprintable(), name
    assert unified.mark() == mark  # not even a token is requested
    assert standing(unified) == before


def test_a_secret_of_the_run_in_it_is_refused_and_not_shown(
    laptop: Machine, document: Document, folder: Path, unified: Lab
) -> None:
    for name in ("AUTH0_CLIENT_SECRET", "TWILIO_AUTH_TOKEN"):
        secret = unified.env[name]
        changed = with_change(document, lambda it, text=secret: write(it, "create_application").update(target=text))  # type: ignore[misc]
        write_file(folder / FILE, sealed(unified, changed))
        message = refused(laptop, "journal_file")
        assert secret not in message
        assert "secret" in message


def test_a_journal_of_a_newer_version_says_what_to_install(laptop: Machine, document: Document, folder: Path) -> None:
    write_file(folder / FILE, document | {"version": 2})
    assert "newer version" in refused(laptop, "journal_newer", 1)


# --- its file ------------------------------------------------------------------------------------------------------


def files(folder: Path, text: str) -> Iterator[tuple[str, str]]:
    """Names of files that are no exported journal, each with what is wrong with it."""
    contents = {
        "empty": "",
        "cut off": text[: len(text) // 2],
        "no JSON": "Traceback (most recent call last):",
        "a list": f"[{text}]",
        "a number": "1",
        "not a number": text.replace('"n": 1,', '"n": NaN,', 1),
        "an endless number": text.replace('"n": 1,', f'"n": {"9" * 5000},', 1),
        "half a character": text.replace("spa", "\\ud800", 1),
        "deep": '{"format": "mfa-setup journal", "runs": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "quite deep": '{"format": "mfa-setup journal", "runs": ' + "[" * 40 + "]" * 40 + "}",
        "another format": text.replace("mfa-setup journal", "mfa-setup plan"),
    }
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8")
        yield name, name
    (folder / "bytes").write_bytes(b"\xff\xfe\x00" + text.encode("utf-16-le"))
    (folder / "link").symlink_to(FILE)
    os.mkfifo(folder / "pipe")
    (folder / "large").write_text('{"format": "mfa-setup journal"', encoding="utf-8")
    os.truncate(folder / "large", 50_000_000)
    yield from ((name, name) for name in ("bytes", "link", "pipe", "large"))
    yield from ((".", "a folder"), ("/dev/zero", "a device"), ("none.json", "missing"), ("x" * 300, "a long name"))
    yield from (("", "no name"), (f"{FILE}/more", "below a file"))


def test_a_file_that_is_no_exported_journal_is_refused_before_any_request(
    laptop: Machine, folder: Path, unified: Lab
) -> None:
    mark, text = unified.mark(), (folder / FILE).read_text(encoding="utf-8")
    for name, wrong in files(folder, text):
        for arguments in ((), ("--list",)):
            result = laptop("undo", "--journal", name, *arguments)
            assert result.code == 3, (wrong, result.out)
            assert len(result.document["error"]["message"]) < 500, wrong
    assert unified.mark() == mark
