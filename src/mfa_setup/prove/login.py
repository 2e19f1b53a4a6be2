"""The test login: a person logs in at the tenant's own page, and the ID token shows whether a code was required."""

import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mfa_setup.errors import (
    JournalUnusableError,
    LoginRefusedError,
    MfaSetupError,
    TokenInvalidError,
    ValueNeededError,
)
from mfa_setup.model.desired import DesiredApplication
from mfa_setup.model.login import Attempt
from mfa_setup.model.observed import Application
from mfa_setup.model.outcome import Notice, Proof
from mfa_setup.ports import Auth0Port, IssuerPort, TwilioPort
from mfa_setup.prove.callback import listening
from mfa_setup.prove.verdict import verdict
from mfa_setup.resources import application
from mfa_setup.services import Services
from mfa_setup.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Login:
    """The dependencies of one test login.

    Attributes:
        issuer: The tenant as an OpenID provider.
        auth0: The tenant's Management API.
        twilio: The Twilio account; None if no Twilio credentials are known.
        found: The policies of the tenant, and the Action that limits them, as far as it could be read.
        seconds: How long to wait for the login, in seconds.
        show: Called with the URL to log in at: opens it in a browser, prints it, or logs in automatically.
        organization: The ID or name of the organization to log in to.
    """

    issuer: IssuerPort
    auth0: Auth0Port
    twilio: TwilioPort | None
    found: Snapshot
    seconds: float
    show: Callable[[str], None]
    organization: str | None = None


def which(auth0: Auth0Port, desired: DesiredApplication) -> Application:
    """Returns the application to log in to, which is the one that `up` has set up.

    Raises:
        ValueNeededError: The tenant has no such application.
        ChoiceNeededError, ApplicationConflictError: The application cannot be determined, as in `mfa-setup init`.
    """
    found = application.choose(desired, auth0.applications())
    if found is None:
        raise ValueNeededError(
            f'The tenant has no application "{desired.name}" to log in to.',
            hint="Run `mfa-setup up` first, or pass --app-client-id or --name.",
        )
    return found


def require_organization(app: Application, organization: str | None) -> None:
    """Checks that an organization is given if the application requires one, because Auth0 refuses the login otherwise.

    Raises:
        ValueNeededError: The application requires an organization, and none is given.
    """
    if app.organization_usage == "require" and organization is None:
        raise ValueNeededError(
            f'The application "{app.name}" accepts only logins to an organization, and no organization was given.',
            hint="Pass --organization with the organization's ID (Auth0 dashboard: Organizations), or with its "
            "name if the tenant accepts names.",
        )


def prove(login: Login, app: Application) -> tuple[Proof | None, tuple[Notice, ...]]:
    """Waits for one login and evaluates its ID token.

    Returns:
        The proof, and warnings. The proof is None if no second factor was used and none was required.

    Raises:
        NoCallbackError: mfa-setup cannot listen at any callback URL of the application.
        ProofFailedError: Nobody logged in in time, the tenant refused the login, or the login required no second factor
            although the policy, or its limits, ask for one.
    """
    begun = login.auth0.now()
    attempt = Attempt(app.client_id, login.organization)
    endpoints = login.issuer.discover()
    with listening(app.callbacks, attempt.state) as listener:
        began = time.monotonic()
        login.show(attempt.url(endpoints, listener.url))
        answer = listener.wait(login.seconds)
    if "code" not in answer:
        reason = answer.get("error_description") or answer.get("error", "")
        raise LoginRefusedError(f"The tenant refused the login: {reason}.")
    token = login.issuer.exchange(endpoints, attempt, answer["code"], listener.url)
    claims = login.issuer.verify(endpoints, attempt, token)
    _require_claim(claims, login.organization)
    proof, notices = verdict(claims, app, login.found, time.monotonic() - began)
    if proof is None:
        return None, notices
    factor, phone, unproven = _way(login, proof.subject, begun)
    return proof.model_copy(update={"factor": factor, "phone": phone}), (*notices, *unproven)


def _require_claim(claims: dict[str, Any], organization: str | None) -> None:
    """Checks that the ID token belongs to a login to the organization that was given (sources: auth0-organization).

    The token contains the organization's name only if the tenant accepts names; a missing name is therefore accepted.

    Raises:
        TokenInvalidError: The token belongs to a login to another organization, or to none.
    """
    if organization is None:
        return
    name = "org_id" if organization.startswith("org_") else "org_name"
    found = claims.get(name)
    if (found is not None or name == "org_id") and str(found).lower() != organization.lower():
        raise TokenInvalidError(f"The ID token does not belong to a login to the organization {organization}.")


Way = tuple[str | None, str | None, tuple[Notice, ...]]
"""The factor that a login used, the last digits of the phone if one was used, and warnings about the code."""


def _way(login: Login, user_id: str, begun: datetime | None) -> Way:
    """Collects further evidence from the tenant's log, the user's profile and Twilio; an error becomes a warning."""
    factor, phone = None, None
    try:
        factor = _factor_used(login.auth0, user_id, begun)
        phone = login.auth0.phone_of(user_id) if factor in _BY_PHONE else None
        fate = login.twilio.fate_of_last_message(phone) if login.twilio and phone and factor != "voice" else None
    except MfaSetupError as unseen:
        return factor, phone, (Notice(code="evidence_unseen", message=unseen.message, hint=unseen.hint),)
    if fate is None or fate == "delivered":
        return factor, phone, ()
    message = f"Twilio's status of the last SMS to that phone: {fate}."
    return factor, phone, (Notice(code="sms_not_delivered", message=message),)


_BY_PHONE = frozenset({"sms", "voice", "phone"})
"""The names that the tenant's log may give to factors that use a phone (not verified)."""


def _factor_used(auth0: Auth0Port, user_id: str, begun: datetime | None) -> str | None:
    """Returns the factor that the tenant's log names for this login.

    Entries from before the login do not count. If the time at which the login began is not known, the result is None.
    """
    if begun is None:
        return None
    return next((use.factor for use in auth0.factor_uses(user_id) if use.at >= begun), None)


@contextmanager
def added_callback(services: Services, app: Application) -> Iterator[Application]:
    """Adds a callback URL on a free port of this machine to the application, and removes it at the end of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/mfa-setup-{secrets.token_hex(4)}"
    try:
        _set_callbacks(services, app, [*app.callbacks, url])
        yield app.model_copy(update={"callbacks": (url,)})
    finally:
        with services.cancellation.cleanup():
            _remove(services, app, url)


def _remove(services: Services, app: Application, url: str) -> None:
    """Removes the URL from the application's current callback URLs, which may have changed in the meantime."""
    now = next((item for item in services.auth0.applications() if item.client_id == app.client_id), None)
    if now and url in now.callbacks:
        urls = [item for item in now.callbacks if item != url]
        try:
            _set_callbacks(services, now, urls)
        except JournalUnusableError:  # the request was not sent, but the URL must not stay on the tenant
            services.auth0.update_application(now.client_id, {"callbacks": [*urls]})
            raise


def _set_callbacks(services: Services, app: Application, urls: list[str]) -> None:
    write = application.update_write(app, {"callbacks": [*urls]})
    with services.journal.write(write.resource, write.action, write.target, write.before, write.after):
        services.auth0.update_application(write.target, write.after)
