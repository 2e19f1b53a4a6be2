"""What a person at a terminal sees and is asked, in a real one (a pseudo-terminal)."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from mfa_setup.phone import spaced
from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from support import scene
from support.lab import Lab, Run

APPLY = r"Apply this plan to \S+\? \[y/N\] "
"""The question before a plan is applied."""
Sit = Callable[..., "pexpect.spawn[str]"]


@pytest.fixture
def sit(folder: Path, unified: Lab) -> Iterator[Sit]:
    """Sits down at a terminal, of 80 columns unless it says otherwise, and starts a command."""
    open_terminals: list[pexpect.spawn[str]] = []

    def start(
        *arguments: str, without: tuple[str, ...] = (), env: dict[str, str] | None = None, columns: int = 80
    ) -> "pexpect.spawn[str]":
        environment = {**os.environ, **unified.env, "TERM": "xterm", "NO_COLOR": "1", **(env or {})}
        for name in without:
            environment.pop(name)
        child = pexpect.spawn(
            sys.executable,
            ["-m", "mfa_setup", *arguments],
            env=environment,
            cwd=str(folder),
            encoding="utf-8",
            timeout=20,
            dimensions=(50, columns),
        )
        open_terminals.append(child)
        return child

    yield start
    for child in open_terminals:
        child.close(force=True)


def ended(child: "pexpect.spawn[str]") -> tuple[int | None, str]:
    """The exit code, and all that is still to come, without what moves the cursor."""
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, plain(child.before)


def plain(text: str | None) -> str:
    """What was shown, without what moves the cursor and colors it."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text or "")


def test_a_consent_is_given_by_typing_the_domain_and_locks_nobody_out(sit: Sit, unified: Lab) -> None:
    phone = scene.stock()[0].phone_number
    unified.control("twilio/numbers", {"phone_number": phone, "sms_url": "https://support.example.com/sms"})
    child = sit("buy-number", "--from", phone)
    child.expect("To continue anyway, type the tenant's")
    shown = child.before or ""
    assert "number_moves" in shown
    assert "unable to log in" not in shown
    child.sendline(unified.domain)
    child.expect(APPLY)
    child.sendline("y")
    code, _ = ended(child)
    assert code == 0
    assert len(scene.pool(unified)) == 1


def test_an_exported_journal_without_a_seal_is_trusted_by_typing_the_domain(sit: Sit, run: Run, unified: Lab) -> None:
    assert run("init", "--yes", env=unified.env).code == 0
    assert run("undo", "--export", "journal.json", env={**unified.env, "AUTH0_API_TOKEN": unified.token()}).code == 0
    child = sit("undo", "--journal", "journal.json")
    child.expect("To continue anyway, type the tenant's")
    assert "journal_seal" in (child.before or "")
    child.sendline(unified.domain)
    child.expect(r"Undo run \S+ on \S+\? \[y/N\] ")
    child.sendline("y")
    assert ended(child)[0] == 0
    assert unified.connected() == set()


def test_shows_the_plan_asks_once_tells_each_step_and_ends_with_what_was_made(sit: Sit, unified: Lab) -> None:
    child = sit("up")
    child.expect(APPLY)
    plan = child.before or ""
    assert "Application" in plan
    assert "buy +1 415 864 0347" in plan
    assert "Cost: 1.15 USD per month" in plan
    assert "Every user of every application will be asked for a code." in plan
    assert "callbacks" not in plan
    assert unified.writes() == []
    child.sendline("y")
    code, rest = ended(child)
    assert code == 0
    assert "[y/N]" not in rest
    for step in ("Created the application", "Bought +1 415", "Enabled the SMS factor", "Set the MFA policy to Always"):
        assert step in rest
    assert unified.spas[0]["client_id"] in rest
    assert spaced(unified.twilio["numbers"][0]["phone_number"]) in rest
    assert "Not proved yet" in rest


def test_a_plan_keeps_its_columns_on_a_narrow_terminal(sit: Sit) -> None:
    child = sit("plan", columns=60)
    code, shown = ended(child)
    assert code == 0
    lines = [line.rstrip() for line in shown.splitlines()]
    assert max(map(len, lines)) <= 60
    start = next(at for at, line in enumerate(lines) if line.startswith("  + Phone number"))
    end = next(at for at, line in enumerate(lines) if line.startswith("  + Provider"))
    assert end - start > 1
    assert all(line.startswith(" " * 18) and line[18] != " " for line in lines[start + 1 : end])
    assert any("+1 415 864 0347" in line for line in lines[end : end + 2]), "a number is not divided"


def test_no_changes_nothing(sit: Sit, unified: Lab) -> None:
    child = sit("up")
    child.expect(APPLY)
    child.sendline("")
    code, rest = ended(child)
    assert code == 1
    assert "Cancelled. Nothing was changed." in rest
    assert "Error" not in rest
    assert unified.writes() == []


def test_nothing_to_do_asks_nothing(sit: Sit, unified: Lab) -> None:
    assert ended(sit("up", "--yes"))[0] == 0
    code, said = ended(sit("up"))
    assert code == 0
    assert "Nothing to do" in said
    assert "[y/N]" not in said
    assert unified.twilio["purchases"] == 1


def test_asks_for_what_is_missing_and_hides_a_secret(sit: Sit, unified: Lab) -> None:
    child = sit("init", "--yes", without=("AUTH0_DOMAIN", "AUTH0_CLIENT_SECRET"))
    child.expect("Domain of the Auth0 tenant")
    child.sendline(unified.domain)
    child.expect("Client secret")
    child.sendline(unified.env["AUTH0_CLIENT_SECRET"])
    code, rest = ended(child)
    assert code == 0, rest
    assert unified.env["AUTH0_CLIENT_SECRET"] not in rest
    assert len(unified.spas) == 1


def test_asks_which_of_the_accounts_own_numbers_is_to_send(sit: Sit, unified: Lab) -> None:
    unified.control("twilio/numbers", {"phone_number": "+14155550123", "friendly_name": "Support \x1b[31mline"})
    child = sit("buy-number", "--yes")
    child.expect(r"1\. Use \+14155550123 \(Support ")
    child.expect(r"2\. Buy another number")
    assert "\x1b[31m" not in (child.before or "")
    child.expect("Which")
    child.sendline("3")
    child.expect("Enter a number from 1 to 2.")
    child.expect("Which")
    child.sendline("1")
    code, rest = ended(child)
    assert code == 0, rest
    assert unified.twilio["purchases"] == 0


def test_no_input_and_ci_ask_nothing(sit: Sit) -> None:
    for arguments, env in ((("up", "--no-input"), {}), (("up",), {"CI": "true"})):
        code, said = ended(sit(*arguments, env=env))
        assert code == 6
        assert "--yes" in said


def test_ctrl_c_at_the_question_ends_with_130_and_changes_nothing(sit: Sit, unified: Lab) -> None:
    child = sit("up")
    child.expect(APPLY)
    child.sendintr()
    code, rest = ended(child)
    assert code == 130
    assert rest.splitlines()[-1] == "Cancelled. Nothing was changed."
    assert "Error" not in rest
    assert unified.writes() == []


def test_a_wrong_answer_is_explained_and_the_question_asked_again(sit: Sit, unified: Lab) -> None:
    child = sit("up")
    child.expect(APPLY)
    child.sendline("yess")
    child.expect("Answer y or n.")
    child.expect(APPLY)
    child.sendline("y")
    code, _ = ended(child)
    assert code == 0
    assert unified.spas


def test_a_question_that_is_never_answered_ends_with_exit_code_6(sit: Sit, unified: Lab) -> None:
    child = sit("up")
    for _ in range(3):
        child.expect(APPLY)
        child.sendline("perhaps")
    code, rest = ended(child)
    assert code == 6
    assert "--yes" in rest
    assert unified.writes() == []


def test_the_end_of_the_input_ends_a_question_with_exit_code_6(sit: Sit, unified: Lab) -> None:
    unified.control("twilio/numbers", {"phone_number": "+14155550123"})
    child = sit("buy-number")
    child.expect(r"Which\? \[1-2\] ")
    child.sendeof()
    code, rest = ended(child)
    assert code == 6
    assert "--from +14155550123" in rest
    assert "can send the codes" not in rest, "the message was printed twice"
    assert unified.writes() == []


def test_what_was_typed_before_a_question_does_not_answer_it(sit: Sit, unified: Lab) -> None:
    child = sit("up")
    child.sendline("y")  # while the program starts
    child.expect(APPLY)
    child.sendline("n")
    code, rest = ended(child)
    assert code == 1
    assert "Cancelled. Nothing was changed." in rest
    assert unified.writes() == []


def test_a_domain_and_a_sid_that_are_wrong_are_asked_for_again(sit: Sit, unified: Lab) -> None:
    child = sit("buy-number", "--yes", without=("AUTH0_DOMAIN", "TWILIO_ACCOUNT_SID"))
    for question, wrong, right in (
        ("Domain of the Auth0 tenant", "not a domain", unified.domain),
        ("Twilio account SID", "AC12", unified.env["TWILIO_ACCOUNT_SID"]),
    ):
        child.expect(question)
        child.sendline(wrong)
        child.expect(question)
        child.sendline(right)
    code, rest = ended(child)
    assert code == 0, rest
    assert unified.twilio["purchases"] == 1


def test_a_warning_that_the_question_showed_is_not_repeated(sit: Sit) -> None:
    child = sit("up", env={"TWILIO_REGION": "ie1"})
    child.expect(APPLY)
    assert "TWILIO_REGION is set" in plain(child.before)
    child.sendline("n")
    _, rest = ended(child)
    assert "TWILIO_REGION is set" not in rest


@pytest.mark.parametrize("end", ["question", "error"])
def test_the_spinner_is_gone_before_a_question_and_an_error(sit: Sit, end: str) -> None:
    child = sit("up", *(("--from", "+14155550199") if end == "error" else ()))
    child.expect(APPLY if end == "question" else "Error: ")
    shown = child.before or ""
    assert "\x1b[?25l" in shown, "no spinner ran"
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l"), "the spinner still runs"
    if end == "question":
        child.sendintr()
        child.expect("Cancelled")
        assert "\x1b[?25l" not in (child.before or ""), "the spinner began again"


def test_a_test_sms_asks_which_number_sends_and_shows_its_way(sit: Sit, unified: Lab) -> None:
    numbers = [scene.number(unified, item.phone_number) for item in scene.stock()[:2]]
    for number in numbers:
        scene.into_pool(unified, unified.control_service_sid(), number["sid"])
    child = sit("test", "sms", "--to", "+14155550123")
    child.expect(r"Which\? \[1-2\] ")
    second = re.search(r"2\. Use (\+\d+)", child.before or "")
    assert second
    assert "Buy" not in (child.before or "")
    child.sendline("2")
    child.expect(r"SMS to \+14155550123: queued")
    code, rest = ended(child)
    assert code == 0
    assert "Proved: the SMS was delivered." in rest
    assert second.group(1) in rest


@pytest.fixture
def fleet_of_two(make_lab: Callable[..., Lab], folder: Path) -> Lab:
    """Two tenants, and a fleet file for them in the working folder."""
    lab = make_lab(tenants=2)
    (folder / "fleet.toml").write_text(lab.sandbox.fleet_file(), encoding="utf-8")
    return lab


def test_a_fleet_shows_what_its_tenants_have_in_common_and_asks_once(sit: Sit, fleet_of_two: Lab) -> None:
    child = sit("fleet", "up", "fleet.toml", env=fleet_of_two.env)
    child.expect(r"Apply these plans to 2 tenants\? \[y/N\] ")
    assert "2 tenants: t0001, t0002" in plain(child.before)
    child.sendline("y")
    code, shown = ended(child)
    assert code == 0
    assert len(re.findall(r"  \* t000[12]  4 changes applied", shown)) == 2
    assert "2 of 2 tenants set up, 2 changed" in shown


def test_a_fleet_that_is_declined_is_left_as_it_is(sit: Sit, fleet_of_two: Lab) -> None:
    mark = fleet_of_two.mark()
    child = sit("fleet", "up", "fleet.toml", env=fleet_of_two.env)
    child.expect(r"Apply these plans to 2 tenants\? \[y/N\] ")
    child.sendline("n")
    code, shown = ended(child)
    assert (code, "Cancelled. Nothing was changed." in shown) == (1, True)
    assert "0 of 2 tenants set up" in shown
    assert fleet_of_two.writes(mark) == []


def test_a_run_that_the_token_cannot_undo_says_so_above_the_question(sit: Sit, unified: Lab) -> None:
    unified.grant([scope for scope in ALL_SCOPES if scope != "delete:phone_providers"])
    child = sit("up")
    child.expect(APPLY)
    shown = " ".join(plain(child.before).split())
    assert "cannot delete the phone provider. The scopes: delete:phone_providers" in shown
    child.sendline("n")
    assert ended(child)[0] == 1


def test_an_undo_says_above_the_question_what_it_will_not_restore_and_below_it_what_it_did_not(
    run: Run, sit: Sit, unified: Lab
) -> None:
    run("up", "--yes", "--json", "--verification-template", "Your code: {{ code }}", env=unified.env)
    unified.grant([scope for scope in ALL_SCOPES if not scope.startswith("delete:phone_")])
    child = sit("undo", "--no-token-cache")
    child.expect(r"Undo run \w+ on \S+\? \[y/N\] ")
    shown = " ".join(plain(child.before).split())
    assert "Twilio as the provider (will not be restored: needs delete:phone_providers)" in shown
    assert "(will be restored in part: needs delete:phone_templates)" in shown
    assert "Will not be restored: a part of the SMS factor (needs delete:phone_templates); the provider (needs" in shown
    child.sendline("y")
    code, rest = ended(child)
    assert code == 4
    words = " ".join(rest.split())
    assert "Disabled the SMS factor, in part" in words
    assert "Not restored: a part of the SMS factor (needs delete:phone_templates); the provider (needs" in words
    assert "Will not be restored" not in words
