"""The connections of one run to both services, with the identity of the tenant and the journal of its writes."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from pydantic import SecretStr

from mfa_setup.cancellation import TICK, Cancellation
from mfa_setup.clock import Clock
from mfa_setup.errors import ValueNeededError
from mfa_setup.ports import Auth0Port, TwilioPort
from mfa_setup.store.folders import Folders
from mfa_setup.store.journal import Journal


@dataclass(slots=True)
class PlannedNumbers:
    """The numbers that the plans of one process would buy from an account: each is in the plan of one tenant only."""

    _tenants: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reserve(self, numbers: Sequence[str], tenant: str) -> str | None:
        """Returns and reserves the first number that is in no other tenant's plan; None if there is none."""
        with self._lock:
            free = next((one for one in numbers if self._tenants.get(one, tenant) == tenant), None)
            if free is not None:
                self._tenants[free] = tenant
        return free


@dataclass(frozen=True, slots=True)
class Services:
    """The connections of one run to both services, and the other objects that its writes need.

    Attributes:
        auth0: The Management API of the tenant.
        domain: The tenant's domain.
        base_url: The base URL of the tenant, such as `https://acme.eu.auth0.com`.
        tenant_key: A key of the tenant (its audience), which stays the same behind a custom domain.
        folders: The folders for mfa-setup's own files.
        journal: The journal in which every write request is recorded.
        twilio: The Twilio account; None for a command that does not need Twilio.
        token: The account's auth token, which Auth0 is given; None if only an API key is known.
        old_token: The auth token of another Twilio account, with which an undo restores that account's provider.
        other_account: Connects, only for reading, to another Twilio account by its SID and auth token; None if the run
            has no Twilio credentials.
        cancellation: The cancellation token of the run.
        spending: The lock that is held while a number is bought; the runs of one process that use the same account
            share it.
        planned_numbers: The numbers that plans would buy, shared in the same way.
        place: The tenant's place among the tenants of this process, which are planned in any order.
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
    planned_numbers: PlannedNumbers = field(default_factory=PlannedNumbers)
    place: int = 0

    @property
    def clock(self) -> Clock:
        """The clock of this run; its waits end when the run is cancelled."""
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
        """Holds the lock for a purchase: waits until no other run of this process buys a number from the account.

        Raises:
            InterruptedRunError: The run has been cancelled.
        """
        while not self.spending.acquire(timeout=TICK):
            self.cancellation.check()
        try:
            yield
        finally:
            self.spending.release()
