"""The Auth0 Management API, through auth0-python: calls, its answers as our models, its refusals as our errors.

Facts behind it: `Auth0(base_url=…, max_retries=0)` is the seam of the SDK that speaks to any base URL and never
re-sends; `ManagementClient` is not. The SDK retries POST by itself, so its retries stay off and ours decide.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from functools import partial
from typing import Any

from auth0.management import Auth0
from auth0.management.core.api_error import ApiError
from auth0.management.core.parse_error import ParsingError
from pydantic import SecretStr

from mfa_setup.adapters.answers import reading
from mfa_setup.adapters.auth0_refusals import classify
from mfa_setup.adapters.http import client as http_client
from mfa_setup.adapters.token import TokenSource
from mfa_setup.adapters.wire import WaitListener, Wire
from mfa_setup.errors import RetiredEndpointError
from mfa_setup.model.base import JsonValue
from mfa_setup.model.observed import Application, Connection, Provider, Templates
from mfa_setup.model.outcome import PhoneStack

PAGE = 100
"""The most that one page of a list may hold (`per_page`, `take`)."""
CLIENT_FIELDS = ",".join(Application.model_fields)
"""What is asked of each application; the client secret is not among it."""
ENROLL, VERIFY = "otp_enroll", "otp_verify"
"""The two templates of the unified stack that MFA by SMS uses."""

sdk_errors = partial(reading, "auth0", ApiError, ParsingError)
"""Turns what reading an answer raises into ours; refusals have become ours in the transport already."""


class Auth0Adapter:
    """One tenant; every method may raise the errors of exit codes 4 and 5."""

    def __init__(
        self,
        base_url: str,
        tokens: TokenSource,
        *,
        read_only: bool,
        budget: float,
        on_wait: WaitListener,
    ) -> None:
        self.tokens = tokens
        wire = Wire("auth0", classify, read_only=read_only, budget=budget, on_wait=on_wait)
        self._http = http_client(wire, base_url, self._renewed)
        self._api = Auth0(base_url=f"{base_url}/api/v2", token=tokens.value, max_retries=0, httpx_client=self._http)

    def _renewed(self, refused: str) -> str | None:
        return self.tokens.value() if self.tokens.renew(refused) else None

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    # --- reading -----------------------------------------------------------------------------------------------

    @sdk_errors()
    def phone_stack(self) -> PhoneStack:
        """Which phone stack the tenant is on: the setting `phone_consolidated_experience` says it.

        Where the setting is absent, a legacy endpoint tells: it answers 403 "deprecated feature" on unified.
        """
        with sdk_errors():
            settings = self._api.tenants.settings.get(fields="phone_consolidated_experience", include_fields=True)
        if settings.phone_consolidated_experience is not None:
            return "unified" if settings.phone_consolidated_experience else "legacy"
        try:
            with sdk_errors():
                self._api.guardian.factors.phone.get_selected_provider()
        except RetiredEndpointError:
            return "unified"
        return "legacy"

    def applications(self) -> tuple[Application, ...]:
        """All applications of the tenant, the hidden global one left out (`GET /clients`)."""
        found: list[Application] = []
        with sdk_errors():
            for page in range(1_000):
                pager = self._api.clients.list(
                    fields=CLIENT_FIELDS, include_fields=True, is_global=False, page=page, per_page=PAGE
                )
                # Page by page by hand: the SDK's own pager always asks for one empty page more.
                found += [_application(_plain(item)) for item in pager.items or []]
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

    def factor_enabled(self) -> bool:
        """Whether the `sms` factor is on; it stands for voice as well (`GET /guardian/factors`)."""
        with sdk_errors():
            return any(bool(item.enabled) for item in self._api.guardian.factors.list() if item.name == "sms")

    def message_types(self) -> tuple[str, ...]:
        """The message types (`GET /guardian/factors/phone/message-types`)."""
        with sdk_errors():
            return _texts(self._api.guardian.factors.phone.get_message_types().message_types or ())

    def policies(self) -> tuple[str, ...]:
        """The MFA policies; none means never (`GET /guardian/policies`)."""
        with sdk_errors():
            return _texts(self._api.guardian.policies.list())

    @sdk_errors()
    def phone_of(self, user_id: str) -> str | None:
        """The last four digits of a user's confirmed phone (`GET /users/{id}/authentication-methods`).

        None where there is none. Whether the number comes masked depends on a flag of the tenant.
        """
        with sdk_errors():
            methods = [_plain(item) for item in self._api.users.authentication_methods.list(user_id)]
        for item in methods:
            if item.get("type") == "phone" and item.get("confirmed", True):
                digits = "".join(filter(str.isdigit, str(item.get("phone_number") or item.get("name") or "")))
                return digits[-4:] or None
        return None

    @sdk_errors()
    def provider(self, stack: PhoneStack) -> Provider:
        """The phone provider of the tenant, on its stack; there is at most one."""
        return self._unified_provider() if stack == "unified" else self._legacy_provider()

    def _unified_provider(self) -> Provider:
        with sdk_errors():
            providers = [_plain(item) for item in self._api.branding.phone.providers.list().providers or []]
        if not providers:
            return Provider(stack="unified")
        item = providers[0]
        configuration = item.get("configuration") or {}
        kind = str(item.get("name"))
        return Provider(
            stack="unified",
            kind="twilio" if kind == "twilio" else "custom" if kind == "custom" else "other",
            id=item.get("id"),
            enabled=not item.get("disabled", False),
            sid=configuration.get("sid"),
            sender=configuration.get("default_from"),
            messaging_service_sid=configuration.get("mssid"),
            delivery_methods=tuple(configuration.get("delivery_methods") or ()),
        )

    def _legacy_provider(self) -> Provider:
        with sdk_errors():
            selected = self._api.guardian.factors.phone.get_selected_provider().provider
            settings = _plain(self._api.guardian.factors.phone.get_twilio_provider())
        token = settings.get("auth_token")
        return Provider(
            stack="legacy",
            kind=selected if selected in {"auth0", "twilio", "phone-message-hook"} else "other",
            enabled=selected is not None,
            sid=settings.get("sid"),
            sender=settings.get("from"),
            messaging_service_sid=settings.get("messaging_service_sid"),
            token=SecretStr(token) if token else None,
        )

    @sdk_errors()
    def templates(self, stack: PhoneStack) -> Templates:
        """The texts of the SMS, where they are not the service's defaults."""
        return self._unified_templates() if stack == "unified" else self._legacy_templates()

    def _unified_templates(self) -> Templates:
        with sdk_errors():
            listed = [_plain(item) for item in self._api.branding.phone.templates.list().templates or []]
        texts = {item.get("type"): item for item in listed}
        text = {kind: _template_text(texts.get(kind)) for kind in (ENROLL, VERIFY)}
        return Templates(
            enrollment=text[ENROLL],
            verification=text[VERIFY],
            enrollment_id=(texts.get(ENROLL) or {}).get("id"),
            verification_id=(texts.get(VERIFY) or {}).get("id"),
        )

    def _legacy_templates(self) -> Templates:
        try:
            found = self._api.guardian.factors.phone.get_templates()
        except (ApiError, ParsingError) as nothing:
            # Never customised: 204 on one recorded tenant, 200 `{}` on another; the SDK raises for both.
            if nothing.status_code in {200, 204} and not nothing.body:
                return Templates()
            raise
        return Templates(enrollment=found.enrollment_message, verification=found.verification_message)

    # --- writing -----------------------------------------------------------------------------------------------

    def create_application(self, body: Mapping[str, JsonValue]) -> str:
        """Makes an application; its client ID (`POST /clients`, never sent twice).

        Raises:
            OutcomeUnknownError: It may have been made.
        """
        with sdk_errors():
            return str(self._api.clients.create(**_arguments(body)).client_id)

    def update_application(self, client_id: str, body: Mapping[str, JsonValue]) -> None:
        """Changes some fields of an application (`PATCH /clients/{id}`: a merge at top level)."""
        with sdk_errors():
            self._api.clients.update(client_id, **_arguments(body))

    def connect(self, connection_id: str, client_id: str) -> None:
        """Lets an application use a connection; the others stay (`PATCH /connections/{id}/clients`)."""
        with sdk_errors():
            self._api.connections.clients.update(
                connection_id,
                request=[{"client_id": client_id, "status": True}],
            )

    def enable_factor(self) -> None:
        """Switches the `sms` factor on (`PUT /guardian/factors/sms`)."""
        with sdk_errors():
            self._api.guardian.factors.set("sms", enabled=True)

    def set_message_types(self, types: Sequence[str]) -> None:
        """Sets the message types (`PUT /guardian/factors/phone/message-types`)."""
        with sdk_errors():
            self._api.guardian.factors.phone.set_message_types(message_types=list(types))

    def set_policies(self, policies: Sequence[str]) -> None:
        """Sets when MFA is asked for (`PUT /guardian/policies`)."""
        with sdk_errors():
            self._api.guardian.policies.set(request=list(policies))

    def save_provider(self, provider: Provider, token: SecretStr) -> None:
        """Writes Twilio as the tenant's provider, the whole object with its token.

        What leaving a field or the credentials out does is not verified, so nothing is left out. On legacy the
        settings are written before they are selected: at no moment is Twilio selected without an account.
        """
        secret = token.get_secret_value()
        with sdk_errors():
            if provider.stack == "legacy":
                phone = self._api.guardian.factors.phone
                phone.set_twilio_provider(
                    from_=provider.sender,
                    messaging_service_sid=provider.messaging_service_sid,
                    auth_token=secret,
                    sid=provider.sid,
                )
                phone.set_provider(provider="twilio")
                return
            configuration: dict[str, Any] = {
                "sid": provider.sid,
                "delivery_methods": list(provider.delivery_methods),
            }
            if provider.sender:
                configuration["default_from"] = provider.sender
            else:
                configuration["mssid"] = provider.messaging_service_sid
            body: dict[str, Any] = {
                "name": "twilio",
                "disabled": False,
                "configuration": configuration,
                "credentials": {"auth_token": secret},
            }
            if provider.id:
                self._api.branding.phone.providers.update(provider.id, **body)
            else:
                self._api.branding.phone.providers.create(**body)

    def save_templates(self, stack: PhoneStack, templates: Templates) -> None:
        """Writes the texts of the SMS; None leaves one as it is (on legacy both are always written)."""
        with sdk_errors():
            if stack == "legacy":
                self._api.guardian.factors.phone.set_templates(
                    enrollment_message=templates.enrollment or "",
                    verification_message=templates.verification or "",
                )
                return
            for kind, text, known in (
                (ENROLL, templates.enrollment, templates.enrollment_id),
                (VERIFY, templates.verification, templates.verification_id),
            ):
                if text is not None:
                    self._save_template(kind, text, known)

    def _save_template(self, kind: str, text: str, known: str | None) -> None:
        content: Any = {"body": {"text": text, "voice": text}}
        if known:
            self._api.branding.phone.templates.update(known, content=content, disabled=False)
        else:
            self._api.branding.phone.templates.create(type=kind, content=content, disabled=False)


# --- reading the SDK's answers ---------------------------------------------------------------------------------


def _plain(item: Any) -> dict[str, Any]:
    """An answer of the SDK as the service sent it, without what was absent."""
    plain = item.model_dump(by_alias=True, exclude_none=True, mode="json")
    if not isinstance(plain, dict):
        raise TypeError
    return plain


def _texts(items: Iterable[object]) -> tuple[str, ...]:
    """A list of texts, as the service sent it.

    Raises:
        TypeError: One of them is something else.
    """
    found = tuple(item.value if isinstance(item, Enum) else item for item in items)
    if not all(isinstance(item, str) for item in found):
        raise TypeError
    return tuple(str(item) for item in found)


def _application(item: dict[str, Any]) -> Application:
    return Application.model_validate({key: item[key] for key in Application.model_fields if key in item})


def _template_text(item: dict[str, Any] | None) -> str | None:
    text = (((item or {}).get("content") or {}).get("body") or {}).get("text")
    return None if text is None else str(text)


def _arguments(body: Mapping[str, JsonValue]) -> dict[str, Any]:
    return dict(body)
