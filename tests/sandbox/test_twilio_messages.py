"""Messages over HTTP: what is refused at once, what is accepted, and what becomes of it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.server import Sandbox
from mfa_setup.sandbox.twilio.numbers import OwnedNumber
from mfa_setup.sandbox.twilio.stock import catalogue
from mfa_setup.sandbox.twilio.templates import TRIAL_NUMBER

US_PHONE, CA_PHONE, GB_PHONE = "+14155550123", "+14165550123", "+447400123456"


def stock(country: str, kind: str, *, sms: bool = True) -> str:
    """Return a number of the catalogue."""
    fits = (one for one in catalogue() if (one.country, one.kind, one.sms) == (country, kind, sms))
    return next(fits).phone_number


class Clock:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the moment."""
        return self.now


class Account:
    """One sandbox's Twilio account, with a clock that stands still."""

    def __init__(self, sandbox: Sandbox, connect: Callable[..., httpx.Client]) -> None:
        self.state = sandbox.world.twilio
        self.clock = Clock()
        self.state.clock = self.clock
        own = self.state.credentials
        base = f"{sandbox.url}/2010-04-01/Accounts/{own.account_sid}"
        self.api = connect(sandbox, base_url=base, auth=(own.account_sid, own.auth_token))

    def number(self, country: str = "US", kind: str = "local", *, pooled: bool = False) -> OwnedNumber:
        """Own a number, in the pool of the first service where wished."""
        number = self.state.add_number(stock(country, kind))
        if pooled:
            self.state.add_to_pool(next(iter(self.state.services.values())), number)
        return number

    def post(self, **form: str) -> httpx.Response:
        """Send a message."""
        return self.api.post("/Messages.json", data=form)

    def send(self, sender: str, to: str = US_PHONE, **form: str) -> dict[str, Any]:
        """Send a message that is accepted and return it."""
        answer = self.post(**{"To": to, "From": sender, "Body": "123456 is your code", **form})
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def refusal(self, **form: str) -> tuple[int, int]:
        """Return status and code of a message that is refused."""
        answer = self.post(**form)
        return answer.status_code, answer.json()["code"]

    def at(self, sid: str, seconds: float) -> dict[str, Any]:
        """Fetch a message so many seconds after it was sent."""
        self.clock.now = self.state.messages[sid].born + seconds
        body: dict[str, Any] = self.api.get(f"/Messages/{sid}.json").json()
        return body

    def end(self, sid: str) -> tuple[str, int | None]:
        """Return how a message ends."""
        body = self.at(sid, 60)
        return body["status"], body["error_code"]


@pytest.fixture
def twilio(sandbox: Sandbox, connect: Callable[..., httpx.Client]) -> Account:
    """Return the account of a sandbox with the defaults."""
    return Account(sandbox, connect)


Other = Callable[..., Account]


@pytest.fixture
def other(start: Callable[..., Sandbox], connect: Callable[..., httpx.Client]) -> Other:
    """Return a maker of accounts of another kind."""
    return lambda **options: Account(start(**options), connect)


def test_a_message_lives_from_queued_to_delivered(twilio: Account) -> None:
    """A message lives from queued to delivered."""
    sender = twilio.number(pooled=True).phone_number
    sent = twilio.send(sender)
    assert (sent["status"], sent["from"], sent["date_sent"], sent["price"]) == ("queued", sender, None, None)
    statuses = [twilio.at(sent["sid"], moment)["status"] for moment in (0, 0.2, 0.3, 0.5, 0.9, 999)]
    assert statuses == ["queued", "queued", "sending", "sent", "delivered", "delivered"]
    final = twilio.at(sent["sid"], 2)
    assert (final["error_code"], final["price"]) == (None, "-0.00830")
    assert final["date_sent"] is not None


def test_a_service_chooses_the_sender_late(twilio: Account) -> None:
    """A service chooses the sender late."""
    number = twilio.number(pooled=True)
    (sid,) = twilio.state.services
    sent = twilio.post(To=US_PHONE, MessagingServiceSid=sid, Body="x").json()
    assert (sent["status"], sent["from"], sent["messaging_service_sid"]) == ("accepted", None, sid)
    assert twilio.at(sent["sid"], 0.2)["from"] == number.phone_number
    assert twilio.end(sent["sid"]) == ("delivered", None)


def test_a_service_prefers_a_sender_of_the_recipients_country(twilio: Account) -> None:
    """A service prefers a sender of the recipients country."""
    twilio.number(pooled=True)
    british = twilio.number("GB", "mobile", pooled=True)
    twilio.state.countries_on.add("GB")
    (sid,) = twilio.state.services
    sent = twilio.post(To=GB_PHONE, MessagingServiceSid=sid, Body="x").json()
    assert twilio.at(sent["sid"], 1)["from"] == british.phone_number


def test_a_us_number_outside_the_campaign_is_dropped_later(twilio: Account) -> None:
    """A US number outside the campaign is dropped later."""
    sent = twilio.send(twilio.number().phone_number)
    assert twilio.at(sent["sid"], 0.5)["error_code"] is None
    assert twilio.end(sent["sid"]) == ("undelivered", 30034)


def test_canada_asks_for_no_campaign(twilio: Account) -> None:
    """Canada asks for no campaign."""
    sent = twilio.send(twilio.number().phone_number, CA_PHONE)
    assert twilio.end(sent["sid"]) == ("delivered", None)


def test_a_pool_without_a_campaign_does_not_help(twilio: Account) -> None:
    """A pool without a campaign does not help."""
    number = twilio.number()
    twilio.state.add_to_pool(twilio.state.add_service("plain"), number)
    assert twilio.end(twilio.send(number.phone_number)["sid"]) == ("undelivered", 30034)


def test_a_released_campaign_takes_delivery_with_it(twilio: Account) -> None:
    """A released campaign takes delivery with it."""
    number = twilio.number(pooled=True)
    (sid,) = twilio.state.services
    del twilio.state.services[sid]
    assert twilio.end(twilio.send(number.phone_number)["sid"]) == ("undelivered", 30034)


def test_toll_free_numbers_deliver_once_verified(twilio: Account, other: Other) -> None:
    """Toll free numbers deliver once verified."""
    sender = twilio.number(kind="tollfree").phone_number
    assert twilio.end(twilio.send(sender)["sid"]) == ("delivered", None)
    plain = other(number_registration="unregistered")
    sender = plain.number(kind="tollfree").phone_number
    assert plain.end(plain.send(sender)["sid"]) == ("undelivered", 30032)
    sender = plain.number().phone_number
    assert plain.end(plain.send(sender)["sid"]) == ("undelivered", 30034)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": "own", "Body": "x"}, 21604),
        ({"To": US_PHONE, "Body": "x"}, 21603),
        ({"To": US_PHONE, "From": "own"}, 21602),
        ({"To": US_PHONE, "From": "own", "Body": "x" * 1601}, 21617),
        ({"To": "4155550123", "From": "own", "Body": "x"}, 21211),
        ({"To": "+1 415 555 0123", "From": "own", "Body": "x"}, 21211),
        ({"To": "+15555555555", "From": "own", "Body": "x"}, 21211),
        ({"To": "12345", "From": "own", "Body": "x"}, 21265),
        ({"To": "+١٤١٥٥٥٥٠١٢٣", "From": "own", "Body": "x"}, 21211),
        ({"To": "+999123456", "From": "own", "Body": "x"}, 21211),
        ({"To": "+493012345678", "From": "own", "Body": "x"}, 21614),
        ({"To": US_PHONE, "From": "14155550100", "Body": "x"}, 21212),
        ({"To": US_PHONE, "From": "+14155550100", "Body": "x"}, 21659),
        ({"To": US_PHONE, "From": "mute", "Body": "x"}, 21606),
        ({"To": US_PHONE, "From": "Acme", "Body": "x"}, 21612),
        ({"To": "own", "From": "own", "Body": "x"}, 21266),
        ({"To": GB_PHONE, "From": "own", "Body": "x"}, 21408),
        ({"To": GB_PHONE, "From": "toll-free", "Body": "x"}, 21612),
        ({"To": US_PHONE, "From": "own", "Body": "x", "ValidityPeriod": "36001"}, 20001),
        ({"To": US_PHONE, "MessagingServiceSid": "MG1", "Body": "x"}, 21705),
        ({"To": US_PHONE, "MessagingServiceSid": "MG" + "0" * 32, "Body": "x"}, 21701),
        ({"To": US_PHONE, "MessagingServiceSid": "empty", "Body": "x"}, 21703),
        ({"To": US_PHONE, "MessagingServiceSid": "first", "From": "mute", "Body": "x"}, 21606),
    ],
)
def test_what_is_wrong_at_once_is_refused_at_once(twilio: Account, form: dict[str, str], code: int) -> None:
    """What is wrong at once is refused at once."""
    named = {
        "own": twilio.number(pooled=True).phone_number,
        "mute": twilio.state.add_number(stock("US", "local", sms=False)).phone_number,
        "toll-free": twilio.number(kind="tollfree").phone_number,
        "first": next(iter(twilio.state.services)),
        "empty": twilio.state.add_service("empty").sid,
    }
    assert twilio.refusal(**{name: named.get(value, value) for name, value in form.items()}) == (400, code)
    assert twilio.state.messages == {}


def test_a_recipient_who_said_stop_is_spared(twilio: Account) -> None:
    """A recipient who said stop is spared."""
    sender = twilio.number().phone_number
    twilio.state.stopped.add(US_PHONE)
    assert twilio.refusal(To=US_PHONE, From=sender, Body="x") == (400, 21610)


def test_a_full_account_without_an_approved_profile_is_held_back(twilio: Account) -> None:
    """A full account without an approved profile is held back."""
    sender = twilio.number().phone_number
    twilio.state.profile_status = "in-review"
    assert twilio.refusal(To=US_PHONE, From=sender, Body="x") == (400, 21608)


def test_a_phone_can_be_out_of_reach(twilio: Account) -> None:
    """A phone can be out of reach."""
    twilio.state.fates[US_PHONE] = 30003
    sender = twilio.number(pooled=True).phone_number
    assert twilio.end(twilio.send(sender)["sid"]) == ("undelivered", 30003)


def test_a_name_can_send_where_names_are_allowed(twilio: Account) -> None:
    """A name can send where names are allowed."""
    twilio.state.countries_on.add("GB")
    assert twilio.end(twilio.send("Acme", GB_PHONE)["sid"]) == ("delivered", None)


@pytest.mark.parametrize(("body", "count"), [("x" * 160, "1"), ("x" * 161, "2"), ("ж" * 70, "1"), ("ж" * 71, "2")])
def test_segments_are_counted(twilio: Account, body: str, count: str) -> None:
    """Segments are counted."""
    assert twilio.send(twilio.number().phone_number, Body=body)["num_segments"] == count


def test_messages_are_listed_newest_first_and_filtered(twilio: Account) -> None:
    """Messages are listed newest first and filtered."""
    sender = twilio.number(pooled=True).phone_number
    first, second = twilio.send(sender)["sid"], twilio.send(sender, CA_PHONE)["sid"]

    def listed(**query: str) -> list[str]:
        answer = twilio.api.get("/Messages.json", params=query)
        assert answer.status_code == 200
        return [one["sid"] for one in answer.json()["messages"]]

    assert listed() == [second, first]
    assert listed(To=US_PHONE) == [first]
    assert listed(From=sender) == [second, first]
    assert listed(From="+14155550100") == []
    assert listed(**{"DateSent>": "2020-01-01"}) == [second, first]
    assert listed(**{"DateSent<": "2020-01-01"}) == []
    assert listed(**{"DateSent<": "2999-01-01T00:00:00Z"}) == [second, first]
    assert listed(**{"DateSent>": "Wed, 19 Jun 2019 22:04:00 -0000"}) == [second, first]
    assert listed(DateSent="2020-01-01") == []
    assert twilio.api.get("/Messages.json", params={"DateSent": "soon"}).status_code == 400


def test_a_message_can_be_deleted_only_when_it_is_over(twilio: Account) -> None:
    """A message can be deleted only when it is over."""
    sid = twilio.send(twilio.number(pooled=True).phone_number)["sid"]
    assert twilio.api.delete(f"/Messages/{sid}.json").status_code == 409
    twilio.clock.now += 5
    assert twilio.api.delete(f"/Messages/{sid}.json").status_code == 204
    assert twilio.api.get(f"/Messages/{sid}.json").status_code == 404
    assert twilio.api.delete(f"/Messages/{sid}.json").status_code == 404


def test_a_message_can_be_redacted_but_not_rewritten(twilio: Account) -> None:
    """A message can be redacted but not rewritten."""
    sid = twilio.send(twilio.number(pooled=True).phone_number)["sid"]
    path = f"/Messages/{sid}.json"
    twilio.clock.now += 5
    assert twilio.api.post(path, data={"Body": "new"}).status_code == 400
    assert twilio.api.post(path, data={"Status": "canceled"}).status_code == 400
    assert twilio.api.post(path, data={"Status": "sent"}).status_code == 400
    assert twilio.api.post(path, data={"Body": ""}).json()["body"] == ""


def test_a_trial_of_2026_sends_templates_only(other: Other) -> None:
    """A trial of 2026 sends templates only."""
    trial = other(twilio_account="trial")
    assert trial.refusal(To=US_PHONE, Body="123456 is your code") == (400, 572006)
    assert trial.refusal(To=US_PHONE, From="+14155550100", Body="123456 is your code") == (400, 572006)
    assert trial.refusal(To=US_PHONE, From="+14155550100", Body="sms_2fa") == (400, 572002)
    assert trial.refusal(To=US_PHONE, Body="sms_2fa") == (400, 21608)
    assert trial.refusal(To=US_PHONE) == (400, 21602)
    assert trial.refusal(Body="sms_2fa") == (400, 21604)
    trial.state.verify_recipient(US_PHONE)
    assert trial.refusal(To=US_PHONE, Body="sms_2fa", ValidityPeriod="60") == (400, 10002)
    sent = trial.post(To=US_PHONE, Body="sms_2fa").json()
    assert sent["from"] == TRIAL_NUMBER
    assert sent["body"] != "sms_2fa"
    assert trial.end(sent["sid"]) == ("delivered", None)
    trial.state.verify_recipient(GB_PHONE)
    assert trial.refusal(To=GB_PHONE, Body="sms_2fa") == (400, 21408)


def test_a_trial_of_old_sends_to_verified_phones_with_a_prefix(other: Other) -> None:
    """A trial of old sends to verified phones with a prefix."""
    trial = other(twilio_account="legacy-trial")
    sender = trial.number(pooled=True).phone_number
    assert trial.refusal(To=US_PHONE, From=sender, Body="x") == (400, 21608)
    trial.state.verify_recipient(US_PHONE)
    assert trial.send(sender, Body="x")["body"] == "Sent from your Twilio trial account - x"


def test_test_credentials_know_magic_numbers(sandbox: Sandbox, web: httpx.Client) -> None:
    """Test credentials know magic numbers."""
    own = sandbox.world.twilio.credentials
    base = f"/2010-04-01/Accounts/{own.test_account_sid}"

    def code(path: str, **form: str) -> int | None:
        auth = (own.test_account_sid, own.test_auth_token)
        answer = web.post(f"{base}/{path}.json", data=form, auth=auth)
        found: int | None = answer.json().get("code")
        assert (answer.status_code == 201) is (found is None)
        return found

    buy = "IncomingPhoneNumbers"
    assert code(buy, PhoneNumber="+15005550000") == 21422
    assert code(buy, PhoneNumber="+15005550001") == 21421
    assert code(buy, PhoneNumber="+14155550100") == 21421
    assert code(buy, PhoneNumber="+15005550006") is None
    assert code(buy, AreaCode="533") == 21452
    assert code(buy, AreaCode="500") is None
    good = {"From": "+15005550006", "To": US_PHONE, "Body": "x"}
    assert code("Messages", **good) is None
    for sender, expected in (("0001", 21212), ("0007", 21606), ("0008", 21611), ("0005", 21606)):
        assert code("Messages", **good | {"From": f"+1500555{sender}"}) == expected
    for to, expected in (("0001", 21211), ("0002", 21612), ("0003", 21408), ("0004", 21610), ("0009", 21614)):
        assert code("Messages", **good | {"To": f"+1500555{to}"}) == expected
    for missing, expected in (("To", 21604), ("From", 21603), ("Body", 21602)):
        assert code("Messages", **{name: value for name, value in good.items() if name != missing}) == expected
    assert code("Messages", **good | {"To": "x"}) == 21211
    assert sandbox.world.twilio.purchases == 0


def test_a_call_needs_a_number_of_ones_own(twilio: Account) -> None:
    """A call needs a number of ones own."""
    sender = twilio.number().phone_number

    def code(**form: str) -> int | None:
        found: int | None = twilio.api.post("/Calls.json", data=form).json().get("code")
        return found

    assert code(To=US_PHONE, From=sender, Twiml="<Response/>") is None
    assert code(To=US_PHONE, From=sender) == 21205
    assert code(To=US_PHONE, From="+14155550100", Twiml="<Response/>") == 21210
    assert code(To="x", From=sender, Twiml="<Response/>") == 21217
    assert code(From=sender, Twiml="<Response/>") == 21201
    assert code(To=US_PHONE, Twiml="<Response/>") == 21213


def test_errors_become_alerts_when_they_are_known(twilio: Account) -> None:
    """Errors become alerts when they are known."""
    base = str(twilio.api.base_url).partition("/2010")[0]

    def alerts(**query: str) -> list[dict[str, Any]]:
        answer = twilio.api.get(f"{base}/v1/Alerts", params=query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["alerts"]
        return found

    twilio.refusal(To="x", From="+14155550100", Body="x")
    sid = twilio.send(twilio.number().phone_number)["sid"]
    assert [one["error_code"] for one in alerts()] == ["21211"]
    twilio.clock.now += 5
    assert [one["error_code"] for one in alerts(LogLevel="error")] == ["30034", "21211"]
    newest = alerts()[0]
    assert newest["resource_sid"] == sid
    assert twilio.api.get(f"{base}/v1/Alerts/{newest['sid']}").json()["response_body"] == ""
    assert twilio.api.get(f"{base}/v1/Alerts/NO0").status_code == 404
    assert alerts(LogLevel="debug") == []
    assert alerts(StartDate="2999-01-01") == []
    assert alerts(StartDate="2020-01-01", EndDate="2999-01-01") != []
    for query in ({"LogLevel": "loud"}, {"StartDate": "soon"}):
        assert twilio.api.get(f"{base}/v1/Alerts", params=query).status_code == 400


def test_usage_counts_messages_and_numbers(twilio: Account) -> None:
    """Usage counts messages and numbers."""
    twilio.send(twilio.number(pooled=True).phone_number)
    records = twilio.api.get("/Usage/Records.json", params={"Category": "sms-outbound"}).json()["usage_records"]
    assert [(one["category"], one["count"], one["price"]) for one in records] == [("sms-outbound", "1", "0.00830")]
    assert len(twilio.api.get("/Usage/Records.json").json()["usage_records"]) == 2
