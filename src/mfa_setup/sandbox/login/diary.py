"""The log event of a successful login, with the stages that the user went through (docs: prompt details)."""

from typing import Any

from mfa_setup.sandbox.login.people import get_user
from mfa_setup.sandbox.login.records import MULTI_FACTOR, Session, Transaction
from mfa_setup.sandbox.login.visit import Visit


def note_success(visit: Visit, transaction: Transaction, session: Session) -> None:
    """Logs `s`; its prompts show whether a second factor was given, but not which (sources: auth0-log-prompts)."""
    user = get_user(visit, session.user_id) or {}
    asked = transaction.asked
    visit.note(
        "s",
        "Successful login",
        user_id=session.user_id,
        user_name=user.get("email"),
        client_id=asked.target.client_id,
        connection=asked.connection,
        prompts=_prompts(visit, transaction, session, user),
        session_id=session.sid,
        actions=transaction.execution.logged if transaction.execution else None,
        stats={"loginsCount": user.get("logins_count", 0)},
        **_stage(transaction.began_at, visit.now),
    )


def _prompts(visit: Visit, transaction: Transaction, session: Session, user: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if transaction.sid is None:
        who = {"user_id": session.user_id, "user_name": user.get("email")}
        password = {"connection": transaction.asked.connection, "strategy": "auth0"}
        password |= {"identity": session.user_id.partition("|")[2]}
        found = [
            {"name": "prompt-authenticate"} | password | _stage(transaction.began_at, transaction.authenticated_at),
            {"name": "login", "flow": "universal-login"} | who | _stage(transaction.began_at, visit.now),
        ]
    if transaction.mfa:
        performed = {"performed_acr": [MULTI_FACTOR], "performed_amr": ["mfa"], "provider": "guardian"}
        found.append({"name": "mfa", "flow": "mfa"} | performed | _stage(*transaction.mfa_at))
    return found


def _stage(begun: float, done: float) -> dict[str, int]:
    """Returns the times of a stage in milliseconds."""
    first, last = int(begun * 1000), int(done * 1000)
    return {"initiatedAt": first, "completedAt": last, "elapsedTime": last - first}
