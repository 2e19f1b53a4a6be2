"""Both services as one run reaches them, with what identifies the tenant and the journal of its writes."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pydantic import SecretStr

from mfa_setup.cancellation import TICK, Cancellation
from mfa_setup.clock import Clock
from mfa_setup.errors import ValueNeededError
from mfa_setup.ports import Auth0Port, TwilioPort
from mfa_setup.store.folders import Folders
from mfa_setup.store.journal import Journal


@dataclass(frozen=True, slots=True)
class Services:
    """Both services as one run reaches them; a command that needs no Twilio has none.

    Attributes:
        auth0: The tenant.
        domain: Its domain.
        base_url: Where it is reached, as `https://acme.eu.auth0.com`.
        tenant_key: A name for the tenant that stays the same behind a custom domain (its audience).
        folders: Where the tool keeps its own files.
        journal: Every write request is recorded in it.
        twilio: The account.
        token: The account's auth token, which Auth0 is given; absent where only an API key is known.
        old_token: The token of another account, whose provider an undo restores.
        other_account: Another account by its SID and token, to be read only.
        cancellation: The token that stops the run.
        spending: Held while a number is bought; the runs of one process that share an account share it.
    """

    auth0: Auth0Port
    domain: str
    base_url: str
    tenant_key: str
    folders: Folders
    journal: Journal
    twilio: TwilioPort | None
    token: SecretStr | None
    old_token: SecretStr | None
    other_account: Callable[[str, SecretStr], TwilioPort] | None
    cancellation: Cancellation
    spending: threading.Lock = field(default_factory=threading.Lock)

    @property
    def clock(self) -> Clock:
        """The time of this run; its waits end when the run is cancelled."""
        return Clock(now=time.monotonic, sleep=self.cancellation.sleep)

    @property
    def account(self) -> TwilioPort:
        """The Twilio account.

        Raises:
            ValueNeededError: This run has no Twilio credentials.
        """
        if self.twilio is None:
            raise ValueNeededError(
                "Twilio credentials are required.",
                hint="Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or --twilio-auth-token-file PATH).",
            )
        return self.twilio

    @contextmanager
    def one_purchase(self) -> Iterator[None]:
        """Around a purchase: waits until no other run of this process buys from the account.

        Raises:
            InterruptedRunError: The run has been cancelled.
        """
        while not self.spending.acquire(timeout=TICK):
            self.cancellation.check()
        try:
            yield
        finally:
            self.spending.release()
