"""Reads the present setup and creates the files of an export; writes nothing to the services."""

from collections.abc import Iterable
from typing import Literal

from pydantic import SecretStr

from mfa_setup.engine.run import Run
from mfa_setup.errors import SecretInExportError
from mfa_setup.export import curl, deploy_cli, terraform
from mfa_setup.export.document import File, json_text
from mfa_setup.export.present import OF_APPLICATION, OPTIONAL, PARTS, Present, present
from mfa_setup.model.types import PhoneStack
from mfa_setup.resources import sender
from mfa_setup.snapshot.names import scopes_of
from mfa_setup.snapshot.parts import known
from mfa_setup.snapshot.snapshot import Snapshot

Target = Literal["terraform", "deploy-cli", "curl"]
_SHORTEST = 6
"""Secrets with fewer characters are not looked for in an export, where they could be a part of any word."""


def collect(run: Run, target: Target, secrets: Iterable[SecretStr]) -> tuple[File, ...]:
    """Returns the files of an export; warnings about what is missing go into the report.

    Args:
        run: The run, which reads only.
        target: The tool that the files are for.
        secrets: The secrets that no file may contain.

    Raises:
        NothingToExportError: Nothing is set up.
        SecretInExportError: A value of a service contains a secret.
        MfaSetupError: The tenant cannot be read, or the settings do not select one application.
    """
    parts = PARTS | (OF_APPLICATION if run.desired.application else frozenset())

    def possible(stack: PhoneStack | None) -> frozenset[str]:
        return scopes_of(parts | {"scope"}, stack)

    found = run.first_read(run.reader, lambda _: parts, possible, OPTIONAL)
    there = present(run.desired, found, sender.own(run.services))
    run.report.warn(there.notices)
    files = _files(run, there, target)
    hidden = [secret.get_secret_value() for secret in (*secrets, *_of_provider(found))]
    forms = [form for value in hidden if len(value) >= _SHORTEST for form in _forms(value)]
    if any(form in file.text for file in files for form in forms):
        raise SecretInExportError("The export would contain one of the secrets of this run, so it was not written.")
    return files


def _files(run: Run, there: Present, target: Target) -> tuple[File, ...]:
    if target == "terraform":
        return terraform.files(there)
    if target == "curl":
        return curl.files(there)
    names = {one.id: one.name for one in run.services.auth0.actions.listed()} if there.limits else {}
    files = deploy_cli.files(there, run.services.auth0.actions.bindings() if there.limits else (), names)
    run.report.warn(deploy_cli.notices(files))
    return files


def _forms(secret: str) -> tuple[str, ...]:
    """Returns the forms in which a file can contain a secret: as it is, or as JSON of one of the tools."""
    of_json = (json_text(value).strip()[1:-1] for value in (secret, terraform.literal(secret)))
    return (secret, *of_json, deploy_cli.escaped(secret).strip()[1:-1])


def _of_provider(found: Snapshot) -> tuple[SecretStr, ...]:
    """Returns the token that the legacy stack may return with the provider."""
    token = known(found.provider).token
    return (token,) if token else ()
