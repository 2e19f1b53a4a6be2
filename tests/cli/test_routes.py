"""Which senders are judged for a country, and which deliveries show that they reach it."""

import pytest

from support import scene
from support.lab import Lab, Run
from support.moments import Moments
from support.reach import CA, DE, US, open_to, policy, registration, sends_from, settled, user
from support.scene import OTHER_ACCOUNT


@pytest.fixture(autouse=True)
def moments(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Moments:
    """The time of the tests, so that no delivery is waited for."""
    lab = request.getfixturevalue("lab" if "lab" in request.fixturenames else "unified")
    moments = Moments(monkeypatch)
    moments.rule(lab)
    return moments


def text_from(lab: Lab, kind: str, sender: str) -> None:
    """A text that brings its own sender along."""
    content = {"from": sender, "body": {"text": "{{ code }}", "voice": "{{ code }}"}}
    lab.auth0("POST", "branding/phone/templates", {"type": kind, "disabled": False, "content": content})


def owned(lab: Lab, country: str, nth: int = 0) -> str:
    """One more number that the account has had for long."""
    kind = "mobile" if country == "GB" else "local"
    return str(
        lab.control("twilio/numbers", {"phone_number": scene.stock(country, kind)[nth].phone_number})["phone_number"]
    )


def delivered(lab: Lab, to: str, sender: str, **fields: object) -> None:
    """A message of yesterday."""
    message = {"from": sender, "to": to, "status": "delivered", "seconds_ago": 86_400}
    lab.control("twilio/messages", message | fields)


def pool_of(lab: Lab, *numbers: str) -> str:
    """A Messaging Service of its own, with numbers that have long been in it; the tenant sends by it."""
    service = scene.service(lab)
    for number in numbers:
        lab.control("twilio/numbers", {"phone_number": number, "service_sid": service})
    sends_from(lab, service=service)
    return service


class TestNamedSenders:
    """A sender that a text names is not chosen for a country: it sends to all of them."""

    def test_each_is_judged_for_each_country(self, run: Run, unified: Lab) -> None:
        settled(unified)
        open_to(unified, "GB")
        text_from(unified, "otp_enroll", owned(unified, "GB"))
        result = policy(run, unified, "--countries", "US,GB")
        assert (result.code, registration(result)["status"]) == (7, "fail")
        assert "UK" in registration(result)["evidence"]

    def test_a_texts_sender_abroad_is_not_hidden_by_a_number_of_the_country(self, run: Run, unified: Lab) -> None:
        settled(unified)
        text_from(unified, "otp_enroll", owned(unified, "GB"))
        result = policy(run, unified, "--countries", "US")
        assert (result.code, unified.tenant["policies"]) == (6, [])

    def test_the_test_sms_of_a_text_with_a_sender_is_followed(self, run: Run, unified: Lab) -> None:
        number = settled(unified)
        open_to(unified, "DE")
        other = scene.stock()[1].phone_number
        unified.control("twilio/numbers", {"phone_number": other, "service_sid": unified.control_service_sid()})
        text_from(unified, "otp_verify", other)
        text_from(unified, "otp_enroll", other)
        result = policy(run, unified, "--countries", "DE", "--test-to", DE)
        assert (result.code, unified.tenant["policies"]) == (0, ["all-applications"]), result.out
        assert [message["from"] for message in unified.twilio["messages"]] == [other] != [number]

    def test_a_test_sms_waits_for_no_sender_that_does_not_send_it(self, run: Run, unified: Lab) -> None:
        settled(unified)
        open_to(unified, "DE")
        other = scene.stock()[1].phone_number
        unified.control("twilio/numbers", {"phone_number": other, "service_sid": unified.control_service_sid()})
        text_from(unified, "otp_enroll", other)
        result = policy(run, unified, "--countries", "DE", "--test-to", DE)
        assert (result.code, unified.twilio["messages"]) == (6, [])
        assert other in registration(result)["evidence"]


class TestPools:
    """A Messaging Service chooses a sender of its pool for each country."""

    def test_a_name_of_the_pool_is_used_where_names_are_allowed(self, run: Run, lab: Lab) -> None:
        service = pool_of(lab, scene.stock("GB", "mobile")[0].phone_number)
        open_to(lab, "GB")
        assert policy(run, lab, "--countries", "GB").code == 0
        assert policy(run, lab, "never").code == 2
        run("policy", "never", "--yes", env=lab.env)
        lab.control("twilio/alpha-senders", {"alpha_sender": "ACME", "service_sid": service})
        result = policy(run, lab, "--countries", "GB")
        assert (result.code, registration(result)["status"]) == (6, "skip")
        assert "ACME" in registration(result)["evidence"]

    def test_a_name_of_the_pool_is_not_used_for_the_us_and_canada(self, run: Run, lab: Lab) -> None:
        service = lab.control_service_sid()
        lab.control("twilio/numbers", {"phone_number": scene.stock()[0].phone_number, "service_sid": service})
        lab.control("twilio/alpha-senders", {"alpha_sender": "ACME", "service_sid": service})
        sends_from(lab, service=service)
        assert policy(run, lab, "--countries", "US,CA").code == 0

    def test_a_delivery_by_the_service_counts_for_its_pool(self, run: Run, lab: Lab) -> None:
        service = lab.control_service_sid()
        for item in scene.stock()[:2]:
            lab.control("twilio/numbers", {"phone_number": item.phone_number, "service_sid": service})
        sends_from(lab, service=service)
        open_to(lab, "DE")
        assert policy(run, lab, "--countries", "DE").code == 6
        assert policy(run, lab, "--countries", "DE", "--test-to", DE).code == 0
        assert len(lab.twilio["messages"]) == 1

    def test_a_delivery_by_the_service_shows_nothing_of_a_number_that_is_new_in_it(self, run: Run, lab: Lab) -> None:
        user(lab)
        service = lab.control_service_sid()
        old, new = (item.phone_number for item in scene.stock()[:2])
        for number in (old, new):
            lab.control("twilio/numbers", {"phone_number": number, "service_sid": service})
        lab.control("twilio/pool", {"phone_number": new, "seconds_ago": 7_200})
        sends_from(lab, service=service)
        delivered(lab, US, old, messaging_service_sid=service, seconds_ago=60)
        assert policy(run, lab).code == 6
        delivered(lab, US, new, messaging_service_sid=service, seconds_ago=60)
        assert policy(run, lab).code == 0

    def test_a_number_of_the_channel_islands_is_not_known_to_be_blocked_in_the_uk(self, run: Run, lab: Lab) -> None:
        settled(lab, "+447781123456", pooled=False)
        open_to(lab, "GB")
        assert policy(run, lab, "--countries", "GB").code == 6

    def test_what_a_number_delivered_elsewhere_before_it_was_pooled_still_counts(self, run: Run, lab: Lab) -> None:
        number = settled(lab)
        open_to(lab, "DE")
        delivered(lab, DE, number)
        lab.control("twilio/pool", {"phone_number": number, "seconds_ago": 3_600})
        assert policy(run, lab, "--countries", "US,DE").code == 0


class TestTime:
    """How old a message is, by Twilio's own clock."""

    @pytest.mark.parametrize(("days", "code"), [(29, 0), (31, 6)])
    def test_a_delivery_counts_for_thirty_days(self, run: Run, lab: Lab, days: int, code: int) -> None:
        number = settled(lab)
        open_to(lab, "DE")
        delivered(lab, DE, number, seconds_ago=days * 86_400)
        assert policy(run, lab, "--countries", "DE").code == code

    def test_a_refusal_of_today_is_a_failure_however_long_the_number_is_in_its_pool(self, run: Run, lab: Lab) -> None:
        number = settled(lab)
        delivered(lab, US, number, status="undelivered", error_code=30034, seconds_ago=600)
        result = policy(run, lab)
        assert (result.code, registration(result)["status"]) == (7, "fail")
        delivered(lab, US, number, seconds_ago=60)
        assert policy(run, lab).code == 0


class TestOtherProofs:
    """A delivered SMS shows what else is not known."""

    def test_the_token_that_auth0_holds(self, run: Run, unified: Lab) -> None:
        settled(unified)
        result = run("policy", "always", "--yes", "--json", env=unified.env)
        assert result.code == 6
        result = run("policy", "always", "--test-to", US, "--yes", "--json", env=unified.env)
        assert (result.code, unified.tenant["policies"]) == (0, ["all-applications"]), result.out

    def test_the_parents_profile_of_a_subaccount(self, run: Run, lab: Lab) -> None:
        settled(lab)
        lab.control("twilio/account", {"owner_account_sid": OTHER_ACCOUNT})
        assert policy(run, lab).code == 6
        assert policy(run, lab, "--test-to", US).code == 0

    def test_a_young_number_is_shown_by_any_us_phone_and_by_no_other(self, run: Run, lab: Lab) -> None:
        number = settled(lab)
        user(lab)
        open_to(lab, "PR")
        lab.control("twilio/pool", {"phone_number": number, "seconds_ago": 60})
        assert policy(run, lab, "--test-to", CA).code == 6
        assert lab.twilio["messages"] == []
        assert policy(run, lab, "--test-to", "+17872345678").code == 0

    @pytest.mark.parametrize(("arguments", "code"), [((), 4), (("--test-to", US), 0)])
    def test_what_a_restricted_key_may_not_read(
        self, run: Run, unified: Lab, arguments: tuple[str, ...], code: int
    ) -> None:
        settled(unified)
        rest = ("IncomingPhoneNumbers*", "Messages*", "SMS/*", "Balance*")
        allowed = ["/v1/CustomerProfiles*", "/v1/Tollfree/*", *(f"/2010-04-01/*/{name}" for name in rest)]
        key = unified.control("twilio/keys", {"allowed": allowed})
        overrides = ("--override", "provider_token", "--override", "twilio_account")
        env = {**unified.env, "TWILIO_API_KEY": key["sid"], "TWILIO_API_SECRET": key["secret"]}
        result = run("policy", "always", *overrides, *arguments, "--yes", "--json", env=env)
        assert result.code == code, result.out


class TestUnderAPolicy:
    """A test SMS comes after the provider is written: what works today is not replaced by what it is yet to show."""

    def test_a_sender_that_is_not_known_replaces_none_before_it_is_proved(self, run: Run, lab: Lab) -> None:
        number = settled(lab)
        open_to(lab, "DE")
        assert policy(run, lab).code == 0
        new = lab.control("twilio/numbers", {"phone_number": scene.stock()[1].phone_number})["phone_number"]
        lab.control("twilio/fates", {"phone_number": DE, "error_code": 30007})
        arguments = ("--no-app", "--from", new, "--countries", "DE", "--test-to", DE, "--yes", "--json")
        result = run("up", *arguments, env=lab.env)
        assert (result.code, lab.twilio["messages"]) == (6, [])
        assert f"test sms --from {new}" in registration(result)["fix"]
        assert number in str(lab.tenant["phone_provider"])

    def test_a_test_sms_from_it_beforehand_shows_it(self, run: Run, lab: Lab) -> None:
        settled(lab)
        open_to(lab, "DE")
        assert policy(run, lab).code == 0
        new = lab.control("twilio/numbers", {"phone_number": scene.stock()[1].phone_number})["phone_number"]
        assert run("test", "sms", "--from", new, "--to", DE, "--yes", env=lab.env).code == 0
        assert run("up", "--no-app", "--from", new, "--countries", "DE", "--yes", env=lab.env).code == 0

    def test_the_plan_says_that_it_would_be_refused(self, run: Run, lab: Lab) -> None:
        settled(lab)
        open_to(lab, "DE")
        result = run("plan", "--countries", "DE", "--json", env=lab.env)
        assert "guard_would_refuse" in scene.warned(result)

    def test_a_proof_does_not_count_for_a_sender_that_came_meanwhile(
        self, run: Run, lab: Lab, moments: Moments
    ) -> None:
        settled(lab)
        open_to(lab, "DE")
        service = lab.control_service_sid()
        body = {"phone_number": scene.stock()[1].phone_number, "service_sid": service}
        other = lab.control("twilio/numbers", body)["phone_number"]

        def replaced(nth: int) -> None:
            if nth == 1:
                sends_from(lab, other)

        moments.meanwhile = replaced
        result = policy(run, lab, "--countries", "DE", "--test-to", DE)
        assert (result.code, lab.tenant["policies"]) == (6, [])
        assert other in registration(result)["evidence"]
