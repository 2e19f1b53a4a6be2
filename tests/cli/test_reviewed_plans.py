"""A reviewed plan: what was reviewed is what runs, and where anything has changed since, nothing is written."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mfa_setup.cli import prompter
from mfa_setup.model.plan_file import digest_of
from mfa_setup.store.profiles import Profiles
from support import documents, scene
from support.lab import Lab, Result, Run

PLAN = "plan.json"
APPLY = ("up", "--plan", PLAN, "--yes", "--json")
NUMBER = scene.stock()[0].phone_number
Happens = Callable[[Lab], object]


@pytest.fixture
def plan(run: Run) -> Callable[..., Result]:
    """Makes a plan and saves it."""

    def call(lab: Lab, *arguments: str, **env: str) -> Result:
        result = run("plan", "--out", PLAN, "--json", *arguments, env={**lab.env, **env})
        assert result.code == 0, result.out
        return result

    return call


Make = Callable[..., Result]


def paths(result: Result) -> set[str]:
    """What a refused run says differs from the plan."""
    assert (result.code, result.document["error"]["code"]) == (7, "plan_outdated"), result.out
    return {one["path"] for one in result.document["differences"]}


def difference(result: Result, path: str) -> tuple[Any, Any]:
    """The planned value and the present one."""
    return next((one["planned"], one["now"]) for one in result.document["differences"] if one["path"] == path)


def content() -> dict[str, Any]:
    """The saved plan."""
    found = json.loads(Path(PLAN).read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def rewrite(change: Callable[[dict[str, Any]], object], *, sealed: bool = True) -> None:
    """Changes the saved plan; sealed with a digest that matches, as someone would who knows how."""
    found = content()
    change(found)
    if sealed:
        found["digest"] = digest_of(found)
    Path(PLAN).write_text(json.dumps(found), encoding="utf-8")


# --- nothing has changed --------------------------------------------------------------------------------------------


def test_a_reviewed_plan_leaves_the_state_that_up_leaves_and_reads_no_more(run: Run, lab: Lab, plan: Make) -> None:
    begun = lab.mark()
    assert run("up", "--yes", "--json", env=lab.env).code == 0
    expected, plain = lab.comparable(), [(one["method"], one["path"]) for one in lab.log(begun)]
    lab.reset()
    made = plan(lab)
    assert made.document["digest"] == content()["digest"]
    assert made.document["outputs"]["plan_file"] == PLAN
    assert made.change("number")["price"] == {"amount": "1.15", "currency": "USD"}
    assert made.change("policy")["price"] is None
    assert made.document["differences"] is None
    begun = lab.mark()
    result = run(*APPLY, env=lab.env)
    assert result.code == 0, result.out
    assert (result.document["digest"], result.document["differences"]) == (None, None)
    assert lab.comparable() == expected
    assert len(lab.log(begun)) <= len(plain)
    again = run(*APPLY, env=lab.env)
    assert {"application.name", "number.phone_number", "policy.policies"} <= paths(again)
    message = again.document["error"]["message"]
    assert "Already as planned: application, phone number, provider, SMS factor, MFA policy." in message
    assert "the application" not in message, "what is as planned is not named as different as well"
    shown = run("up", "--plan", PLAN, "--yes", env=lab.env).err
    assert "policy.policies: planned (none) -> all-applications; now no change" in shown


def test_a_plan_with_nothing_to_do_is_applied_as_often_as_one_likes(run: Run, lab: Lab, plan: Make) -> None:
    assert run("up", "--yes", "--json", env=lab.env).code == 0
    plan(lab)
    begun = lab.mark()
    for _ in range(2):
        result = run(*APPLY[:3], "--json", env=lab.env)  # nothing to confirm either
        assert (result.code, result.document["changed"]) == (0, False), result.out
    assert lab.writes(begun) == []


def test_a_plan_for_people_says_how_to_apply_it_and_is_confirmed_like_any_other(run: Run, unified: Lab) -> None:
    shown = run("plan", "--out", PLAN, env=unified.env)
    assert shown.out.splitlines()[-1] == f"Run `mfa-setup up --plan {PLAN}` to apply it."
    asked = run("up", "--plan", PLAN, env=unified.env)
    assert asked.code == 6
    assert "Cost: 1.15 USD per month" in asked.err
    assert unified.writes() == []


def test_the_digest_is_the_same_on_two_machines_and_another_for_another_state(
    folder: Path, unified: Lab, tmp_path: Path
) -> None:
    def digests(env: dict[str, str]) -> list[str]:
        seen = list[str]()
        for name in ("one", "two"):
            place = tmp_path / name / ("deep" if name == "two" else "")
            place.mkdir(parents=True, exist_ok=True)
            (place / "src").mkdir(exist_ok=True)
            command = [sys.executable, "-m", "mfa_setup", "plan", "--json", "--write-config", "src/auth.json"]
            own = {f"MFA_SETUP_{kind}_DIR": str(place / kind.lower()) for kind in ("STATE", "CACHE")}
            own |= {"PYTHONHASHSEED": str(len(seen) + 1)}
            process = subprocess.run(
                command, cwd=place, env={**os.environ, **env, **own}, capture_output=True, check=False
            )
            assert process.returncode == 0, process.stderr
            seen.append(documents.document(process.stdout.decode())["digest"])
        return seen

    first = digests(unified.env)
    assert first[0] == first[1] is not None
    unified.auth0("PUT", "guardian/factors/sms", {"enabled": True})
    second = digests(unified.env)
    assert second[0] == second[1] != first[0]
    del folder


def test_a_plan_made_on_one_machine_without_a_journal_is_applied_on_another(
    run: Run, lab: Lab, plan: Make, tmp_path: Path
) -> None:
    assert run("up", "--yes", "--only-percent", "10", "--json", env=lab.env).code == 0

    def machine(name: str) -> dict[str, str]:
        return {f"MFA_SETUP_{kind}_DIR": str(tmp_path / name / kind) for kind in ("STATE", "CACHE")}

    made = plan(lab, "--only-percent", "20", **machine("one")).document["digest"]
    assert plan(lab, "--only-percent", "20", **machine("two")).document["digest"] == made
    applied = run(*APPLY, env={**lab.env, **machine("three")})
    assert applied.code == 0, applied.out
    assert applied.document["outputs"]["policy_scope"]["percent"] == 20


def test_a_choice_made_at_the_plan_is_part_of_it(run: Run, unified: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = scene.stock()[1].phone_number
    scene.number(unified)
    scene.number(unified, chosen)
    with monkeypatch.context() as patch:
        patch.setattr(prompter, "can_ask", lambda **_: True)
        patch.setattr(prompter, "_line", lambda _question: "2")
        assert run("plan", "--out", PLAN, env=unified.env).code == 0
    assert run("plan", "--json", env=unified.env).code == 6
    applied = run(*APPLY, env=unified.env)
    assert applied.code == 0, applied.out
    assert unified.sender() in {NUMBER, chosen}
    assert unified.sender() == planned(content())["desired"]["number"]["sender"]


def test_other_commands_have_no_digest(run: Run, unified: Lab) -> None:
    assert [run(name, "--json", env=unified.env).document["digest"] for name in ("status", "doctor")] == [None, None]


def test_a_plan_file_holds_no_credential(run: Run, lab: Lab, plan: Make) -> None:
    for arguments in ((), ("--resend-token",)):
        plan(lab, *arguments)
        text = Path(PLAN).read_text(encoding="utf-8")
        for name in ("AUTH0_CLIENT_SECRET", "AUTH0_CLIENT_ID", "TWILIO_AUTH_TOKEN"):
            assert lab.env[name] not in text
        assert str(Path.cwd()) not in text
        assert run("up", "--yes", "--json", env=lab.env).code == 0


def test_a_credential_that_was_given_as_a_setting_is_not_saved(run: Run, unified: Lab) -> None:
    secret = unified.env["TWILIO_AUTH_TOKEN"]
    result = run("plan", "--out", PLAN, "--name", f"Acme {secret}", "--json", env=unified.env)
    assert (result.code, Path(PLAN).exists(), secret in result.out + result.err) == (3, False, False)


def test_the_config_file_of_the_app_is_part_of_the_plan(run: Run, unified: Lab, plan: Make, folder: Path) -> None:
    app = folder / "app"
    app.mkdir()
    (app / "vite.config.js").touch()
    plan(unified, "--app-dir", "app")
    text = Path(PLAN).read_text(encoding="utf-8")
    assert "http://localhost:5173" in text
    assert str(folder) not in text
    (app / ".env.local").write_text("VITE_AUTH0_DOMAIN=other.example\n", encoding="utf-8")
    assert any(path.startswith("application.config_file") for path in paths(run(*APPLY, env=unified.env)))
    (app / ".env.local").unlink()
    result = run(*APPLY, env=unified.env)
    assert result.code == 0, result.out
    assert unified.spas[0]["callbacks"] == ["http://localhost:5173"]
    assert unified.domain in (app / ".env.local").read_text(encoding="utf-8")


# --- the services have changed --------------------------------------------------------------------------------------


def sold(lab: Lab) -> None:
    lab.control("twilio/sold", {"phone_number": NUMBER})


def priced(price: str | None) -> Happens:
    return lambda lab: lab.control("twilio/prices", {"country": "US", "number_type": "local", "current_price": price})


def drained(lab: Lab) -> None:
    lab.control("twilio/account", {"balance": "-1.00"})


def suspended(lab: Lab) -> None:
    lab.control("twilio/account", {"status": "suspended"})


def low(lab: Lab) -> None:
    lab.control("twilio/account", {"balance": "2.00"})


def policy(*names: str) -> Happens:
    return lambda lab: lab.auth0("PUT", "guardian/policies", list(names))


def factor(*, enabled: bool) -> Happens:
    return lambda lab: lab.auth0("PUT", "guardian/factors/sms", {"enabled": enabled})


def another_application(lab: Lab) -> None:
    scene.application(lab)


def provider_set(lab: Lab) -> None:
    scene.provider(lab, sender="+14155550199")


def two_applications(lab: Lab) -> None:
    scene.application(lab)
    scene.application(lab)


CHECKS = {"checks.balance", "checks.compliance_profile"}
"""The checks whose evidence a refusal shows, too."""


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        (sold, {"number.phone_number"}),
        (priced("1.35"), {"number.price"}),
        (priced(None), {"number.price"}),
        (drained, {"checks.balance"}),
        (low, {"checks.balance"}),
        (suspended, {"checks.twilio_account"}),
        (lambda lab: lab.control("twilio/profile", {"status": "twilio-rejected"}), {"checks.compliance_profile"}),
        (policy("confidence-score"), {"policy.policies"}),
        (policy("all-applications"), {"policy.policies"}),
        (factor(enabled=True), {"factor.enabled"}),
        (another_application, {"application.name", "application.callbacks"}),
        (two_applications, {"application.name"}),
        (provider_set, {"provider.name", "provider.provider"}),
        (lambda lab: scene.number(lab, scene.stock()[1].phone_number), {"number.phone_number"}),
    ],
    ids=[
        "number sold", "dearer", "price unknown", "drained", "low balance", "suspended", "profile", "adaptive",
        "always", "factor", "application", "two applications", "provider", "another number",
    ],
)  # fmt: skip
def test_a_new_tenant_that_has_changed_is_left_alone(
    run: Run, lab: Lab, plan: Make, happens: Happens, expected: set[str]
) -> None:
    plan(lab)
    happens(lab)
    begun = lab.mark()
    result = run(*APPLY, env=lab.env)
    assert paths(result) & expected, result.document["differences"]
    assert {f"checks.{check['id']}" for check in result.document["checks"]} >= expected & CHECKS
    assert lab.writes(begun) == []
    assert result.document["changed"] is False


def test_the_price_is_named_with_both_amounts_and_the_number_by_its_digits(run: Run, unified: Lab, plan: Make) -> None:
    plan(unified)
    priced("1.35")(unified)
    result = run(*APPLY, env=unified.env)
    assert paths(result) == {"number.price"}
    usd = {"currency": "USD"}
    assert difference(result, "number.price") == ({"amount": "1.15", **usd}, {"amount": "1.35", **usd})
    assert f"The planned number {NUMBER} costs 1.35 USD per month now, and 1.15 USD when" in result.out
    shown = run("up", "--plan", PLAN, "--yes", env=unified.env).err
    assert "number.price: planned 1.15 USD; now 1.35 USD" in shown
    sold(unified)
    result = run(*APPLY, env=unified.env)
    assert paths(result) == {"number.phone_number"}
    assert f"The planned number {NUMBER} is no longer on sale." in result.document["error"]["message"]


def test_the_price_counts_for_a_number_whose_purchase_got_no_answer_before(run: Run, unified: Lab, plan: Make) -> None:
    unified.faults({"method": "POST", "path": "*/IncomingPhoneNumbers.json", "effect": "reset", "applied": False})
    assert run("up", "--yes", "--json", env=unified.env).code != 0
    assert plan(unified).change("number")["title"] == NUMBER
    priced("1.35")(unified)
    assert paths(run(*APPLY, env=unified.env)) == {"number.price"}
    priced("1.15")(unified)
    assert run(*APPLY, env=unified.env).code == 0
    assert unified.twilio["purchases"] == 1


def renamed(lab: Lab) -> None:
    lab.auth0("PATCH", f"clients/{lab.spas[0]['client_id']}", {"name": "Renamed"})


def deleted(lab: Lab) -> None:
    lab.auth0("DELETE", f"clients/{lab.spas[0]['client_id']}")


def by_hand(lab: Lab) -> None:
    lab.auth0("PATCH", f"clients/{lab.spas[0]['client_id']}", {"callbacks": ["https://by-hand.example"]})


def released(lab: Lab) -> None:
    lab.sandbox.world.twilio.numbers.clear()


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        (by_hand, {"application.callbacks"}),
        (renamed, {"application.name", "application.update_application.target"}),
        (deleted, {"application.name"}),
        (factor(enabled=False), {"factor.enabled"}),
        (policy(), {"policy.policies"}),
        (policy("confidence-score"), {"policy.policies"}),
        (released, {"number.phone_number"}),
        (lambda lab: scene.out_of_pool(lab, lab.control_service_sid(), next(iter(lab.sandbox.world.twilio.numbers))),
         {"number.messaging_service_sid"}),
    ],
    ids=["url", "renamed", "deleted", "factor", "policy off", "policy adaptive", "number gone", "pool"],
)  # fmt: skip
def test_a_tenant_that_is_set_up_and_was_changed_manually_is_left_alone(
    run: Run, lab: Lab, plan: Make, happens: Happens, expected: set[str]
) -> None:
    assert run("up", "--yes", "--json", env=lab.env).code == 0
    plan(lab, "--url", "https://new.example")
    happens(lab)
    begun = lab.mark()
    result = run(*APPLY, env=lab.env)
    found = paths(result)
    assert any(path.startswith(tuple(expected)) for path in found), found
    assert lab.writes(begun) == []


def test_limits_that_were_set_meanwhile_are_not_dropped(run: Run, unified: Lab, plan: Make) -> None:
    assert run("up", "--yes", "--json", env=unified.env).code == 0
    plan(unified, "--only-percent", "20")
    limited = run("policy", "always", "--only-percent", "10", "--yes", "--json", env=unified.env)
    assert limited.code == 0, limited.out
    begun = unified.mark()
    assert any(path.startswith("scope.") for path in paths(run(*APPLY, env=unified.env)))
    assert unified.writes(begun) == []


def test_each_difference_is_shown_to_people_with_the_planned_and_the_present_value(
    run: Run, unified: Lab, plan: Make
) -> None:
    assert run("up", "--yes", "--json", env=unified.env).code == 0
    plan(unified, "--url", "https://new.example")
    by_hand(unified)
    drained(unified)
    result = run("up", "--plan", PLAN, "--yes", env=unified.env)
    assert result.code == 7
    assert "These differ: the application, the check balance" in result.err
    line = next(line for line in result.err.splitlines() if "application.callbacks" in line)
    assert line.strip().startswith("application.callbacks: planned http://localhost:3000 -> http")
    assert "; now https://by-hand.example -> https" in line
    assert "checks.balance: planned pass; now warn" in result.err
    assert "mfa-setup plan --out" in result.err.splitlines()[-1]


def test_what_changes_while_the_question_is_open_ends_the_run(
    run: Run, unified: Lab, plan: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(unified)
    questions = []

    def answer(question: str) -> str:
        questions.append(question)
        sold(unified)
        return "y"

    monkeypatch.setattr(prompter, "can_ask", lambda **_: True)
    monkeypatch.setattr(prompter, "_line", answer)
    result = run("up", "--plan", PLAN, env=unified.env)
    assert (result.code, len(questions)) == (7, 1), result.err
    assert unified.writes() == []


def test_a_number_sold_at_the_last_moment_is_not_replaced_by_another(
    run: Run, unified: Lab, plan: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(unified)
    scene.meanwhile(monkeypatch, "number", lambda: unified.control("twilio/taken", {"phone_number": NUMBER}))
    result = run(*APPLY, env=unified.env)
    assert paths(result) == {"number.phone_number"}
    assert f"the planned number {NUMBER} was sold in the meantime" in result.document["error"]["message"]
    assert (unified.twilio["purchases"], unified.tenant["policies"]) == (0, [])


def test_after_an_interrupted_run_it_says_what_is_applied_already(run: Run, unified: Lab, plan: Make) -> None:
    plan(unified)
    unified.faults({"method": "PUT", "path": "*/guardian/policies", "effect": "status:400", "times": 9})
    assert run(*APPLY, env=unified.env).code != 0
    unified.faults()
    result = run(*APPLY, env=unified.env)
    assert "policy.policies" not in paths(result)
    assert "Already as planned: application, phone number, provider, SMS factor." in result.out
    assert "mfa-setup plan --out" in result.document["error"]["hint"]


# --- the settings, the tenant, the version --------------------------------------------------------------------------


def test_a_plan_made_with_options_is_applied_without_them(run: Run, lab: Lab, plan: Make) -> None:
    limits = ("--delivery", "sms", "--countries", "US,CA", "--max-price", "2.5", "--area-code", "415")
    texts = ("--verification-template", "{{code}} is your Acme code.", "--name", "Acme Portal")
    plan(lab, *limits, *texts, "--url", "https://a.example", "--url", "https://b.example")
    result = run(*APPLY, "--test-to", "+14155550123", "--override", "balance", env=lab.env)
    assert result.code == 0, result.out
    assert lab.spas[0]["name"] == "Acme Portal"
    assert lab.spas[0]["callbacks"] == ["https://a.example", "https://b.example"]


@pytest.mark.parametrize(
    ("option", "named"),
    [
        (("--url", "https://a.example"), "--url"),
        (("--no-app",), "--no-app"),
        (("--app",), "--app"),
        (("--domain", "acme.eu.auth0.com"), "--domain"),
        (("--resend-token",), "--resend-token"),
    ],
)
def test_a_setting_together_with_a_plan_is_refused(
    run: Run, unified: Lab, plan: Make, option: tuple[str, ...], named: str
) -> None:
    plan(unified)
    begun = unified.mark()
    result = run(*APPLY, *option, env=unified.env)
    assert (result.code, result.document["error"]["message"].split()[0]) == (3, named)
    assert unified.log(begun) == []


def test_the_settings_file_and_the_variables_must_still_say_the_same(run: Run, unified: Lab, plan: Make) -> None:
    file = Path("mfa-setup.toml")
    file.write_text('[application]\nname = "Acme"\n[policy]\nrequire_mfa = "always"\n', encoding="utf-8")
    plan(unified, "--url", "https://a.example", MFA_SETUP_COUNTRY="US")
    begun = unified.mark()
    by_variable = run(*APPLY, env={**unified.env, "MFA_SETUP_COUNTRY": "CA"})
    assert paths(by_variable) == {"settings.country"}
    assert "MFA_SETUP_COUNTRY is CA, and US in the plan" in by_variable.document["error"]["message"]
    file.write_text('[application]\nname = "Other"\n', encoding="utf-8")
    by_file = run(*APPLY, env=unified.env)
    assert paths(by_file) == {"settings.name", "settings.policy"}
    assert difference(by_file, "settings.name") == ("Acme", "Other")
    assert unified.log(begun) == []
    file.unlink()
    result = run(*APPLY, env=unified.env)  # a job with nothing but the plan
    assert result.code == 0, result.out
    assert (unified.spas[0]["name"], unified.spas[0]["callbacks"]) == ("Acme", ["https://a.example"])


def test_a_settings_file_that_has_appeared_counts(run: Run, unified: Lab, plan: Make) -> None:
    plan(unified, "--name", "Acme")
    Path("mfa-setup.toml").write_text('[application]\nname = "Other"\n', encoding="utf-8")
    assert run("plan", "--json", env=unified.env).change("application")["title"] == "Other"
    applied = run(*APPLY, env=unified.env)
    assert applied.code == 0, applied.out  # the flag of the plan overrides the file, as it did
    assert unified.spas[0]["name"] == "Acme"


def test_a_plan_of_another_tenant_is_refused_before_any_request(run: Run, unified: Lab, plan: Make) -> None:
    plan(unified)
    begun = unified.mark()
    other = run(*APPLY, env={**unified.env, "AUTH0_DOMAIN": "localhost:1"})
    assert difference(other, "tenant.domain") == (unified.domain, "localhost:1")
    assert f"for the tenant {unified.domain}, and this run is for localhost:1" in other.document["error"]["message"]
    audience = run(*APPLY, env={**unified.env, "AUTH0_AUDIENCE": "https://other.example/api/v2/"})
    assert paths(audience) == {"tenant.audience"}
    assert unified.log(begun) == []


def test_the_profile_must_be_one_of_the_tenant_of_the_plan(run: Run, unified: Lab, folder: Path) -> None:
    profiles = Profiles(folder.parent / "state")
    values = {key: value for key, value in unified.env.items() if key != "MFA_SETUP_SANDBOX"}
    profiles.put("right", values, "file")
    profiles.put("other", values | {"AUTH0_DOMAIN": unified.domain.replace("localhost", "127.0.0.1")}, "file")
    env: dict[str, str | None] = {"MFA_SETUP_SANDBOX": unified.env["MFA_SETUP_SANDBOX"]}
    made = run("plan", "--out", PLAN, "--profile", "right", "--json", env=env)
    assert made.code == 0, made.out
    begun = unified.mark()
    assert paths(run(*APPLY, "--profile", "other", env=env)) == {"tenant.domain", "tenant.audience"}
    assert unified.log(begun) == []
    assert run(*APPLY, "--profile", "right", env=env).code == 0


def test_the_domain_of_a_plan_alone_gets_no_secret_of_a_domain_that_is_not_auth0s(
    run: Run, unified: Lab, plan: Make
) -> None:
    plan(unified)
    begun = unified.mark()
    env = {**unified.env, "AUTH0_DOMAIN": None}
    assert run(*APPLY[:3], "--no-input", env=env).code == 6  # the sandbox, by MFA_SETUP_SANDBOX; asks to confirm
    assert unified.log(begun) != []

    def elsewhere(found: dict[str, Any]) -> None:
        found["plans"][unified.domain]["planned"]["domain"] = "evil.example"
        found["plans"][unified.domain]["planned"]["audience"] = "https://evil.example/api/v2/"

    rewrite(elsewhere)
    begun = unified.mark()
    refused = run(*APPLY, env={**env, "MFA_SETUP_SANDBOX": None})
    assert refused.code == 3
    assert "evil.example, which is not under auth0.com" in refused.document["error"]["message"]
    assert unified.log(begun) == []


def test_a_plan_of_another_version_is_refused(run: Run, unified: Lab, plan: Make) -> None:
    plan(unified)
    rewrite(lambda found: found.update(tool_version="9.9.9", something="new"))
    begun = unified.mark()
    result = run(*APPLY, env=unified.env)
    assert paths(result) == {"version"}
    assert "made by mfa-setup 9.9.9, and this is" in result.document["error"]["message"]
    rewrite(lambda found: found.update(schema_version=2), sealed=False)  # another form, and another kind of digest
    assert paths(run(*APPLY, env=unified.env)) == {"version"}
    assert unified.log(begun) == []


# --- the file -------------------------------------------------------------------------------------------------------


def planned(found: dict[str, Any]) -> dict[str, Any]:
    """The plan of the one tenant in a file."""
    (one,) = found["plans"].values()
    return dict(one)["planned"]  # type: ignore[no-any-return]


def test_a_file_that_is_no_plan_as_it_was_saved_changes_nothing(run: Run, unified: Lab, plan: Make) -> None:
    plan(unified)
    good = Path(PLAN).read_text(encoding="utf-8")

    def refused(text: str | bytes | None = None) -> None:
        if text is not None:
            Path(PLAN).write_bytes(text if isinstance(text, bytes) else text.encode())
        result = run(*APPLY, env=unified.env)
        error = result.document["error"]
        assert (result.code, error["code"]) == (3, "plan_unusable"), (text, error)
        assert error["hint"]

    def tampered(change: Callable[[dict[str, Any]], object], *, sealed: bool) -> None:
        Path(PLAN).write_text(good, encoding="utf-8")
        rewrite(change, sealed=sealed)
        refused()

    begun = unified.mark()
    for text in ("", "{", "[]", "null", "[" * 100_000, '{"a":' * 100_000, b"\xff\xfe", good[:-20], "1" * 10_000):
        refused(text)
    refused('{"format": "mfa-setup plan", "schema_version": 1, "digest": "", "n": ' + "1" * 9_000 + "}")
    tampered(lambda found: planned(found)["desired"].update(policy="never"), sealed=False)
    tampered(lambda found: found.update(digest="0" * 64), sealed=False)
    tampered(lambda found: found.update(schema_version=2), sealed=True)
    tampered(lambda found: found.update(extra=1), sealed=True)
    tampered(lambda found: found.pop("plans"), sealed=True)
    tampered(lambda found: found.update(plans={}), sealed=True)
    tampered(lambda found: found.update(command="fleet plan"), sealed=True)
    tampered(lambda found: planned(found)["desired"].update(policy="never"), sealed=True)
    tampered(lambda found: planned(found)["desired"]["application"].update(client_id="../x"), sealed=True)
    tampered(lambda found: planned(found)["offer"].update(country="US/../.."), sealed=True)
    tampered(lambda found: planned(found)["desired"]["number"].update(sender=["x"]), sealed=True)
    Path(PLAN).unlink()
    refused()
    Path(PLAN).mkdir()
    refused()
    assert unified.log(begun) == []


def test_a_path_that_cannot_be_written_is_refused_before_anything_is_read(run: Run, unified: Lab) -> None:
    Path("folder").mkdir()
    Path("foreign.json").write_text('{"mine": 1}', encoding="utf-8")
    Path("link.json").symlink_to("elsewhere.json")
    begun = unified.mark()
    for path in ("folder", "x" * 300, "missing/plan.json", "foreign.json", "link.json", ""):
        result = run("plan", "--out", path, "--json", env=unified.env)
        assert result.code == 3, (path, result.out)
    assert unified.log(begun) == []
    assert Path("foreign.json").read_text(encoding="utf-8") == '{"mine": 1}'
    assert sorted(path.name for path in Path().iterdir()) == ["folder", "foreign.json", "link.json"]


def test_a_later_plan_replaces_the_saved_one_and_a_failed_one_does_not(run: Run, unified: Lab, plan: Make) -> None:
    first = plan(unified).document["digest"]
    assert run("plan", "--out", PLAN, "--max-price", "1", env=unified.env).code == 7
    assert content()["digest"] == first
    second = plan(unified, "--policy", "never").document["digest"]
    assert content()["digest"] == second != first
