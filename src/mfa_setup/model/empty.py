"""The JSON document of a run that has not begun, as plain data: the models of `mfa_setup.model.outcome` import slowly.

A test compares this document with `Outcome`.
"""

from typing import Any

_OUTPUTS = (
    *("domain", "client_id", "url", "phone_number", "number_sid", "messaging_service_sid"),
    *("policy", "policy_scope", "countries", "config_file", "proof", "sms"),
)
EMPTY_DOCUMENT: dict[str, Any] = {
    "schema_version": 1,
    "command": "",
    "ok": False,
    "changed": False,
    "run_id": "",
    "tenant": None,
    "changes": [],
    "outputs": dict.fromkeys(_OUTPUTS),
    "checks": [],
    "warnings": [],
    "error": None,
    "runs": None,
    "undoes": None,
    "settings": None,
    "profiles": None,
    "configuration": None,
    "journal_export": None,
}
