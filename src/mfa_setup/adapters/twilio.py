"""The Twilio API of one account, through twilio-python: each method is one kind of request.

Facts behind it: the sync client only, for the async one has no time-out and re-sends POSTs. Numbers are bought by the
explicit number, never by area code, so that a lost answer can never buy a second one.
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
"""How many offers one search brings; the first is taken, the others stand by if it is gone."""
PAGE = 1_000
ALERTS = 20
"""How many of the account's latest errors are read."""
NEWEST = 50
"""How many of the newest messages to a phone are read."""


class TwilioAdapter:
    """One account; every method may raise the errors of exit codes 4 and 5."""

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
            environment={"TWILIO_REGION": ""},  # an empty one would make the SDK read the process's own
        )

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    # What is read: every answer becomes one of our models.

    @sdk_errors()
    def account(self) -> TwilioAccount | None:
        """Type and status of the account; None where only an API key is known, which may not read it.

        Asked for with the auth token, so that the token which Auth0 is given is known to work
        (`GET /Accounts/{Sid}`). The answer holds that token: nothing else of it is kept.
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
        """The statuses of the compliance profiles (Trust Hub, `CustomerProfiles`)."""
        return tuple(str(item.status) for item in self._api.trusthub.v1.customer_profiles.list(page_size=PAGE))

    @sdk_errors()
    def balance(self) -> Balance | None:
        """The balance; None for a subaccount, which has none of its own (`Balance`)."""
        try:
            found = self._api.balance.fetch()
        except NotFoundError:
            return None
        return Balance(amount=float(found.balance), currency=str(found.currency))

    @sdk_errors()
    def geo_permissions(self) -> GeoPermissions:
        """The countries that messages may go to (`/v1/Messaging/GeoPermissions`; without a filter, all of them)."""
        found = self._of_own_account().accounts.v1.messaging_geopermissions.fetch()
        return GeoPermissions(
            allowed=frozenset(str(item["country_code"]) for item in found.permissions or () if item["enabled"])
        )

    def _of_own_account(self) -> Client:
        """For answers that name no account: a parent's API key gets the parent's (sources: twilio-parent-key)."""
        if not self._sees_account:
            self._api.messaging.v1.services.list(limit=1)  # its items name theirs
        return self._with_token

    @sdk_errors()
    def dialing(self) -> frozenset[str]:
        """The countries that may be called (Voice, `DialingPermissions/Countries`)."""
        api = self._of_own_account()
        found = api.voice.v1.dialing_permissions.countries.list(low_risk_numbers_enabled=True, page_size=PAGE)
        return frozenset(str(item.iso_code) for item in found)

    @sdk_errors()
    def toll_free(self) -> Mapping[str, TollFreeStatus]:
        """The verification of each toll-free number, by its SID (`/v1/Tollfree/Verifications`)."""
        listed = self._api.messaging.v1.tollfree_verifications.list(page_size=PAGE)
        oldest_first = sorted(listed, key=lambda item: str(item.date_created or ""))  # the newest of several counts
        return {str(item.tollfree_phone_number_sid): item.status for item in oldest_first}

    @sdk_errors()
    def alerts(self) -> tuple[Alert, ...]:
        """The account's latest errors, the newest first (Monitor, `Alerts`)."""
        found = [
            Alert(at=item.date_created, code=int(item.error_code))
            for item in self._api.monitor.v1.alerts.list(log_level="error", limit=ALERTS)
            if str(item.error_code).isdigit()
        ]
        return tuple(sorted(found, key=lambda alert: alert.at, reverse=True))

    @sdk_errors()
    def numbers(self) -> tuple[Number, ...]:
        """All numbers of the account (`IncomingPhoneNumbers`), the oldest first."""
        found = [answers.number(item) for item in self._api.incoming_phone_numbers.list(page_size=PAGE)]
        return tuple(sorted(found, key=lambda number: (str(number.date_created), number.sid)))

    @sdk_errors()
    def number(self, phone_number: str) -> Number | None:
        """One number of the account, whatever its name (`IncomingPhoneNumbers?PhoneNumber=`)."""
        found = [answers.number(item) for item in self._api.incoming_phone_numbers.list(phone_number=phone_number)]
        return next((item for item in found if item.phone_number == phone_number), None)

    @sdk_errors()
    def services(self) -> tuple[MessagingService, ...]:
        """The Messaging Services of the account, without what is in them (`/v1/Services`)."""
        return tuple(answers.service(item) for item in self._api.messaging.v1.services.list(page_size=PAGE))

    @sdk_errors()
    def pool(self, service_sid: str) -> Mapping[str, datetime | None]:
        """The numbers in a service's pool by their SIDs, and when each was put there (`…/PhoneNumbers`)."""
        entries = self._api.messaging.v1.services(service_sid).phone_numbers.list(page_size=PAGE)
        return dict(map(answers.pool_entry, entries))

    @sdk_errors()
    def campaign(self, service_sid: str) -> Campaign | None:
        """The A2P campaign of a service, a verified one first (`…/Compliance/Usa2p`)."""
        found = self._api.messaging.v1.services(service_sid).us_app_to_person.list(page_size=PAGE)
        return next(iter(sorted(map(answers.campaign, found), key=lambda one: not one.verified)), None)

    @sdk_errors()
    def names_in(self, service_sid: str) -> tuple[str, ...]:
        """The alphanumeric sender IDs in a service's pool (`…/AlphaSenders`)."""
        found = self._api.messaging.v1.services(service_sid).alpha_senders.list(page_size=PAGE)
        return tuple(str(entry.alpha_sender) for entry in found)

    @sdk_errors()
    def short_codes_in(self, service_sid: str) -> tuple[str, ...]:
        """The short codes in a service's pool (`…/ShortCodes`)."""
        found = self._api.messaging.v1.services(service_sid).short_codes.list(page_size=PAGE)
        return tuple(str(entry.short_code) for entry in found)

    @sdk_errors()
    def in_pool(self, service_sid: str, number_sid: str) -> bool:
        """Whether a number is in a service's pool (`/v1/Services/{Sid}/PhoneNumbers/{Sid}`)."""
        try:
            self._api.messaging.v1.services(service_sid).phone_numbers(number_sid).fetch()
        except NotFoundError:
            return False
        return True

    @sdk_errors()
    def short_codes(self) -> tuple[ShortCode, ...]:
        """The short codes of the account (`SMS/ShortCodes`)."""
        return tuple(
            ShortCode(sid=str(item.sid), short_code=str(item.short_code), friendly_name=str(item.friendly_name or ""))
            for item in self._api.api.account.short_codes.list(page_size=PAGE)
        )

    def now(self) -> datetime | None:
        """The time of Twilio's own clock, by the `Date` of its latest answer."""
        return self._http.served_at

    @sdk_errors()
    def offers(
        self, country: str, number_type: NumberType, area_code: str | None, contains: str | None
    ) -> tuple[str, ...]:
        """Numbers for sale that can send SMS and need no address or regulatory bundle (`AvailablePhoneNumbers`).

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
        """The status of the newest SMS to a phone that ends with these digits; None if there is none (`Messages`)."""
        for item in self._api.messages.list(limit=20):
            if str(item.to).endswith(ending):
                return f"{item.status} (error {item.error_code})" if item.error_code else str(item.status)
        return None

    @sdk_errors()
    def price(self, country: str, number_type: NumberType) -> tuple[float | None, str]:
        """The monthly price of a number of this type, and the currency (Pricing API, `PhoneNumbers/Countries`)."""
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
        """An SMS and its current status (`GET Messages/{Sid}`)."""
        return answers.message(self._api.messages(sid).fetch())

    @sdk_errors()
    def messages_to(self, to: str) -> tuple[Message, ...]:
        """The newest messages to a phone, the newest first (`GET Messages?To=`)."""
        return tuple(answers.message(item) for item in self._api.messages.list(to=to, limit=NEWEST))

    @sdk_errors()
    def newest_messages(self) -> tuple[Message, ...]:
        """The newest messages of the account that have a date, the newest first (`GET Messages`)."""
        found = (answers.message(item) for item in self._api.messages.list(limit=PAGE))
        dated = [(one.created_at, one) for one in found if one.created_at]
        return tuple(one for _, one in sorted(dated, key=lambda pair: pair[0], reverse=True))

    # What is written: a POST is never sent twice.

    @creating()
    def buy(self, phone_number: str, mark: str) -> Number:
        """Buys exactly this number and names it with our mark (`POST IncomingPhoneNumbers`, never sent twice).

        Raises:
            OutcomeUnknownError: It may have been bought.
            NumberGoneError: Somebody else has it now.
            TrialNumberError: A trial account may not.
        """
        return answers.number(self._api.incoming_phone_numbers.create(phone_number=phone_number, friendly_name=mark))

    @deleting()
    def release(self, number_sid: str) -> None:
        """Releases a number permanently (`DELETE IncomingPhoneNumbers/{PN}`); one that no longer exists is success."""
        self._api.incoming_phone_numbers(number_sid).delete()

    def add_to_pool(self, service_sid: str, number_sid: str) -> None:
        """Adds a number to a pool; one that is already there is success (`POST /v1/Services/{MG}/PhoneNumbers`).

        Raises:
            NumberConflictError: It is in another service.
        """
        with suppress(AlreadyInPoolError), creating():
            self._api.messaging.v1.services(service_sid).phone_numbers.create(phone_number_sid=number_sid)

    @sdk_errors()
    def send_message(self, to: str, body: str, *, sender: str | None, messaging_service_sid: str | None) -> Message:
        """Sends an SMS (`POST Messages`, never sent twice).

        Nothing but sender and text is sent (what is None is not): a trial of 2026 refuses any other parameter.

        Raises:
            OutcomeUnknownError: It may have been sent.
        """
        return answers.message(
            self._api.messages.create(
                to=to, body=body, from_=sender or None, messaging_service_sid=messaging_service_sid or None
            )
        )

    @deleting()
    def remove_from_pool(self, service_sid: str, number_sid: str) -> None:
        """Removes a number from a pool, not from the account; one that is not there is success (`DELETE …/{PN}`)."""
        self._api.messaging.v1.services(service_sid).phone_numbers(number_sid).delete()
