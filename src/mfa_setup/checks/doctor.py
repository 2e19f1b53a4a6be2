"""All checks at once: every read is made once, together where the rate limit allows, and none of them stops another."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from mfa_setup.checks import account, decide, tenant
from mfa_setup.checks import provider as provider_checks
from mfa_setup.checks.decide import attempt
from mfa_setup.checks.scene import Read, Scene
from mfa_setup.checks.tenant import TenantSeen
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.desired import Desired, DesiredApplication
from mfa_setup.model.observed import Application, Connection, Factor
from mfa_setup.model.outcome import PhoneStack
from mfa_setup.resources import application, factor, number, provider, sender
from mfa_setup.resources.base import Services

WORKERS = 4
T = TypeVar("T")
Later = Callable[[], Read[T]]
"""A read that is under way: calling it waits for its result."""


class Scoped(Protocol):
    """The token of the run."""

    def scopes(self) -> frozenset[str] | None:
        """What it allows, where that is known."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found.

    Attributes:
        checks: All checks, in the order in which they are asked.
        stack: The phone stack, where it could be read.
        policies: The policies that stand, where they could be read.
        broken: Credentials that are refused, or a service that cannot be reached.
    """

    checks: tuple[Check, ...]
    stack: PhoneStack | None
    policies: tuple[str, ...] | None
    broken: MfaSetupError | None


def examine(services: Services, token: Scoped, desired: Desired) -> Examined:
    """Reads everything that the checks need, and asks all of them. Reads only."""
    scopes = attempt(token.scopes)
    stack = scopes if isinstance(scopes, MfaSetupError) else attempt(services.auth0.phone_stack)
    with ThreadPoolExecutor(WORKERS) as pool:
        account_side = _twilio(pool, services)
        seen, scene = _auth0(pool, services, desired, stack)
        scene = _with_sender(account_side(scene), services, desired)
    checks = (
        *tenant.checks(replace(seen, scopes=scopes), scene.sends, services.auth0.headroom()),
        *decide.deciding(scene),
        provider_checks.recent_sends(scene),
        account.alerts(scene),
        account.region(),
    )
    parts = (stack, scene.account, scene.factor, scene.provider)
    broken = next((part for part in parts if isinstance(part, MfaSetupError)), None)
    return Examined(
        checks=checks,
        stack=None if isinstance(stack, MfaSetupError) else stack,
        policies=None if isinstance(seen.policies, MfaSetupError) else seen.policies,
        broken=broken,
    )


def _with_sender(scene: Scene, services: Services, desired: Desired) -> Scene:
    """Where nothing sends yet: the number that `up` would take, so that its way is judged and not that of any."""
    account, there = scene.account, scene.provider
    if account is None or isinstance(account, MfaSetupError) or isinstance(there, MfaSetupError) or there.can_send:
        return scene
    chosen = attempt(lambda: sender.choose(desired.number, account, there, sender.own(services)))
    return scene if isinstance(chosen, MfaSetupError) else replace(scene, sender=chosen.number, service=chosen.service)


def _twilio(pool: Executor, services: Services) -> Callable[[Scene], Scene]:
    """Begins the reads of the account; the answer puts them into a scene."""
    twilio = services.twilio
    if twilio is None:
        return lambda scene: scene
    seen = pool.submit(attempt, lambda: number.observe(twilio))
    alerts = pool.submit(attempt, twilio.alerts)
    readiness = decide.begin(pool, twilio)
    return lambda scene: replace(scene, account=seen.result(), alerts=alerts.result(), readiness=readiness())


def _auth0(pool: Executor, services: Services, desired: Desired, stack: Read[PhoneStack]) -> tuple[TenantSeen, Scene]:
    """Reads the tenant; where not even its phone stack could be read, nothing more is asked of it."""
    auth0, asked = services.auth0, desired.application
    if asked is None:
        raise AssertionError("doctor has no --no-app")
    if isinstance(stack, MfaSetupError):
        seen = TenantSeen(*(stack,) * 9)
        return seen, Scene(factor=stack, provider=stack, token="unknown", account=None, sends=stack)  # noqa: S106

    def begin(read: Callable[[], T]) -> Later[T]:
        return pool.submit(attempt, read).result

    there, factors, types = begin(lambda: auth0.provider(stack)), begin(auth0.factors), begin(auth0.message_types)
    sends, flags, policies = begin(auth0.send_events), begin(auth0.flags), begin(auth0.policies)
    applications, users = begin(auth0.applications), begin(lambda: auth0.users_of(asked.connection))
    connection = begin(lambda: _connection(services, asked))
    listed = applications()
    chosen = listed if isinstance(listed, MfaSetupError) else attempt(lambda: _chosen(asked, listed))
    seen = TenantSeen(None, stack, factors(), flags(), listed, chosen, connection(), users(), policies())
    found = there()
    token = "unknown" if isinstance(found, MfaSetupError) else provider.token_state(services, found)
    scene = Scene(
        factor=_factor(factors(), types()),
        provider=found,
        token=token,
        account=None,
        sends=sends(),
        countries=desired.countries,
        country=desired.number.country,
    )
    return seen, scene


def _chosen(asked: DesiredApplication, listed: tuple[Application, ...]) -> Application | None:
    return application.choose(asked, application.named(asked, listed))


def _connection(services: Services, asked: DesiredApplication) -> Connection | None:
    found = services.auth0.connections().get(asked.connection)
    return services.auth0.connection(found, asked.connection) if found else None


def _factor(on: Read[frozenset[str]], types: Read[tuple[str, ...]]) -> Read[Factor]:
    if isinstance(on, MfaSetupError):
        return on
    if isinstance(types, MfaSetupError):
        return types
    return factor.seen(on, types)
