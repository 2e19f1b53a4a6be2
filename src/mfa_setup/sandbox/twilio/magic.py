"""Test credentials and their magic numbers, which keep no state (sources: twilio-test-credentials)."""

from starlette.responses import Response

from mfa_setup.sandbox.twilio.call import Call, answer
from mfa_setup.sandbox.twilio.delivery import DELIVERED
from mfa_setup.sandbox.twilio.errors import TwilioError
from mfa_setup.sandbox.twilio.forms import is_e164
from mfa_setup.sandbox.twilio.ids import new_sid
from mfa_setup.sandbox.twilio.message_records import Message
from mfa_setup.sandbox.twilio.numbers import OwnedNumber
from mfa_setup.sandbox.twilio.settings import apply
from mfa_setup.sandbox.twilio.stock import StockNumber, is_valid

GOOD = "+15005550006"
_FROM = {
    "+15005550001": (400, 21212, "Invalid 'From' phone number"),
    "+15005550007": (400, 21606, "'From' is not a message-capable Twilio number of your account"),
    "+15005550008": (429, 21611, "'From' has too many messages in its queue"),
}
_TO = {
    "+15005550001": (400, 21211, "Invalid 'To' phone number"),
    "+15005550002": (400, 21612, "There is no route to 'To' from this 'From'"),
    "+15005550003": (400, 21408, "Permission to send an SMS has not been enabled for this region"),
    "+15005550004": (400, 21610, "'To' has unsubscribed from this 'From'"),
    "+15005550009": (400, 21614, "'To' is not a mobile number"),
}


def buy(call: Call) -> Response:
    """Answer a purchase made with test credentials."""
    number, code = call.form.text("PhoneNumber"), call.form.text("AreaCode")
    if number == "+15005550000":
        raise TwilioError(400, 21422, f"The requested number is unavailable: {number}")
    if number and number != GOOD:
        raise TwilioError(400, 21421, f"PhoneNumber is invalid: {number}")  # not verified: other than magic numbers
    if not number and code != "500":
        raise TwilioError(400, 21452 if code else 21421, f"No phone numbers found in area code {code}")
    stock = StockNumber(GOOD, "US", "local", sms=True, mms=True, beta=False)
    owned = OwnedNumber(new_sid("PN"), 0, stock, stock.friendly_name)
    apply(owned, call.form)
    return answer(owned.json(call.state.credentials.test_account_sid), 201)


def send(call: Call) -> Response:
    """Answer a message sent with test credentials."""
    sender, to, body = (call.form.text(name) for name in ("From", "To", "Body"))
    if not to:
        raise TwilioError(400, 21604, "A 'To' phone number is required.")
    if not sender:
        raise TwilioError(400, 21603, "A 'From' phone number is required.")
    if not body:
        raise TwilioError(400, 21602, "Message body is required.")
    if sender != GOOD:
        raise TwilioError(*_FROM.get(sender, _FROM["+15005550007"]))
    if to in _TO:
        raise TwilioError(*_TO[to])
    if not is_e164(to) or not is_valid(to):
        raise TwilioError(*_TO["+15005550001"])
    message = Message(new_sid("SM"), 0, to, sender, body, DELIVERED, call.state.clock())
    account = call.state.credentials.test_account_sid
    return answer(message.json(account, message.born, call.state.timeline), 201)
