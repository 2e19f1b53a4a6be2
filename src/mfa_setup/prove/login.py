"""The test login: a person logs in at the tenant's own page, and the ID token tells whether a code was asked for."""

import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mfa_setup.errors import (
    JournalUnusableError,
    LoginRefusedError,
    LoginWithoutMfaError,
    MfaSetupError,
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
    """What one test login needs.

    Attributes:
        issuer: The tenant as an OpenID provider.
        auth0: The tenant's Management API.
        twilio: The account, where its credentials are there.
        seconds: How long to wait for the person.
        show: Shows the URL to log in at: opens a browser, or prints it, or plays the login by itself.
    """

    issuer: IssuerPort
    auth0: Auth0Port
    twilio: TwilioPort | None
    seconds: float
    show: Callable[[str], None]


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


def prove(login: Login, app: Application) -> tuple[Proof | None, tuple[Notice, ...]]:
    """Waits for one login and says what it proved; None where the policy asks for nothing and nothing was asked.

    Raises:
        NoCallbackError: The application has no callback URL that can be listened at.
        ProofFailedError: The login did not come, was refused, or asked for no second factor though it should.
    """
    required = policy.name_of(login.auth0.policies())
    attempt = Attempt(app.client_id)
    endpoints = login.issuer.discover()
    with listening(app.callbacks, attempt.state) as listener:
        began = time.monotonic()
        login.show(attempt.url(endpoints, listener.url))
        answer = listener.wait(login.seconds)
    if "code" not in answer:
        told = answer.get("error_description") or answer.get("error", "")
        raise LoginRefusedError(f"The tenant refused the login: {told}.")
    token = login.issuer.exchange(endpoints, attempt, answer["code"], listener.url)
    claims = login.issuer.verify(endpoints, attempt, token)
    return _judge(login, claims, required, time.monotonic() - began)


def _judge(
    login: Login, claims: dict[str, Any], required: str, seconds: float
) -> tuple[Proof | None, tuple[Notice, ...]]:
    told = claims.get("amr")
    methods = tuple(str(item) for item in told) if isinstance(told, list) else ()
    if "mfa" not in methods:
        if required == "always":
            raise LoginWithoutMfaError(
                "The login succeeded without a second factor, though the policy requires one of everybody.",
                hint="Likely reasons: a post-login Action skips it, the browser was remembered, or the policy was set "
                "only a moment ago. Try again in a private window.",
            )
        return None, (_NOT_REQUIRED,)
    phone, fate = _way(login, str(claims["sub"]))
    proof = Proof(
        subject=str(claims["sub"]),
        amr=methods,
        factor="sms" if phone else None,
        phone=phone,
        issued_at=int(claims["iat"]),
        seconds=round(seconds, 1),
    )
    return proof, fate


def _way(login: Login, user_id: str) -> tuple[str | None, tuple[Notice, ...]]:
    """The phone and the fate of its SMS: evidence beside the token, and no failure where it may not be had."""
    try:
        phone = login.auth0.phone_of(user_id)
        fate = login.twilio.fate_of_last_message(phone) if login.twilio and phone else None
    except MfaSetupError as unseen:
        return None, (Notice(code="evidence_unseen", message=unseen.message, hint=unseen.hint),)
    if fate is None or fate == "delivered":
        return phone, ()
    return phone, (Notice(code="sms_not_delivered", message=f"Twilio says of the last SMS to that phone: {fate}."),)


_NOT_REQUIRED = Notice(
    code="mfa_not_asked",
    message="The login succeeded without a second factor, and the policy does not require one here.",
    hint="Nothing is proved about MFA. `mfa-setup policy always` requires it.",
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
