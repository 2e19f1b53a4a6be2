"""auth0-python over every endpoint of the Management API that the sandbox serves, sync and async."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from auth0.authentication import GetToken
from auth0.management.core.api_error import ApiError
from starlette.routing import Route

from mfa_setup.sandbox.app import build_app
from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.world import World
from support import scene, sdk_flow_cases
from support.lab import Lab
from support.sdk import Ask, Mode, auth0_sdk
from support.sdk_cases import (
    BOTH,
    LEGACY,
    PHONE,
    SENDER,
    TEMPLATE,
    TWILIO,
    Case,
    Tenant,
    first,
    gone,
    one,
    same,
)

LEGACY_TEXTS = {"enrollment_message": "{{code}} enrols", "verification_message": "{{code}} verifies"}

# auth0-python 6.8 has no method for these.
NOT_IN_THE_SDK = {
    f"{method} /guardian/factors/{path}"
    for path in ("push-notification/settings/custom-app", "webauthn-roaming/settings", "webauthn-platform/settings")
    for method in ("GET", "PUT")
}


def _legacy(alias: str) -> list[Case]:
    """The Twilio settings under `guardian/factors/phone`, or under its older name."""
    base = f"/guardian/factors/{alias}"

    def of(auth0: Any) -> Any:
        return getattr(auth0.guardian.factors, alias)

    def put_texts(tenant: Tenant) -> None:
        tenant.lab.auth0("PUT", f"guardian/factors/{alias}/templates", LEGACY_TEXTS)

    settings = {"from_": SENDER, "messaging_service_sid": None, "auth_token": "t", "sid": "AC1"}
    return [
        Case(f"GET {base}/selected-provider", lambda a, _: of(a).get_selected_provider(), stacks=LEGACY),
        Case(
            f"PUT {base}/selected-provider",
            lambda a, _: of(a).set_provider(provider="twilio"),
            lambda r, _: r.provider == "twilio",
            stacks=LEGACY,
        ),
        Case(f"GET {base}/providers/twilio", lambda a, _: of(a).get_twilio_provider(), stacks=LEGACY),
        Case(
            f"PUT {base}/providers/twilio",
            lambda a, _: of(a).set_twilio_provider(**settings),
            lambda r, _: (r.from_, r.sid) == (SENDER, "AC1"),
            stacks=LEGACY,
        ),
        Case(
            f"GET {base}/templates",
            lambda a, _: of(a).get_templates(),
            lambda r, _: r.verification_message == LEGACY_TEXTS["verification_message"],
            first=put_texts,
            stacks=LEGACY,
        ),
        Case(
            f"PUT {base}/templates",
            lambda a, _: of(a).set_templates(**LEGACY_TEXTS),
            lambda r, _: r.enrollment_message == LEGACY_TEXTS["enrollment_message"],
            stacks=LEGACY,
        ),
    ]


APPLICATIONS = [
    Case(
        "GET /clients",
        lambda a, _: a.clients.list(is_global=False),
        lambda r, t: t.app in {item.client_id for item in r},
        first=first("app"),
    ),
    Case(
        "POST /clients",
        lambda a, _: a.clients.create(name="new", app_type="spa", oidc_conformant=True),
        lambda r, _: (r.name, r.app_type, len(r.client_id)) == ("new", "spa", 32),
    ),
    Case("GET /clients/{id}", lambda a, t: a.clients.get(t.app), same("app", "client_id")),
    Case(
        "POST /clients/{id}/rotate-secret",
        lambda a, t: a.clients.rotate_secret(t.app),
        lambda r, t: r.client_secret == scene.client(t.lab, t.app)["client_secret"],
    ),
    Case(
        "PATCH /clients/{id}",
        lambda a, t: a.clients.update(t.app, callbacks=["http://localhost:4000"]),
        lambda r, _: r.callbacks == ["http://localhost:4000"],
    ),
    Case("DELETE /clients/{id}", lambda a, t: a.clients.delete(t.app), gone),
    Case("GET /clients/{id}/credentials", lambda a, t: a.clients.credentials.list(t.app), lambda r, _: r == []),
    Case(
        "GET /clients/{id}/connections",
        lambda a, t: a.clients.connections.get(t.app),
        one("connection"),
        first=lambda t: scene.set_connected(t.lab, t.app, on=True),
    ),
    Case("GET /connections", lambda a, _: a.connections.list(strategy=["auth0"]), one("connection")),
    Case(
        "POST /connections",
        lambda a, _: a.connections.create(name="second", strategy="auth0"),
        lambda r, _: r.id.startswith("con_"),
    ),
    Case("GET /connections/{id}", lambda a, t: a.connections.get(t.connection), same("connection")),
    Case(
        "PATCH /connections/{id}",
        lambda a, t: a.connections.update(t.connection, is_domain_connection=True),
        lambda r, _: r.is_domain_connection is True,
    ),
    Case("DELETE /connections/{id}", lambda a, t: a.connections.delete(t.connection), gone),
    Case(
        "GET /connections/{id}/clients",
        lambda a, t: a.connections.clients.get(t.connection),
        lambda r, t: [item.client_id for item in r] == [t.app],
        first=lambda t: scene.set_connected(t.lab, t.app, on=True),
    ),
    Case(
        "PATCH /connections/{id}/clients",
        lambda a, t: a.connections.clients.update(t.connection, request=[{"client_id": t.app, "status": True}]),
        lambda _, t: t.app in t.lab.connected(),
    ),
    Case("GET /client-grants", lambda a, _: a.client_grants.list(), one("grant"), first=first("grant")),
    Case(
        "POST /client-grants",
        lambda a, t: a.client_grants.create(client_id=t.app, audience="https://api.example.com/", scope=["read:all"]),
        lambda r, t: (r.client_id, r.scope) == (t.app, ["read:all"]),
        first=first("api"),
    ),
    Case("GET /client-grants/{id}", lambda a, t: a.client_grants.get(t.grant), same("grant")),
    Case(
        "PATCH /client-grants/{id}",
        lambda a, t: a.client_grants.update(t.grant, scope=["read:all"]),
        lambda r, _: r.scope == ["read:all"],
    ),
    Case("DELETE /client-grants/{id}", lambda a, t: a.client_grants.delete(t.grant), gone),
    Case("GET /resource-servers", lambda a, _: a.resource_servers.list(), one("api"), first=first("api")),
    Case(
        "POST /resource-servers",
        lambda a, _: a.resource_servers.create(identifier="https://other.example.com/"),
        lambda r, _: r.identifier == "https://other.example.com/",
    ),
    Case("GET /resource-servers/{id}", lambda a, t: a.resource_servers.get(t.api), same("api")),
    Case(
        "PATCH /resource-servers/{id}",
        lambda a, t: a.resource_servers.update(t.api, token_lifetime=3600),
        lambda r, _: r.token_lifetime == 3600,
    ),
    Case("DELETE /resource-servers/{id}", lambda a, t: a.resource_servers.delete(t.api), gone),
]

FACTORS = [
    Case(
        "GET /guardian/factors",
        lambda a, _: a.guardian.factors.list(),
        lambda r, _: (r[0].name, len(r), any(item.enabled for item in r)) == ("sms", 8, False),
        stacks=BOTH,
    ),
    Case(
        "PUT /guardian/factors/{name}",
        lambda a, _: a.guardian.factors.set("sms", enabled=True),
        lambda r, _: r.enabled is True,
        stacks=BOTH,
    ),
    Case(
        "GET /guardian/factors/phone/message-types",
        lambda a, _: a.guardian.factors.phone.get_message_types(),
        lambda r, _: r.message_types == [],
        stacks=BOTH,
    ),
    Case(
        "PUT /guardian/factors/phone/message-types",
        lambda a, _: a.guardian.factors.phone.set_message_types(message_types=["sms"]),
        lambda r, _: r.message_types == ["sms"],
        first=lambda t: t.lab.auth0("PUT", "guardian/factors/sms", {"enabled": True}),
        stacks=BOTH,
    ),
    Case(
        "GET /guardian/factors/phone/settings",
        lambda a, _: a.guardian.factors.phone.get(),
        lambda r, _: r.otp_length == 6,
        stacks=BOTH,
    ),
    Case(
        "PUT /guardian/factors/phone/settings",
        lambda a, _: a.guardian.factors.phone.set(otp_length=8, otp_expiration_time=600),
        lambda r, _: (r.otp_length, r.otp_expiration_time) == (8, 600),
        stacks=BOTH,
    ),
    Case("GET /guardian/settings", lambda a, _: a.guardian.get()),
    Case(
        "PUT /guardian/settings",
        lambda a, _: a.guardian.set(
            display_remember_me_checkbox=True,
            remember_me_default_value=False,
            mfa_session_inactivity_timeout=3600,
            mfa_session_overall_timeout=7200,
        ),
        lambda r, _: r.display_remember_me_checkbox is True,
    ),
    Case("GET /guardian/policies", lambda a, _: a.guardian.policies.list(), lambda r, _: r == [], stacks=BOTH),
    Case(
        "PUT /guardian/policies",
        lambda a, _: a.guardian.policies.set(request=["all-applications"]),
        lambda r, _: r == ["all-applications"],
        stacks=BOTH,
    ),
    Case("GET /guardian/factors/email/settings", lambda a, _: a.guardian.factors.email.get()),
    Case(
        "PUT /guardian/factors/email/settings",
        lambda a, _: a.guardian.factors.email.set(otp_length=8, otp_expiration_time=600),
    ),
    Case("GET /guardian/factors/duo/settings", lambda a, _: a.guardian.factors.duo.settings.get()),
    Case(
        "PUT /guardian/factors/duo/settings",
        lambda a, _: a.guardian.factors.duo.settings.set(ikey="i", skey="s", host="api.example.com"),
        lambda r, _: r.host == "api.example.com",
    ),
    Case(
        "GET /guardian/factors/push-notification/selected-provider",
        lambda a, _: a.guardian.factors.push_notification.get_selected_provider(),
    ),
    Case(
        "PUT /guardian/factors/push-notification/selected-provider",
        lambda a, _: a.guardian.factors.push_notification.set_provider(provider="sns"),
        lambda r, _: r.provider == "sns",
    ),
    Case(
        "GET /guardian/factors/push-notification/providers/sns",
        lambda a, _: a.guardian.factors.push_notification.get_sns_provider(),
    ),
    Case(
        "PUT /guardian/factors/push-notification/providers/sns",
        lambda a, _: a.guardian.factors.push_notification.set_sns_provider(aws_region="us-east-1"),
    ),
    Case(
        "GET /guardian/factors/push-notification/providers/apns",
        lambda a, _: a.guardian.factors.push_notification.get_apns_provider(),
    ),
    Case(
        "PUT /guardian/factors/push-notification/providers/apns",
        lambda a, _: a.guardian.factors.push_notification.set_apns_provider(sandbox=True, bundle_id="com.example"),
    ),
    Case(
        "PUT /guardian/factors/push-notification/providers/fcm",
        lambda a, _: a.guardian.factors.push_notification.set_fcm_provider(server_key="k"),
    ),
    Case(
        "PUT /guardian/factors/push-notification/providers/fcmv1",
        lambda a, _: a.guardian.factors.push_notification.set_fcmv_1_provider(server_credentials="{}"),
    ),
]

UNIFIED_PHONE = [
    Case(
        "GET /branding/phone/providers",
        lambda a, _: a.branding.phone.providers.list(),
        lambda r, t: [item.id for item in r.providers] == [t.provider],
        first=first("provider"),
        stacks=BOTH,
    ),
    Case(
        "POST /branding/phone/providers",
        lambda a, _: a.branding.phone.providers.create(
            name="twilio", configuration=TWILIO, credentials={"auth_token": "t"}
        ),
        lambda r, _: (r.name, r.configuration.default_from) == ("twilio", SENDER),
        stacks=BOTH,
    ),
    Case("GET /branding/phone/providers/{id}", lambda a, t: a.branding.phone.providers.get(t.provider), stacks=BOTH),
    Case(
        "PATCH /branding/phone/providers/{id}",
        lambda a, t: a.branding.phone.providers.update(t.provider, disabled=True),
        lambda r, _: r.disabled is True,
        stacks=BOTH,
    ),
    Case(
        "DELETE /branding/phone/providers/{id}",
        lambda a, t: a.branding.phone.providers.delete(t.provider),
        gone,
        stacks=BOTH,
    ),
    Case(
        "POST /branding/phone/providers/{id}/try",
        lambda a, t: a.branding.phone.providers.test(t.provider, to=PHONE, delivery_method="text"),
        lambda _, t: [message["to"] for message in t.lab.twilio["messages"]] == [PHONE],
    ),
    Case(
        "GET /branding/phone/templates",
        lambda a, _: a.branding.phone.templates.list(),
        lambda r, t: t.template in {item.id for item in r.templates},
        first=first("template"),
        stacks=BOTH,
    ),
    Case(
        "POST /branding/phone/templates",
        lambda a, _: a.branding.phone.templates.create(type="otp_enroll", disabled=False, **TEMPLATE),
        lambda r, _: r.type == "otp_enroll",
        stacks=BOTH,
    ),
    Case(
        "GET /branding/phone/templates/{id}",
        lambda a, t: a.branding.phone.templates.get(t.template),
        same("template"),
        stacks=BOTH,
    ),
    Case(
        "PATCH /branding/phone/templates/{id}",
        lambda a, t: a.branding.phone.templates.update(t.template, disabled=True),
        lambda r, _: r.disabled is True,
        stacks=BOTH,
    ),
    Case(
        "DELETE /branding/phone/templates/{id}",
        lambda a, t: a.branding.phone.templates.delete(t.template),
        gone,
        stacks=BOTH,
    ),
    Case(
        "PATCH /branding/phone/templates/{id}/reset",
        lambda a, t: a.branding.phone.templates.reset(t.template, request={}),
        same("template"),
        stacks=BOTH,
    ),
    Case(
        "POST /branding/phone/templates/{id}/try",
        lambda a, t: a.branding.phone.templates.test(t.template, to=PHONE, delivery_method="text"),
        lambda _, t: len(t.lab.twilio["messages"]) == 1,
        first=first("provider"),
    ),
]

PEOPLE = [
    Case("GET /users", lambda a, _: a.users.list(), lambda r, t: [u.user_id for u in r] == [t.user], first("user")),
    Case(
        "POST /users",
        lambda a, _: a.users.create(connection=scene.CONNECTION, email="b@example.com", password="Correct-horse-9"),
        lambda r, _: r.email == "b@example.com",
    ),
    Case("GET /users/{id}", lambda a, t: a.users.get(t.user), same("user", "user_id")),
    Case("PATCH /users/{id}", lambda a, t: a.users.update(t.user, name="New Name"), lambda r, _: r.name == "New Name"),
    Case("DELETE /users/{id}", lambda a, t: a.users.delete(t.user), gone),
    Case(
        "GET /users/{id}/authentication-methods",
        lambda a, t: a.users.authentication_methods.list(t.user),
        one("phone"),
        first=first("phone"),
    ),
    Case(
        "POST /users/{id}/authentication-methods",
        lambda a, t: a.users.authentication_methods.create(
            t.user, type="phone", phone_number=PHONE, preferred_authentication_method="sms"
        ),
        lambda r, _: r.type == "phone",
    ),
    Case(
        "PUT /users/{id}/authentication-methods",
        lambda a, t: a.users.authentication_methods.set(
            t.user, request=[{"type": "phone", "phone_number": PHONE, "preferred_authentication_method": "sms"}]
        ),
        lambda r, _: [item.type for item in r] == ["phone"],
    ),
    Case(
        "DELETE /users/{id}/authentication-methods",
        lambda a, t: a.users.authentication_methods.delete_all(t.user),
        gone,
        first=first("phone"),
    ),
    Case(
        "GET /users/{id}/authentication-methods/{method_id}",
        lambda a, t: a.users.authentication_methods.get(t.user, t.phone),
        same("phone"),
    ),
    Case(
        "PATCH /users/{id}/authentication-methods/{method_id}",
        lambda a, t: a.users.authentication_methods.update(t.user, t.phone, preferred_authentication_method="voice"),
        lambda r, _: r.preferred_authentication_method == "voice",
    ),
    Case(
        "DELETE /users/{id}/authentication-methods/{method_id}",
        lambda a, t: a.users.authentication_methods.delete(t.user, t.phone),
        gone,
    ),
    Case(
        "GET /users/{id}/enrollments",
        lambda a, t: a.users.enrollments.get(t.user),
        lambda r, _: [item.status for item in r] == ["confirmed"],
        first=first("phone"),
    ),
    Case(
        "DELETE /users/{id}/authenticators",
        lambda a, t: a.users.authenticators.delete_all(t.user),
        lambda _, t: t.lab.auth0("GET", f"users/{t.user}/authentication-methods") == [],
        first=first("phone"),
    ),
    Case(
        "POST /guardian/enrollments/ticket",
        lambda a, t: a.guardian.enrollments.create_ticket(user_id=t.user, send_mail=False),
        lambda r, _: r.ticket_id in r.ticket_url,
    ),
    Case(
        "GET /guardian/enrollments/{id}",
        lambda a, t: a.guardian.enrollments.get(t.phone.rpartition("|")[2]),
        lambda r, _: r.status == "confirmed",
    ),
    Case(
        "DELETE /guardian/enrollments/{id}",
        lambda a, t: a.guardian.enrollments.delete(t.phone.rpartition("|")[2]),
        gone,
    ),
]

THE_REST = [
    Case(
        "GET /tenants/settings",
        lambda a, _: a.tenants.settings.get(),
        lambda r, t: r.phone_consolidated_experience is (True if scene.is_unified(t.lab) else None),
        stacks=BOTH,
    ),
    Case(
        "PATCH /tenants/settings",
        lambda a, _: a.tenants.settings.update(friendly_name="Acme"),
        lambda r, _: r.friendly_name == "Acme",
    ),
    Case(
        "GET /logs",
        lambda a, _: a.logs.list(),
        lambda r, t: t.log_id in {item.log_id for item in r},
        first=first("log_id"),
    ),
    Case("GET /logs/{id}", lambda a, t: a.logs.get(t.log_id), same("log_id", "log_id")),
    Case(
        "POST /custom-domains",
        lambda a, _: a.custom_domains.create(domain="login.example.com", type="auth0_managed_certs"),
        lambda r, _: r.status == "pending_verification",
    ),
    Case(
        "GET /custom-domains",
        lambda a, _: a.custom_domains.list(),
        lambda r, t: [domain.custom_domain_id for domain in r] == [t.domain],
        first=first("domain"),
    ),
    Case("GET /custom-domains/{id}", lambda a, t: a.custom_domains.get(t.domain), same("domain", "custom_domain_id")),
    Case(
        "PATCH /custom-domains/{id}",
        lambda a, t: a.custom_domains.update(t.domain, tls_policy="recommended"),
        lambda r, _: r.tls_policy == "recommended",
    ),
    Case(
        "POST /custom-domains/{id}/verify",
        lambda a, t: a.custom_domains.verify(t.domain),
        lambda r, _: r.status == "ready",
    ),
    Case(
        "PATCH /custom-domains/default",
        lambda a, _: a.custom_domains.set_default(domain="login.example.com"),
        lambda r, _: r.is_default is True,
        first=lambda t: t.lab.auth0("POST", f"custom-domains/{t.domain}/verify"),
    ),
    Case(
        "DELETE /custom-domains/{id}",
        lambda a, t: a.custom_domains.delete(t.domain),
        lambda _, t: t.lab.auth0("GET", "custom-domains") == [],
    ),
]

# Calls about what is not there (recorded 404).
REFUSED = [
    Case("GET /actions/actions/{id}", lambda a, _: a.actions.get("act_1")),
    Case("DELETE /actions/actions/{id}", lambda a, _: a.actions.delete("act_1")),
]

CASES = [*APPLICATIONS, *FACTORS, *_legacy("phone"), *_legacy("sms"), *UNIFIED_PHONE, *PEOPLE, *THE_REST]
CASES += [*sdk_flow_cases.ACTIONS, *sdk_flow_cases.GROUPS]
RUNS = [pytest.param(case, stack, id=f"{case.route}-{stack}") for case in CASES for stack in case.stacks]


@pytest.fixture(params=["sync", "async"])
def mode(request: pytest.FixtureRequest) -> Mode:
    """Both of the SDK's clients: a test that takes it runs with each."""
    found: Mode = request.param
    return found


@pytest.fixture
def ask(unified: Lab, mode: Mode) -> Iterator[Ask]:
    """The SDK on the unified stack."""
    with auth0_sdk(unified, mode) as asking:
        yield asking


def served() -> set[str]:
    """Every endpoint of the Management API that the sandbox serves, as `METHOD /path`."""
    routes = [route for route in build_app(World(SandboxConfig())).routes if isinstance(route, Route)]
    return {
        f"{method} {route.path.removeprefix('/api/v2').replace(':path', '')}"
        for route in routes
        if route.path.startswith("/api/v2")
        for method in (route.methods or set()) - {"HEAD"}
    }


@pytest.mark.parametrize(("case", "stack"), RUNS)
def test_the_sdk_understands_every_endpoint(make_lab: Callable[..., Lab], case: Case, stack: str, mode: Mode) -> None:
    lab = make_lab(phone_stack=stack)
    tenant = Tenant(lab)
    case.first(tenant)
    with auth0_sdk(lab, mode) as ask:
        found = ask(lambda auth0: case.call(auth0, tenant))
    assert case.holds(found, tenant), found
    method, _, template = case.route.partition(" ")
    path = re.compile("/api/v2" + re.sub(r"\{\w+\}", "[^/]+", template))
    assert any(entry["method"] == method and path.fullmatch(entry["path"]) for entry in lab.log())


def test_no_endpoint_is_left_out() -> None:
    assert served() == {case.route for case in [*CASES, *REFUSED]} | NOT_IN_THE_SDK


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.route)
def test_what_is_not_there_is_the_sdks_404(unified: Lab, ask: Ask, case: Case) -> None:
    with pytest.raises(ApiError) as refused:
        ask(lambda auth0: case.call(auth0, Tenant(unified)))
    assert refused.value.status_code == 404
    assert refused.value.body["statusCode"] == 404


@pytest.mark.parametrize("case", [*_legacy("phone"), *_legacy("sms")], ids=lambda case: case.route)
def test_a_tenant_on_the_unified_stack_refuses_the_legacy_settings(unified: Lab, ask: Ask, case: Case) -> None:
    with pytest.raises(ApiError) as refused:
        ask(lambda auth0: case.call(auth0, Tenant(unified)))
    assert refused.value.status_code == 403
    assert "deprecated feature" in refused.value.body["message"]


# --- pagers --------------------------------------------------------------------------------------------------------


def _pages(lab: Lab, path: str) -> int:
    return sum(entry["path"].endswith(path) for entry in lab.log())


def test_the_client_pager_gets_each_application_once_and_one_empty_page(unified: Lab, ask: Ask) -> None:
    made = {scene.application(unified, name=f"app {number}") for number in range(7)}
    before = unified.mark()
    found = [item.client_id for item in ask(lambda auth0: auth0.clients.list(app_type="spa", per_page=3))]
    assert (len(found), set(found)) == (7, made)
    assert [entry["status"] for entry in unified.log(before)] == [200] * 4


@pytest.mark.parametrize(
    ("make", "path", "call"),
    [
        ("connections", "/connections", lambda a: a.connections.list(take=3)),
        ("resource-servers", "/resource-servers", lambda a: a.resource_servers.list(per_page=3)),
        ("users", "/users", lambda a: a.users.list(per_page=3)),
    ],
)
def test_pagers_come_to_an_end_and_repeat_nothing(
    unified: Lab, ask: Ask, make: str, path: str, call: Callable[[Any], Any]
) -> None:
    bodies = {
        "connections": lambda n: {"name": f"db-{n}", "strategy": "auth0"},
        "resource-servers": lambda n: {"identifier": f"https://{n}.example.com/"},
        "users": lambda n: {"connection": scene.CONNECTION, "email": f"{n}@example.com", "password": "Long-enough-9"},
    }
    before = len(unified.auth0("GET", make))
    for number in range(7):
        unified.auth0("POST", make, bodies[make](number))
    found = [getattr(item, "id", None) or item.user_id for item in ask(call)]
    assert (len(found), len(set(found))) == (7 + before, 7 + before)
    assert _pages(unified, path) < 20


def test_checkpoint_pagers_follow_the_cursor(unified: Lab, ask: Ask) -> None:
    tenant = Tenant(unified)
    made = [scene.application(unified, name=f"app {number}") for number in range(5)]
    for client_id in made:
        scene.set_connected(unified, client_id, on=True)
    before = unified.mark()
    found = ask(lambda auth0: auth0.connections.clients.get(tenant.connection, take=2))
    assert sorted(item.client_id for item in found) == sorted(made)
    assert len([entry for entry in unified.log(before) if entry["path"].endswith("/clients")]) == 3


# --- tokens and refusals -------------------------------------------------------------------------------------------


def test_the_sdks_own_login_gets_a_token_that_works(unified: Lab) -> None:
    env = unified.env
    login = GetToken(env["AUTH0_DOMAIN"], env["AUTH0_CLIENT_ID"], env["AUTH0_CLIENT_SECRET"], protocol="http")
    answer = login.client_credentials(f"https://{env['AUTH0_DOMAIN']}/api/v2/")
    assert answer["token_type"] == "Bearer"
    with httpx.Client(base_url=unified.sandbox.url, trust_env=False) as http:
        headers = {"Authorization": f"Bearer {answer['access_token']}"}
        assert http.get("/api/v2/clients", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("call", "status", "error_code"),
    [
        (lambda a: a.clients.get("nobody"), 404, "inexistent_client"),
        (lambda a: a.clients.create(name="<b>"), 400, "invalid_body"),
        (lambda a: a.guardian.policies.set(request=["sometimes"]), 400, "invalid_body"),
    ],
)
def test_refusals_arrive_as_the_sdks_errors(ask: Ask, call: Callable[[Any], Any], status: int, error_code: str) -> None:
    with pytest.raises(ApiError) as refused:
        ask(call)
    assert (refused.value.status_code, refused.value.body["errorCode"]) == (status, error_code)


def test_rate_limit_headers_are_on_every_answer(ask: Ask) -> None:
    answer = ask(lambda auth0: auth0.guardian.factors.with_raw_response.list())
    assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= set(answer.headers)
