"""Plans, results and `status` as people read them: in their own words, with the price and with who is concerned."""

import re
from collections.abc import Callable

import pytest
from pytest_mock import MockerFixture
from rich.text import Text

from mfa_setup.engine.report import Report
from mfa_setup.model.change import Change, Words
from mfa_setup.render.sink import Sink
from support import scene
from support.lab import Lab, Result, Run

ASKED = "every user of every application"
PRICE = "1.15 USD per month"
NUMBER = "+1 415 864 0347"


def lines(text: str) -> dict[str, str]:
    """The line of each resource in a plan or in `status`, by its label."""
    found = re.findall(r"^  [+~=?\- -] ([A-Z][\w ]*\S)  +(\S.*)$", text, re.MULTILINE)
    return dict(reversed(found))  # of `status` the first block, which comes before what differs


def test_a_plan_describes_each_change_without_field_names(run: Run, unified: Lab) -> None:
    shown = run("plan", "--name", "Acme Portal", "--url", "https://app.example.com", env=unified.env).out
    first = shown.splitlines()[0]
    assert first == f"Plan for {unified.domain} (Unified Phone Experience), no settings file"
    pool = 'and add it to the Messaging Service "Sandbox Messaging Service"'
    assert re.findall(r"^  \S .*", shown.split("Delivery")[0], re.MULTILINE) == [
        '  + Application   create "Acme Portal" for https://app.example.com',
        f"  + Phone number  buy {NUMBER} (local, US) for {PRICE}, {pool}",
        f"  + Provider      send codes through Twilio from {NUMBER}",
        "  ~ SMS factor    enable, by text message",
        f"  ~ MFA policy    Never -> Always: {ASKED} will be asked for a code",
    ]
    for field in ("allowed_logout_urls", "configuration", "message_types", "all-applications"):
        assert field not in shown


def test_a_plan_ends_with_its_counts_the_price_and_who_is_asked(run: Run, unified: Lab) -> None:
    shown = run("plan", env=unified.env).out
    assert shown.splitlines()[-3:] == [
        f"Plan: 3 to create, 2 to update. Cost: {PRICE}, plus Twilio's price per message.",
        f"E{ASKED[1:]} will be asked for a code.",
        "Run `mfa-setup up` to apply it.",
    ]
    blank = [at for at, line in enumerate(shown.splitlines()) if not line]
    assert len(blank) == 4, "heading, changes, countries, checks and summary are sections apart"


def test_fields_and_raw_values_are_shown_with_v(run: Run, unified: Lab) -> None:
    shown = run("plan", "-v", env=unified.env).out
    assert "policies: (none) -> all-applications" in shown
    assert "configuration.delivery_methods: text" in shown


@pytest.mark.parametrize("flags", [(), ("--json",)], ids=["text", "json"])
def test_yes_off_a_terminal_shows_the_plan_and_the_price_before_it_applies(
    run: Run, unified: Lab, flags: tuple[str, ...]
) -> None:
    result = run("up", "--yes", *flags, env=unified.env)
    assert result.code == 0, result.err
    shown = result.err
    assert f"buy {NUMBER}" in shown
    assert f"Cost: {PRICE}" in shown
    assert f"E{ASKED[1:]} will be asked for a code." in shown
    if flags:
        assert result.document["ok"]
    else:
        assert shown.index("Cost:") < shown.index(f"Bought {NUMBER}") < shown.index("Set the MFA policy to Always")


def test_quiet_shows_no_plan(run: Run, unified: Lab) -> None:
    result = run("up", "--yes", "--quiet", env=unified.env)
    assert (result.code, result.out) == (0, "")
    assert "Plan" not in result.err


def test_a_run_whose_steps_nobody_reads_is_finished(run: Run, unified: Lab, mocker: MockerFixture) -> None:
    def gone(_sink: Sink, _console: object, line: Text) -> None:
        if line.plain.startswith("  * "):
            raise SystemExit(1)  # as Rich ends the process where the reader has gone away

    mocker.patch.object(Sink, "_put", gone)
    assert run("up", "--yes", env=unified.env).code == 0
    assert unified.tenant["policies"] == ["all-applications"]


def test_a_refused_confirmation_names_the_price_and_who_is_asked(run: Run, unified: Lab) -> None:
    refused = run("up", env=unified.env)
    assert refused.code == 6
    assert f"Cost: {PRICE}. E{ASKED[1:]} will be asked for a code." in refused.err
    assert "create phone number" in refused.err


def test_status_in_sync_shows_what_is_there(run: Run, unified: Lab) -> None:
    texts = ("--verification-template", "{{code}} is your Acme code.")
    result = run("up", "--yes", *texts, "--json", env=unified.env)
    assert result.code == 0, result.out
    shown = run("status", env=unified.env).out
    found = lines(shown)
    assert found["Application"] == (
        f'"Twilio MFA Test", client ID {unified.spas[0]["client_id"]}, for http://localhost:3000'
    )
    service = 'in the Messaging Service "Sandbox Messaging Service"'
    assert found["Phone number"] == f"{NUMBER}, bought by mfa-setup, {service}, {PRICE}"
    assert found["Provider"] == f"Twilio from {NUMBER}, by text message"
    assert found["SMS factor"] == "enabled, by text message"
    assert found["MFA policy"] == f"Always: {ASKED} is asked for a code"
    assert 'Login text: "{{code}} is your Acme code."' in shown
    assert "Enrollment text: Auth0's default text" in shown
    assert shown.splitlines()[-1] == "Everything is up to date."


def test_status_shows_a_number_without_the_price_that_twilio_does_not_tell(run: Run, unified: Lab) -> None:
    scene.number(unified, "+14158640347", "Support line")
    unified.faults({"method": "GET", "path": "*/PhoneNumbers/Countries/*", "effect": "status:403", "times": 9})
    result = run("status", "--from", "+14158640347", env=unified.env)
    assert (result.code, lines(result.out)["Phone number"]) == (0, f'{NUMBER} "Support line"')


def test_status_shows_what_is_there_and_what_differs_with_one_command(run: Run, unified: Lab) -> None:
    assert run("up", "--yes", "--json", env=unified.env).code == 0
    assert run("policy", "never", "--yes", "--json", env=unified.env).code == 0
    shown = run("status", env=unified.env).out
    assert lines(shown)["MFA policy"] == "Never: no user is asked for a code"
    drift = shown[shown.index("Differs from the settings:") :].splitlines()
    assert drift == [
        "Differs from the settings:",
        f"  ~ MFA policy    Never -> Always: {ASKED} will be asked for a code",
        "",
        "1 of 5 differs from the settings. Run `mfa-setup up` to apply them.",
    ]


@pytest.mark.parametrize("command", ["status", "plan"])
def test_a_newcomer_meets_no_error(run: Run, unified: Lab, command: str) -> None:
    result = run(command, env=unified.env)
    assert (result.code, result.err) == (0, "")
    assert "  x " not in result.out
    assert "Run `mfa-setup up`" in result.out.splitlines()[-1]


def undone(run: Run, lab: Lab, *arguments: str) -> Result:
    result = run("undo", "--yes", *arguments, env=lab.env)
    assert result.code == 0, result.out + result.err
    return result


def test_an_undo_describes_what_it_restores(run: Run, unified: Lab) -> None:
    run_id = run("up", "--yes", "--json", env=unified.env).document["run_id"]
    shown = undone(run, unified).err
    assert shown.startswith(f"Plan to undo run {run_id[:12]} on {unified.domain} (Unified Phone Experience)\n")
    found = lines(shown)
    assert found["Application"] == 'restore "Twilio MFA Test": disconnect it from its database connection'
    assert found["Phone number"] == f'take {NUMBER} out of the Messaging Service "Sandbox Messaging Service"'
    assert found["Provider"] == "remove Twilio as the provider"
    assert found["SMS factor"] == "disable"
    assert found["MFA policy"] == "Always -> Never: no user will be asked for a code"
    assert "Plan: 4 to restore, 1 to delete.\nNo user will be asked for a code.\n" in shown


def test_an_undo_that_deletes_says_so(run: Run, unified: Lab) -> None:
    assert run("up", "--yes", "--json", env=unified.env).code == 0
    found = lines(undone(run, unified, "--release-number", "--delete-application").err)
    assert found["Application"] == 'delete "Twilio MFA Test" permanently'
    assert found["Phone number"] == f"release {NUMBER} permanently"


@pytest.mark.parametrize(
    ("arguments", "label", "says"),
    [
        (("--url", "https://b.example.com"), "Application", 'update "Twilio MFA Test": add https://b.example.com'),
        (("--delivery", "both"), "SMS factor", "send codes by text message and voice call"),
        (("--delivery", "both"), "Provider", "deliver by text message and voice call"),
        (("--resend-token",), "Provider", "send Auth0 the Twilio auth token"),
        (("--verification-template", "{{code}}!"), "SMS factor", 'set the login text to "{{code}}!"'),
        (("--policy", "adaptive"), "MFA policy", f"Always -> Adaptive: {ASKED} will be asked for a code when Auth0"),
    ],
)
def test_an_update_says_what_it_changes(
    run: Run, unified: Lab, arguments: tuple[str, ...], label: str, says: str
) -> None:
    assert run("up", "--yes", "--json", env=unified.env).code == 0
    assert lines(run("plan", *arguments, env=unified.env).out)[label].startswith(says)


def test_a_number_sold_meanwhile_is_named_by_the_one_that_was_bought() -> None:
    report, planned, real = Report("up"), "+14158640347", "+14158640348"
    words = Words(plan=f"buy {NUMBER}", done=f"Bought {NUMBER}")
    number = Change(resource="number", action="create", title=planned, summary=words.plan, words=words)
    report.changes = [number]
    report.correct(planned, real)
    found = report.change("number")
    assert (found.title, found.summary, found.words.done) == (real, "buy +1 415 864 0348", "Bought +1 415 864 0348")


def test_a_plan_that_up_would_refuse_does_not_tell_to_run_it(run: Run, make_lab: Callable[..., Lab]) -> None:
    refused = run("plan", env=make_lab(twilio_account="trial").env)
    assert (refused.code, "to apply it" in refused.out, "lock users out" in refused.err) == (0, False, True)
    assert "Run `mfa-setup up` to apply it." in run("plan", env=make_lab().env).out
