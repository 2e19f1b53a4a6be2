"""What is written through the Twilio API: each method is one request. A POST is never sent twice.

Numbers are bought by the explicit number, never by area code, so that a lost answer can never buy a second one.
"""

from contextlib import suppress

from twilio.rest import Client

from mfa_setup.adapters.answers import unreadable_is_unknown
from mfa_setup.adapters.twilio_answers import message, number, sdk_errors
from mfa_setup.adapters.twilio_refusals import AlreadyInPoolError
from mfa_setup.errors import NotFoundError
from mfa_setup.model.observed import Message, Number


class TwilioWrites:
    """Changes one account; every method may raise the errors of exit codes 4 and 5."""

    _api: Client

    def buy(self, phone_number: str, mark: str) -> Number:
        """Buys exactly this number and names it with our mark (`POST IncomingPhoneNumbers`, never sent twice).

        Raises:
            OutcomeUnknownError: It may have been bought.
            NumberGoneError: Somebody else has it now.
            TrialNumberError: A trial account may not.
        """
        with unreadable_is_unknown(), sdk_errors():
            return number(self._api.incoming_phone_numbers.create(phone_number=phone_number, friendly_name=mark))

    def release(self, number_sid: str) -> None:
        """Releases a number permanently (`DELETE IncomingPhoneNumbers/{PN}`); one that no longer exists is success."""
        with suppress(NotFoundError), sdk_errors():
            self._api.incoming_phone_numbers(number_sid).delete()

    def add_to_pool(self, service_sid: str, number_sid: str) -> None:
        """Adds a number to a pool; one that is already there is success (`POST /v1/Services/{MG}/PhoneNumbers`).

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
            return message(
                self._api.messages.create(to=to, body=body, **{name: value for name, value in named.items() if value})
            )

    def remove_from_pool(self, service_sid: str, number_sid: str) -> None:
        """Removes a number from a pool, not from the account; one that is not there is success (`DELETE …/{PN}`)."""
        with suppress(NotFoundError), sdk_errors():
            self._api.messaging.v1.services(service_sid).phone_numbers(number_sid).delete()
