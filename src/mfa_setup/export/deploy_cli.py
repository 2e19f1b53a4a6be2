"""The present setup as a folder that the Auth0 Deploy CLI imports (directory format, version 8.44).

Each file is read by the handler of its kind: sources: deploy-cli-folder.
"""

import json
import re
from typing import Any

from mfa_setup.export import bodies
from mfa_setup.export.document import File, code_of, in_comment, template
from mfa_setup.export.present import Present
from mfa_setup.model.outcome import Notice
from mfa_setup.model.post_login import RUNTIME, TRIGGER, VERSION, PostLoginAction
from mfa_setup.model.readiness import BoundAction

TOKEN = "##TWILIO_AUTH_TOKEN##"  # noqa: S105 a placeholder
_WITH_TOKEN = frozenset({"phone-providers/provider.json", "guardian/providers/sms-twilio.json"})
_CODE = "actions/mfa-limits/code.js"
_HASHES = "\\u0023\\u0023"
_PLACEHOLDER = re.compile(r"##[A-Z0-9_]+##|@@[A-Z0-9_]+@@")
_SENDER = (
    "clients", "databases", "phoneProviders", "phoneTemplates", "guardianFactorProviders", "guardianFactorTemplates",
)  # fmt: skip
_FACTOR = ("guardianFactors", "guardianPhoneFactorSelectedProvider", "guardianPhoneFactorMessageTypes")
_POLICY = ("guardianPolicies", "actions", "triggers")
RUNS = {"1-sender": _SENDER, "2-factor": _FACTOR, "3-policy": _POLICY}
"""The imports in safe order, by name, with the kinds of resources that each imports.

A single import would set the policy before the phone provider: that is the order of the Deploy CLI's handlers.
"""


def files(there: Present, bound: tuple[BoundAction, ...], names: dict[str, str]) -> tuple[File, ...]:
    """Returns all files of the folder.

    Args:
        there: The present setup.
        bound: The Actions of the post-login trigger, in order; the folder must name all, because it replaces the list.
        names: The name of each Action by its ID.
    """
    parts = {**_application(there), **_sender(there), **_factor(there)}
    if there.policies is not None:
        parts["guardian/policies.json"] = {"policies": list(there.policies)}
    listed = [File(name, escaped(value, with_token=name in _WITH_TOKEN)) for name, value in parts.items()]
    if there.limits:
        listed += _limits(there.limits, bound, names)
    listed += [File(f"{name}.json", escaped(_config(kinds))) for name, kinds in RUNS.items()]
    return (*listed, File("import.sh", template("import.sh"), runs=True), File("README.md", _readme(there)))


def escaped(value: Any, *, with_token: bool = False) -> str:
    """Returns JSON in which no text of a service is a placeholder: the Deploy CLI replaces `##NAME##` before it parses.

    It replaces the name of any environment variable, so that a name such as `##HOME##` would leak its value. Our own
    placeholder counts in the field `auth_token` of a provider alone: in another text, it would publish the token.
    """
    text = json.dumps(value, indent=2, ensure_ascii=True)
    text = text.replace("##", _HASHES).replace("@@", "\\u0040\\u0040")
    if with_token:
        field = '"auth_token": "{}"'
        text = text.replace(field.format(TOKEN.replace("##", _HASHES)), field.format(TOKEN))
    return text + "\n"


def notices(listed: tuple[File, ...]) -> tuple[Notice, ...]:
    """Returns a warning if the Deploy CLI would replace a part of the Action's code, which cannot be escaped."""
    if not any(file.name == _CODE and _PLACEHOLDER.search(file.text) for file in listed):
        return ()
    return (
        Notice(
            code="export_placeholder",
            message="The code of the Action that limits the policy contains text that looks like a placeholder of the "
            "Deploy CLI, which may replace it.",
            hint="Rename the application, connection, organization or role that contains ##…## or @@…@@.",
        ),
    )


def _config(kinds: tuple[str, ...]) -> dict[str, Any]:
    return {"AUTH0_ALLOW_DELETE": False, "AUTH0_INCLUDED_ONLY": list(kinds)}


def _application(there: Present) -> dict[str, Any]:
    if there.application is None:
        return {}
    parts: dict[str, Any] = {"clients/application.json": bodies.application(there.application)}
    if there.connection:
        database = {"name": there.connection.name, "strategy": "auth0", "enabled_clients": list(there.connected)}
        parts["database-connections/connection/database.json"] = database
    return parts


def _sender(there: Present) -> dict[str, Any]:
    """Returns the provider and the texts on either phone stack."""
    parts: dict[str, Any] = {}
    if there.provider and there.stack == "unified":
        body = bodies.provider(there.provider) | {"credentials": {"auth_token": TOKEN}}
        parts["phone-providers/provider.json"] = [body]
    elif there.provider:
        twilio = {"name": "sms", "provider": "twilio", **bodies.twilio(there.provider), "auth_token": TOKEN}
        parts["guardian/providers/sms-twilio.json"] = twilio
        parts["guardian/phoneFactorSelectedProvider.json"] = {"provider": "twilio"}
    if there.texts:
        texts = {"enrollment_message": there.texts.enrollment, "verification_message": there.texts.verification}
        parts["guardian/templates/sms.json"] = {"name": "sms", **texts}
    kinds = {"otp_enroll": "enrollment", "otp_verify": "verification"}
    return parts | {
        f"phone-templates/{kinds.get(one.kind, 'other')}.json": bodies.template(one) for one in there.templates
    }


def _factor(there: Present) -> dict[str, Any]:
    if not there.message_types:
        return {}
    return {
        "guardian/factors/sms.json": {"name": "sms", "enabled": True},
        "guardian/phoneFactorMessageTypes.json": {"message_types": list(there.message_types)},
    }


def _limits(action: PostLoginAction, bound: tuple[BoundAction, ...], names: dict[str, str]) -> list[File]:
    """Returns the Action, its code, and the list of all Actions that run at every login."""
    described = {
        "name": action.name,
        "code": f"./{_CODE}",
        "runtime": RUNTIME,
        "status": "built",
        "dependencies": [],
        "secrets": [],
        "supported_triggers": [{"id": TRIGGER, "version": VERSION}],
        "deployed": True,
    }
    bindings = [{"action_name": names.get(one.id, one.name), "display_name": one.name} for one in bound]
    return [
        File("actions/mfa-limits.json", escaped(described)),
        File(_CODE, code_of(action)),
        File("triggers/triggers.json", escaped({TRIGGER: bindings})),
    ]


def _readme(there: Present) -> str:
    """Returns the document about the folder."""
    return template("deploy_cli.md", DOMAIN=in_comment(there.domain), POLICY=there.policy)
