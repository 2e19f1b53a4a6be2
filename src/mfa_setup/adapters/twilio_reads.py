"""What is read from the Twilio API: each method is one kind of request, its answer one of our models."""

from collections.abc import Mapping
from typing import Any

from twilio.rest import Client

from mfa_setup.adapters import twilio_answers as answers
from mfa_setup.adapters.twilio_answers import sdk_errors
from mfa_setup.errors import CredentialsRefusedError, ForbiddenError, NotFoundError
from mfa_setup.model.observed import Message, MessagingService, Number, TwilioAccount
from mfa_setup.model.readiness import Alert, Balance, GeoPermissions, TollFreeStatus
from mfa_setup.model.types import NumberType

SEARCH_SIZE = 20
"""How many offers one search brings; the first is taken, the others stand by if it is gone."""
PAGE = 1_000
ALERTS = 20
"""How many of the account's latest errors are read."""
NEWEST = 50
"""How many of the newest messages to a phone are read."""
_PRICE_NAMES: dict[NumberType, str] = {"local": "local", "mobile": "mobile", "toll-free": "toll free"}


class TwilioReads:
    """Reads from one account; every method may raise the errors of exit codes 4 and 5."""

    account_sid: str
    _api: Client
    _with_token: Client
    _sees_account: bool

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
        return TwilioAccount(kind=str(found.type), status=str(found.status))

    def profiles(self) -> tuple[str, ...]:
        """The statuses of the compliance profiles (Trust Hub, `CustomerProfiles`)."""
        with sdk_errors():
            return tuple(str(item.status) for item in self._api.trusthub.v1.customer_profiles.list(page_size=PAGE))

    def balance(self) -> Balance | None:
        """The balance; None for a subaccount, which has none of its own (`Balance`)."""
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
                Alert(at=item.date_created, code=int(item.error_code))
                for item in self._api.monitor.v1.alerts.list(log_level="error", limit=ALERTS)
                if str(item.error_code).isdigit()
            ]
        return tuple(sorted(found, key=lambda alert: alert.at, reverse=True))

    def numbers(self) -> tuple[Number, ...]:
        """All numbers of the account (`IncomingPhoneNumbers`), the oldest first."""
        with sdk_errors():
            found = [answers.number(item) for item in self._api.incoming_phone_numbers.list(page_size=PAGE)]
        return tuple(sorted(found, key=lambda number: (str(number.date_created), number.sid)))

    def number(self, phone_number: str) -> Number | None:
        """One number of the account, whatever its name (`IncomingPhoneNumbers?PhoneNumber=`)."""
        with sdk_errors():
            found = [answers.number(item) for item in self._api.incoming_phone_numbers.list(phone_number=phone_number)]
        return next((item for item in found if item.phone_number == phone_number), None)

    def services(self) -> tuple[MessagingService, ...]:
        """All Messaging Services with their pools and campaigns (`/v1/Services`, `/Compliance/Usa2p`)."""
        with sdk_errors():
            return tuple(
                self._service(answers.sid_of("MG", item.sid), str(item.friendly_name))
                for item in self._api.messaging.v1.services.list(page_size=PAGE)
            )

    def _service(self, sid: str, name: str) -> MessagingService:
        service = self._api.messaging.v1.services(sid)
        pool = frozenset(answers.sid_of("PN", item.sid) for item in service.phone_numbers.list(page_size=PAGE))
        campaigns = [str(item.campaign_status) for item in service.us_app_to_person.list(page_size=PAGE)]
        best = "VERIFIED" if "VERIFIED" in campaigns else next(iter(campaigns), None)
        return MessagingService(sid=sid, name=name, pool=pool, campaign=best)

    def offers(
        self, country: str, number_type: NumberType, area_code: str | None, contains: str | None
    ) -> tuple[str, ...]:
        """Numbers for sale that can send SMS and need no address or regulatory bundle (`AvailablePhoneNumbers`).

        Empty if the country has no numbers of this type.
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
                    if answers.can(item.capabilities, "sms") and item.address_requirements == "none"
                )
        except NotFoundError:
            return ()

    def fate_of_last_message(self, ending: str) -> str | None:
        """The status of the newest SMS to a phone that ends with these digits; None if there is none (`Messages`)."""
        with sdk_errors():
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
            if row.get("number_type") == _PRICE_NAMES[number_type]:
                return answers.price(row.get("current_price")), str(found.price_unit)
        return None, str(found.price_unit)

    def message(self, sid: str) -> Message:
        """An SMS and its current status (`GET Messages/{Sid}`)."""
        with sdk_errors():
            return answers.message(self._api.messages(sid).fetch())

    def messages_to(self, to: str) -> tuple[Message, ...]:
        """The newest messages to a phone, the newest first (`GET Messages?To=`)."""
        with sdk_errors():
            return tuple(answers.message(item) for item in self._api.messages.list(to=to, limit=NEWEST))
