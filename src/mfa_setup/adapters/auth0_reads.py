"""What is read from the Auth0 Management API: each method is one kind of request, its answer one of our models."""

from collections.abc import Mapping

from auth0.management import Auth0
from auth0.management.core.api_error import ApiError
from auth0.management.core.parse_error import ParsingError

from mfa_setup.adapters.auth0_answers import (
    SEND_TYPES,
    application,
    legacy_provider,
    plain,
    sdk_errors,
    send_event,
    template,
    texts,
    unified_provider,
)
from mfa_setup.errors import RetiredEndpointError
from mfa_setup.model.observed import Application, Connection, Provider, SendEvent, Templates
from mfa_setup.model.readiness import TenantFlags
from mfa_setup.model.types import PhoneStack

PAGE = 100
"""The most that one page of a list may hold (`per_page`, `take`)."""
CLIENT_FIELDS = ",".join(Application.model_fields)
"""The fields that are read of each application; the client secret is not one of them."""
ENROLL, VERIFY = "otp_enroll", "otp_verify"
"""The two templates of the unified stack that MFA by SMS uses."""


class Auth0Reads:
    """Reads from one tenant; every method may raise the errors of exit codes 4 and 5."""

    _api: Auth0

    @sdk_errors()
    def phone_stack(self) -> PhoneStack:
        """The tenant's phone stack, from the setting `phone_consolidated_experience`.

        If the setting is absent, a legacy endpoint tells: on unified it answers 403 "deprecated feature".
        """
        settings = self._api.tenants.settings.get(fields="phone_consolidated_experience", include_fields=True)
        if settings.phone_consolidated_experience is not None:
            return "unified" if settings.phone_consolidated_experience else "legacy"
        try:
            self._api.guardian.factors.phone.get_selected_provider()
        except RetiredEndpointError:
            return "unified"
        return "legacy"

    def applications(self) -> tuple[Application, ...]:
        """All applications of the tenant except the hidden global one (`GET /clients`)."""
        found: list[Application] = []
        with sdk_errors():
            for page in range(1_000):
                pager = self._api.clients.list(
                    fields=CLIENT_FIELDS, include_fields=True, is_global=False, page=page, per_page=PAGE
                )
                # Page by page by hand: the SDK's own pager always asks for one empty page more.
                found += [application(plain(item)) for item in pager.items or []]
                if len(pager.items or []) < PAGE:
                    break
        return tuple(found)

    def connections(self) -> Mapping[str, str]:
        """The database connections: name to id (`GET /connections?strategy=auth0`)."""
        with sdk_errors():
            pager = self._api.connections.list(strategy=["auth0"], fields="id,name", include_fields=True, take=PAGE)
            return {str(item.name): str(item.id) for item in pager}

    def connection(self, connection_id: str, name: str) -> Connection:
        """A connection and the applications on it (`GET /connections/{id}/clients`)."""
        with sdk_errors():
            clients = self._api.connections.clients.get(connection_id, take=PAGE)
            return Connection(
                id=connection_id, name=name, client_ids=frozenset(str(item.client_id) for item in clients)
            )

    def factors(self) -> frozenset[str]:
        """The names of the enabled factors; `sms` includes voice (`GET /guardian/factors`)."""
        with sdk_errors():
            return frozenset(str(item.name) for item in self._api.guardian.factors.list() if item.enabled)

    def message_types(self) -> tuple[str, ...]:
        """The message types (`GET /guardian/factors/phone/message-types`)."""
        with sdk_errors():
            return texts(self._api.guardian.factors.phone.get_message_types().message_types or ())

    def policies(self) -> tuple[str, ...]:
        """The MFA policies; an empty list means Never (`GET /guardian/policies`)."""
        with sdk_errors():
            return texts(self._api.guardian.policies.list())

    @sdk_errors()
    def phone_of(self, user_id: str) -> str | None:
        """The last four digits of a user's confirmed phone (`GET /users/{id}/authentication-methods`).

        None where there is none. Whether the number comes masked depends on a flag of the tenant.
        """
        methods = [plain(item) for item in self._api.users.authentication_methods.list(user_id)]
        for item in methods:
            if item.get("type") == "phone" and item.get("confirmed", True):
                digits = "".join(filter(str.isdigit, str(item.get("phone_number") or item.get("name") or "")))
                return digits[-4:] or None
        return None

    def flags(self) -> TenantFlags:
        """The settings that concern MFA (`GET /tenants/settings`)."""
        fields = "customize_mfa_in_postlogin_action,flags"
        with sdk_errors():
            found = plain(self._api.tenants.settings.get(fields=fields, include_fields=True))
        flags = found.get("flags") or {}
        return TenantFlags(
            mfa_in_actions=bool(found.get("customize_mfa_in_postlogin_action")),
            factor_list=bool(flags.get("mfa_show_factor_list_on_enrollment")),
        )

    def users_of(self, connection: str) -> int:
        """How many users a connection has (`GET /users`)."""
        with sdk_errors():
            pager = self._api.users.list(q=f'identities.connection:"{connection}"', search_engine="v3", per_page=1)
            return int(pager.response.total or 0) if pager.response else 0

    @sdk_errors()
    def provider(self, stack: PhoneStack) -> Provider:
        """The phone provider of the tenant, on its stack; there is at most one."""
        return self._unified_provider() if stack == "unified" else self._legacy_provider()

    def _unified_provider(self) -> Provider:
        providers = [plain(item) for item in self._api.branding.phone.providers.list().providers or []]
        if not providers:
            return Provider(stack="unified")
        return unified_provider(providers[0])

    def _legacy_provider(self) -> Provider:
        selected = self._api.guardian.factors.phone.get_selected_provider().provider
        settings = plain(self._api.guardian.factors.phone.get_twilio_provider())
        return legacy_provider(selected, settings)

    @sdk_errors()
    def templates(self, stack: PhoneStack) -> Templates:
        """The texts of the SMS that differ from Auth0's defaults."""
        return self._unified_templates() if stack == "unified" else self._legacy_templates()

    def _unified_templates(self) -> Templates:
        listed = [plain(item) for item in self._api.branding.phone.templates.list().templates or []]
        whole = tuple(template(item) for item in listed if item.get("type") in {ENROLL, VERIFY})
        texts = {template.kind: template.text for template in whole}
        return Templates(enrollment=texts.get(ENROLL), verification=texts.get(VERIFY), whole=whole)

    def _legacy_templates(self) -> Templates:
        try:
            found = self._api.guardian.factors.phone.get_templates()
        except (ApiError, ParsingError) as nothing:
            # Never customised: 204 on one recorded tenant, 200 `{}` on another; the SDK raises for both.
            if nothing.status_code in {200, 204} and not nothing.body:
                return Templates()
            raise
        return Templates(enrollment=found.enrollment_message, verification=found.verification_message)

    def friendly_name(self) -> str | None:
        """The name that the texts show; None where the tenant has set none (`GET /tenants/settings`)."""
        with sdk_errors():
            return self._api.tenants.settings.get(fields="friendly_name", include_fields=True).friendly_name or None

    def verification_text(self, stack: PhoneStack) -> str | None:
        """The tenant's own text of the SMS with the code; None where the service's default applies.

        That a disabled template of the unified stack does not apply is not verified.
        """
        found = self.templates(stack)
        if stack == "legacy":
            return found.verification
        return next((own.text for own in found.whole if own.kind == VERIFY and not own.disabled), None)

    def send_events(self) -> tuple[SendEvent, ...]:
        """The tenant's newest attempts to send a code (`GET /logs`; an unquoted search is a "starts with")."""
        with sdk_errors():
            found = self._api.logs.list(search="type:gd_send_sms", per_page=PAGE, sort="date:-1").items or []
            events = [plain(item) for item in found]
            return tuple(send_event(item) for item in events if item.get("type") in SEND_TYPES)
