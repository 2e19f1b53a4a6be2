"""What the five resources share: the services of a run, what it has made so far, and the form of a step."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import SecretStr

from mfa_setup.cancellation import Cancellation
from mfa_setup.model.base import Frozen
from mfa_setup.model.change import Change
from mfa_setup.model.outcome import Notice
from mfa_setup.ports import Auth0Port, TwilioPort
from mfa_setup.store.journal import Journal


@dataclass(frozen=True, slots=True)
class Services:
    """Both services as one run reaches them; a command that needs no Twilio has none.

    Attributes:
        auth0: The tenant.
        domain: Its domain.
        base_url: Where it is reached, as `https://acme.eu.auth0.com`.
        tenant_key: A name for the tenant that stays the same behind a custom domain (its audience).
        journal: Every write request goes through it.
        twilio: The account.
        token: The account's auth token, which Auth0 is given; absent where only an API key is known.
        old_token: The token of another account, whose provider an undo puts back.
        other_account: Another account by its SID and token, to be read only.
        cancellation: The token that stops the run.
    """

    auth0: Auth0Port
    domain: str
    base_url: str
    tenant_key: str
    journal: Journal
    twilio: TwilioPort | None = None
    token: SecretStr | None = None
    old_token: SecretStr | None = None
    other_account: Callable[[str, SecretStr], TwilioPort] | None = None
    cancellation: Cancellation = field(default_factory=Cancellation)

    @property
    def account(self) -> TwilioPort:
        """The Twilio account of a run that has one."""
        if self.twilio is None:
            raise AssertionError("this command was set up without Twilio")
        return self.twilio


class Made(Frozen):
    """What exists so far: found at the start, or made by the steps before."""

    client_id: str | None = None
    phone_number: str | None = None
    number_sid: str | None = None
    messaging_service_sid: str | None = None
    policy: str | None = None
    config_file: str | None = None


class Step(Protocol):
    """One resource's part of a plan: what it would change, and how."""

    @property
    def change(self) -> Change:
        """What differs."""

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """What the user should know about it."""

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes of the access token that carrying it out needs."""

    def found(self, made: Made) -> Made:
        """Adds what is there already."""

    def apply(self, services: Services, made: Made) -> Iterator[Made]:
        """Carries it out; after each write it yields what is made by then, so that half a step is not forgotten.

        Raises:
            MfaSetupError: It could not be done, or its outcome is unknown.
        """
