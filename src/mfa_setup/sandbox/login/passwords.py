"""The required strength of a new password: the policy of the database connection (docs)."""

import string

from mfa_setup.sandbox.auth0.state import JSON

_SHORTEST = {"none": 1, "low": 6, "fair": 8, "good": 8, "excellent": 10}
_KINDS = {"fair": 3, "good": 3, "excellent": 3}


def rules(connection: JSON) -> list[str]:
    """Returns the connection's password rules as texts for the page."""
    policy = _policy(connection)
    found = [f"At least {_SHORTEST[policy]} characters"] if _SHORTEST[policy] > 1 else []
    if policy == "fair":
        found.append("Lower case (a-z), upper case (A-Z) and numbers (0-9)")
    elif policy in _KINDS:
        found.append("Three of: lower case (a-z), upper case (A-Z), numbers (0-9), special characters (e.g. !@#$%^&*)")
    if policy == "excellent":
        found.append("No more than 2 identical characters in a row")
    return found


def is_strong(connection: JSON, password: str) -> bool:
    """Whether a password satisfies the rules."""
    policy = _policy(connection)
    letters = [any(c in kind for c in password) for kind in (string.ascii_lowercase, string.ascii_uppercase)]
    kinds = [*letters, any(c in string.digits for c in password)]
    if policy != "fair":
        kinds.append(any(not c.isalnum() for c in password))
    repeated = any(c * 3 in password for c in set(password))
    enough = len(password) >= _SHORTEST[policy] and sum(kinds) >= _KINDS.get(policy, 0)
    return enough and not (policy == "excellent" and repeated)


def _policy(connection: JSON) -> str:
    policy = connection["options"].get("passwordPolicy") or "good"
    return policy if policy in _SHORTEST else "good"
