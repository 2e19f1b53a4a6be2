"""The live check (tests/live) on sandboxes: what it tells, refuses, cleans up, scrubs, and leaves out."""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from live import assumptions, guard, report, spending
from live.assumptions import Assumption
from live.probes import Finding, load, try_out
from live.scrub import LeakError, Scrubber
from live.site import FAKE_SID, PREFIX, Site, connect
from mfa_setup.sandbox.auth0 import actions as sandbox_actions
from mfa_setup.sandbox.auth0 import users as sandbox_users
from mfa_setup.sandbox.login import request as sandbox_request
from mfa_setup.sandbox.server import Sandbox
from support.lab import Lab
from support.replay import Replay

_ROOT = Path(__file__).parents[2]
_ALL = {assumption.id: assumption for assumption in assumptions.read()}
_PHONE = "+14155550123"
_MARK = re.compile(r"(?<!number is )not verified(?! \()", re.IGNORECASE)
"""The mark of an assumption; a check speaks of toll-free numbers that are not verified."""


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Site]]:
    """Connects the live check to a sandbox, as its own fixture does."""
    sites: list[Site] = []
    monkeypatch.setattr(spending, "_bought", {})
    monkeypatch.setattr(spending, "_direct", {})

    def begin(lab: Lab, *, spends: bool = False, **env: str) -> Site:
        site = connect(lab.env | {"MFA_SETUP_LIVE_PHONE": _PHONE} | env, "1a2b3c4d")
        site.spends = spends
        sites.append(site)
        return site

    yield begin
    for site in sites:
        site.clean_all()
        site.close()


def _find(site: Site, name: str) -> Finding:
    return try_out(site, _ALL[name], Scrubber(site.domain, site.secrets, keep=PREFIX))


# What it covers


def test_every_assumption_has_a_probe_and_names_a_fact_files_and_a_meaning_for_each_outcome() -> None:
    facts = set(re.findall(r"^\| ((?:auth0|twilio|env)-[a-z0-9-]+) \|", _sources(), re.MULTILINE))
    assert {name for name, one in _ALL.items() if one.request is None} == set(load())
    assert len(_ALL) == len(assumptions.read())
    for one in _ALL.values():
        assert one.source in facts | {""}, one.id
        assert [file for file in one.code if not (_ROOT / file).exists()] == [], one.id
        assert len(one.outcomes) >= 2, one.id
        assert all(text.endswith(".") for text in one.outcomes.values()), one.id


def test_every_fact_that_is_not_verified_is_tried_or_has_a_reason_why_not() -> None:
    rows = [line for line in _sources().splitlines() if line.startswith("| ") and "not verified" in line.lower()]
    facts = {row.split("|")[1].strip() for row in rows} - {"not verified"}
    tried = {one.source for one in _ALL.values()}
    listed = assumptions.facts_untried()
    assert facts - tried - listed == set(), "add a probe in tests/live, or a reason in untried.toml"
    assert listed & tried == set(), "tried, so it needs no reason why not"
    assert listed - facts == set(), "verified by now, or gone"


def test_every_comment_of_the_tool_and_page_that_says_not_verified_belongs_to_an_assumption_or_has_a_reason() -> None:
    package = _ROOT / "src" / "mfa_setup"
    files = [file for file in package.rglob("*.py") if "sandbox" not in file.relative_to(package).parts]
    files += [file for file in (_ROOT / "docs").glob("*.md") if file.name not in {"sources.md", "live-check.md"}]
    marked = {file for file in files if _MARK.search(file.read_text())}
    covered = {file for one in _ALL.values() for file in one.code} | assumptions.files_untried()
    assert sorted(str(file.relative_to(_ROOT)) for file in marked if str(file.relative_to(_ROOT)) not in covered) == []


def _sources() -> str:
    return (_ROOT / "docs" / "sources.md").read_text(encoding="utf-8")


# What it tells


def _fault(method: str, path: str, status: int, body: Any = None) -> dict[str, Any]:
    return {"method": method, "path": path, "effect": f"status:{status}", "body": body, "times": 1}


_PROVIDERS = "/api/v2/branding/phone/providers"
_ACTION = "/api/v2/actions/actions"
_REFUSED = {"statusCode": 422, "error": "Unprocessable", "message": "Refused otherwise."}


@pytest.mark.parametrize(
    ("name", "faults", "outcome"),
    [
        ("provider-partial-update", [_fault("PATCH", f"{_PROVIDERS}/*", 400)], "refused"),
        ("message-types-order", [_fault("PUT", "*/message-types", 422, _REFUSED)], "refused with another status"),
        ("factor-enabled", [_fault("PUT", "*/factors/sms", 403, {"message": "Upgrade."})], "refused with 403"),
        ("application-deleted-error", [_fault("PATCH", "/api/v2/clients/*", 403)], "another answer"),
        ("provider-two-senders", [_fault("POST", _PROVIDERS, 400, _REFUSED)], "refused"),
        ("action-test-success", [_fault("POST", f"{_ACTION}/*/test", 422, _REFUSED)], "refused"),
        ("users-beyond-1000", [_fault("GET", "/api/v2/users", 404)], "another status"),
        ("service-registered", [_fault("GET", "*/Compliance/Usa2p", 404)], "list refused"),
        ("no-token", [_fault("GET", "/api/v2/clients", 401, {"message": "Unauthorized"})], "another text"),
        ("twilio-area-code", [_fault("GET", "*/Local.json", 400, {"code": 1, "message": "x"})], "another code"),
    ],
)
def test_another_answer_is_told_from_the_assumed_one(
    name: str, faults: list[dict[str, Any]], outcome: str, unified: Lab, at: Callable[..., Site]
) -> None:
    site = at(unified)
    assert _find(site, name).outcome == _ALL[name].expected
    unified.faults(*faults)
    found = _find(site, name)
    assert found.outcome == outcome
    assert found.contradicts == (outcome != _ALL[name].expected)
    assert not _ALL[name].meaning(outcome).startswith("This outcome was not foreseen")
    assert site.leftovers == []


def test_another_form_of_a_successful_answer_is_told_from_the_assumed_one(
    unified: Lab, at: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = at(unified)
    monkeypatch.setattr(sandbox_actions, "run_draft", lambda *_: {"payload": {"errors": ["one"]}})
    assert _find(site, "action-test-success").outcome == "an error key"
    monkeypatch.setattr(sandbox_actions, "run_draft", lambda *_: {"payload": {"result": "failed"}})
    assert _find(site, "action-test-failure").outcome == "no error key"
    monkeypatch.setattr(sandbox_users, "_profile", lambda _tenant, user: user | {"multifactor": []})
    assert _find(site, "user-multifactor-field").outcome == "empty"
    monkeypatch.setattr(sandbox_request, "allows", lambda *_: True)
    assert _find(site, "url-wildcard-path-matches").outcome == "matches other paths"


@pytest.mark.parametrize(
    ("kind", "name", "outcome"),
    [
        ("trial", "trial-purchase", "refused with 10002"),
        ("trial", "trial-refuses-text", "refused for the text"),
        ("full", "subaccount-balance", "no balance"),
        ("full", "subaccount-profile", "empty"),
        ("full", "key-reads-account", "refused"),
        ("full", "key-reads-profiles", "accepted"),
    ],
)
def test_probes_for_other_accounts_find_what_the_sandbox_assumes(
    kind: str, name: str, outcome: str, make_lab: Callable[..., Lab], at: Callable[..., Site]
) -> None:
    lab = make_lab(twilio_account=kind)
    env = {}
    if name.startswith("subaccount"):
        lab.control("twilio/account", {"owner_account_sid": "AC" + "1" * 32})
    if name.startswith("key"):
        key = lab._http.get("/_sandbox/twilio/credentials").json()
        env = {"TWILIO_API_KEY": key["api_key"], "TWILIO_API_SECRET": key["api_secret"]}
    found = _find(at(lab, spends=True, **env), name)
    assert (found.outcome, found.reason) == (outcome, "")
    assert not found.contradicts


def test_nothing_is_spent_without_consent_and_the_report_says_so(
    unified: Lab, at: Callable[..., Site], tmp_path: Path
) -> None:
    site = at(unified)
    costly = [one for one in _ALL.values() if one.cost != "free"]
    findings = [_find(site, one.id) for one in costly] + [_find(site, "service-names")]
    assert {finding.reason for finding in findings if finding.outcome is None} == {
        "It costs money: pass --live-spend and confirm the price."
    }
    assert (unified.twilio["numbers"], unified.messages) == ([], [])
    report.write_evidence(tmp_path, findings[-1])
    text = report.write(tmp_path, findings, "a sandbox", ["Nothing was left behind."]).read_text()
    assert f"1 of {len(findings)} assumptions tried: 1 hold, 0 do not; {len(costly)} not tried." in text
    assert "| `service-names`: Names of Messaging Services are not unique. | not unique (as assumed) |" in text
    assert "[exchanges](evidence/live-service-names.json)" in text
    assert "| `auth0-silent-mfa-error` | It needs a person's login" in text


def test_the_report_says_what_to_change_for_an_assumption_that_does_not_hold(tmp_path: Path) -> None:
    finding = Finding(_ALL["provider-second"], "accepted")
    text = report.write(tmp_path, [finding], "the real services", []).read_text()
    meaning = "A tenant may have several providers: `Auth0Adapter.provider` must choose the one that sends"
    assert "## What does not hold\n\n### provider-second\n" in text
    assert f"- What to change: {meaning}" in text
    assert report.short([finding])[1].startswith("provider-second: accepted. A tenant may have")


@pytest.mark.parametrize(
    ("terminal", "typed", "spends"), [(True, "yes\n", True), (True, "\n", False), (False, "yes\n", False)]
)
def test_money_is_spent_only_after_the_price_was_confirmed_at_a_terminal(
    *, terminal: bool, typed: str, spends: bool, unified: Lab, at: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    site, stdin = at(unified), io.StringIO(typed)
    monkeypatch.setattr(stdin, "isatty", lambda: terminal)
    monkeypatch.setattr("sys.stdin", stdin)
    monkeypatch.setattr("sys.stderr", stderr := io.StringIO())
    assert spending.confirmed(site) is spends
    shown = "one number for 1.15 USD (released at the end) and up to 9 SMS for 0.07 USD"
    assert (shown in stderr.getvalue()) is terminal


# What it refuses


@pytest.mark.parametrize(
    ("env", "code", "text"),
    [
        ({}, 0, "AUTH0_DOMAIN, TWILIO_ACCOUNT_SID not set"),
        (
            {"AUTH0_DOMAIN": "acme.eu.auth0.com", "TWILIO_ACCOUNT_SID": "AC" + "1" * 32, guard.TENANT: "other"},
            4,
            "MFA_SETUP_LIVE_TENANT must repeat the value of AUTH0_DOMAIN",
        ),
    ],
)
def test_pytest_tells_what_is_missing_before_any_request(
    env: dict[str, str], code: int, text: str, tmp_path: Path
) -> None:
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("AUTH0_", "TWILIO_", "MFA_SETUP_"))
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-m",
        "live",
        "-rs",
        "tests/live",
        "--live-report",
        str(tmp_path / "report"),
    ]
    ended = subprocess.run(
        [*command, "-p", "no:cacheprovider"], cwd=_ROOT, env=own | env, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, text in ended.stdout) == (code, True), ended.stdout
    assert not (tmp_path / "report").exists()


def test_it_runs_only_where_the_tenant_and_the_account_are_named_twice(unified: Lab) -> None:
    env = {name: value for name, value in unified.env.items() if name != "MFA_SETUP_SANDBOX"}
    consent = {guard.TENANT: env["AUTH0_DOMAIN"], guard.ACCOUNT: env["TWILIO_ACCOUNT_SID"]}
    guard.require_consent(env | consent)
    for name in consent:
        for value in ({}, {name: "another"}):
            with pytest.raises(guard.RefusedError, match=name):
                guard.require_consent(env | {key: consent[key] for key in consent if key != name} | value)


def test_it_refuses_a_tenant_in_use(unified: Lab, at: Callable[..., Site]) -> None:
    site = at(unified)
    guard.require_safe(site)
    unified.auth0("PUT", "guardian/policies", ["all-applications"])
    unified.auth0("POST", "clients", {"name": "Portal", "callbacks": ["https://portal.example.com"]})
    unified.control("actions", [{"name": "own", "code": "exports.onExecutePostLogin = async () => {};"}])
    for number in range(guard.MOST_USERS + 1):
        user = {
            "connection": "Username-Password-Authentication",
            "email": f"u{number}@example.com",
            "password": "Pw0!pw0!pw",
        }
        unified.auth0("POST", "users", user)
    mark = unified.mark()
    with pytest.raises(guard.RefusedError) as refused:
        guard.require_safe(site)
    assert unified.writes(mark) == []
    for text in ("An MFA policy is in force", "26 users", "1 of its applications", "Actions are bound"):
        assert text in str(refused.value)


def test_a_token_with_few_scopes_tries_what_it_can_and_says_what_is_missing(
    unified: Lab, at: Callable[..., Site]
) -> None:
    needed = ["read:mfa_policies", "read:users", "read:clients", "read:actions", "read:guardian_factors"]
    unified.grant([*needed, "read:tenant_settings"])
    site = at(unified)
    assert guard.remove_leftovers(site) == []
    guard.require_safe(site)
    before = guard.state(site)
    assert {"roles", "organizations", "APIs"} <= set(guard.unread(before))
    assert _find(site, "users-beyond-1000").outcome == "as assumed"
    assert "read:connections" in _find(site, "new-application-connections").reason
    assert "lacks a scope" in _find(site, "grant-missing").reason
    assert guard.differences(before, guard.state(site)) == []


def test_a_provider_that_could_not_be_restored_is_not_touched(unified: Lab, at: Callable[..., Site]) -> None:
    site = at(unified)
    body = {"name": "twilio", "configuration": {"sid": "AC" + "1" * 32, "default_from": "+15005550006"}}
    body["configuration"]["delivery_methods"] = ["text"]  # type: ignore[index]
    unified.auth0("POST", "branding/phone/providers", body | {"credentials": {"auth_token": "1" * 32}})
    before = unified.tenant
    assert "whose token cannot be read" in _find(site, "provider-partial-update").reason
    assert unified.tenant == before


# What it leaves behind


def test_a_probe_that_fails_in_the_middle_leaves_nothing(unified: Lab, at: Callable[..., Site]) -> None:
    site = at(unified)
    before = guard.state(site)
    unified.faults({"method": "POST", "path": f"{_PROVIDERS}/*/try", "effect": "reset", "times": 1})
    found = _find(site, "provider-log-code")
    assert (found.outcome, found.reason.startswith("No response arrived")) == (None, True)
    assert guard.differences(before, guard.state(site)) == []


def test_ctrl_c_in_a_probe_leaves_nothing(
    unified: Lab, at: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = at(unified)
    before = guard.state(site)

    def interrupted(site: Site) -> str:
        site.make("roles", {"name": site.name})
        raise KeyboardInterrupt

    monkeypatch.setitem(load(), "service-names", interrupted)
    with pytest.raises(KeyboardInterrupt):
        _find(site, "service-names")
    assert guard.differences(before, guard.state(site)) == []


def test_what_a_killed_run_has_left_is_removed_by_the_next_one(
    lab: Lab, at: Callable[..., Site], tmp_path: Path
) -> None:
    site = at(lab)
    before, file = guard.state(site), tmp_path / "unfinished.json"
    guard.remember(site, file)
    for path in ("clients", "roles", "organizations"):
        lab.auth0("POST", path, {"name": site.name})
    lab.auth0("POST", "resource-servers", {"name": site.name, "identifier": "https://left.example"})
    user = {
        "connection": "Username-Password-Authentication",
        "email": f"{site.name}@example.com",
        "password": "Pw0!pw0!pw",
    }
    lab.auth0("POST", "users", user)
    lab.control("actions", [{"name": site.name, "code": "exports.onExecutePostLogin = async () => {};"}])
    lab.auth0("PUT", "guardian/factors/sms", {"enabled": True})
    settings = {"sid": FAKE_SID, "auth_token": "1" * 32, "from": "+15005550006"}
    provider = {"sid": lab.env["TWILIO_ACCOUNT_SID"], "default_from": "+15005550006", "delivery_methods": ["text"]}
    body = {"name": "twilio", "configuration": provider, "credentials": {"auth_token": "1" * 32}}
    lab.auth0("POST", "branding/phone/providers", body)
    if site.stack == "legacy":
        lab.auth0("PUT", "guardian/factors/phone/providers/twilio", settings)
    site.twilio.buy(site.twilio.offers("US", "local", None, None)[0], site.name)
    lab.control("twilio/services", {"friendly_name": site.name})
    again = at(lab)
    removed = [*guard.remove_leftovers(again), *guard.restore(again, file)]
    assert len(removed) == 10 + (site.stack == "legacy")
    assert guard.differences(before, guard.state(again)) == []
    assert not file.exists()


def test_leftovers_of_another_tenant_are_not_written_to_this_one(
    unified: Lab, at: Callable[..., Site], tmp_path: Path
) -> None:
    file = tmp_path / "unfinished.json"
    file.write_text(json.dumps({"domain": "other.eu.auth0.com", "sms": True, "message_types": ["voice"]}))
    mark = unified.mark()
    with pytest.raises(guard.RefusedError, match=r"other\.eu\.auth0\.com"):
        guard.restore(at(unified), file)
    assert unified.writes(mark) == []


# The evidence


def test_no_secret_personal_value_or_identifier_is_left_in_the_evidence() -> None:
    sid, uuid = "AC" + "a1" * 16, "0f8fad5b-d9cb-469f-a165-70867728950e"
    token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2lnbmVk"
    planted = [
        sid,
        uuid,
        token,
        "s3cr3t-value",
        "+4915112345678",
        "ada@lovelace.example",
        "81.2.69.142",
        "2a02:8388::12",
    ]
    planted += [
        "acme-dev.eu.auth0.com",
        "acme-dev",
        "V92Asukp0mJEGh53cal5MZBWBIzhZe9s",
        "auth0|5f7c8ec7c33c6c004bbafe82",
    ]
    planted += ["Ada L.", "acme-users", "Firefox 1", "Vienna", "your code is 4455"]
    planted += ["Acme Portal", "17.35", "hunter22-hunter22", "d41d8cd98f00b204e9800998ecf8427e"]
    path = f"/api/v2/users/{planted[11].replace('|', '%7C')}"
    recorded = {
        "request": {"method": "PATCH", "path": path, "query": {"q": planted[5]}, "body": {"password": planted[-2]}},
        "response": {
            "status": 200,
            "body": {
                "client_id": planted[10], "client_secret": "abc", "name": "Acme Portal", "tenant": planted[9],
                "user_id": planted[11], "picture": "https://s.gravatar.com/avatar/d41d8cd98f00b204e9800998ecf8427e?s=480",
                "ip": planted[6], "ips": [planted[7]], "uri": f"/2010-04-01/Accounts/{sid}.json", "id": uuid,
                "message": f"{token} of {planted[5]} at {planted[8]} to {planted[4]} with {planted[3]}",
                "balance": "17.35", "user_name": "Ada L.", "connection": "acme-users", "user_agent": "Firefox 1",
                "location_info": {"city_name": "Vienna"}, "body": "your code is 4455",
                "identities": [{"user_id": planted[11].partition("|")[2]}],
            },
        },
    }  # fmt: skip
    scrubber = Scrubber(planted[8], [planted[3]], keep=PREFIX)
    first, second = scrubber.exchange(recorded), scrubber.exchange(recorded)
    assert [value for value in planted if value in json.dumps(first)] == []
    assert first == second, "the same value has the same placeholder"
    body = first["response"]["body"]
    assert (body["tenant"], body["client_secret"]) == ("TENANT", "[REDACTED]")
    assert body["user_id"].startswith("auth0|")
    assert first["request"]["path"] == f"/api/v2/users/{body['user_id'].replace('|', '%7C')}"
    assert re.fullmatch(r"AC[0-9a-f]{32}", body["uri"].split("/")[3].removesuffix(".json"))


def test_evidence_that_could_not_be_scrubbed_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scrubber, "_text", lambda _self, text: text)
    exchange = {"request": {}, "response": {"body": {"message": "it says s3cr3t-value"}}}
    with pytest.raises(LeakError):
        Scrubber("acme.eu.auth0.com", ["s3cr3t-value"], keep=PREFIX).exchange(exchange)


# Neither headers nor texts that are no JSON are recorded, and passwords are scrubbed, so these cannot be sent again.
_NOT_REPLAYED = {"no-token", "bad-token", "payload-not-json", "user-password-weak"}
_INVENTED = {"$.logs[0]._id", "$.logs[0].date", "$.logs[0].description", "$.logs[0].log_id"}


def test_the_evidence_can_be_replayed_as_the_recordings_are(
    unified: Lab, at: Callable[..., Site], sandbox: Sandbox, api: httpx.Client
) -> None:
    site, checked, found = at(unified), 0, []
    names = [one.id for one in _ALL.values() if one.service == "auth0" and one.cost == "free"]
    for name in sorted(set(names) - _NOT_REPLAYED):
        exchanges = [one for one in _find(site, name).exchanges if one["request"]["path"].startswith("/api/v2/")]
        sandbox.world.reset()
        replay = Replay(api, sandbox, independent=False)
        found += [(name, what) for _, what in replay.run(json.loads(json.dumps(exchanges)))]
        checked += replay.checked
    assert [(name, what) for name, what in found if what.partition(": ")[0] not in _INVENTED] == []
    assert checked > 100


def test_every_assumption_is_readable_as_a_row(tmp_path: Path) -> None:
    def found(assumption: Assumption) -> Finding:
        return Finding(assumption, assumption.expected)

    text = report.write(tmp_path, [found(one) for one in _ALL.values()], "a sandbox", []).read_text()
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows[: len(_ALL)]} == {5}
