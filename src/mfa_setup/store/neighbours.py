"""The senders of other tenants according to the journals on this machine."""

import json
from pathlib import Path
from typing import Any

from mfa_setup.store.files import read_private
from mfa_setup.store.folders import Folders, file_key

_SENDERS = ("from", "configuration.default_from")


def senders_of_others(folders: Folders, tenant_key: str) -> dict[str, str]:
    """Returns the numbers that mfa-setup last set as senders for other tenants, each with the tenant's domain.

    Journals that cannot be read are ignored.
    """
    own = f"journal-{file_key(tenant_key)}.jsonl"
    found: dict[str, str] = {}
    for path in sorted(folders.state.glob("journal-*.jsonl")):
        if path.name != own and (sender := _last_sender(path)):
            number, domain = sender
            found[number] = domain
    return found


def _last_sender(path: Path) -> tuple[str, str] | None:
    """Returns the number in the last recorded write of a tenant's provider, and the tenant's domain; or None."""
    domain, number = "", None
    for line in (read_private(path) or "").splitlines():
        entry = _parsed(line)
        domain = str(entry.get("domain") or domain)
        after = entry.get("after")
        if entry.get("resource") == "provider" and isinstance(after, dict):
            number = next((after[name] for name in _SENDERS if after.get(name)), None)
    return (number, domain) if isinstance(number, str) else None


def _parsed(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}
