"""The Twilio API, through twilio-python: calls, its answers as our models.

Facts behind it: the sync client only (the async one has no time-out and re-sends POSTs); numbers are bought by the
explicit number, never by area code, so that a lost answer can never buy a second one.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from pydantic import SecretStr
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from mfa_setup.adapters.answers import reading
from mfa_setup.adapters.http_policy import HttpPolicy, HttpSettings, unreadable_is_unknown
from mfa_setup.adapters.twilio_http import PolicyHttpClient
from mfa_setup.adapters.twilio_refusals import AlreadyInPoolError, classify
from mfa_setup.errors import CredentialsRefusedError, ForbiddenError, NotFoundError
from mfa_setup.model.observed import Message, MessagingService, Number, TwilioAccount
from mfa_setup.model.readiness import Alert, Balance, GeoPermissions, TollFreeStatus
from mfa_setup.model.types import NumberType
from mfa_setup.settings.credentials import TwilioCredentials

SEARCH_SIZE = 20
"""How many offers one search brings; the first is taken, the others stand by if it is gone."""
PAGE = 1_000
ALERTS = 20
"""How many of the account's latest errors are looked at."""
NEWEST = 50
"""How many of the newest messages to a phone are looked at."""
_PRICE_NAMES: dict[NumberType, str] = {"local": "local", "mobile": "mobile", "toll-free": "toll free"}

sdk_errors = partial(reading, "twilio", TwilioException)
"""Turns what reading an answer raises into ours; refusals have become ours in the HTTP client already."""


class TwilioAdapter:
    """One account; every method may raise the errors of exit codes 4 and 5."""

    def __init__(
        self,
        credentials: TwilioCredentials,
        base: str | None,
        *,
        read_only: bool,
        settings: HttpSettings,
    ) -> None:
        self.account_sid = credentials.account_sid
        self._http = PolicyHttpClient(HttpPolicy("twilio", classify, read_only=read_only, settings=settings), base)
        self._api = self._client(*credentials.login)
        token = credentials.auth_token
        self._sees_account = token is not None
        self._with_token = self._client(self.account_sid, token) if token else self._api

    def _client(self, user: str, password: SecretStr) -> Client:
        return Client(
            user,
            password.get_secret_value(),
            self.account_sid,
            http_client=self._http,
            environment={"TWILIO_REGION": ""},  # an empty one would make the SDK read the process's own
        )

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    @sdk_errors()
    def account(self) -> TwilioAccount | None:
        """Type and status of the account; None where only an API key is known, which may not read it.

        Asked for with the auth token, so that the token which Auth0 is given is known to work
        (`GET /Accounts/{Sid}`). The answer holds that token: nothing else of it is kept.
        """
        try:
            with sdk_errors():
                found = self._with_token.api.accounts(self.account_sid).fetch()
        except (CredentialsRefusedError, ForbiddenError):
            if self._sees_account:
                raise
            return None
        return TwilioAccount(
            kind=str(found.type),
            status=str(found.status),
            subaccount=str(found.owner_account_sid) not in {"None", self.account_sid},
        )

    def profiles(self) -> tuple[str, ...]:
        """The statuses of the compliance profiles (Trust Hub, `CustomerProfiles`)."""
        with sdk_errors():
            return tuple(str(item.status) for item in self._api.trusthub.v1.customer_profiles.list(page_size=PAGE))

    def balance(self) -> Balance | None:
        """What is left; None for a subaccount, which has none of its own (`Balance`)."""
        try:
            with sdk_errors():
                found = self._api.balance.fetch()
                return Balance(amount=float(found.balance), currency=str(found.currency))
        except (NotFoundError, ValueError):
            return None

    def geo_permissions(self) -> GeoPermissions:
        """The countries that messages may go to (`/v1/Messaging/GeoPermissions`; without a filter, all of them)."""
        with sdk_errors():
            found = self._api.accounts.v1.messaging_geopermissions.fetch()
            return GeoPermissions(
                allowed=frozenset(str(item["country_code"]) for item in found.permissions if item["enabled"])
            )

    def toll_free(self) -> Mapping[str, TollFreeStatus]:
        """The verification of each toll-free number, by its SID (`/v1/Tollfree/Verifications`)."""
        with sdk_errors():
            return {
                str(item.tollfree_phone_number_sid): item.status
                for item in self._api.messaging.v1.tollfree_verifications.list(page_size=PAGE)
            }

    def alerts(self) -> tuple[Alert, ...]:
        """The account's latest errors, the newest first (Monitor, `Alerts`)."""
        with sdk_errors():
            found = [
                Alert(at=item.date_created, code=int(item.error_code), resource_sid=item.resource_sid)
                for item in self._api.monitor.v1.alerts.list(log_level="error", limit=ALERTS)
                if str(item.error_code).isdigit()
            ]
        return tuple(sorted(found, key=lambda alert: alert.at, reverse=True))

    def numbers(self) -> tuple[Number, ...]:
        """All numbers of the account (`IncomingPhoneNumbers`), the oldest first."""
        with sdk_errors():
            found = [_number(item) for item in self._api.incoming_phone_numbers.list(page_size=PAGE)]
        return tuple(sorted(found, key=lambda number: (str(number.date_created), number.sid)))

    def number(self, phone_number: str) -> Number | None:
        """One number of the account, whatever its name (`IncomingPhoneNumbers?PhoneNumber=`)."""
        with sdk_errors():
            found = [_number(item) for item in self._api.incoming_phone_numbers.list(phone_number=phone_number)]
        return next((item for item in found if item.phone_number == phone_number), None)

    def services(self) -> tuple[MessagingService, ...]:
        """All Messaging Services with their pools and campaigns (`/v1/Services`, `/Compliance/Usa2p`)."""
        with sdk_errors():
            return tuple(
                self._service(_sid("MG", item.sid), str(item.friendly_name))
                for item in self._api.messaging.v1.services.list(page_size=PAGE)
            )

    def _service(self, sid: str, name: str) -> MessagingService:
        service = self._api.messaging.v1.services(sid)
        pool = frozenset(_sid("PN", item.sid) for item in service.phone_numbers.list(page_size=PAGE))
        campaigns = [str(item.campaign_status) for item in service.us_app_to_person.list(page_size=PAGE)]
        best = "VERIFIED" if "VERIFIED" in campaigns else next(iter(campaigns), None)
        return MessagingService(sid=sid, name=name, pool=pool, campaign=best)

    def offers(
        self, country: str, number_type: NumberType, area_code: str | None, contains: str | None
    ) -> tuple[str, ...]:
        """Numbers on sale that can send SMS and need no address or bundle (`AvailablePhoneNumbers`).

        None where the country has no numbers of this type.
        """
        wanted: dict[str, Any] = {
            "sms_enabled": True,
            "exclude_all_address_required": True,
            "beta": False,
            "limit": SEARCH_SIZE,
        }
        if area_code:
            wanted["area_code"] = int(area_code)
        if contains:
            wanted["contains"] = contains
        available = self._api.available_phone_numbers(country)
        lists = {"local": available.local, "mobile": available.mobile, "toll-free": available.toll_free}
        try:
            with sdk_errors():
                return tuple(
                    str(item.phone_number)
                    for item in lists[number_type].list(**wanted)
                    if _can(item.capabilities, "sms") and item.address_requirements == "none"
                )
        except NotFoundError:
            return ()

    def fate_of_last_message(self, ending: str) -> str | None:
        """What became of the newest SMS to a phone that ends so; None where there is none (`GET Messages`)."""
        with sdk_errors():
            for item in self._api.messages.list(limit=20):
                if str(item.to).endswith(ending):
                    return f"{item.status} (error {item.error_code})" if item.error_code else str(item.status)
        return None

    @sdk_errors()
    def price(self, country: str, number_type: NumberType) -> tuple[float | None, str]:
        """What a number of this type costs each month, and the currency (Pricing API, `PhoneNumbers/Countries`)."""
        try:
            with sdk_errors():
                found = self._api.pricing.v1.phone_numbers.countries(country).fetch()
        except NotFoundError:
            return None, "USD"
        for row in found.phone_number_prices or []:
            if row.get("number_type") == _PRICE_NAMES[number_type]:
                return _price(row.get("current_price")), str(found.price_unit)
        return None, str(found.price_unit)

    def buy(self, phone_number: str, mark: str) -> Number:
        """Buys this very number under our mark (`POST IncomingPhoneNumbers`, never sent twice).

        Raises:
            OutcomeUnknownError: It may have been bought.
            NumberGoneError: Somebody else has it now.
            TrialNumberError: A trial account may not.
        """
        with unreadable_is_unknown(), sdk_errors():
            return _number(self._api.incoming_phone_numbers.create(phone_number=phone_number, friendly_name=mark))

    def release(self, number_sid: str) -> None:
        """Gives a number back, for good (`DELETE IncomingPhoneNumbers/{PN}`); one that is gone is success."""
        with suppress(NotFoundError), sdk_errors():
            self._api.incoming_phone_numbers(number_sid).delete()

    def add_to_pool(self, service_sid: str, number_sid: str) -> None:
        """Puts a number into a pool; there already is success (`POST /v1/Services/{MG}/PhoneNumbers`).

        Raises:
            NumberConflictError: It is in another service.
        """
        with suppress(AlreadyInPoolError), unreadable_is_unknown(), sdk_errors():
            self._api.messaging.v1.services(service_sid).phone_numbers.create(phone_number_sid=number_sid)

    def send_message(self, to: str, body: str, *, sender: str | None, messaging_service_sid: str | None) -> Message:
        """Sends an SMS (`POST Messages`, never sent twice).

        Nothing but sender and text is set: a trial of 2026 refuses any other parameter.

        Raises:
            OutcomeUnknownError: It may have been sent.
        """
        named = {"from_": sender, "messaging_service_sid": messaging_service_sid}
        with sdk_errors():
            return _message(
                self._api.messages.create(to=to, body=body, **{name: value for name, value in named.items() if value})
            )

    def message(self, sid: str) -> Message:
        """An SMS as it stands now (`GET Messages/{Sid}`)."""
        with sdk_errors():
            return _message(self._api.messages(sid).fetch())

    def messages_to(self, to: str) -> tuple[Message, ...]:
        """The newest messages to a phone, the newest first (`GET Messages?To=`)."""
        with sdk_errors():
            return tuple(_message(item) for item in self._api.messages.list(to=to, limit=NEWEST))

    def remove_from_pool(self, service_sid: str, number_sid: str) -> None:
        """Takes a number out of a pool, which the account keeps; not there is success (`DELETE …/{PN}`)."""
        with suppress(NotFoundError), sdk_errors():
            self._api.messaging.v1.services(service_sid).phone_numbers(number_sid).delete()


def _number(item: Any) -> Number:
    return Number(
        sid=_sid("PN", item.sid),
        phone_number=item.phone_number,
        friendly_name=item.friendly_name or "",
        sms=_can(item.capabilities, "sms"),
        voice=_can(item.capabilities, "voice"),
        date_created=item.date_created,
    )


def _message(item: Any) -> Message:
    return Message(
        sid=_sid("[A-Z]{2}", item.sid),
        status=item.status,
        to=item.to,
        sender=item.from_ or None,
        messaging_service_sid=item.messaging_service_sid or None,
        body=item.body or "",
        error_code=item.error_code or None,
    )


def _sid(kind: str, value: object) -> str:
    """A SID, which the SDK puts into paths as it is.

    Raises:
        ValueError: It is none of this kind (two letters and 32 hexadecimal digits).
    """
    if not isinstance(value, str) or not re.fullmatch(rf"{kind}[0-9a-fA-F]{{32}}", value):
        raise ValueError(kind)
    return value


def _can(capabilities: Any, what: str) -> bool:
    """Whether a number can do it; older answers write the keys in capitals."""
    return any(key.lower() == what and bool(value) for key, value in dict(capabilities or {}).items())


def _price(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None
