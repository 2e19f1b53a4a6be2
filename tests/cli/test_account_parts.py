"""A Twilio account of which not everything can be read, or in which much is there: what decides is read, and judged."""

import pytest

from support.lab import Lab, Result, Run
from support.scene import into_pool, number, provider, service

DECIDING = (
    "twilio_credentials",
    "twilio_account",
    "compliance_profile",
    "balance",
    "sender_owned",
    "registration",
    "geo_permissions",
)


def statuses(result: Result) -> dict[str, str]:
    """The checks of the account that decide."""
    return {item["id"]: item["status"] for item in result.document["checks"] if item["id"] in DECIDING}


def evidence(result: Result, check_id: str) -> str:
    """What a check says."""
    return str(next(item for item in result.document["checks"] if item["id"] == check_id)["evidence"])


def with_key(lab: Lab, *allowed: str) -> dict[str, str | None]:
    """The environment of a run by a key that reaches these paths alone."""
    made = lab.control("twilio/keys", {"allowed": list(allowed)})
    return {**lab.env, "TWILIO_API_KEY": made["sid"], "TWILIO_API_SECRET": made["secret"]}


# --- a restricted key ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refused", "resource", "unseen"),
    [
        ("services", "messaging /v1/Services", {"registration"}),
        ("numbers", "api /IncomingPhoneNumbers", {"sender_owned", "registration"}),
        ("profiles", "trusthub /v1/CustomerProfiles", {"compliance_profile"}),
        ("balance", "api /Balance", {"balance"}),
    ],
)
def test_one_read_that_a_key_may_not_make_leaves_what_the_others_say(
    run: Run, unified: Lab, refused: str, resource: str, unseen: set[str]
) -> None:
    assert run("up", "--yes", env=unified.env).code == 0
    paths = {
        "services": ["/v1/Services*"],
        "numbers": ["/2010-04-01/*/IncomingPhoneNumbers*"],
        "profiles": ["/v1/CustomerProfiles*"],
        "balance": ["/2010-04-01/*/Balance*"],
    }
    rest = ["/v1/Tollfree/*", "/v1/Alerts*", "/2010-04-01/*/Messages*", "/2010-04-01/*/SMS/*"]
    allowed = [path for name, globs in paths.items() if name != refused for path in globs]
    result = run("doctor", "--json", env=with_key(unified, *allowed, *rest))
    assert {name for name, status in statuses(result).items() if status == "skip"} == unseen, result.out
    assert {status for name, status in statuses(result).items() if name not in unseen} <= {"pass", "warn"}
    for name in unseen:
        assert f"The API key is not allowed to read {resource}." in evidence(result, name)


def test_a_run_that_needs_what_a_key_may_not_read_names_it(run: Run, unified: Lab) -> None:
    result = run("up", "--yes", "--json", env=with_key(unified, "/2010-04-01/*"))
    error = result.document["error"]
    assert (error["code"], result.code) == ("forbidden", 4)
    assert "The API key is not allowed to read messaging /v1/Services." in error["message"]
    assert unified.writes() == []


# --- a parent's key --------------------------------------------------------------------------------------------------


def test_what_the_parent_account_has_is_not_taken_for_the_subaccounts(run: Run, unified: Lab) -> None:
    run("up", "--yes", env=unified.env)
    parent = f"AC{'9' * 32}"
    unified.control("twilio/account", {"owner_account_sid": parent})
    owner = unified.sandbox.world.twilio.parent
    assert owner is not None
    key = {"TWILIO_API_KEY": owner.credentials.api_key, "TWILIO_API_SECRET": owner.credentials.api_secret}
    result = run("doctor", "--json", env=unified.env | key)
    assert statuses(result)["registration"] == "skip", result.out
    assert f"answered for account {parent}" in evidence(result, "registration")
    assert statuses(result)["sender_owned"] == "pass"
    assert run("plan", "--json", env=unified.env | key).document["error"]["code"] == "other_account"


# --- many Messaging Services -----------------------------------------------------------------------------------------


def crowd(lab: Lab, count: int = 200) -> list[str]:
    """Messaging Services that have nothing to do with codes."""
    return [service(lab, f"Marketing {index}") for index in range(count)]


def reads(lab: Lab, since: int) -> int:
    """How many requests of the Messaging API were read."""
    return sum(entry["method"] == "GET" and entry["path"].startswith("/v1/Services") for entry in lab.log(since))


@pytest.mark.parametrize("command", ["plan", "up --yes", "doctor"])
def test_two_hundred_services_that_do_not_matter_cost_a_few_requests(run: Run, unified: Lab, command: str) -> None:
    crowd(unified)
    mark = unified.mark()
    assert run(*command.split(), "--json", env=unified.env).code in {0, 7}
    looks = 1 if command != "up --yes" else 4
    assert reads(unified, mark) <= 12 * looks


def test_of_many_services_that_of_the_provider_is_judged(run: Run, unified: Lab) -> None:
    mine = crowd(unified)[150]
    owned = number(unified)
    into_pool(unified, mine, owned["sid"])
    provider(unified, sender=owned["phone_number"])
    result = run("doctor", "--json", env=unified.env)
    assert f"is in the Messaging Service {mine}" in evidence(result, "registration")


def test_of_many_services_the_one_that_is_named_is_found(run: Run, unified: Lab) -> None:
    mine = crowd(unified)[150]
    owned = number(unified)
    into_pool(unified, mine, owned["sid"])
    mark = unified.mark()
    result = run("plan", "--json", "--messaging-service-sid", mine, env=unified.env)
    assert result.code == 0, result.out
    assert result.document["outputs"]["number_sid"] == owned["sid"]
    assert reads(unified, mark) <= 12
