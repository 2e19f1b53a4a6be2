"""The users of a tenant, their passwords and second factors.

The Management API and the login share this state: a phone added through one of them is visible to the other.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

from mfa_setup.sandbox.auth0.ids import new_id, timestamp

_COST = {"n": 2**12, "r": 8, "p": 1}


@dataclass(slots=True)
class People:
    """The users of a tenant, with the data that no answer shows.

    Attributes:
        users: Users by ID, as the API answers them, in order of creation.
        passwords: Salted hashes by user id.
        methods: Authentication methods by user id, as the API lists them.
        tickets: Enrolment tickets by id.
        roles: IDs of the roles assigned to a user, by user ID.
        members: IDs of the users who are members of an organization, by organization ID.
        member_roles: IDs of the roles that a member has in an organization, by organization ID and user ID.
    """

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    passwords: dict[str, bytes] = field(default_factory=dict)
    methods: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    roles: dict[str, list[str]] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    member_roles: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def set_password(self, user_id: str, password: str) -> None:
        """Stores the salted hash of a password."""
        salt = secrets.token_bytes(16)
        self.passwords[user_id] = salt + _hash(password, salt)

    def has_password(self, user_id: str, password: str) -> bool:
        """Whether the password is the user's."""
        kept = self.passwords.get(user_id, b"")
        return len(kept) > 16 and secrets.compare_digest(kept[16:], _hash(password, kept[:16]))  # noqa: PLR2004 salt

    def find(self, connection: str, login: str) -> dict[str, Any] | None:
        """Returns the user of a connection with this email address or username, in any case, or None."""
        for user in self.users.values():
            names = {str(user.get(name, "")).lower() for name in ("email", "username")} - {""}
            if login.lower() in names and user["identities"][0]["connection"] == connection:
                return user
        return None

    def remove(self, user_id: str) -> None:
        """Deletes a user with their password, methods and tickets."""
        self.users.pop(user_id, None)
        self.passwords.pop(user_id, None)
        self.methods.pop(user_id, None)
        self.roles.pop(user_id, None)
        for members in self.members.values():
            members[:] = [member for member in members if member != user_id]
        for by_member in self.member_roles.values():
            by_member.pop(user_id, None)
        self.tickets = {key: ticket for key, ticket in self.tickets.items() if ticket["user_id"] != user_id}

    def forget_role(self, role_id: str) -> None:
        """Removes a role from all users, in the tenant and in organizations."""
        of_members = [held for by_member in self.member_roles.values() for held in by_member.values()]
        for held in [*self.roles.values(), *of_members]:
            held[:] = [one for one in held if one != role_id]

    def phones(self, user_id: str) -> list[dict[str, Any]]:
        """Returns the user's phones, confirmed or not."""
        return [method for method in self.methods.get(user_id, ()) if method["type"] == "phone"]

    def add_phone(self, user_id: str, number: str, *, preferred: str = "sms", confirmed: bool = True) -> dict[str, Any]:
        """Adds a phone to the user's second factors."""
        now = timestamp()
        device = new_id("dev_", 16)
        # The layout is that of the docs; not verified: the prefixes of the IDs.
        method = {
            "id": f"phone|{device}",
            "type": "phone",
            "confirmed": confirmed,
            "phone_number": number,
            "preferred_authentication_method": preferred,
            "authentication_methods": [{"type": kind, "id": f"{kind}|{device}"} for kind in ("sms", "voice")],
            "created_at": now,
        } | ({"enrolled_at": now} if confirmed else {})
        self.add(user_id, method)
        return method

    def add(self, user_id: str, method: dict[str, Any]) -> None:
        """Adds an authentication method to the user."""
        self.methods.setdefault(user_id, []).append(method)

    def by_device(self, device: str) -> tuple[str, dict[str, Any]] | None:
        """Returns the user ID and the method of a device ID (with or without its prefix), or None."""
        wanted = device.rpartition("|")[2]
        for user_id, methods in self.methods.items():
            for method in methods:
                if method["id"].rpartition("|")[2] == wanted:
                    return user_id, method
        return None

    def drop(self, user_id: str, method_id: str) -> None:
        """Removes an authentication method, if the user has it."""
        kept = [method for method in self.methods.get(user_id, ()) if method["id"] != method_id]
        self.methods[user_id] = kept


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **_COST)
