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
"""Reads at once, those that wait for another one included; a rate limit is kept by the HTTP policy's pacing."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads for one run.

    Attributes:
        services: Both services.
        token: The access token.
        desired: Names the connection and the texts that are asked for.
        config: The app's config file, where the settings name one.
        connection_ids: The connections that a run to be undone used.
        concerned: SIDs and phone numbers that it wrote.
    """

    services: Services
    token: TokenPort
    desired: Desired
    config: ConfigFile | None = None
    connection_ids: frozenset[str] = frozenset()
    concerned: frozenset[str] = frozenset()

    def begin(self, *, trusting: bool = True) -> Snapshot:
        """The phone stack, which says where the rest is to be read.

        Args:
            trusting: Whether one that an earlier run has read will do; reading the rest verifies it.

        Raises:
            MfaSetupError: It could not be read.
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
        """A snapshot with these parts read afresh, and the others as they are in `base`.

        Args:
            parts: What is read.
            base: What is known already.
            also: What is read along with it, as far as it can be.
            strict: Whether a part of `parts` that cannot be read ends this.
            again: What of the Twilio account is read, where it was read a moment ago; None for all of it.

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
        """What to read from, where the tenant has moved to the other phone stack since that was remembered."""
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
            self.services, self.token, self.desired, base, pool, self.connection_ids, self.concerned, again=again
        )

    def _snapshot(self, base: Snapshot, values: Mapping[str, Any]) -> Snapshot:
        """The snapshot with new parts, and with what goes along with them."""
        config = self.config and replace(self.config)  # a new one reads its file again
        auth0 = self.services.auth0
        snapshot = replace(base, **values, headroom=auth0.headroom(), now=auth0.now(), config=config)
        if "provider" not in values:
            return snapshot
        provider = known_or(snapshot.provider, None)
        return replace(snapshot, token=token_state(self.services, provider) if provider else "unknown")

    def missing(self, parts: Collection[PartName], base: Snapshot) -> Snapshot:
        """A snapshot in which these parts have been read, at least once."""
        absent = [name for name in parts if getattr(base, name) is NOT_READ]
        return self.read(absent, base) if absent else base
