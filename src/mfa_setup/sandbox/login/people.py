"""The users as the login sees them; no other module of the login knows how the tenant stores them."""

import secrets
import string
from typing import Any

from mfa_setup.sandbox.auth0.ids import new_id, timestamp
from mfa_setup.sandbox.auth0.people import People
from mfa_setup.sandbox.auth0.state import JSON
from mfa_setup.sandbox.auth0.users import new_user
from mfa_setup.sandbox.login.records import Channel, Factor
from mfa_setup.sandbox.login.visit import Visit

_RECOVERY = "recovery-code"
_RECOVERY_LENGTH = 24  # docs: "Recovery code must have 24 alphanumeric characters"


def people_of(visit: Visit) -> People:
    """Returns the tenant's users, passwords and second factors, which it shares with the Management API."""
    return visit.tenant.people


def find_user(visit: Visit, connection: str, email: str) -> JSON | None:
    """Returns the user of a connection by email address or username, or None."""
    return people_of(visit).find(connection, email)


def get_user(visit: Visit, user_id: str) -> JSON | None:
    """Returns the user, or None if the user has been deleted."""
    return people_of(visit).users.get(user_id)


def check_password(visit: Visit, user: JSON, password: str) -> bool:
    """Whether the password is the user's."""
    return people_of(visit).has_password(user["user_id"], password)


def create_user(visit: Visit, connection: JSON, email: str, password: str) -> JSON:
    """Creates a user in the same form as the Management API does."""
    people = people_of(visit)
    user = new_user(connection, {"email": email.lower()})
    people.users[user["user_id"]] = user
    people.set_password(user["user_id"], password)
    return user


def note_login(visit: Visit, user_id: str) -> None:
    """Counts a login in the user's `logins_count` and sets `last_login`."""
    user = people_of(visit).users[user_id]
    user["last_login"] = timestamp()
    user["logins_count"] = user.get("logins_count", 0) + 1


def enrolled_phone(visit: Visit, user_id: str) -> JSON | None:
    """Returns the phone that codes are sent to: the user's first confirmed one, or None."""
    # not verified: which of several phones is asked first
    phones = people_of(visit).phones(user_id)
    return next((phone for phone in phones if phone["confirmed"]), None)


def authenticator_app(visit: Visit, user_id: str) -> JSON | None:
    """Returns the user's authenticator app if its factor is enabled; it takes precedence over a phone (docs)."""
    methods = people_of(visit).methods.get(user_id, ())
    apps = (method for method in methods if method["type"] == "totp" and method["confirmed"])
    return next(apps, None) if visit.tenant.factors["otp"] else None


def enrolments_of(visit: Visit, user_id: str) -> list[dict[str, Any]]:
    """Returns the user's confirmed second factors, including the recovery code."""
    methods = people_of(visit).methods.get(user_id, [])
    return [method for method in methods if method["confirmed"] and method["type"] in {"phone", _RECOVERY}]


def enroll_phone(visit: Visit, user_id: str, number: str, channel: Channel) -> JSON:
    """Enrols a phone whose code has been confirmed as the user's second factor."""
    return people_of(visit).add_phone(user_id, number, preferred=channel)


_FACTOR_EVENTS = {
    "gd_auth_succeed": "Guardian - Second factor authentication success",
    "gd_enrollment_complete": "Guardian - Enrollment complete",
    "gd_recovery_succeed": "Guardian - Recovery success",
}


def note_factor(
    visit: Visit, event: str, user_id: str, kind: Factor, method_id: str | None, phone: str | None = None
) -> None:
    """Logs which second factor was used or enrolled (sources: auth0-log-authenticator)."""
    # not verified: the values of `type`; here they are the names of the factors, and the channel of a phone
    authenticator = {"id": method_id, "type": kind} | ({"phone_number": phone} if phone else {})
    visit.note(event, _FACTOR_EVENTS[event], user_id=user_id, authenticator=authenticator)


def note_use(method: JSON) -> None:
    """Records the time at which a second factor was last used."""
    method["last_auth_at"] = timestamp()


def new_recovery_code(visit: Visit, user_id: str) -> str:
    """Creates a recovery code that replaces the previous one; it is shown once."""
    people = people_of(visit)
    people.methods[user_id] = [m for m in people.methods.get(user_id, ()) if m["type"] != _RECOVERY]
    now = timestamp()
    method = {"id": new_id(f"{_RECOVERY}|dev_", 16), "type": _RECOVERY, "confirmed": True}
    people.add(user_id, method | {"created_at": now, "enrolled_at": now})
    code = "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(_RECOVERY_LENGTH))
    visit.login.recovery[user_id] = code
    return code


def has_recovery_code(visit: Visit, user_id: str) -> bool:
    """Whether the user has a recovery code that has not been removed."""
    methods = people_of(visit).methods.get(user_id, ())
    return user_id in visit.login.recovery and any(method["type"] == _RECOVERY for method in methods)


def check_recovery_code(visit: Visit, user_id: str, code: str) -> bool:
    """Whether the code is the user's recovery code."""
    kept = visit.login.recovery.get(user_id, "") if has_recovery_code(visit, user_id) else ""
    return bool(kept) and secrets.compare_digest(kept.encode(), code.strip().upper().encode())
