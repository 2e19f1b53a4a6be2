"""The Twilio API, through twilio-python: calls, its answers as our models.

Facts behind it: the sync client only (the async one has no time-out and re-sends POSTs); numbers are bought by the
explicit number, never by area code, so that a lost answer can never buy a second one.
"""

import re
from contextlib import suppress
from functools import partial
from typing import Any

from pydantic import SecretStr
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from mfa_setup.adapters.answers import reading
from mfa_setup.adapters.twilio_http import WireHttpClient
from mfa_setup.adapters.twilio_refusals import AlreadyInPoolError, classify
from mfa_setup.adapters.wire import WaitListener, Wire
from mfa_setup.errors import CredentialsRefusedError, ForbiddenError, NotFoundError
from mfa_setup.model.observed import MessagingService, Number
from mfa_setup.model.words import NumberType

SEARCH_SIZE = 20
"""How many offers one search brings; the first is taken, the others stand by if it is gone."""
PAGE = 1_000
_PRICE_NAMES: dict[NumberType, str] = {"local": "local", "mobile": "mobile", "toll-free": "toll free"}

sdk_errors = partial(reading, "twilio", TwilioException)
"""Turns what reading an answer raises into ours; refusals have become ours in the HTTP client already."""


class TwilioAdapter:
    """One account; every method may raise the errors of exit codes 4 and 5."""

    def __init__(
        self,
        account_sid: str,
        login: tuple[str, SecretStr],
        base: str | None,
        *,
        read_only: bool,
        budget: float,
        on_wait: WaitListener,
    ) -> None:
        self.account_sid = account_sid
        self._http = WireHttpClient(Wire("twilio", classify, read_only=read_only, budget=budget, on_wait=on_wait), base)
        self._api = Client(
            login[0],
            login[1].get_secret_value(),
            account_sid,
            http_client=self._http,
            environment={"TWILIO_REGION": ""},  # an empty one would make the SDK read the process's own
        )

    def close(self) -> None:
        """Closes the connections."""
        self._http.session.close()

    @sdk_errors()
    def account_kind(self) -> str | None:
        """`Full` or `Trial`; None where an API key may not read the account (`GET /Accounts/{Sid}`).

        The answer holds the auth token: nothing of it is kept but the type and the status.

        Raises:
            ForbiddenError: The account is not active.
        """
        try:
            with sdk_errors():
                account = self._api.api.accounts(self.account_sid).fetch()
        except (CredentialsRefusedError, ForbiddenError):
            if self._api.username == self.account_sid:
                raise
            return None
        if account.status != "active":
            raise ForbiddenError(
                f"The Twilio account is {account.status}.",
                service="twilio",
                hint="Twilio console: Account > General settings, or ask Twilio's support.",
            )
        return str(account.type)

    def numbers(self) -> tuple[Number, ...]:
        """All numbers of the account (`IncomingPhoneNumbers`), the oldest first."""
        with sdk_errors():
            found = [_number(item) for item in self._api.incoming_phone_numbers.list(page_size=PAGE)]
        return tuple(sorted(found, key=lambda number: (str(number.date_created), number.sid)))

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
        verified = any(item.campaign_status == "VERIFIED" for item in service.us_app_to_person.list(page_size=PAGE))
        return MessagingService(sid=sid, name=name, pool=pool, verified=verified)

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
        with sdk_errors():
            return _number(self._api.incoming_phone_numbers.create(phone_number=phone_number, friendly_name=mark))

    def add_to_pool(self, service_sid: str, number_sid: str) -> None:
        """Puts a number into a pool; there already is success (`POST /v1/Services/{MG}/PhoneNumbers`).

        Raises:
            NumberConflictError: It is in another service.
        """
        with suppress(AlreadyInPoolError), sdk_errors():
            self._api.messaging.v1.services(service_sid).phone_numbers.create(phone_number_sid=number_sid)


def _number(item: Any) -> Number:
    return Number(
        sid=_sid("PN", item.sid),
        phone_number=item.phone_number,
        friendly_name=item.friendly_name or "",
        sms=_can(item.capabilities, "sms"),
        voice=_can(item.capabilities, "voice"),
        date_created=item.date_created,
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
