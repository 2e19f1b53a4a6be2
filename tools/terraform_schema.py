"""Extracts tests/support/terraform_schema.json, the part of Terraform providers' schemas that exports use.

The attributes of the auth0 provider come from the npm package `@pulumi/auth0`, whose types are generated from that
provider's schema. The twilio provider has no such package: its two types are in `TWILIO`, from its source.

    npm pack @pulumi/auth0@3.49.0 && tar xzf pulumi-auth0-*.tgz
    python tools/terraform_schema.py package > tests/support/terraform_schema.json
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

TYPES = {
    "auth0_client": "Client",
    "auth0_client_credentials": "ClientCredentials",
    "auth0_connection_client": "ConnectionClient",
    "auth0_phone_provider": "PhoneProvider",
    "auth0_branding_phone_notification_template": "BrandingPhoneNotificationTemplate",
    "auth0_guardian": "Guardian",
    "auth0_action": "Action",
    "auth0_trigger_action": "TriggerAction",
}
TWILIO = {
    "twilio_api_accounts_incoming_phone_numbers": {
        "phone_number": {"type": "string", "required": False},
        "friendly_name": {"type": "string", "required": False},
    },
    "twilio_messaging_services_phone_numbers_v1": {
        "service_sid": {"type": "string", "required": True},
        "phone_number_sid": {"type": "string", "required": True},
    },
}
_INTERFACE = re.compile(r"export interface (\w+) \{\n(.*?)\n\}", re.DOTALL)
_FIELD = re.compile(r"^    (\w+)(\??): (.+?);$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"/\*\*.*?\*/", re.DOTALL)


def interfaces(text: str) -> dict[str, str]:
    """Returns the interfaces of a declaration file by name."""
    return dict(_INTERFACE.findall(_COMMENT.sub("", text)))


def snake(name: str) -> str:
    """Returns a name in the form that Terraform uses."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def attributes(body: str, nested: dict[str, str]) -> dict[str, Any]:
    """Returns the attributes of an interface; a block that may occur only once is an object."""
    return {
        snake(name): {"type": type_of(declared, nested), "required": not optional}
        for name, optional, declared in _FIELD.findall(body)
        if name != "addons"  # half of the schema, and no export has any
    }


def type_of(declared: str, nested: dict[str, str]) -> Any:
    """Returns a type: its name, or the attributes of a block."""
    block = re.search(r"inputs\.(\w+)", declared)
    if block:
        inner = attributes(nested.get(block[1], ""), nested)
        return [inner] if "[]" in declared else inner
    if "[key: string]" in declared:
        return "map"
    if "[]" in declared:
        return "list"
    return next(kind for kind in ("boolean", "number", "string") if kind in declared)


def main() -> None:
    """Prints the schema as JSON."""
    package = Path(sys.argv[1])
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    nested = interfaces((package / "types" / "input.d.ts").read_text(encoding="utf-8"))
    resources: dict[str, Any] = {}
    for kind, name in TYPES.items():
        declared = interfaces((package / f"{name[0].lower()}{name[1:]}.d.ts").read_text(encoding="utf-8"))
        resources[kind] = attributes(declared[f"{name}Args"], nested)
    source = f"auth0: npm package @pulumi/auth0 {version}; twilio: source of the twilio/twilio provider, 0.18"
    sys.stdout.write(json.dumps({"source": source, "resources": resources | TWILIO}, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
