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
    LoginWithoutMfaError,
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
from mfa_setup.resources import application, policy
from mfa_setup.services import Services


@dataclass(frozen=True, slots=True)
class Login:
    """The dependencies of one test login.

    Attributes:
        issuer: The tenant as an OpenID provider.
        auth0: The tenant's Management API.
        twilio: The account, where its credentials are there.
        seconds: How long to wait for the person.
        show: Shows the URL to log in at: opens a browser, or prints it, or plays the login by itself.
        organization: The organization to log in to, by its ID or name.
    """

    issuer: IssuerPort
    auth0: Auth0Port
    twilio: TwilioPort | None
    seconds: float
    show: Callable[[str], None]
    organization: str | None = None


def which(auth0: Auth0Port, desired: DesiredApplication) -> Application:
    """The application to log in to: the one that `up` has set up.

    Raises:
        ValueNeededError: There is none.
        ChoiceNeededError, ApplicationConflictError: As `mfa-setup init`.
    """
    found = application.choose(desired, auth0.applications())
    if found is None:
        raise ValueNeededError(
            f'The tenant has no application "{desired.name}" to log in to.',
            hint="Run `mfa-setup up` first, or pass --app-client-id or --name.",
        )
    return found


def require_organization(app: Application, organization: str | None) -> None:
    """Refuses to begin a login that Auth0 refuses: without an organization, where the application requires one.

    Raises:
        ValueNeededError: The organization is needed.
    """
    if app.organization_usage == "require" and organization is None:
        raise ValueNeededError(
            f'The application "{app.name}" accepts only logins to an organization, and no organization was given.',
            hint="Pass --organization with the organization's ID (Auth0 dashboard: Organizations), or with its "
            "name if the tenant accepts names.",
        )


def prove(login: Login, app: Application) -> tuple[Proof | None, tuple[Notice, ...]]:
    """Waits for one login and says what it proved; None where the policy asks for nothing and nothing was asked.

    Raises:
        NoCallbackError: The application has no callback URL that can be listened at.
        ProofFailedError: The login did not come, was refused, or asked for no second factor though it should.
    """
    required = policy.name_of(login.auth0.policies())
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
    proof, notices = _judge(claims, required, time.monotonic() - began)
    if proof is None:
        return None, notices
    factor, phone, notices = _way(login, proof.subject, begun)
    return proof.model_copy(update={"factor": factor, "phone": phone}), notices


def _require_claim(claims: dict[str, Any], organization: str | None) -> None:
    """Refuses a token of a login to another organization than the one that was named (sources: auth0-organization).

    A name is in the token only where the tenant accepts names, so without it a name is not compared.

    Raises:
        TokenInvalidError: It is another one's.
    """
    if organization is None:
        return
    name = "org_id" if organization.startswith("org_") else "org_name"
    found = claims.get(name)
    if (found is not None or name == "org_id") and str(found).lower() != organization.lower():
        raise TokenInvalidError(f"The ID token does not belong to a login to the organization {organization}.")


def _judge(claims: dict[str, Any], required: str, seconds: float) -> tuple[Proof | None, tuple[Notice, ...]]:
    amr = claims.get("amr")
    methods = tuple(str(item) for item in amr) if isinstance(amr, list) else ()
    if "mfa" not in methods:
        if required == "always":
            raise LoginWithoutMfaError(
                "The login succeeded without a second factor, although the policy requires one from every user.",
                hint="A post-login Action may skip MFA, the browser may have been remembered, or the policy may "
                "be too new. Try again in a private window.",
            )
        return None, (_NOT_REQUIRED,)
    proof = Proof(subject=str(claims["sub"]), amr=methods, issued_at=int(claims["iat"]), seconds=round(seconds, 1))
    return proof, ()


Way = tuple[str | None, str | None, tuple[Notice, ...]]
"""The factor that a login used, the last digits of its phone where it had one, and warnings about its code."""


def _way(login: Login, user_id: str, begun: datetime | None) -> Way:
    """Evidence beside the token, and no failure where it may not be had: the tenant's log, the user, and Twilio."""
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
"""The factors of a phone, by the names that the log may give them (not verified)."""


def _factor_used(auth0: Auth0Port, user_id: str, begun: datetime | None) -> str | None:
    """The factor that the log names for this login: an entry of an earlier one, or of unknown order, does not count."""
    if begun is None:
        return None
    return next((use.factor for use in auth0.factor_uses(user_id) if use.at >= begun), None)


_NOT_REQUIRED = Notice(
    code="mfa_not_asked",
    message="The login succeeded without a second factor, which the policy does not require for this login.",
    hint="This login proves nothing about MFA. To require MFA for every login, run `mfa-setup policy always`.",
)


@contextmanager
def added_callback(services: Services, app: Application) -> Iterator[Application]:
    """The application with one more callback URL, on a free port of this machine, for as long as this lasts."""
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
    """Takes the URL out of what is there now, which somebody may have changed meanwhile."""
    now = next((item for item in services.auth0.applications() if item.client_id == app.client_id), None)
    if now and url in now.callbacks:
        urls = [item for item in now.callbacks if item != url]
        try:
            _set_callbacks(services, now, urls)
        except JournalUnusableError:  # the request was not sent then; the URL must not stay on the tenant
            services.auth0.update_application(now.client_id, {"callbacks": [*urls]})
            raise


def _set_callbacks(services: Services, app: Application, urls: list[str]) -> None:
    write = application.update_write(app, {"callbacks": [*urls]})
    with services.journal.write(write.resource, write.action, write.target, write.before, write.after):
        services.auth0.update_application(write.target, write.after)
