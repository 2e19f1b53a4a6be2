"""Sets up two tenants at once from plain Python: one thread per tenant, without any questions."""

import json
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pydantic import SecretStr

from mfa_setup.compose import Access, Options, compose
from mfa_setup.engine.task import UP
from mfa_setup.model.outcome import Outcome
from mfa_setup.settings.credentials import Auth0Credentials, TwilioCredentials
from mfa_setup.settings.settings import load
from mfa_setup.store.folders import Folders


def set_up(tenant: Mapping[str, str], folder: Path) -> Outcome:
    """Sets up one tenant as `mfa-setup up --yes` would."""
    auth0 = Auth0Credentials.of(tenant["domain"], tenant["client_id"], SecretStr(tenant["client_secret"]))
    twilio = TwilioCredentials(account_sid=tenant["account_sid"], auth_token=SecretStr(tenant["auth_token"]))
    access = Access.to(tenant["domain"], auth0, twilio, sandbox=tenant.get("sandbox"))
    desired = load({"name": tenant["name"], "urls": [tenant["url"]]}, environment={}).desired
    with compose(UP, desired, access, Options(Folders(folder / "state", folder / "cache"))) as run:
        run.carry_out()
    return run.report.outcome()


def main(tenants: Sequence[Mapping[str, str]], folder: Path) -> list[Outcome]:
    """Sets up all tenants at the same time."""
    with ThreadPoolExecutor(len(tenants)) as pool:
        return list(pool.map(set_up, tenants, [folder] * len(tenants)))


if __name__ == "__main__":
    for outcome in main(json.load(sys.stdin), Path(sys.argv[1])):
        sys.stdout.write(f"{outcome.outputs.domain}: {outcome.outputs.client_id}, {outcome.outputs.policy}\n")
