"""The present setup as a shell script that calls both APIs with curl: `setup.sh`, with the setup as JSON in it."""

from typing import Any

from mfa_setup.export import bodies
from mfa_setup.export.document import File, code_of, json_text, template
from mfa_setup.export.present import Present
from mfa_setup.model.post_login import RUNTIME, TRIGGER, VERSION
from mfa_setup.phone import normal

NAME = "mfa-setup.sh"


def files(there: Present) -> tuple[File, ...]:
    """Returns the script.

    The setup is JSON in ASCII within a quoted here-document, so the shell expands nothing in it, and no line of it can
    end the here-document.
    """
    return (File(NAME, template("setup.sh", DATA=json_text(_data(there)).rstrip("\n")), runs=True),)


def _data(there: Present) -> dict[str, Any]:
    """Returns the setup as the script reads it; a part that is left out is null."""
    provider, unified = there.provider, there.stack == "unified"
    sender = provider.sender if provider and provider.sender else ""
    phone = there.number.phone_number if there.number else normal(sender)
    texts = there.texts
    return {
        "domain": there.domain,
        "stack": there.stack,
        "account_sid": provider.sid if provider else None,
        "phone_number": phone if provider and phone.startswith("+") else None,
        "service_sid": there.service.sid if there.service else None,
        "application": bodies.application(there.application) if there.application else None,
        "connection": there.connection.name if there.connection else None,
        "provider": bodies.provider(provider) if provider and unified else None,
        "twilio": bodies.twilio(provider) if provider and not unified else None,
        "texts": texts and {"enrollment_message": texts.enrollment, "verification_message": texts.verification},
        "templates": [bodies.template(one) for one in there.templates],
        "message_types": list(there.message_types) or None,
        "policies": None if there.policies is None else list(there.policies),
        "limits": there.limits
        and {
            "name": there.limits.name,
            "code": code_of(there.limits),
            "supported_triggers": [{"id": TRIGGER, "version": VERSION}],
            "runtime": RUNTIME,
            "dependencies": [],
            "secrets": [],
        },
    }
