"""What mfa-setup sets up in a tenant and a Twilio account, reduced from a snapshot to what an export contains."""

from dataclasses import dataclass

from mfa_setup.errors import MfaSetupError, NothingToExportError
from mfa_setup.model.desired import Desired
from mfa_setup.model.observed import Application, Connection, MessagingService, Number, Provider, Template, Templates
from mfa_setup.model.outcome import Notice
from mfa_setup.model.post_login import PostLoginAction, ScopeState
from mfa_setup.model.types import PhoneStack
from mfa_setup.phone import normal
from mfa_setup.resources.application import choose
from mfa_setup.resources.base import OwnNumbers
from mfa_setup.resources.policy_names import name_of
from mfa_setup.snapshot.names import PartName
from mfa_setup.snapshot.parts import known, known_or
from mfa_setup.snapshot.snapshot import Snapshot

PARTS: frozenset[PartName] = frozenset({"provider", "factors", "message_types", "templates", "policies"})
"""The parts of the snapshot that every export reads."""
OF_APPLICATION: frozenset[PartName] = frozenset({"applications", "connections"})
"""The parts that an export of the application also reads."""
OPTIONAL: frozenset[PartName] = frozenset({"scope", "actions", "twilio"})
"""The parts without which an export is incomplete, but still useful."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The tenant's own SMS texts on the legacy stack, which are set together."""

    enrollment: str
    verification: str


@dataclass(frozen=True, slots=True)
class Present:
    """The setup that exists now; None where a part does not exist or is not mfa-setup's to export.

    Attributes:
        domain: The tenant's domain.
        stack: The tenant's phone stack.
        application: The application that the settings select.
        connection: The database connection, if the application is enabled on it.
        connected: The names of all applications that are enabled on this connection; the client ID of one without a
            unique name.
        provider: Twilio as the phone provider, if it can send.
        texts: The tenant's own SMS texts on the legacy stack.
        templates: The tenant's own SMS templates on the unified stack.
        factors: The names of all enabled factors.
        message_types: The message types of the `sms` factor; empty if the factor is not enabled.
        policies: The MFA policies; None if they must not be exported, because nothing that can send is, or because
            their limits could not be read.
        limits: The Action that limits the policy, if it is in force.
        number: The number of the Twilio account that sends.
        service: The Messaging Service whose sender pool contains the number.
        notices: What is missing from the export, and why.
    """

    domain: str
    stack: PhoneStack
    application: Application | None
    connection: Connection | None
    connected: tuple[str, ...]
    provider: Provider | None
    texts: Texts | None
    templates: tuple[Template, ...]
    factors: frozenset[str]
    message_types: tuple[str, ...]
    policies: tuple[str, ...] | None
    limits: PostLoginAction | None
    number: Number | None
    service: MessagingService | None
    notices: tuple[Notice, ...]

    @property
    def policy(self) -> str:
        """The policy in words, for comments and documents."""
        if self.policies is None:
            return "not exported"
        return "limited to some users" if self.limits else name_of(self.policies)


def present(desired: Desired, found: Snapshot, own: OwnNumbers) -> Present:
    """Reduces a snapshot to what an export contains.

    Args:
        desired: The settings, which select the application and its connection.
        found: The snapshot; `PARTS` must have been read.
        own: How this tenant's numbers are recognized.

    Raises:
        NothingToExportError: Nothing is set up.
        ChoiceNeededError, NotFoundError, ApplicationConflictError: The settings do not select one application.
    """
    missing: list[Notice] = []
    listed = known(found.applications) if desired.application else ()
    application = choose(desired.application, listed) if desired.application else None
    connection = _connection(found, application)
    provider = _provider(known(found.provider), missing)
    factor, state = known(found.factor), _state(found, missing)
    templates = known(found.templates)
    if application is None and provider is None and not factor.enabled:
        raise NothingToExportError(
            f"Nothing is set up in {found.domain}: it has no such application, Twilio is not its phone provider, and "
            "the SMS factor is disabled."
        )
    sends = provider is not None and factor.enabled and bool(factor.message_types)
    policies = known(found.policies)
    is_known = bool(policies) or not _may_be_limited(found)
    if desired.application and application is None:
        missing.append(_absent(f'The tenant has no application named "{desired.application.name}".'))
    if application:
        missing += _of_application(application, connection, listed)
    if not factor.enabled:
        missing.append(_absent("The SMS factor is disabled."))
    if not sends:
        missing.append(_absent("The MFA policy is left out, because nothing in the export could send codes for it."))
    elif not is_known:
        missing.append(_absent("The MFA policy is left out, because it may be limited to some users."))
    number, service = _number(found, provider, own, missing)
    return Present(
        domain=found.domain,
        stack=known(found.stack),
        application=application,
        connection=connection,
        connected=_names(connection, known_or(found.applications, ())),
        provider=provider,
        texts=_texts(templates),
        templates=tuple(template for template in templates.whole if template.text is not None),
        factors=factor.on,
        message_types=factor.message_types if factor.enabled else (),
        policies=policies if sends and is_known else None,
        limits=state.action if sends and state.in_force and not policies else None,
        number=number,
        service=service,
        notices=tuple(missing),
    )


def _absent(message: str) -> Notice:
    hint = "`mfa-setup status` shows what is set up; `mfa-setup plan` shows what is missing."
    return Notice(code="export_incomplete", message=message, hint=hint)


def _of_application(
    application: Application, connection: Connection | None, listed: tuple[Application, ...]
) -> list[Notice]:
    """Returns what an export lacks of the application, and a warning if others have its name."""
    notices = []
    if connection is None:
        told = f'The application "{application.name}" is not enabled on the database connection of the settings.'
        notices.append(_absent(told))
    if len([item for item in listed if item.name == application.name]) > 1:
        message = (
            f'Several applications are named "{application.name}". The Deploy CLI and the script select an application '
            "by its name, so they cannot tell which one is meant."
        )
        notices.append(Notice(code="export_name_shared", message=message, hint="Rename the other applications first."))
    return notices


def _texts(templates: Templates) -> Texts | None:
    """Returns the texts of the legacy stack; those of the unified stack are whole templates."""
    if templates.whole or not (templates.enrollment and templates.verification):
        return None
    return Texts(templates.enrollment, templates.verification)


def _connection(found: Snapshot, application: Application | None) -> Connection | None:
    if application is None:
        return None
    connection = known(found.connections).found
    return connection if connection and application.client_id in connection.client_ids else None


def _provider(provider: Provider, missing: list[Notice]) -> Provider | None:
    if provider.kind == "twilio" and provider.can_send:
        return provider
    if provider.kind == "twilio" and provider.sid:
        told = "Twilio is disabled as the tenant's phone provider, or has no sender"
        missing.append(
            _absent(f"{told}, so no provider is exported: in another tenant, it would replace one that sends.")
        )
        return None
    is_custom = provider.kind in {"custom", "phone-message-hook", "other"}
    told = "The tenant's phone provider is not Twilio" if is_custom else "Twilio is not the tenant's phone provider"
    missing.append(_absent(f"{told}, so no provider is exported."))
    return None


def _state(found: Snapshot, missing: list[Notice]) -> ScopeState:
    """Returns the state of our Action; empty if it could not be read."""
    if _may_be_limited(found) and isinstance(found.scope, MfaSetupError):
        missing.append(_absent(f"The limits of the MFA policy are left out: {found.scope.message}"))
    return known_or(found.scope, ScopeState())


def _may_be_limited(found: Snapshot) -> bool:
    """Whether our Action could not be read; a tenant whose plan has no Actions has none."""
    return isinstance(found.scope, MfaSetupError) and found.scope.code != "plan_refused"


def _names(connection: Connection | None, applications: tuple[Application, ...]) -> tuple[str, ...]:
    """Returns the applications of a connection by name, or by client ID where the name is not unique or not known."""
    if connection is None:
        return ()
    names = [item.name for item in applications]
    unique = {item.client_id: item.name for item in applications if names.count(item.name) == 1}
    return tuple(sorted(unique.get(client_id, client_id) for client_id in connection.client_ids))


def _number(
    found: Snapshot, provider: Provider | None, own: OwnNumbers, missing: list[Notice]
) -> tuple[Number | None, MessagingService | None]:
    """Returns the number that the provider sends from, or ours in the pool that it sends from, and its pool."""
    if provider is None:
        return None, None
    account = known_or(found.twilio, None)
    if account is None or account.sid != provider.sid:
        why = "other Twilio credentials were given" if account else "no Twilio credentials were given"
        unread = found.twilio.message if isinstance(found.twilio, MfaSetupError) else why
        missing.append(_absent(f"The number of the Twilio account is left out: {unread.rstrip('.')}."))
        return None, None
    phone = normal(provider.sender) if provider.sender else None
    named = next((item for item in account.services if item.sid == provider.messaging_service_sid), None)
    pool = named.pool if named else frozenset[str]()
    ours = [item for item in account.numbers if item.sid in pool and own.has(item)]
    number = next((item for item in account.numbers if item.phone_number == phone), ours[0] if ours else None)
    if number is None:
        return None, None
    return number, next((item for item in account.services if number.sid in item.pool), None)
