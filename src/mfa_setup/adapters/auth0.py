"""The Auth0 Management API of one tenant, through auth0-python: each method is one kind of request.

`Auth0(base_url=…, max_retries=0)` is the SDK's only client that accepts any base URL and never retries;
`ManagementClient` does not. The SDK would retry even POST requests, so its retries are disabled and `HttpPolicy`
decides when to retry.

Reads use the SDK's core client (`auth0.management.core`), and `auth0_answers.py` and our own models validate the
responses: the SDK's typed methods import some 400 models, which takes longer than all requests of a `status`.
Writes use the typed methods, which are imported when the first write is sent.
"""

import itertools
import math
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

import mfa_setup.adapters.auth0_package  # isort: skip # noqa: F401 before the SDK
from auth0.management import Auth0
from auth0.management.core.client_wrapper import SyncClientWrapper
from auth0.management.core.jsonable_encoder import quote_path_param
from pydantic import SecretStr

from mfa_setup.adapters import auth0_answers as answers
from mfa_setup.adapters.auth0_actions import Auth0Actions, Client
from mfa_setup.adapters.auth0_answers import creating, deleting, sdk_errors
from mfa_setup.adapters.auth0_refusals import classify
from mfa_setup.adapters.http import client as http_client
from mfa_setup.adapters.http_policy import HttpPolicy, HttpSettings
from mfa_setup.adapters.token import TokenSource
from mfa_setup.errors import NotFoundError, RetiredEndpointError
from mfa_setup.model.observed import (
    MOST_COUNTED,
    Application,
    Connection,
    FactorUse,
    Provider,
    SendEvent,
    Template,
    Templates,
    UserCount,
)
from mfa_setup.model.readiness import ActionFailure, Headroom, TenantSettings
from mfa_setup.model.types import PhoneStack

PAGE = 100
"""The maximum number of items on one page of a list (`per_page`, `take`)."""
CLIENT_FIELDS = ",".join(Application.model_fields)
"""The fields that are read of each application; the client secret is excluded."""
ENROLL, VERIFY = "otp_enroll", "otp_verify"
"""The two templates of the unified stack that MFA by SMS uses."""

Part = TypeVar("Part")

_importing = threading.Lock()
"""Held while a part of the SDK is imported, which happens on first use. Threads cannot safely import modules that
import each other: when CPython finishes importing a package, the package is missing from `sys.modules` for an
instant, and another thread that imports one of its modules fails with a `KeyError`.
"""


class Auth0Adapter:
    """The Management API of one tenant; every method may raise the errors of exit codes 4 and 5."""

    def __init__(self, base_url: str, tokens: TokenSource, *, read_only: bool, settings: HttpSettings) -> None:
        self.tokens = tokens
        self._policy = HttpPolicy("auth0", classify, read_only=read_only, settings=settings)
        if tokens.last_limit is not None:
            self._policy.expect(*tokens.last_limit)
        self._http = http_client(self._policy, self._renewed, once="/bindings")
        url = f"{base_url}/api/v2"
        self._api = Auth0(base_url=url, token=tokens.value, max_retries=0, httpx_client=self._http)
        core = SyncClientWrapper(base_url=url, token=tokens.value, max_retries=0, httpx_client=self._http)
        self._core = core.httpx_client
        self.actions = Auth0Actions(Client(self._get, self._part))

    def _part(self, of: Callable[[Auth0], Part]) -> Part:
        """Returns a part of the SDK's client; safe to call from any thread."""
        with _importing:
            return of(self._api)

    def _renewed(self, refused: str, *, expired: bool) -> str | None:
        return self.tokens.value() if self.tokens.renew(refused, expired=expired) else None

    def headroom(self) -> Headroom | None:
        """Returns the remaining rate limit according to the last response; None if no response has reported it."""
        return self._policy.limit.headroom()

    def now(self) -> datetime | None:
        """Returns the time of Auth0's clock from the latest response's `Date` header; None without one."""
        return self._policy.served_at

    def close(self) -> None:
        """Closes the connections and caches the phone stack and the rate limit for the next run."""
        self._http.close()
        self.tokens.keep(self.headroom())

    # Reads: every response is converted to one of our models.

    def _get(self, path: str, **parameters: Any) -> Any:
        """Sends a GET request and returns the JSON of the response; None for an empty response."""
        answer = self._core.request(path, method="GET", params=parameters)
        return answer.json() if answer.content.strip() else None

    def _pages(self, path: str, key: str, *, per_page: int = PAGE, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Yields the items of a list with numbered pages until a page is empty, as the SDK's own pager does."""
        for page in itertools.count():
            items = answers.items(self._get(path, page=page, per_page=per_page, **parameters), key)
            if not items:
                return
            yield from items

    def _linked_pages(self, path: str, key: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Yields the items of a list in which each page contains the token of the next one."""
        following: str | None = None
        while True:
            page = answers.plain(self._get(path, take=PAGE, **{"from": following}, **parameters))
            yield from answers.items(page, key)
            following = answers.text(page, "next")
            if not following:
                return

    @sdk_errors()
    def settings(self) -> TenantSettings:
        """Reads the tenant settings that concern MFA (`GET /tenants/settings`)."""
        fields = "phone_consolidated_experience,customize_mfa_in_postlogin_action,flags"
        found = answers.plain(self._get("tenants/settings", fields=fields, include_fields=True))
        unified, flags = answers.flag(found, "phone_consolidated_experience"), found.get("flags") or {}
        return TenantSettings(
            stack=None if unified is None else "unified" if unified else "legacy",
            mfa_in_actions=bool(answers.flag(found, "customize_mfa_in_postlogin_action")),
            factor_list=bool(answers.flag(flags, "mfa_show_factor_list_on_enrollment")),
            all_connections=bool(answers.flag(flags, "enable_client_connections")),
        )

    @sdk_errors()
    def stack_by_endpoint(self) -> PhoneStack:
        """Detects the phone stack if the settings omit it: on unified, a legacy endpoint responds 403 "deprecated"."""
        try:
            self._selected_provider()
        except RetiredEndpointError:
            return "unified"
        return "legacy"

    @sdk_errors()
    def applications(self) -> tuple[Application, ...]:
        """Lists all applications of the tenant except the hidden global one (`GET /clients`)."""
        found: list[Application] = []
        for page in range(1_000):  # a page that is not full is the last one, so no further page is requested
            listed = self._get(
                "clients",
                fields=CLIENT_FIELDS,
                include_fields=True,
                include_totals=True,
                is_global=False,
                page=page,
                per_page=PAGE,
            )
            items = answers.items(listed, "clients")
            found += map(answers.application, items)
            if len(items) < PAGE:
                break
        return tuple(found)

    @sdk_errors()
    def connections(self) -> Mapping[str, str]:
        """Returns the database connections: name to ID (`GET /connections?strategy=auth0`)."""
        listed = self._linked_pages(
            "connections",
            "connections",
            strategy=["auth0"],
            fields="id,name",
            include_fields=True,
            include_totals=True,
        )
        return {answers.required(item, "name"): answers.required(item, "id") for item in listed}

    @sdk_errors()
    def sms_connections(self) -> tuple[str, ...]:
        """Returns the names of the passwordless SMS connections (`GET /connections?strategy=sms`)."""
        listed = self._linked_pages(
            "connections", "connections", strategy=["sms"], fields="name", include_fields=True, include_totals=True
        )
        return tuple(answers.required(item, "name") for item in listed)

    @sdk_errors()
    def connection(self, connection_id: str, name: str) -> Connection:
        """Returns a connection and the applications that use it (`GET /connections/{id}/clients`)."""
        clients = self._linked_pages(f"connections/{quote_path_param(connection_id)}/clients", "clients")
        client_ids = frozenset(answers.required(item, "client_id") for item in clients)
        return Connection(id=connection_id, name=name, client_ids=client_ids)

    @sdk_errors()
    def factors(self) -> frozenset[str]:
        """Returns the names of the enabled factors; `sms` includes voice (`GET /guardian/factors`)."""
        found = answers.items(self._get("guardian/factors"))
        return frozenset(answers.required(item, "name") for item in found if answers.flag(item, "enabled"))

    @sdk_errors()
    def message_types(self) -> tuple[str, ...]:
        """Returns the message types (`GET /guardian/factors/phone/message-types`)."""
        found = answers.plain(self._get("guardian/factors/phone/message-types"))
        return answers.texts(found.get("message_types") or [])

    @sdk_errors()
    def policies(self) -> tuple[str, ...]:
        """Returns the MFA policies; an empty list means Never (`GET /guardian/policies`)."""
        return answers.texts(self._get("guardian/policies"))

    @sdk_errors()
    def phone_of(self, user_id: str) -> str | None:
        """Returns the last four digits of a user's confirmed phone (`GET /users/{id}/authentication-methods`).

        None if the user has no confirmed phone. A tenant flag determines whether Auth0 masks the number.
        """
        path = f"users/{quote_path_param(user_id)}/authentication-methods"
        methods = list(self._pages(path, "authenticators", per_page=50, include_totals=True))
        for item in methods:
            if item.get("type") == "phone" and answers.flag(item, "confirmed") is not False:
                phone = answers.text(item, "phone_number") or answers.text(item, "name") or ""
                digits = "".join(filter(str.isdigit, phone))
                return digits[-4:] or None
        return None

    @sdk_errors()
    def named_connections(self, names: Collection[str]) -> Mapping[str, str]:
        """Returns the connections of any kind that have one of these names: name to ID (`GET /connections?name=`)."""
        found: dict[str, str] = {}
        for name in names:
            listed = answers.items(self._get("connections", name=name, fields="id,name", include_fields=True))
            found |= {answers.required(item, "name"): answers.required(item, "id") for item in listed}
        return found

    @sdk_errors()
    def connection_exists(self, connection_id: str) -> bool:
        """Whether a connection exists, whatever its name is now (`GET /connections/{id}`)."""
        try:
            self._get(f"connections/{quote_path_param(connection_id)}", fields="id", include_fields=True)
        except NotFoundError:
            return False
        return True

    @sdk_errors()
    def organizations(self) -> Mapping[str, str]:
        """Returns the tenant's organizations: name to ID (`GET /organizations`)."""
        listed = self._linked_pages("organizations", "organizations")
        return {answers.required(item, "name"): answers.required(item, "id") for item in listed}

    @sdk_errors()
    def roles(self) -> frozenset[str]:
        """Returns the names of the tenant's roles (`GET /roles`)."""
        return frozenset(answers.required(item, "name") for item in self._pages("roles", "roles", include_totals=True))

    @sdk_errors()
    def custom_domains(self) -> frozenset[str]:
        """Returns the tenant's custom domains (`GET /custom-domains`)."""
        found = answers.items(self._get("custom-domains"))
        return frozenset(answers.required(item, "domain").lower() for item in found)

    @sdk_errors()
    def user_count(self, *, every_page: bool) -> UserCount:
        """Counts the tenant's users and those enrolled in MFA (`GET /users`), without reading personal data.

        Args:
            every_page: Whether up to `MOST_COUNTED` users are counted, on ten pages that are read together after the
                first; otherwise, the enrolled users are counted only if all users are on the first page.
        """
        total, enrolled = self._users(0)
        further = range(1, math.ceil(total / PAGE))
        if total > MOST_COUNTED or (further and not every_page):
            return UserCount(total=total)
        if further:
            with ThreadPoolExecutor(len(further)) as pool:
                enrolled = enrolled.union(*(found for _, found in pool.map(self._users, further)))
        return UserCount(total=total, enrolled=len(enrolled))

    @sdk_errors()
    def _users(self, page: int) -> tuple[int, frozenset[str]]:
        """Returns the number of all users, and the IDs of those on one page who have enrolled in MFA."""
        fields = "user_id,multifactor"
        answer = self._get("users", page=page, per_page=PAGE, include_totals=True, fields=fields, include_fields=True)
        enrolled = (user for user in answers.items(answer, "users") if user.get("multifactor"))
        total = int(answers.plain(answer).get("total") or 0)
        return total, frozenset(answers.required(user, "user_id") for user in enrolled)

    @sdk_errors()
    def provider(self, stack: PhoneStack) -> Provider:
        """Returns the tenant's phone provider on the given stack; a tenant has at most one."""
        if stack == "legacy":
            with ThreadPoolExecutor(1) as pool:
                twilio = pool.submit(self._legacy_twilio)
                return answers.legacy_provider(self._selected_provider(), twilio.result())
        providers = answers.items(self._get("branding/phone/providers"), "providers")
        return answers.unified_provider(providers[0]) if providers else Provider(stack="unified")

    @sdk_errors()
    def _legacy_twilio(self) -> dict[str, Any]:
        return answers.plain(self._get("guardian/factors/phone/providers/twilio"))

    def _selected_provider(self) -> str | None:
        return answers.text(answers.plain(self._get("guardian/factors/phone/selected-provider")), "provider")

    @sdk_errors()
    def templates(self, stack: PhoneStack) -> Templates:
        """Returns the tenant's SMS texts that differ from Auth0's defaults."""
        if stack == "legacy":
            return self._legacy_templates()
        listed = answers.items(self._get("branding/phone/templates"), "templates")
        whole = tuple(answers.template(item) for item in listed if item.get("type") in {ENROLL, VERIFY})
        texts = {template.kind: template.text for template in whole}
        return Templates(enrollment=texts.get(ENROLL), verification=texts.get(VERIFY), whole=whole)

    def _legacy_templates(self) -> Templates:
        found = self._get("guardian/factors/phone/templates")
        if not found:  # never customised: one recorded tenant responds 204, another 200 `{}`
            return Templates()
        texts = answers.plain(found)
        return Templates(enrollment=texts["enrollment_message"], verification=texts["verification_message"])

    @sdk_errors()
    def friendly_name(self) -> str | None:
        """Returns the tenant's name as the SMS texts show it; None if it is not set (`GET /tenants/settings`)."""
        found = answers.plain(self._get("tenants/settings", fields="friendly_name", include_fields=True))
        return answers.text(found, "friendly_name") or None

    def verification(self, stack: PhoneStack) -> Template:
        """Returns the tenant's own text and sender of the SMS with the code; both are empty if Auth0's defaults apply.

        Assumes that a disabled template of the unified stack does not apply (not verified).
        """
        found = self.templates(stack)
        if stack == "legacy":
            return Template(kind=VERIFY, text=found.verification)
        in_use = (own for own in found.whole if own.kind == VERIFY and not own.disabled)
        return next(in_use, Template(kind=VERIFY))

    @sdk_errors()
    def send_events(self) -> tuple[SendEvent, ...]:
        """Returns the tenant's newest attempts to send a code (`GET /logs`; an unquoted search is a prefix search)."""
        events = self._newest_events("type:gd_send_sms")
        return tuple(answers.send_event(item) for item in events if item.get("type") in answers.SEND_TYPES)

    @sdk_errors()
    def factor_uses(self, user_id: str) -> tuple[FactorUse, ...]:
        """Returns the second factors that a user passed, newest first (`GET /logs`)."""
        events = self._newest_events(f'user_id:"{user_id}"')
        return tuple(answers.factor_use(item) for item in events if item.get("type") in answers.PASSED_TYPES)

    @sdk_errors()
    def action_failures(self) -> tuple[ActionFailure, ...]:
        """Returns the newest failures of Actions, the newest first (`GET /logs`)."""
        events = self._newest_events(f"type:{answers.ACTION_FAILED}")
        return tuple(answers.action_failure(item) for item in events if item.get("type") == answers.ACTION_FAILED)

    def _newest_events(self, search: str) -> list[dict[str, Any]]:
        listed = self._get("logs", search=search, page=0, per_page=PAGE, sort="date:-1", include_totals=True)
        return answers.items(listed, "logs")

    # Writes: a POST is never retried.

    @creating()
    def create_application(self, body: Mapping[str, Any]) -> str:
        """Creates an application and returns its client ID (`POST /clients`, never retried).

        Raises:
            OutcomeUnknownError: The application may have been created.
        """
        return str(self._part(lambda api: api.clients).create(**body).client_id)

    @sdk_errors()
    def update_application(self, client_id: str, body: Mapping[str, Any]) -> None:
        """Updates fields of an application (`PATCH /clients/{id}`: merged at the top level; null clears a field)."""
        self._part(lambda api: api.clients).update(client_id, **body)

    @deleting()
    def delete_application(self, client_id: str) -> None:
        """Deletes an application; succeeds if the application no longer exists (`DELETE /clients/{id}`)."""
        self._part(lambda api: api.clients).delete(client_id)

    @sdk_errors()
    def connect(self, connection_id: str, client_id: str, *, on: bool = True) -> None:
        """Enables an application on a connection, or disables it (`PATCH /connections/{id}/clients`)."""
        self._part(lambda api: api.connections.clients).update(
            connection_id, request=[{"client_id": client_id, "status": on}]
        )

    @sdk_errors()
    def set_factor(self, *, enabled: bool) -> None:
        """Enables or disables the `sms` factor (`PUT /guardian/factors/sms`)."""
        self._part(lambda api: api.guardian.factors).set("sms", enabled=enabled)

    @sdk_errors()
    def set_message_types(self, types: Sequence[str]) -> None:
        """Sets the message types (`PUT /guardian/factors/phone/message-types`)."""
        self._part(lambda api: api.guardian.factors.phone).set_message_types(message_types=list(types))

    @sdk_errors()
    def set_policies(self, policies: Sequence[str]) -> None:
        """Sets the MFA policies, which determine when MFA is required (`PUT /guardian/policies`)."""
        self._part(lambda api: api.guardian.policies).set(request=list(policies))

    @sdk_errors()
    def set_unified(self, *, on: bool) -> None:
        """Moves the tenant to the unified phone stack, or back (`PATCH /tenants/settings`, only this key, recorded)."""
        self._part(lambda api: api.tenants.settings).update(phone_consolidated_experience=on)

    @creating()
    def create_provider(self, provider: Provider, token: SecretStr) -> Provider:
        """Creates the unified stack's provider and returns it (`POST /branding/phone/providers`, never retried).

        Raises:
            OutcomeUnknownError: The provider may have been created.
        """
        created = self._part(lambda api: api.branding.phone.providers).create(**answers.provider_body(provider, token))
        return answers.unified_provider(answers.plain(created))

    @sdk_errors()
    def update_provider(self, provider: Provider, token: SecretStr | None) -> Provider:
        """Updates the unified stack's provider, all fields, and returns it (`PATCH /branding/phone/providers/{id}`)."""
        body = answers.provider_body(provider, token)
        updated = self._part(lambda api: api.branding.phone.providers).update(str(provider.id), **body)
        return answers.unified_provider(answers.plain(updated))

    @deleting()
    def delete_provider(self, provider_id: str) -> None:
        """Deletes the unified stack's provider (`DELETE /branding/phone/providers/{id}`: responds 204, recorded)."""
        self._part(lambda api: api.branding.phone.providers).delete(provider_id)

    @sdk_errors()
    def set_twilio(self, provider: Provider, token: SecretStr | None) -> None:
        """Replaces all Twilio settings of the legacy stack (`PUT .../phone/providers/twilio`).

        Setting every field to null removes the settings, because there is no DELETE. Not verified.
        """
        self._part(lambda api: api.guardian.factors.phone).set_twilio_provider(
            from_=provider.sender,
            messaging_service_sid=provider.messaging_service_sid,
            auth_token=token.get_secret_value() if token else None,
            sid=provider.sid,
        )

    @sdk_errors()
    def select_provider(self, kind: str) -> None:
        """Selects the legacy stack's provider (`PUT .../phone/selected-provider`)."""
        self._part(lambda api: api.guardian.factors.phone).set_provider(provider=kind)

    @creating()
    def create_template(self, template: Template) -> str:
        """Creates a unified stack SMS template, one per type, and returns its ID (`POST /branding/phone/templates`).

        Raises:
            OutcomeUnknownError: The template may have been created.
        """
        kind: Any = template.kind
        created = self._part(lambda api: api.branding.phone.templates).create(
            type=kind, content=answers.content(template), disabled=template.disabled
        )
        return str(created.id)

    @sdk_errors()
    def update_template(self, template: Template) -> None:
        """Updates an SMS template of the unified stack (`PATCH /branding/phone/templates/{id}`)."""
        self._part(lambda api: api.branding.phone.templates).update(
            str(template.id), content=answers.content(template), disabled=template.disabled
        )

    @deleting()
    def delete_template(self, template_id: str) -> None:
        """Deletes a unified stack SMS template; the default applies again (`DELETE .../templates/{id}`: 204)."""
        self._part(lambda api: api.branding.phone.templates).delete(template_id)

    @sdk_errors()
    def set_templates(self, enrollment: str, verification: str) -> None:
        """Replaces both SMS texts of the legacy stack (`PUT .../phone/templates`)."""
        self._part(lambda api: api.guardian.factors.phone).set_templates(
            enrollment_message=enrollment, verification_message=verification
        )

    @sdk_errors()
    def send_test(self, provider_id: str, to: str) -> None:
        """Asks Auth0 to send a test SMS through the tenant's provider (`POST …/providers/{id}/try`, never retried).

        The 202 response means that Auth0 accepted the request; it does not report the delivery (OpenAPI).

        Raises:
            OutcomeUnknownError: The SMS may have been sent.
        """
        self._part(lambda api: api.branding.phone.providers).test(provider_id, to=to, delivery_method="text")
