"""The present setup as Terraform JSON, with import blocks, so that Terraform adopts what exists and creates nothing.

Resource types, attributes and the forms of import IDs: sources: terraform-auth0, terraform-twilio.
"""

import uuid
from dataclasses import dataclass, field
from typing import Any

from mfa_setup.export import bodies
from mfa_setup.export.document import File, code_of, in_comment, json_text, template
from mfa_setup.export.present import Present
from mfa_setup.model.observed import Application, Provider
from mfa_setup.model.post_login import RUNTIME, TRIGGER, VERSION, PostLoginAction

JWT = ("alg", "lifetime_in_seconds", "secret_encoded")
REFRESH = (
    "rotation_type", "expiration_type", "leeway", "token_lifetime", "idle_token_lifetime", "infinite_token_lifetime",
    "infinite_idle_token_lifetime",
)  # fmt: skip
"""The keys of an application's nested settings that the provider has attributes for."""
_COPIED = (
    "name", "app_type", "callbacks", "allowed_logout_urls", "web_origins", "grant_types", "oidc_conformant",
)  # fmt: skip
_COPIED_IF_SET = ("description", "allowed_origins", "logo_uri", "initiate_login_uri", "organization_usage")
_TOKEN = "${var.twilio_auth_token}"  # noqa: S105 a reference to a variable
_POLICY = "${var.mfa_policy}"


@dataclass(slots=True)
class _Module:
    """A Terraform module under construction: its resources and their import blocks."""

    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    imports: list[dict[str, str]] = field(default_factory=list)

    def add(self, kind: str, name: str, import_id: str, body: dict[str, Any]) -> None:
        """Adds a resource that exists; `body` contains Terraform expressions, its other texts being `literal`."""
        self.resources.setdefault(kind, {})[name] = body
        self.imports.append({"to": f"{kind}.{name}", "id": literal(import_id)})


def literal(value: Any) -> Any:
    """Returns a value whose texts Terraform takes as they are: `${` and `%{` would begin a template."""
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, dict):
        return {literal(key): literal(item) for key, item in value.items()}
    return [literal(item) for item in value] if isinstance(value, (list, tuple)) else value


def files(there: Present) -> tuple[File, ...]:
    """Returns the module and a document about it."""
    return File("main.tf.json", json_text(module(there))), File("README.md", _readme(there))


def module(there: Present) -> dict[str, Any]:
    """Returns the module as Terraform's JSON syntax has it."""
    made = _Module()
    if there.number:
        _number(made, there)
    if there.application:
        _application(made, there.application)
        if there.connection:
            ids = {"connection_id": literal(there.connection.id), "client_id": "${auth0_client.app.id}"}
            import_id = f"{there.connection.id}::{there.application.client_id}"
            made.add("auth0_connection_client", "app", import_id, ids)
    if there.provider and there.stack == "unified":
        made.add("auth0_phone_provider", "twilio", str(there.provider.id), _provider(there.provider))
    for text in there.templates:
        kind = "auth0_branding_phone_notification_template"
        made.add(kind, text.kind, str(text.id), literal(bodies.template(text)))
    if there.policies is not None:
        senders = [f"{kind}.{name}" for kind in _BEFORE_POLICY for name in made.resources.get(kind, {})]
        body = _guardian(there) | ({"depends_on": senders} if senders else {})
        made.add("auth0_guardian", "mfa", str(uuid.uuid5(uuid.NAMESPACE_DNS, there.domain)), body)
    if there.limits:
        _limits(made, there.limits)
    return _around(there, made)


_BEFORE_POLICY = (
    "twilio_api_accounts_incoming_phone_numbers", "twilio_messaging_services_phone_numbers_v1", "auth0_phone_provider",
    "auth0_branding_phone_notification_template",
)  # fmt: skip
"""The types of the resources that codes are sent with, which must exist before MFA is required."""


def _around(there: Present, made: _Module) -> dict[str, Any]:
    """Returns the module with its providers and variables; the import blocks come last."""
    needed = {"auth0": {"source": "auth0/auth0", "version": "~> 1.0"}}
    providers: dict[str, Any] = {"auth0": {"domain": literal(there.domain)}}
    if there.number:
        needed["twilio"] = {"source": "twilio/twilio", "version": "~> 0.18"}
        providers["twilio"] = {}
    variables: dict[str, Any] = {}
    if there.provider:
        told = "The auth token of the Twilio account, which Auth0 sends codes with. Set TF_VAR_twilio_auth_token."
        variables["twilio_auth_token"] = {"type": "string", "sensitive": True, "description": told}
    if there.policies is not None:
        told = "When MFA is required. Apply with never first in a tenant where codes have not been proved to arrive."
        policy = next(iter(there.policies), "never")
        variables["mfa_policy"] = {"type": "string", "default": literal(policy), "description": told}
    return {
        "//": f"The setup of MFA by SMS in {in_comment(there.domain)}, exported by mfa-setup. See README.md.",
        "terraform": {"required_version": ">= 1.5.0", "required_providers": needed},
        "provider": providers,
        **({"variable": variables} if variables else {}),
        "resource": made.resources,
        "import": made.imports,
    }


def _number(made: _Module, there: Present) -> None:
    """Adds the number, which Terraform must never release, and its place in a sender pool."""
    number, service = there.number, there.service
    if number is None:
        return
    kind = "twilio_api_accounts_incoming_phone_numbers"
    body = {"phone_number": number.phone_number, "friendly_name": number.friendly_name}
    made.add(kind, "sender", number.sid, {**literal(body), "lifecycle": {"prevent_destroy": True}})
    if service:
        ids = {"service_sid": literal(service.sid), "phone_number_sid": f"${{{kind}.sender.sid}}"}
        made.add("twilio_messaging_services_phone_numbers_v1", "sender", f"{service.sid}/{number.sid}", ids)


def _application(made: _Module, there: Application) -> None:
    """Adds the application; how it authenticates is a resource of its own."""
    fields = there.model_dump(mode="json")
    body = {name: fields[name] for name in _COPIED if fields[name] is not None}
    body |= {name: fields[name] for name in _COPIED_IF_SET if fields[name]}
    body |= {"client_metadata": {key: str(value) for key, value in there.client_metadata.items() if value is not None}}
    jwt = {key: there.jwt_configuration[key] for key in JWT if there.jwt_configuration.get(key) is not None}
    refresh = {key: there.refresh_token[key] for key in REFRESH if there.refresh_token.get(key) is not None}
    body |= {"jwt_configuration": jwt} if jwt else {}
    body |= {"refresh_token": refresh} if {"rotation_type", "expiration_type"} <= refresh.keys() else {}
    made.add("auth0_client", "app", there.client_id, literal(body))
    if there.token_endpoint_auth_method:
        method = {"authentication_method": literal(there.token_endpoint_auth_method)}
        own = {"client_id": "${auth0_client.app.id}", **method}
        made.add("auth0_client_credentials", "app", there.client_id, own)


def _provider(there: Provider) -> dict[str, Any]:
    return {
        **literal(bodies.provider(there)),
        "credentials": {"auth_token": _TOKEN},
        "lifecycle": {"ignore_changes": ["credentials"]},  # Auth0 never returns the token, so it would always differ
    }


def _guardian(there: Present) -> dict[str, Any]:
    """Returns the factors and the policy; a factor that is left out would be disabled, so all that exist are named."""
    phone: dict[str, Any] = {"enabled": True, "message_types": list(there.message_types)}
    if there.provider and there.stack == "legacy":
        senders = {"from": there.provider.sender, "messaging_service_sid": there.provider.messaging_service_sid}
        options: dict[str, Any] = {"sid": there.provider.sid}
        options |= {name: sender for name, sender in senders.items() if sender}
        if there.texts:
            texts = {"enrollment_message": there.texts.enrollment, "verification_message": there.texts.verification}
            options |= texts
        phone |= {"provider": "twilio", "options": {**literal(options), "auth_token": _TOKEN}}
    others = {name.replace("-", "_"): name in there.factors for name in ("email", "otp", "recovery-code")}
    return {"policy": _POLICY, **others, "phone": phone}


def _limits(made: _Module, action: PostLoginAction) -> None:
    """Adds the Action that limits the policy, deployed and bound after all other Actions."""
    body = {
        "name": literal(action.name),
        "code": literal(code_of(action)),
        "runtime": RUNTIME,
        "deploy": True,
        "supported_triggers": {"id": TRIGGER, "version": VERSION},
    }
    made.add("auth0_action", "limits", action.id, body)
    binding = {
        "trigger": TRIGGER,
        "action_id": "${auth0_action.limits.id}",
        "display_name": literal(action.name),
        "depends_on": ["auth0_guardian.mfa"],
    }
    made.add("auth0_trigger_action", "limits", f"{TRIGGER}::{action.id}", binding)


def _readme(there: Present) -> str:
    """Returns the document about the module."""
    redeploys = " It also deploys the Action of the limits again, unchanged." if there.limits else ""
    return template("terraform.md", DOMAIN=in_comment(there.domain), POLICY=there.policy, REDEPLOYS=redeploys)
