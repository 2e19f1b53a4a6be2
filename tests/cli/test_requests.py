"""How much a command asks: little, and nothing twice; and of two things that go together, money is spent last."""

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest
from starlette.types import Message

from mfa_setup.model.types import PhoneStack
from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from support.gate import Around, Visit, gate
from support.lab import Lab, Run
from support.scene import is_unified

Make = Callable[..., Lab]
SETTINGS = "/api/v2/tenants/settings"
SECONDS = 5


def asked(lab: Lab, since: int) -> list[tuple[str, str]]:
    """The requests since a mark, but for those for a token."""
    return [(one["method"], one["path"]) for one in lab.log(since) if one["path"] != "/oauth/token"]


def test_a_run_sends_few_requests(run: Run, lab: Lab) -> None:
    spare = 0 if is_unified(lab) else 3
    for command, most in (("plan", 27), ("up", 47), ("up", 21), ("status", 22), ("doctor", 23)):
        before = lab.mark()
        result = run(command, *(["--yes"] if command == "up" else []), "--json", env=lab.env)
        assert result.code == 0, result.out
        assert len(asked(lab, before)) <= most + spare, command


@pytest.mark.parametrize("command", ["plan", "status", "doctor"])
def test_what_only_reads_reads_nothing_twice(run: Run, lab: Lab, command: str) -> None:
    run("up", "--yes", "--json", env=lab.env)
    before = lab.mark()
    run(command, "--json", env=lab.env)
    assert [one for one, times in Counter(asked(lab, before)).items() if times > 1] == []


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/v2/clients"), ("PUT", "/api/v2/guardian/factors/sms")], ids=["app", "factor"]
)
def test_nothing_is_bought_where_what_costs_nothing_is_refused(run: Run, lab: Lab, method: str, path: str) -> None:
    lab.faults({"method": method, "path": path, "effect": "status:403", "times": 9})
    result = run("up", "--yes", "--json", env=lab.env)
    assert result.code == 4, result.out
    assert lab.writes().count((method, path)) > 0
    assert lab.twilio["purchases"] == 0
    assert not [one for one, written in lab.writes() if written.endswith("IncomingPhoneNumbers.json")]


def enforcing_action(lab: Lab) -> None:
    """An Action that asks for a second factor at every login."""
    code = "exports.onExecutePostLogin = async (event, api) => { api.multifactor.enable('any'); };"
    lab.control("actions", [{"name": "Ask for MFA", "code": code}])


def actions_without_scope(lab: Lab) -> None:
    """The token may not read the Actions."""
    lab.grant([scope for scope in ALL_SCOPES if scope != "read:actions"])


def actions_refused(lab: Lab) -> None:
    """Auth0 refuses to list the Actions."""
    lab.faults({"method": "GET", "path": "/api/v2/actions/*", "effect": "status:403", "times": 9})


@pytest.mark.parametrize("prepare", [enforcing_action, actions_without_scope, actions_refused])
def test_the_factor_waits_for_the_provider_where_an_action_may_ask_for_codes(
    run: Run, lab: Lab, prepare: Callable[[Lab], None]
) -> None:
    prepare(lab)
    result = run("up", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    written = [path for _, path in lab.writes()]
    provider = max(at for at, path in enumerate(written) if "providers" in path or path.endswith("selected-provider"))
    assert provider < written.index("/api/v2/guardian/factors/sms")


class SettingsWithOthers:
    """Keeps the settings, which tell the phone stack, waiting for another read; `alone` where none comes."""

    def __init__(self) -> None:
        self.alone = False
        self._others = asyncio.Event()

    async def __call__(self, visit: Visit) -> list[Message]:
        if visit.path != SETTINGS:
            self._others.set()
            return await visit.pass_on()
        try:
            await asyncio.wait_for(self._others.wait(), SECONDS)
        except TimeoutError:
            self.alone = True
        return await visit.pass_on()


async def without_limit(visit: Visit) -> list[Message]:
    """Answers as a service would that tells no rate limit."""
    answer = await visit.take()
    for message in answer:
        if "headers" in message:
            message["headers"] = [one for one in message["headers"] if not one[0].startswith(b"x-ratelimit")]
    return answer


async def unchanged(visit: Visit) -> list[Message]:
    """Answers as they are."""
    return await visit.pass_on()


@pytest.mark.parametrize("at_first", [unchanged, without_limit])
def test_a_later_run_reads_the_phone_stack_along_with_everything_else(run: Run, lab: Lab, at_first: Around) -> None:
    with gate(lab, at_first):
        assert run("plan", "--json", env=lab.env).code == 0
    before, settings = lab.mark(), SettingsWithOthers()
    with gate(lab, settings):
        result = run("plan", "--json", env=lab.env)
    assert result.document["tenant"]["phone_stack"] == lab.sandbox.config.phone_stack
    assert not settings.alone
    assert asked(lab, before).count(("GET", SETTINGS)) == 1


PROVIDERS = {"unified": "/api/v2/branding/phone/providers", "legacy": "/api/v2/guardian/factors/phone/providers/twilio"}


def moved(lab: Lab, *, told: bool) -> PhoneStack:
    """Moves the tenant to the other phone stack; its settings tell it, or say nothing of it."""
    stack: PhoneStack = "legacy" if is_unified(lab) else "unified"
    lab.control("phone-stack", {"phone_stack": stack, "flag": stack == "unified" if told else None})
    return stack


@pytest.mark.parametrize("told", [True, False], ids=["settings tell", "settings say nothing"])
def test_a_tenant_that_has_moved_since_its_phone_stack_was_remembered_is_set_up(
    run: Run, lab: Lab, *, told: bool
) -> None:
    run("plan", "--json", env=lab.env)
    stack = moved(lab, told=told)
    result = run("up", "--yes", "--json", env=lab.env)
    assert result.code == 0, result.out
    assert result.document["tenant"]["phone_stack"] == stack
    assert {path for _, path in lab.writes()} & {*PROVIDERS.values()} == {PROVIDERS[stack]}
    assert lab.tenant["phone_provider"] is not None
    assert lab.tenant["policies"] == ["all-applications"]
    before = lab.mark()
    assert run("plan", "--check", "--json", env=lab.env).code == 0
    read = {path for _, path in asked(lab, before)} & {*PROVIDERS.values()}
    assert read == {PROVIDERS[stack]} or not told  # where the settings say nothing, the legacy endpoint tells


@pytest.mark.parametrize("lacking", ["read:phone_providers", "create:phone_providers"])
def test_the_scopes_of_the_other_phone_stack_are_required_before_the_first_write(
    run: Run, make_lab: Make, lacking: str
) -> None:
    legacy = make_lab(phone_stack="legacy")
    legacy.grant([scope for scope in ALL_SCOPES if scope != lacking])
    run("plan", "--json", env=legacy.env)
    moved(legacy, told=True)
    result = run("up", "--yes", "--json", env=legacy.env)
    assert (result.code, result.document["error"]["code"]) == (4, "scope_missing")
    assert lacking in result.document["error"]["message"]
    assert legacy.writes() == []


def test_a_remembered_phone_stack_that_cannot_be_verified_is_not_told(run: Run, lab: Lab) -> None:
    run("plan", "--json", env=lab.env)
    lab.faults({"method": "GET", "path": SETTINGS, "effect": "status:403", "times": 9})
    result = run("doctor", "--json", env=lab.env)
    assert result.code == 4, result.out
    assert [check["status"] for check in result.document["checks"] if check["id"] == "phone_stack"] == ["skip"]


@pytest.mark.sweep
def test_a_tenant_of_the_free_plan_is_not_asked_faster_than_it_allows(run: Run, make_lab: Make) -> None:
    lab = make_lab(rate_limit="free")
    before = lab.mark()
    for _ in range(2):
        assert run("doctor", "--json", env=lab.env).code in {0, 7}
    assert [entry["status"] for entry in lab.log(before) if entry["status"] == 429] == []
