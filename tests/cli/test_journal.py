"""The journal: every write request before it is sent and after it, on the disk, without secrets."""

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from mfa_setup.store import journal
from mfa_setup.store.folders import Folders, file_key
from mfa_setup.store.journal_file import append_line
from support.lab import Lab, Run
from support.scene import NEW_TOKEN, rotate_token, warned


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state folder."""
    return tmp_path / "state"


def path_of(state: Path) -> Path:
    """The one journal."""
    (found,) = state.glob("journal-*.jsonl")
    return found


def lines(state: Path) -> list[dict[str, Any]]:
    """Its whole lines."""
    return [json.loads(line) for line in path_of(state).read_text(encoding="utf-8").splitlines() if line[-1] == "}"]


def test_every_write_request_has_one_intent_and_one_outcome(run: Run, lab: Lab, state: Path) -> None:
    result = run("up", "--yes", "--json", env=lab.env)
    found = lines(state)
    assert {line["run"] for line in found} == {result.document["run_id"]}
    assert {line["v"] for line in found} == {1}
    assert [found[0]["kind"], found[-1]["kind"]] == ["run", "end"]
    assert (found[0]["command"], found[0]["domain"], found[-1]["how"]) == ("up", lab.domain, "done")
    assert len(found[1:-1]) == 2 * len(lab.writes())
    for n in range(1, len(lab.writes()) + 1):
        intent, outcome = (line for line in found[1:-1] if line["n"] == n)
        assert (intent["kind"], outcome["kind"], outcome["status"]) == ("intent", "outcome", "done")
        assert {"resource", "action", "target", "before", "after"} <= intent.keys()


def test_the_outcome_names_what_was_made(run: Run, lab: Lab, state: Path) -> None:
    outputs = run("up", "--yes", "--json", env=lab.env).document["outputs"]
    made = {key: value for line in lines(state) for key, value in line.get("made", {}).items()}
    assert made["client_id"] == outputs["client_id"]
    assert made["number_sid"] == outputs["number_sid"]


def test_the_intent_is_on_the_disk_before_the_request(
    run: Run, lab: Lab, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        flushed.append(len(lab.writes()))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    assert run("policy", "never", "--yes", "--json", env=lab.env).code == 0
    lab.auth0("PUT", "guardian/policies", ["confidence-score"])
    flushed.clear()
    before = len(lab.writes())
    assert run("policy", "never", "--yes", "--json", env=lab.env).code == 0
    assert flushed[:3] == [before, before, before]  # the run, its folder, the intent
    assert flushed[3:5] == [before + 1, before + 1]  # the outcome, the end
    assert [line["kind"] for line in lines(state)] == ["run", "intent", "outcome", "end"]


def test_a_write_that_is_refused_or_unclear_says_so(run: Run, lab: Lab, state: Path) -> None:
    lab.faults({"method": "POST", "path": "/api/v2/clients", "effect": "status:400"})
    run("init", "--yes", "--json", env=lab.env)
    lab.faults({"method": "POST", "path": "/api/v2/clients", "effect": "reset"})
    run("init", "--yes", "--json", env=lab.env)
    outcomes = [line for line in lines(state) if line["kind"] == "outcome"]
    assert [(line["status"], line["error"]) for line in outcomes] == [
        ("failed", "service_refused"),
        ("unknown", "outcome_unknown"),
    ]
    assert [line["how"] for line in lines(state) if line["kind"] == "end"] == ["service_refused", "outcome_unknown"]


def test_where_it_cannot_be_written_nothing_is_sent(run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _line: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal, "append_line", full)
    result = run("up", "--yes", "--json", env=lab.env)
    assert result.code == 1
    assert result.document["error"]["code"] == "journal_unusable"
    assert lab.writes() == []


def fill(patch: pytest.MonkeyPatch, outcomes: int) -> None:
    """Lets the disk be full once some outcomes are written: half a line still fits."""
    real, seen = append_line, []

    def append(path: Path, line: str) -> None:
        seen.extend([line] if '"kind": "outcome"' in line else [])
        if len(seen) <= outcomes:
            real(path, line)
            return
        with path.open("a", encoding="utf-8") as file:
            file.write(line[:20])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    patch.setattr(journal, "append_line", append)


LANES = 3
"""How many writes may be under way at once."""


@pytest.mark.parametrize("done", range(7))
def test_a_write_whose_outcome_finds_the_disk_full_is_applied_and_none_follows(
    run: Run, lab: Lab, state: Path, monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    with monkeypatch.context() as patch:
        fill(patch, done)
        result = run("up", "--yes", "--json", env=lab.env)
    document = result.document
    assert done < len(lab.writes()) <= done + LANES
    assert (result.code, document["error"]["code"], document["changed"]) == (1, "journal_unusable", True)
    assert "No space left" in document["error"]["message"]
    assert "creates nothing twice" in document["error"]["hint"]
    begun = [change for change in document["changes"] if change["status"] != "pending"]
    again = run("up", "--yes", "--json", env=lab.env)
    assert again.code == 0
    left = {
        line["resource"]
        for line in lines(state)
        if line["kind"] == "intent" and line["run"] == again.document["run_id"]
    }
    assert begun
    for change in begun:
        assert change["status"] == ("failed" if change["resource"] in left else "applied"), change["resource"]
    assert run("plan", "--check", "--json", env=lab.env).code == 0
    assert (len(lab.spas), lab.twilio["purchases"]) == (1, 1)


@pytest.mark.parametrize("command", [("policy", "never"), ("undo",)])
def test_the_last_write_of_a_run_is_applied_though_its_outcome_finds_the_disk_full(
    run: Run, unified: Lab, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    run("up", "--yes", "--json", env=unified.env)
    run("policy", "adaptive", "--yes", "--json", env=unified.env)
    with monkeypatch.context() as patch:
        fill(patch, 0)
        result = run(*command, "--yes", "--json", env=unified.env)
    assert (result.code, result.document["error"]["code"]) == (1, "journal_unusable")
    assert result.document["changed"]
    assert result.change("policy")["status"] == "applied"
    assert unified.tenant["policies"] == ([] if command == ("policy", "never") else ["all-applications"])
    assert run(*command, "--yes", "--json", env=unified.env).code == 0
    assert unified.tenant["policies"] == ([] if command == ("policy", "never") else ["all-applications"])


def test_a_refusal_whose_outcome_finds_the_disk_full_is_told_with_a_warning(
    run: Run, unified: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    unified.faults({"method": "POST", "path": "/api/v2/clients", "effect": "status:400"})
    with monkeypatch.context() as patch:
        fill(patch, 0)
        result = run("init", "--yes", "--json", env=unified.env)
    assert result.document["error"]["code"] == "service_refused"
    assert warned(result) == ["journal_unusable"]


@pytest.mark.parametrize("outcomes", [0, 1])
def test_the_callback_of_a_test_login_is_removed_though_the_disk_is_full(
    run: Run, unified: Lab, monkeypatch: pytest.MonkeyPatch, outcomes: int
) -> None:
    run("up", "--yes", "--json", env=unified.env)
    before = unified.spas[0]["callbacks"]
    with monkeypatch.context() as patch:
        fill(patch, outcomes)
        result = run("test", "login", "--add-callback", "--no-browser", "--timeout", "0.1", "--json", env=unified.env)
    assert result.code == 1
    assert "journal_unusable" in {result.document["error"]["code"], *warned(result)}
    assert unified.spas[0]["callbacks"] == before


def test_it_is_for_its_owner_alone_and_holds_no_secret(run: Run, lab: Lab, state: Path) -> None:
    run("up", "--yes", "--json", env=lab.env)
    env = rotate_token(lab)
    run("up", "--yes", "--json", env=env)
    run("undo", "--yes", "--json", env=env)
    text = path_of(state).read_text(encoding="utf-8")
    assert path_of(state).stat().st_mode & 0o777 == 0o600
    secrets = [lab.env["AUTH0_CLIENT_SECRET"], lab.env["TWILIO_AUTH_TOKEN"], NEW_TOKEN]
    assert not any(secret in text for secret in (*secrets, *(spa["client_secret"] for spa in lab.spas)))


def test_runs_that_only_look_leave_none(run: Run, lab: Lab, state: Path) -> None:
    for command in (["plan"], ["status"], ["undo", "--list"]):
        assert run(*command, "--json", env=lab.env).code == 0
    run("up", "--json", env=lab.env)  # not confirmed
    assert list(state.glob("journal-*")) == []


def test_a_torn_last_line_is_tolerated_and_the_next_one_begins_anew(run: Run, lab: Lab, state: Path) -> None:
    run("up", "--yes", "--json", "--policy", "never", env=lab.env)
    path = path_of(state)
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole + '{"v": 1, "kind": "run", "run": "abc", "comm', encoding="utf-8")
    assert run("policy", "always", "--yes", "--json", env=lab.env).code == 0
    added = path.read_text(encoding="utf-8").removeprefix(whole).splitlines()
    assert added[0].endswith('"comm')
    assert [json.loads(line)["kind"] for line in added[1:]] == ["run", "intent", "outcome", "end"]
    assert len(run("undo", "--list", "--json", env=lab.env).document["runs"]) == 2


@pytest.mark.parametrize("line", [b'{"v": 1, "kind": "out', b"5", b'{"v": 1, "kind": "\xff"}', b"[" * 100_000, b"\x00"])
@pytest.mark.parametrize("place", [0, 1, None])
def test_a_line_that_cannot_be_read_is_reported_wherever_it_stands(
    run: Run, unified: Lab, state: Path, line: bytes, place: int | None
) -> None:
    run("init", "--yes", "--json", env=unified.env)
    path = path_of(state)
    whole = path.read_bytes().splitlines()
    at = len(whole) if place is None else place
    path.write_bytes(b"\n".join([*whole[:at], line, *whole[at:], b""]))
    for command in (["undo", "--list"], ["plan"], ["up", "--yes"]):
        result = run(*command, "--json", env=unified.env)
        assert result.code == 0
        (warning,) = [item for item in result.document["warnings"] if item["code"] == "journal_line_unreadable"]
        assert warning["message"].startswith(f"Line {at + 1} of the journal {path} cannot be read")
    assert "Warning: Line" in run("undo", "--list", env=unified.env).err


def test_one_of_a_newer_version_is_refused_and_kept(run: Run, lab: Lab, state: Path) -> None:
    run("init", "--yes", "--json", env=lab.env)
    path = path_of(state)
    path.write_text(path.read_text(encoding="utf-8") + '{"v": 2, "kind": "something"}\n', encoding="utf-8")
    before, mark = path.read_bytes(), lab.mark()
    for command in (["up", "--yes"], ["undo", "--yes"], ["undo", "--list"]):
        result = run(*command, "--json", env=lab.env)
        assert result.code == 1
        assert result.document["error"]["code"] == "journal_newer"
        assert str(path) in result.document["error"]["message"]
    assert lab.writes(mark) == []
    assert path.read_bytes() == before


def _readable(path: Path) -> None:
    path.chmod(0o644)


def _link(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved"))


def _nonsense(path: Path) -> None:
    path.write_text('{"v": 1, "kind": "run", "run": "abc", "surprise": 1}\n', encoding="utf-8")


@pytest.mark.parametrize(
    "line",
    [
        '{"v": 1, "kind": "run", "run": ["x"], "command": "up", "domain": "d", "time": "t"}',
        '{"v": 1, "kind": "intent", "run": "RUN", "n": [1]}',
        '{"v": 1, "kind": "end", "run": "RUN", "how": 5}',
        '{"v": 1.5, "kind": "run", "run": "x", "command": "up", "domain": "d", "time": "t"}',
        '{"v": "2", "kind": "run", "run": "x"}',
        '{"v": true, "kind": "something"}',
        '{"kind": "something"}',
    ],
)
def test_a_line_of_another_shape_is_reported_and_the_way_out_named(
    run: Run, unified: Lab, state: Path, line: str
) -> None:
    run_id = run("init", "--yes", "--json", env=unified.env).document["run_id"]
    with path_of(state).open("a", encoding="utf-8") as file:
        file.write(line.replace("RUN", run_id) + "\n")
    result = run("undo", "--list", "--json", env=unified.env)
    assert result.code == 1
    assert result.document["error"]["code"] == "journal_unusable"
    assert (
        result.document["error"]["hint"]
        == "Move the journal elsewhere: mfa-setup still recognizes the resources that it created."
    )


def test_a_write_refused_after_a_try_without_an_answer_stays_open(run: Run, unified: Lab, state: Path) -> None:
    policies = {"method": "PUT", "path": "*/guardian/policies"}
    unified.faults(
        policies | {"effect": "reset", "applied": True}, policies | {"effect": "status:403", "applied": False}
    )
    result = run("up", "--yes", "--json", env=unified.env)
    assert result.code == 4
    assert result.change("policy")["status"] == "unknown"
    assert [line["status"] for line in lines(state) if line["kind"] == "outcome"][-1] == "unknown"
    assert unified.tenant["policies"] == ["all-applications"]
    assert run("undo", "--yes", "--json", env=unified.env).code == 0
    assert unified.tenant["policies"] == []


@pytest.mark.skipif(os.name != "posix", reason="permissions of another kind")
@pytest.mark.parametrize("spoil", [_readable, _link, _nonsense])
def test_one_that_cannot_be_trusted_is_reported_and_not_used(run: Run, lab: Lab, state: Path, spoil: Any) -> None:
    run("init", "--yes", "--json", env=lab.env)
    spoil(path_of(state))
    mark = lab.mark()
    result = run("up", "--yes", "--json", env=lab.env)
    assert result.code == 1
    assert result.document["error"]["code"] == "journal_unusable"
    assert lab.writes(mark) == []
    looked = run("plan", "--json", env=lab.env)
    assert looked.code == 0
    assert "journal_unusable" in warned(looked)


@pytest.mark.skipif(os.name != "posix", reason="owners of another kind")
def test_one_of_somebody_else_is_reported(run: Run, lab: Lab, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("init", "--yes", "--json", env=lab.env)
    other = path_of(state).stat().st_uid + 1
    monkeypatch.setattr(os, "geteuid", lambda: other)
    result = run("up", "--yes", "--json", env=lab.env)
    assert result.document["error"]["code"] == "journal_unusable"
    assert "another user" in result.document["error"]["message"]


def test_a_lost_one_is_survived_by_the_marks(run: Run, lab: Lab, state: Path) -> None:
    first = run("up", "--yes", "--json", env=lab.env).document["outputs"]
    path_of(state).unlink()
    again = run("up", "--yes", "--json", env=lab.env).document
    assert again["changed"] is False
    assert again["outputs"]["number_sid"] == first["number_sid"]
    assert again["outputs"]["client_id"] == first["client_id"]


def test_an_override_is_noted(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "state", tmp_path / "cache")
    header = journal.Header(run_id="abc", command="up", domain="acme.auth0.com")
    opened = journal.open_journal(folders, "tenant", header)
    opened.override("a2p_campaign", "No verified campaign.")
    opened.end("done")
    found = lines(tmp_path / "state")
    assert [line["kind"] for line in found] == ["run", "override", "end"]
    assert found[1]["check"] == "a2p_campaign"
    assert journal.open_journal(folders, "tenant", header).runs[0].end == "done"


def test_the_callback_of_a_test_login_is_noted_and_is_no_change(run: Run, unified: Lab, state: Path) -> None:
    run("up", "--yes", "--json", env=unified.env)
    run("test", "login", "--add-callback", "--no-browser", "--timeout", "0.1", "--json", env=unified.env)
    assert [line["command"] for line in lines(state) if line["kind"] == "run"] == ["up", "test login"]
    assert [item["command"] for item in run("undo", "--list", "--json", env=unified.env).document["runs"]] == ["up"]


def _other_name(lab: Lab) -> dict[str, str]:
    """The environment of the same tenant under another domain: to the tool it is another tenant."""
    other = {name: lab.env[name].replace("localhost", "127.0.0.1") for name in ("MFA_SETUP_SANDBOX", "AUTH0_DOMAIN")}
    return lab.env | other


def test_one_of_another_tenant_is_refused_and_never_undone(run: Run, lab: Lab, state: Path) -> None:
    run("up", "--yes", "--json", env=lab.env)
    other = _other_name(lab)
    path, key = path_of(state), file_key(f"https://{other['AUTH0_DOMAIN']}/api/v2/")
    path = path.rename(path.with_name(f"journal-{key}.jsonl"))
    before, mark = path.read_bytes(), lab.mark()
    for command in (["up", "--yes"], ["undo", "--yes"], ["undo", "--list"]):
        result = run(*command, "--json", env=other)
        assert (result.code, result.document["error"]["code"]) == (1, "journal_unusable")
        assert f"https://{lab.domain}/api/v2/" in result.document["error"]["message"]
        assert other["AUTH0_DOMAIN"] in result.document["error"]["message"]
    assert "journal_unusable" in warned(run("plan", "--json", env=other))
    assert lab.writes(mark) == []
    assert path.read_bytes() == before


def test_one_that_does_not_name_its_tenant_yet_is_read(run: Run, lab: Lab, state: Path) -> None:
    before = lab.tenant["policies"]
    run("up", "--yes", "--json", env=lab.env)
    run_line, *others = lines(state)
    assert run_line.pop("tenant") == f"https://{lab.domain}/api/v2/"
    text = "".join(json.dumps(line) + "\n" for line in (run_line, *others))
    path_of(state).write_text(text, encoding="utf-8")
    assert run("undo", "--yes", "--json", env=lab.env).code == 0
    assert lab.tenant["policies"] == before


def test_each_tenant_has_its_own(run: Run, lab: Lab, state: Path) -> None:
    for host in ("localhost", "127.0.0.1"):
        url = lab.sandbox.url.replace("localhost", host)
        domain = lab.domain.replace("localhost", host)
        env = lab.env | {"MFA_SETUP_SANDBOX": url, "AUTH0_DOMAIN": domain}
        assert run("init", "--yes", "--json", "--url", f"https://{host}.example.com", env=env).code == 0
    assert len(list(state.glob("journal-*.jsonl"))) == 2
