"""Saves the plan of `mfa-setup plan --out`, and reads it for `mfa-setup up --plan`; the same for a fleet."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mfa_setup.cli.options import Call
from mfa_setup.cli.values import judged
from mfa_setup.cli.written_file import WrittenFile
from mfa_setup.errors import InvalidValueError, PlanUnusableError
from mfa_setup.model.plan_file import FORMAT, SCHEMA_VERSION, PlanFile, digest_of
from mfa_setup.settings import parsers
from mfa_setup.settings.reviewed import is_consistent, require_version
from mfa_setup.settings.schema import BY_NAME
from mfa_setup.store.json_file import NotJsonError, read_object

OUT = WrittenFile("--out", "The plan file", "`mfa-setup plan`", f'{{\n  "format": "{FORMAT}",')
_LARGEST = 50_000_000
"""The size in bytes of the largest plan file: the plans of some thousand tenants."""


def target(call: Call) -> Path | None:
    """Returns the path of `--out`, checked before anything is read from the services; None without that option.

    Raises:
        InvalidValueError: The path cannot be written.
    """
    text = call.own["out"]
    return None if text is None else OUT.checked(text)


def refuse_settings(call: Call) -> None:
    """Refuses a setting on the command line together with `--plan`, which holds all settings.

    Raises:
        InvalidValueError: A setting was given.
    """
    for name, value in call.flags.items():
        if value not in (None, [], ()):
            flag = BY_NAME[name].opposite if value is False else BY_NAME[name].flag
            raise InvalidValueError(
                f"{flag} and --plan contradict each other: the plan holds all settings.",
                hint=f"Remove {flag}, or make a new plan with it: `mfa-setup plan {flag} … --out FILE`.",
            )


def read(call: Call) -> PlanFile:
    """Returns the plan in the file of `--plan`, which may come from anywhere and is checked in full.

    Raises:
        PlanUnusableError: The file is missing, unreadable, of another kind, malformed or modified.
        PlanOutdatedError: Another version of mfa-setup made the plan.
    """
    path = judged("--plan is ", parsers.path, call.own["plan"])
    content = _content(path)
    if content.get("format") != FORMAT:
        raise PlanUnusableError(f"{path} is not a plan of mfa-setup.")
    if isinstance(version := content.get("tool_version"), str):
        require_version(version)  # first, because another version may have another form and another digest
    if content.get("schema_version") != SCHEMA_VERSION:
        raise PlanUnusableError(
            f"{path} has the schema version {parsers.quoted(content.get('schema_version'))}, and this version of "
            f"mfa-setup reads {SCHEMA_VERSION}."
        )
    if content.get("digest") != digest_of(content):
        raise PlanUnusableError(f"{path} was modified after the plan was made: its digest does not match its content.")
    try:
        plan = PlanFile.model_validate_json(json.dumps(content), strict=True)
    except ValidationError:
        raise PlanUnusableError(f"{path} does not have the form of a plan.") from None
    expected = "fleet plan" if call.command.startswith("fleet ") else "plan"
    if plan.command != expected or not plan.plans or (expected == "plan" and len(plan.plans) != 1):
        made = "fleet up FLEET_FILE" if plan.command == "fleet plan" else "up"
        raise PlanUnusableError(
            f"{path} was made by `mfa-setup {plan.command}`.", hint=f"Apply it with `mfa-setup {made} --plan {path}`."
        )
    if not all(map(is_consistent, plan.plans.values())):
        raise PlanUnusableError(f"{path} is not consistent: its desired state is not that of its settings.")
    return plan


def _content(path: Path) -> dict[str, Any]:
    try:
        return read_object(path, _LARGEST)
    except FileNotFoundError:
        raise PlanUnusableError(f"The file {path} does not exist.", hint="Check --plan.") from None
    except OSError as unreadable:
        raise PlanUnusableError(f"{path} cannot be read: {unreadable.strerror}.", hint="Check --plan.") from None
    except NotJsonError:
        raise PlanUnusableError(f"{path} is not a plan of mfa-setup: it is not JSON, or was cut off.") from None
