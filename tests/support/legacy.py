"""Legacy tenants in the states that `migrate` meets, and proofs that their codes arrive, whatever stack sends them."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message

from mfa_setup.cli.prompter import Prompter
from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from support import scene
from support.gate import Visit, gate
from support.hosted import House
from support.lab import Lab

TEXTS = "guardian/factors/phone/templates"
Env = dict[str, str | None]
Comes = Callable[[House], Env]


def nothing(house: House) -> Env:
    """Leaves the tenant as it is: Twilio with a number of the account, SMS, the policy Always, Auth0's own texts."""
    del house
    return {}


def texts(verification: str, enrollment: str = "{{code}}") -> Comes:
    """Gives the tenant texts of its own."""

    def comes(house: House) -> Env:
        body = {"enrollment_message": enrollment, "verification_message": verification}
        house.lab.auth0("PUT", TEXTS, body)
        return {}

    return comes


def control(path: str, body: Any) -> Comes:
    """Makes a control call."""

    def comes(house: House) -> Env:
        house.lab.control(path, body)
        return {}

    return comes


def call(method: str, path: str, body: Any) -> Comes:
    """Makes a call of the Management API."""

    def comes(house: House) -> Env:
        house.lab.auth0(method, path, body)
        return {}

    return comes


def prepared(**fields: Any) -> Comes:
    """A provider under Branding, with the settings of the legacy stack except for these."""

    def comes(house: House) -> Env:
        configuration = {
            "sid": house.lab.env["TWILIO_ACCOUNT_SID"],
            "default_from": house.number,
            "delivery_methods": ["text"],
        }
        body = {
            "name": "twilio",
            "disabled": fields.pop("disabled", False),
            "configuration": configuration | fields,
            "credentials": {"auth_token": house.lab.env["TWILIO_AUTH_TOKEN"]},
        }
        house.lab.auth0("POST", "branding/phone/providers", body)
        return {}

    return comes


Build = Callable[[], House]
"""Makes a legacy tenant with the policy Always and an enrolled user."""
SETTINGS = "/api/v2/tenants/settings"


def journal() -> list[dict[str, Any]]:
    """The lines of the only journal."""
    (path,) = Path(os.environ["MFA_SETUP_STATE_DIR"]).glob("journal-*.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def is_unified(lab: Lab) -> bool:
    """Whether the tenant is on the unified stack now."""
    return bool(lab.tenant["phone_stack"] == "unified")


@contextmanager
def stuck_on_unified(lab: Lab) -> Iterator[None]:
    """A tenant that accepts the flag and stays on the unified stack all the same."""

    async def hold(visit: Visit) -> list[Message]:
        answer = await visit.pass_on()
        if visit.method == "PATCH" and visit.path == SETTINGS:
            lab.sandbox.world.tenants[lab.domain].stack = "unified"
        return answer

    with gate(lab, hold):
        yield


@dataclass(frozen=True)
class State:
    """One state of a legacy tenant.

    Attributes:
        name: Its name.
        comes: Brings the state about; returns the changes to the environment.
        code: The exit code of `migrate --yes`.
        error: The code of its error; empty if the tenant moves.
        hint: A piece of the error's message or hint.
        options: More options of the command.
        warned: The code of a warning.
        works: Whether codes arrive before the move.
    """

    name: str
    comes: Comes = nothing
    code: int = 0
    error: str = ""
    hint: str = ""
    options: tuple[str, ...] = ()
    warned: str = ""
    works: bool = True


def memory(lab: Lab) -> dict[str, Any]:
    """The tenant with what no answer shows: the unused stack, and the tokens; a flag that is off counts as none."""
    tenant = lab.sandbox.world.tenants[lab.domain]
    found = tenant.snapshot()
    settings = dict(found["tenant_settings"])
    if not settings.get("phone_consolidated_experience"):
        settings.pop("phone_consolidated_experience", None)
    more = {
        "tenant_settings": settings,
        "legacy": (tenant.legacy.provider, dict(tenant.legacy.twilio), tenant.legacy.templates),
        "providers": [provider | {"updated_at": ""} for provider in tenant.providers.values()],
        "tokens": dict(tenant.provider_tokens),
        "templates": {key: dict(value) for key, value in tenant.templates.items()},
    }
    return {key: value for key, value in (found | more).items() if key not in {"users", "authentication_methods"}}


def log_in(house: House) -> None:
    """Logs an enrolled user in by a code that Twilio delivers; a policy that asks for none is lifted for the time."""
    policies = house.lab.tenant["policies"]
    if not policies:
        house.policy("all-applications")
    person = house.browser()
    person.start()
    person.log_in()
    assert arrived(house), "the code did not arrive"
    person.enter(house.code())
    assert person.answer["code"]
    if not policies:
        house.policy()


def arrived(house: House) -> bool:
    """Whether the newest message of the account reaches its phone."""
    sent = house.messages()
    return bool(sent) and house.lab.sandbox.world.twilio.messages[sent[0]["sid"]].ending.status == "delivered"


def enroll(house: House) -> None:
    """Lets a user sign up and enrol, while the tenant is as `House` has made it."""
    house.browser().join()


def log_in_meanwhile(patch: pytest.MonkeyPatch, house: House) -> list[str]:
    """Lets the user log in at every step that a run announces; returns the announcements."""
    steps = list[str]()
    during = False

    def doing(_terminal: Prompter, text: str) -> None:
        nonlocal during
        if not during:
            during = True
            steps.append(text)
            log_in(house)
            during = False

    patch.setattr(Prompter, "doing", doing)
    return steps


def service_of(house: House) -> str:
    """The Messaging Service of the account, whose pool has the number."""
    return house.lab.control_service_sid()


def by_service(house: House) -> Env:
    """Sends through the Messaging Service instead of the number."""
    scene.provider(house.lab, service=service_of(house))
    return {}


def by_both(house: House) -> Env:
    """Names the number and the Messaging Service."""
    scene.provider(house.lab, sender=house.number, service=service_of(house))
    return {}


def service_as_sender(house: House) -> Env:
    """Has the Messaging Service in the From field."""
    scene.provider(house.lab, sender=service_of(house))
    return {}


def rotated(house: House) -> Env:
    """The account has a new token, which only Auth0 has been told."""
    scene.rotate_token(house.lab)
    settings = {"from": house.number, "auth_token": scene.NEW_TOKEN, "sid": house.lab.env["TWILIO_ACCOUNT_SID"]}
    house.lab.auth0("PUT", "guardian/factors/phone/providers/twilio", settings)
    return {}


def rotated_and_given(house: House) -> Env:
    """The account has a new token, which the run is given and Auth0 not."""
    return dict(scene.rotate_token(house.lab))


def key_only(house: House) -> Env:
    """The run has an API key and no token."""
    return {**scene.key_pair(house.lab), "TWILIO_AUTH_TOKEN": None}


def both_kinds(house: House) -> Env:
    """The run has an API key, which works, and a token that Twilio refuses."""
    return {**scene.key_pair(house.lab), "TWILIO_AUTH_TOKEN": "f" * 32}


def foreign_account(house: House) -> Env:
    """The tenant sends through another account."""
    scene.provider(house.lab, sid=scene.OTHER_ACCOUNT, sender=house.number, token="ab" * 16)
    return {}


def foreign_sender(house: House) -> Env:
    """The tenant sends from a number that the account does not own."""
    scene.provider(house.lab, sender="+12025550199")
    return {}


def missing_service(house: House) -> Env:
    """The tenant names a Messaging Service that does not exist."""
    scene.provider(house.lab, service="MG" + "0" * 32)
    return {}


def without_scopes(house: House) -> Env:
    """The tool may not change tenant settings."""
    house.lab.grant([scope for scope in ALL_SCOPES if scope != "update:tenant_settings"])
    return {}


def no_policy(house: House) -> Env:
    """Nobody is asked for a code by the policy."""
    house.policy()
    return {}


def nobody_configured(house: House) -> Env:
    """Nothing was ever configured."""
    legacy = house.lab.sandbox.world.tenants[house.lab.domain].legacy
    legacy.provider, legacy.twilio = "auth0", {}
    return {}


def no_settings(house: House) -> Env:
    """Twilio is selected, and its settings are empty."""
    house.lab.sandbox.world.tenants[house.lab.domain].legacy.twilio = {}
    return {}


def with_gateway(house: House) -> Env:
    """There is a passwordless SMS connection."""
    body = {
        "name": "sms",
        "strategy": "sms",
        "options": {"provider": "sms_gateway", "gateway_url": "https://a.example"},
    }
    house.lab.auth0("POST", "connections", body)
    return {}


VOICE = '{% if message_type == "voice" %}It is {{code}}.{% else %}{{code}} for {{tenant.friendly_name}}{% endif %}'
BOTH = {"message_types": ["sms", "voice"]}
HOOK = {"provider": "phone-message-hook"}
STATES = (
    State("policy Always, Auth0's own texts"),
    State("policy Never", no_policy),
    State("the flag is there and false", control("phone-stack", {"phone_stack": "legacy", "flag": False})),
    State("texts with the tenant's name",
          texts("{{code}} for {{tenant.friendly_name}}", "{{ tenant.friendlyName }} {{code}}")),
    State("texts that tell SMS from calls", texts(VOICE)),
    State("text with pause", texts("{{pause}}{{code}}"), 6, "choice_needed", "--accept-texts"),
    State("text with pause, accepted", texts("{{pause}}{{code}}"), options=("--accept-texts",)),
    State("text by language of the request", texts("{% if requestInfo.lang == 'es' %}Código{% endif %} {{code}}"), 6,
          "choice_needed", "requestInfo"),
    State("text by language", texts("{% if locale == 'es' %}Código{% endif %} {{code}}"), 6, "choice_needed", "{%"),
    State("both message types", call("PUT", "guardian/factors/phone/message-types", BOTH)),
    State("Messaging Service", by_service),
    State("number and Messaging Service", by_both),
    State("Messaging Service in the From field", service_as_sender, works=False),
    State("phone-message hook", call("PUT", "guardian/factors/phone/selected-provider", HOOK),
          7, "migration_blocked", "send-phone-message"),
    State("built-in sender", nobody_configured, 7, "migration_blocked", "built-in"),
    State("Twilio without settings", no_settings, 7, "migration_blocked", "enable-sms"),
    State("wrong token given", rotated, 4, "credentials_refused"),
    State("wrong token next to an API key that works", both_kinds, 4, "credentials_refused"),
    State("token rotated, and Auth0 has the old one", rotated_and_given, works=False),
    State("API key without the token", key_only, 6, "value_needed", "TWILIO_AUTH_TOKEN"),
    State("suspended account", control("twilio/account", {"status": "suspended"}), 4, "forbidden"),
    State("another Twilio account", foreign_account, 7, "provider_conflict", scene.OTHER_ACCOUNT),
    State("sender of somebody else", foreign_sender, 7, "migration_blocked", "+12025550199"),
    State("Messaging Service that is gone", missing_service, 7, "migration_blocked", "Messaging Service"),
    State("the same provider is prepared", prepared()),
    State("a different provider is prepared", prepared(default_from="+12025550199"), 7, "provider_conflict",
          "--replace-provider"),
    State("a different provider is prepared, and replaced", prepared(default_from="+12025550199"),
          options=("--replace-provider",)),
    State("a disabled provider is prepared", prepared(disabled=True), 7, "provider_conflict", "disabled"),
    State("passwordless connection", with_gateway, warned="passwordless_moves"),
    State("no scope for the switch", without_scopes, 4, "scope_missing", "update:tenant_settings"),
)  # fmt: skip
