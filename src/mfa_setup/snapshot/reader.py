"""Reads the parts that a task requires from both services, in parallel where possible."""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from mfa_setup.appconfig import ConfigFile
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.desired import Desired
from mfa_setup.model.readiness import TenantSettings
from mfa_setup.model.types import PhoneStack
from mfa_setup.ports import TokenPort
from mfa_setup.services import Services
from mfa_setup.snapshot.names import OF_TWILIO, Again, PartName
from mfa_setup.snapshot.parts import NOT_READ, Part, attempt, known_or
from mfa_setup.snapshot.reading import Reading
from mfa_setup.snapshot.snapshot import Snapshot
from mfa_setup.snapshot.together import together
from mfa_setup.snapshot.token import token_state

WORKERS = 40
"""The number of concurrent reads, including those that wait for another one; the HTTP policy keeps the rate limit."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the snapshots of one run.

    Attributes:
        services: The clients of both services.
        token: The access token.
        desired: The desired state, which names the connection and the texts.
        config: The app's config file; None if the settings name none.
        connection_ids: The connections that the run to undo used.
        concerned: The SIDs and phone numbers that the run to undo wrote.
        counts_users: Whether the enrolled users are counted on every page of the users, which takes up to ten requests.
    """

    services: Services
    token: TokenPort
    desired: Desired
    config: ConfigFile | None = None
    connection_ids: frozenset[str] = frozenset()
    concerned: frozenset[str] = frozenset()
    counts_users: bool = False

    def begin(self, *, trusting: bool = True) -> Snapshot:
        """Reads the phone stack, which decides where the other parts are read.

        Args:
            trusting: Whether the stack that an earlier run remembered is accepted; reading the other parts verifies it.

        Raises:
            MfaSetupError: The phone stack could not be read.
        """
        begun, auth0 = Snapshot(domain=self.services.domain), self.services.auth0
        if trusting and self.token.stack is not None:
            return replace(begun, stack=self.token.stack)
        settings = auth0.settings()
        stack = settings.stack or auth0.stack_by_endpoint()
        self.token.remember(stack)
        return replace(begun, stack=stack, settings=settings)

    def read(
        self,
        parts: Collection[PartName],
        base: Snapshot,
        *,
        also: Collection[PartName] = (),
        strict: bool = False,
        again: Again | None = None,
    ) -> Snapshot:
        """Returns a snapshot with these parts newly read, and the others as in `base`.

        Args:
            parts: The parts to read.
            base: The snapshot so far.
            also: Further parts to read; they may fail.
            strict: Whether to raise an error if one of `parts` cannot be read.
            again: How much of the Twilio account is read, if it was read a moment ago; None to read all of it.

        Raises:
            MfaSetupError: The first part that could not be read, in the order of `PartName`; only with `strict`.
        """
        needed: set[PartName] = {*parts} | ({"settings"} if base.settings is NOT_READ else set())
        names = needed | {*also}
        values: dict[str, Any] = {"twilio": None} if self.services.twilio is None and "twilio" in names else {}
        if isinstance(base.stack, MfaSetupError):
            values |= dict.fromkeys((name for name in names if name not in OF_TWILIO), base.stack)
        with together(WORKERS) as pool:
            reading = self._reading(base, pool, again=again)
            reading.start(names - values.keys(), {*also} - {*parts})
            if (moved := self._moved(reading)) is None:
                values |= reading.results(needed if strict else set())
        if moved:
            return self.read(parts, moved, also=also, strict=strict, again=again)
        return self._snapshot(base, values)

    def _moved(self, reading: Reading) -> Snapshot | None:
        """Returns the snapshot to read from if the tenant has moved to another phone stack; None if it has not."""
        if not reading.has("settings"):
            return None
        settings, there = reading.part("settings"), reading.base.stack
        if not isinstance(settings, TenantSettings):
            return None
        stack_read: Part[PhoneStack] = settings.stack or "legacy"
        if settings.stack is None and not reading.is_on_legacy:
            stack_read = attempt(self.services.auth0.stack_by_endpoint)
        stack = known_or(stack_read, None)
        if stack is None or stack == there:
            return None
        self.token.remember(stack)
        return replace(reading.base, stack=stack, settings=settings)

    def _reading(self, base: Snapshot, pool: ThreadPoolExecutor, *, again: Again | None) -> Reading:
        return Reading(
            self.services,
            self.token,
            self.desired,
            base,
            pool,
            self.connection_ids,
            self.concerned,
            again=again,
            counts_users=self.counts_users,
        )

    def _snapshot(self, base: Snapshot, values: Mapping[str, Any]) -> Snapshot:
        """Returns the snapshot with the new parts, and with the time, rate limit, config file and token state."""
        config = self.config and replace(self.config)  # a copy reads its file again
        auth0 = self.services.auth0
        snapshot = replace(base, **values, headroom=auth0.headroom(), now=auth0.now(), config=config)
        if "provider" not in values:
            return snapshot
        provider = known_or(snapshot.provider, None)
        return replace(snapshot, token=token_state(self.services, provider) if provider else "unknown")

    def missing(self, parts: Collection[PartName], base: Snapshot) -> Snapshot:
        """Returns a snapshot in which all these parts have been read; reads only those that `base` lacks."""
        absent = [name for name in parts if getattr(base, name) is NOT_READ]
        return self.read(absent, base) if absent else base
