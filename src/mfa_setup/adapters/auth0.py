"""The Auth0 Management API, through auth0-python: calls, its answers as our models, its refusals as our errors.

Facts behind it: `Auth0(base_url=…, max_retries=0)` is the seam of the SDK that speaks to any base URL and never
re-sends; `ManagementClient` is not. The SDK retries POST by itself, so its retries stay off and ours decide.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from functools import partial
from http import HTTPStatus
from typing import Any

from auth0.management import Auth0
from auth0.management.core.api_error import ApiError
from auth0.management.core.parse_error import ParsingError
from pydantic import SecretStr

from mfa_setup.adapters.answers import reading
from mfa_setup.adapters.auth0_refusals import classify
from mfa_setup.adapters.http import client as http_client
from mfa_setup.adapters.http_policy import HttpPolicy, HttpSettings, unreadable_is_unknown
from mfa_setup.adapters.token import TokenSource
from mfa_setup.errors import NotFoundError, RetiredEndpointError
from mfa_setup.model.base import JsonValue
from mfa_setup.model.observed import Application, Connection, Provider, SendEvent, Template, Templates
from mfa_setup.model.readiness import Headroom, TenantFlags
from mfa_setup.model.types import PhoneStack

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
        settings: HttpSettings,
    ) -> None:
        self.tokens = tokens
        self._policy = HttpPolicy("auth0", classify, read_only=read_only, settings=settings)
        self._http = http_client(self._policy, self._renewed)
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

    def factors(self) -> frozenset[str]:
        """The names of the factors that are on; `sms` stands for voice as well (`GET /guardian/factors`)."""
        with sdk_errors():
            return frozenset(str(item.name) for item in self._api.guardian.factors.list() if item.enabled)

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

    def flags(self) -> TenantFlags:
        """The settings that bear on MFA (`GET /tenants/settings`)."""
        fields = "customize_mfa_in_postlogin_action,flags"
        with sdk_errors():
            found = _plain(self._api.tenants.settings.get(fields=fields, include_fields=True))
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

    def headroom(self) -> Headroom | None:
        """What the last answer said of the rate limit; None where it said nothing."""
        return self._policy.headroom()

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
            updated_at=item.get("updated_at"),
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
        whole = tuple(_template(item) for item in listed if item.get("type") in {ENROLL, VERIFY})
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

    # --- writing -----------------------------------------------------------------------------------------------

    def create_application(self, body: Mapping[str, JsonValue]) -> str:
        """Makes an application; its client ID (`POST /clients`, never sent twice).

        Raises:
            OutcomeUnknownError: It may have been made.
        """
        with creating():
            return str(self._api.clients.create(**_arguments(body)).client_id)

    def update_application(self, client_id: str, body: Mapping[str, JsonValue]) -> None:
        """Changes some fields of an application (`PATCH /clients/{id}`: a merge at top level, null clears)."""
        with sdk_errors():
            self._api.clients.update(client_id, **_arguments(body))

    def delete_application(self, client_id: str) -> None:
        """Removes an application; one that is gone already is success (`DELETE /clients/{id}`)."""
        with _gone_is_fine(), sdk_errors():
            self._api.clients.delete(client_id)

    def connect(self, connection_id: str, client_id: str, *, on: bool = True) -> None:
        """Lets an application use a connection, or not; the others stay (`PATCH /connections/{id}/clients`)."""
        with sdk_errors():
            self._api.connections.clients.update(
                connection_id,
                request=[{"client_id": client_id, "status": on}],
            )

    def set_factor(self, *, enabled: bool) -> None:
        """Switches the `sms` factor on or off (`PUT /guardian/factors/sms`)."""
        with sdk_errors():
            self._api.guardian.factors.set("sms", enabled=enabled)

    def set_message_types(self, types: Sequence[str]) -> None:
        """Sets the message types (`PUT /guardian/factors/phone/message-types`)."""
        with sdk_errors():
            self._api.guardian.factors.phone.set_message_types(message_types=list(types))

    def set_policies(self, policies: Sequence[str]) -> None:
        """Sets when MFA is asked for (`PUT /guardian/policies`)."""
        with sdk_errors():
            self._api.guardian.policies.set(request=list(policies))

    def create_provider(self, provider: Provider, token: SecretStr) -> str:
        """Makes the unified stack's provider; its id (`POST /branding/phone/providers`, never sent twice).

        Raises:
            OutcomeUnknownError: It may have been made.
        """
        with creating():
            return str(self._api.branding.phone.providers.create(**_provider_body(provider, token)).id)

    def update_provider(self, provider: Provider, token: SecretStr | None) -> None:
        """Writes the unified stack's provider whole (`PATCH /branding/phone/providers/{id}`)."""
        with sdk_errors():
            self._api.branding.phone.providers.update(str(provider.id), **_provider_body(provider, token))

    def delete_provider(self, provider_id: str) -> None:
        """Removes the unified stack's provider (`DELETE /branding/phone/providers/{id}`: 204, recorded)."""
        with _gone_is_fine(), sdk_errors():
            self._api.branding.phone.providers.delete(provider_id)

    def set_twilio(self, provider: Provider, token: SecretStr | None) -> None:
        """Writes the legacy stack's Twilio settings whole (`PUT .../phone/providers/twilio`).

        All of them null unset it, for there is no DELETE. Not verified.
        """
        with sdk_errors():
            self._api.guardian.factors.phone.set_twilio_provider(
                from_=provider.sender,
                messaging_service_sid=provider.messaging_service_sid,
                auth_token=token.get_secret_value() if token else None,
                sid=provider.sid,
            )

    def select_provider(self, kind: str) -> None:
        """Chooses the legacy stack's provider (`PUT .../phone/selected-provider`)."""
        with sdk_errors():
            self._api.guardian.factors.phone.set_provider(provider=kind)

    def create_template(self, template: Template) -> str:
        """Makes a text of the unified stack, one for each type; its id (`POST /branding/phone/templates`).

        Raises:
            OutcomeUnknownError: It may have been made.
        """
        kind: Any = template.kind
        with creating():
            made = self._api.branding.phone.templates.create(
                type=kind, content=_content(template), disabled=template.disabled
            )
            return str(made.id)

    def update_template(self, template: Template) -> None:
        """Changes a text of the unified stack (`PATCH /branding/phone/templates/{id}`)."""
        with sdk_errors():
            self._api.branding.phone.templates.update(
                str(template.id), content=_content(template), disabled=template.disabled
            )

    def delete_template(self, template_id: str) -> None:
        """Removes a text of the unified stack: the default applies again (`DELETE .../templates/{id}`: 204)."""
        with _gone_is_fine(), sdk_errors():
            self._api.branding.phone.templates.delete(template_id)

    def set_templates(self, enrollment: str, verification: str) -> None:
        """Writes the legacy stack's texts, always both (`PUT .../phone/templates`)."""
        with sdk_errors():
            self._api.guardian.factors.phone.set_templates(
                enrollment_message=enrollment, verification_message=verification
            )

    # --- the proof by SMS ----------------------------------------------------------------------------------------

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
            events = [_plain(item) for item in found]
            return tuple(_send_event(item) for item in events if item.get("type") in _SEND_TYPES)

    def send_test(self, provider_id: str, to: str) -> None:
        """Lets the tenant send a test SMS by its own provider, never sent twice (`POST …/providers/{id}/try`).

        The answer, 202, says that it was accepted, and nothing of its delivery (OpenAPI).

        Raises:
            OutcomeUnknownError: It may have been sent.
        """
        with sdk_errors():
            self._api.branding.phone.providers.test(provider_id, to=to, delivery_method="text")


# --- reading the SDK's answers ---------------------------------------------------------------------------------


@contextmanager
def creating() -> Iterator[None]:
    """As `sdk_errors`, around a POST: what answered with something unreadable may have made it."""
    with unreadable_is_unknown(), sdk_errors():
        yield


@contextmanager
def _gone_is_fine() -> Iterator[None]:
    """A DELETE of what is gone already has what it wanted."""
    try:
        yield
    except NotFoundError as gone:
        if gone.status != HTTPStatus.NOT_FOUND:
            raise


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


def _template(item: dict[str, Any]) -> Template:
    body = (item.get("content") or {}).get("body") or {}
    return Template(
        kind=str(item["type"]),
        id=str(item["id"]),
        text=body.get("text"),
        voice=body.get("voice"),
        disabled=bool(item.get("disabled", False)),
    )


def _provider_body(provider: Provider, token: SecretStr | None) -> dict[str, Any]:
    """The whole provider: what leaving a part out does is not verified."""
    configuration: dict[str, Any] = {"delivery_methods": list(provider.delivery_methods)}
    if provider.kind == "twilio":
        configuration["sid"] = provider.sid
        if provider.sender:
            configuration["default_from"] = provider.sender
        else:
            configuration["mssid"] = provider.messaging_service_sid
    return {
        "name": provider.kind,
        "disabled": not provider.enabled,
        "configuration": configuration,
        "credentials": {"auth_token": token.get_secret_value()} if token else {},
    }


def _content(template: Template) -> Any:
    body = {"text": template.text, "voice": template.voice}
    return {"body": {key: text for key, text in body.items() if text is not None}}


_SEND_TYPES = frozenset({"gd_send_sms", "gd_send_sms_failure"})


def _send_event(item: dict[str, Any]) -> SendEvent:
    """Only `details.provider_error.errorCode` is known from reports; that `details.to` is the phone is not verified."""
    details = item.get("details")
    details = details if isinstance(details, dict) else {}
    error = details.get("provider_error")
    error = error if isinstance(error, dict) else {}
    code = str(error.get("errorCode") or "")
    return SendEvent(
        at=item["date"],
        log_id=str(item.get("log_id") or item.get("_id") or ""),
        failed=item.get("type") == "gd_send_sms_failure",
        to=str(details["to"]) if details.get("to") else None,
        user_id=item.get("user_id"),
        error_code=int(code) if code.isascii() and code.isdigit() else None,
        told=str(error.get("message") or item.get("description") or ""),
    )


def _arguments(body: Mapping[str, JsonValue]) -> dict[str, Any]:
    return dict(body)
