"""The Twilio API of one account, through twilio-python: each method is one kind of request.

Only the SDK's synchronous client is used, because the asynchronous one has no timeout and retries POST requests.
Numbers are bought by their exact number, never by area code, so that a lost response cannot lead to a second purchase.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

import mfa_setup.adapters.twilio_package  # isort: skip # noqa: F401 before the SDK
from pydantic import SecretStr
from twilio.rest import Client

from mfa_setup.adapters import twilio_answers as answers
from mfa_setup.adapters.http_policy import HttpPolicy, HttpSettings
from mfa_setup.adapters.rate_limit import RateLimit
from mfa_setup.adapters.twilio_answers import creating, deleting, sdk_errors
from mfa_setup.adapters.twilio_http import PolicyHttpClient
from mfa_setup.adapters.twilio_refusals import AlreadyInPoolError, classify
from mfa_setup.errors import CredentialsRefusedError, ForbiddenError, NotFoundError
from mfa_setup.model.observed import Campaign, Message, MessagingService, Number, ShortCode, TwilioAccount
from mfa_setup.model.readiness import Alert, Balance, GeoPermissions, TollFreeStatus
from mfa_setup.model.types import NumberType
from mfa_setup.settings.credentials import TwilioCredentials

SEARCH_SIZE = 20
"""The number of offers that one search returns; the first is bought, the others are used if it is gone."""
PAGE = 1_000
ALERTS = 20
"""The number of the account's latest errors to read."""
NEWEST = 50
"""The number of newest messages to a phone to read."""


class TwilioAdapter:
    """The API of one account; every method may raise the errors of exit codes 4 and 5."""

    def __init__(
        self,
        credentials: TwilioCredentials,
        base: str | None,
        *,
        read_only: bool,
        settings: HttpSettings,
        limit: RateLimit | None = None,
    ) -> None:
        self.account_sid = credentials.account_sid
        self._http = PolicyHttpClient(
            HttpPolicy("twilio", classify, read_only=read_only, settings=settings, limit=limit or RateLimit()),
            base,
            self.account_sid,
        )
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
            environment={"TWILIO_REGION": ""},  # with an empty dictionary, the SDK would read the process environment
        )

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    # Reads: every response is converted to one of our models.

    @sdk_errors()
    def account(self) -> TwilioAccount | None:
        """Returns the type, status and owner of the account; None if only an API key is given, which may not read it.

        Reads with the auth token, which shows that the token that Auth0 will be given works (`GET /Accounts/{Sid}`).
        The response contains that token, so nothing else of the response is kept.
        """
        try:
            found = self._with_token.api.accounts(self.account_sid).fetch()
        except (CredentialsRefusedError, ForbiddenError):
            if self._sees_account:
                raise
            return None
        owner = found.owner_account_sid
        return TwilioAccount(kind=str(found.type), status=str(found.status), owner_sid=owner and str(owner))

    @sdk_errors()
    def profiles(self) -> tuple[str, ...]:
        """Returns the statuses of the compliance profiles (Trust Hub, `CustomerProfiles`)."""
        return tuple(str(item.status) for item in self._api.trusthub.v1.customer_profiles.list(page_size=PAGE))

    @sdk_errors()
    def balance(self) -> Balance | None:
        """Returns the balance (`Balance`); None for a subaccount, which has no balance of its own."""
        try:
            found = self._api.balance.fetch()
        except NotFoundError:
            return None
        return Balance(amount=float(found.balance), currency=str(found.currency))

    @sdk_errors()
    def geo_permissions(self) -> GeoPermissions:
        """Returns the countries that may receive messages (`/v1/Messaging/GeoPermissions`, without a filter)."""
        found = self._of_own_account().accounts.v1.messaging_geopermissions.fetch()
        return GeoPermissions(
            allowed=frozenset(str(item["country_code"]) for item in found.permissions or () if item["enabled"])
        )

    def _of_own_account(self) -> Client:
        """Returns the client for endpoints whose responses do not name their account.

        A parent account's API key would return the parent's data there (sources: twilio-parent-key).
        """
        if not self._sees_account:
            self._api.messaging.v1.services.list(limit=1)  # its items name their account, which is checked
        return self._with_token

    @sdk_errors()
    def dialing(self) -> frozenset[str]:
        """Returns the countries that may be called (Voice, `DialingPermissions/Countries`)."""
        api = self._of_own_account()
        found = api.voice.v1.dialing_permissions.countries.list(low_risk_numbers_enabled=True, page_size=PAGE)
        return frozenset(str(item.iso_code) for item in found)

    @sdk_errors()
    def toll_free(self) -> Mapping[str, TollFreeStatus]:
        """Returns the verification status of each toll-free number, by number SID (`/v1/Tollfree/Verifications`)."""
        listed = self._api.messaging.v1.tollfree_verifications.list(page_size=PAGE)
        oldest_first = sorted(listed, key=lambda item: str(item.date_created or ""))  # the newest one wins
        return {str(item.tollfree_phone_number_sid): item.status for item in oldest_first}

    @sdk_errors()
    def alerts(self) -> tuple[Alert, ...]:
        """Returns the account's latest errors, newest first (Monitor, `Alerts`)."""
        found = [
            Alert(at=item.date_created, code=int(item.error_code))
            for item in self._api.monitor.v1.alerts.list(log_level="error", limit=ALERTS)
            if str(item.error_code).isdigit()
        ]
        return tuple(sorted(found, key=lambda alert: alert.at, reverse=True))

    @sdk_errors()
    def numbers(self) -> tuple[Number, ...]:
        """Returns all numbers of the account, oldest first (`IncomingPhoneNumbers`)."""
        found = [answers.number(item) for item in self._api.incoming_phone_numbers.list(page_size=PAGE)]
        return tuple(sorted(found, key=lambda number: (str(number.date_created), number.sid)))

    @sdk_errors()
    def number(self, phone_number: str) -> Number | None:
        """Returns a number of the account, whatever its name, or None (`IncomingPhoneNumbers?PhoneNumber=`)."""
        found = [answers.number(item) for item in self._api.incoming_phone_numbers.list(phone_number=phone_number)]
        return next((item for item in found if item.phone_number == phone_number), None)

    @sdk_errors()
    def services(self) -> tuple[MessagingService, ...]:
        """Returns the Messaging Services of the account, without their sender pools (`/v1/Services`)."""
        return tuple(answers.service(item) for item in self._api.messaging.v1.services.list(page_size=PAGE))

    @sdk_errors()
    def pool(self, service_sid: str) -> Mapping[str, datetime | None]:
        """Returns the SIDs of the numbers in a service's sender pool, and when each was added (`…/PhoneNumbers`)."""
        entries = self._api.messaging.v1.services(service_sid).phone_numbers.list(page_size=PAGE)
        return dict(map(answers.pool_entry, entries))

    @sdk_errors()
    def campaign(self, service_sid: str) -> Campaign | None:
        """Returns the A2P campaign of a service, preferring a verified one; None without any (`…/Compliance/Usa2p`)."""
        found = self._api.messaging.v1.services(service_sid).us_app_to_person.list(page_size=PAGE)
        return next(iter(sorted(map(answers.campaign, found), key=lambda one: not one.verified)), None)

    @sdk_errors()
    def names_in(self, service_sid: str) -> tuple[str, ...]:
        """Returns the alphanumeric sender IDs in a service's sender pool (`…/AlphaSenders`)."""
        found = self._api.messaging.v1.services(service_sid).alpha_senders.list(page_size=PAGE)
        return tuple(str(entry.alpha_sender) for entry in found)

    @sdk_errors()
    def short_codes_in(self, service_sid: str) -> tuple[str, ...]:
        """Returns the short codes in a service's sender pool (`…/ShortCodes`)."""
        found = self._api.messaging.v1.services(service_sid).short_codes.list(page_size=PAGE)
        return tuple(str(entry.short_code) for entry in found)

    @sdk_errors()
    def in_pool(self, service_sid: str, number_sid: str) -> bool:
        """Whether a number is in a service's sender pool (`/v1/Services/{Sid}/PhoneNumbers/{Sid}`)."""
        try:
            self._api.messaging.v1.services(service_sid).phone_numbers(number_sid).fetch()
        except NotFoundError:
            return False
        return True

    @sdk_errors()
    def short_codes(self) -> tuple[ShortCode, ...]:
        """Returns the short codes of the account (`SMS/ShortCodes`)."""
        return tuple(
            ShortCode(sid=str(item.sid), short_code=str(item.short_code), friendly_name=str(item.friendly_name or ""))
            for item in self._api.api.account.short_codes.list(page_size=PAGE)
        )

    def now(self) -> datetime | None:
        """Returns the time of Twilio's clock from the latest response's `Date` header; None without one."""
        return self._http.served_at

    @sdk_errors()
    def offers(
        self, country: str, number_type: NumberType, area_code: str | None, contains: str | None
    ) -> tuple[str, ...]:
        """Returns numbers for sale that can send SMS without an address or regulatory bundle (`AvailablePhoneNumbers`).

        Empty if the country has no numbers of this type.
        """
        available = self._api.available_phone_numbers(country)
        lists = {"local": available.local, "mobile": available.mobile, "toll-free": available.toll_free}
        try:
            found = lists[number_type].list(
                area_code=int(area_code) if area_code else None,
                contains=contains or None,
                sms_enabled=True,
                exclude_all_address_required=True,
                beta=False,
                limit=SEARCH_SIZE,
            )
        except NotFoundError:
            return ()
        return tuple(
            str(item.phone_number)
            for item in found
            if answers.can(item.capabilities, "sms") and item.address_requirements == "none"
        )

    @sdk_errors()
    def fate_of_last_message(self, ending: str) -> str | None:
        """Returns the status of the newest SMS to a phone that ends with these digits (`Messages`).

        None if the account's newest 20 messages contain no such SMS.
        """
        for item in self._api.messages.list(limit=20):
            if str(item.to).endswith(ending):
                return f"{item.status} (error {item.error_code})" if item.error_code else str(item.status)
        return None

    @sdk_errors()
    def price(self, country: str, number_type: NumberType) -> tuple[float | None, str]:
        """Returns the monthly price of a number of this type, and the currency (Pricing API, `PhoneNumbers/Countries`).

        The price is None if Twilio does not list it.
        """
        try:
            found = self._api.pricing.v1.phone_numbers.countries(country).fetch()
        except NotFoundError:
            return None, "USD"
        for row in found.phone_number_prices or []:
            if row.get("number_type") == number_type.replace("-", " "):
                return answers.price(row.get("current_price")), str(found.price_unit)
        return None, str(found.price_unit)

    @sdk_errors()
    def message(self, sid: str) -> Message:
        """Returns an SMS and its current status (`GET Messages/{Sid}`)."""
        return answers.message(self._api.messages(sid).fetch())

    @sdk_errors()
    def messages_to(self, to: str) -> tuple[Message, ...]:
        """Returns the newest messages to a phone, newest first (`GET Messages?To=`)."""
        return tuple(answers.message(item) for item in self._api.messages.list(to=to, limit=NEWEST))

    @sdk_errors()
    def newest_messages(self) -> tuple[Message, ...]:
        """Returns the newest messages of the account that have a date, newest first (`GET Messages`)."""
        found = (answers.message(item) for item in self._api.messages.list(limit=PAGE))
        dated = [(one.created_at, one) for one in found if one.created_at]
        return tuple(one for _, one in sorted(dated, key=lambda pair: pair[0], reverse=True))

    # Writes: a POST is never retried.

    @creating()
    def buy(self, phone_number: str, mark: str) -> Number:
        """Buys exactly this number and sets its friendly name to `mark` (`POST IncomingPhoneNumbers`, never retried).

        Raises:
            OutcomeUnknownError: The number may have been bought.
            NumberGoneError: The number is no longer available.
            TrialNumberError: A trial account cannot buy this number.
        """
        return answers.number(self._api.incoming_phone_numbers.create(phone_number=phone_number, friendly_name=mark))

    @deleting()
    def release(self, number_sid: str) -> None:
        """Releases a number permanently; succeeds if it no longer exists (`DELETE IncomingPhoneNumbers/{PN}`)."""
        self._api.incoming_phone_numbers(number_sid).delete()

    def add_to_pool(self, service_sid: str, number_sid: str) -> None:
        """Adds a number to a sender pool; succeeds if it is already there (`POST /v1/Services/{MG}/PhoneNumbers`).

        Raises:
            NumberConflictError: The number is in the sender pool of another service.
        """
        with suppress(AlreadyInPoolError), creating():
            self._api.messaging.v1.services(service_sid).phone_numbers.create(phone_number_sid=number_sid)

    @sdk_errors()
    def send_message(self, to: str, body: str, *, sender: str | None, messaging_service_sid: str | None) -> Message:
        """Sends an SMS (`POST Messages`, never retried).

        Only the recipient, the sender and the text are sent, and None values are omitted: a trial account of 2026
        refuses any other parameter.

        Raises:
            OutcomeUnknownError: The SMS may have been sent.
        """
        return answers.message(
            self._api.messages.create(
                to=to, body=body, from_=sender or None, messaging_service_sid=messaging_service_sid or None
            )
        )

    @deleting()
    def remove_from_pool(self, service_sid: str, number_sid: str) -> None:
        """Removes a number from a sender pool, not from the account; succeeds if it is not there (`DELETE …/{PN}`)."""
        self._api.messaging.v1.services(service_sid).phone_numbers(number_sid).delete()
