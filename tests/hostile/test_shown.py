"""What people are shown of a service's words: they act on nothing."""

import io
import json

import pytest
from rich.console import Console

from hostile.spoiler import HostileLab, Sent
from mfa_setup.render.sink import Sink
from support.lab import Run

EVIL = "\x1b[2J\x1b]8;;https://evil.example\x07[/bold][red]x\u202e\r\nError: fake"


@pytest.mark.parametrize("mode", [(), ("--json",), ("-v",), ("--format", "markdown")])
@pytest.mark.parametrize("command", ["up", "plan", "status", "init"])
def test_a_hostile_message_is_one_harmless_line(
    run: Run, hostile: HostileLab, command: str, mode: tuple[str, ...]
) -> None:
    def refuse(sent: Sent) -> Sent:
        if sent.path == "/oauth/token":
            return sent
        body = {"statusCode": 418, "code": 1, "message": EVIL, "error": EVIL}
        return Sent(sent.method, sent.path, 418, sent.headers, json.dumps(body).encode())

    hostile.spoiler.spoil = refuse
    result = (
        run(command, "--yes", *mode, env=hostile.env) if command != "status" else run(command, *mode, env=hostile.env)
    )
    assert result.code == 1
    assert not set("\x1b\x07\r\u202e") & set(result.out + result.err)
    if "--json" in mode:
        assert result.out.isascii()
        assert result.document["error"]["code"] == "service_refused"
    else:
        assert sum(line.startswith("Error:") for line in result.err.splitlines()) == 1
        assert "[/bold][red]x" in result.err


@pytest.mark.parametrize("text", [EVIL, "[/]", "[link=https://evil.example]x[/link]", ":smile:", "[bold"])
def test_the_spinner_reads_no_markup(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)  # there is no spinner in CI
    sink = Sink()
    screen = io.StringIO()
    sink._err = Console(file=screen, force_terminal=True, width=200, markup=False, emoji=False, highlight=False)
    with sink.working():
        sink.doing(text)
        assert sink._status is not None
        shown = str(sink._status.renderable.text)
    assert "\x1b" not in shown
    assert shown.replace("\N{REPLACEMENT CHARACTER}", "").startswith(
        text[:5] if text.isprintable() else "[/bold][red]x"
    )


def test_a_message_of_megabytes_is_cut(run: Run, liar: HostileLab) -> None:
    def refuse(sent: Sent) -> Sent:
        body = {"statusCode": 418, "message": "x" * 5_000_000}
        return (
            sent
            if sent.path == "/oauth/token"
            else Sent(sent.method, sent.path, 418, sent.headers, json.dumps(body).encode())
        )

    liar.spoiler.spoil = refuse
    assert len(run("plan", "--json", env=liar.env).out) < 5_000


@pytest.mark.parametrize("service", ["auth0", "twilio"])
def test_an_answer_of_many_megabytes_is_not_read_to_its_end(run: Run, liar: HostileLab, service: str) -> None:
    header = "twilio-request-id" if service == "twilio" else "x-auth0-requestid"

    def swell(sent: Sent) -> Sent:
        if header not in sent.headers or sent.path == "/oauth/token":
            return sent
        return sent.with_body(b'"' + b"x" * 11_000_000 + b'"')

    liar.spoiler.spoil = swell
    error = run("plan", "--json", env=liar.env).document["error"]
    assert (error["code"], error["service"]) == ("unreadable_answer", service)
    assert "more than 10 MB" in error["message"]
    assert error["request_id"]
