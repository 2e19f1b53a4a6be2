"""Whether a sender reaches the users' countries: what is known to fail, and what only a delivery shows."""

import pytest

from mfa_setup.sandbox.auth0.scopes import ALL_SCOPES
from support import scene
from support.lab import Lab, Run
from support.moments import Moments
from support.reach import DE, US, open_to, policy, registration, sends_from, settled, user


@pytest.fixture(autouse=True)
def moments(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of the tests, so that no delivery is waited for."""
    lab = request.getfixturevalue("lab" if "lab" in request.fixturenames else "unified")
    Moments(monkeypatch).rule(lab)


class TestCountries:
    """What is known of a sender's way to each country."""

    def test_a_us_number_does_not_reach_the_uk(self, run: Run, lab: Lab) -> None:
        settled(lab)
        open_to(lab, "GB")
        result = policy(run, lab, "--countries", "US,GB")
        assert (result.code, registration(result)["status"]) == (7, "fail")
        assert "UK" in registration(result)["evidence"]
        assert lab.tenant["policies"] == []

    def test_a_canadian_number_needs_a_campaign_for_us_phones(self, run: Run, lab: Lab) -> None:
        settled(lab, scene.stock("CA")[0].phone_number, pooled=False)
        assert policy(run, lab, "--countries", "CA").code == 0
        result = run("doctor", "--countries", "US", "--json", env=lab.env)
        assert registration(result)["status"] == "fail"
        assert "30034" in registration(result)["evidence"]

    def test_a_registered_us_number_reaches_canada(self, run: Run, lab: Lab) -> None:
        settled(lab)
        assert policy(run, lab, "--countries", "US,CA").code == 0

    def test_another_country_is_not_known_and_refused_until_it_is_proved(self, run: Run, lab: Lab) -> None:
        settled(lab)
        open_to(lab, "DE")
        result = policy(run, lab, "--countries", "DE")
        assert (result.code, registration(result)["status"]) == (6, "skip")
        assert "--test-to" in registration(result)["fix"]
        assert lab.tenant["policies"] == []
        proved = policy(run, lab, "--countries", "US,DE", "--test-to", DE)
        assert (proved.code, lab.tenant["policies"]) == (0, ["all-applications"])

    def test_a_proof_in_another_country_does_not_count(self, run: Run, lab: Lab) -> None:
        settled(lab)
        open_to(lab, "DE")
        result = policy(run, lab, "--countries", "DE", "--test-to", US)
        assert (result.code, lab.tenant["policies"]) == (6, [])

    def test_one_proof_for_each_country(self, run: Run, lab: Lab) -> None:
        settled(lab)
        open_to(lab, "DE", "FR")
        phones = ("--test-to", DE, "--test-to", "+33612345678")
        result = policy(run, lab, "--countries", "DE,FR", *phones)
        assert result.code == 0
        assert {message["to"] for message in lab.twilio["messages"]} == {DE, "+33612345678"}

    def test_a_proof_that_does_not_arrive_leaves_the_policy(self, run: Run, lab: Lab) -> None:
        settled(lab)
        open_to(lab, "DE")
        lab.control("twilio/fates", {"phone_number": DE, "error_code": 30007})
        result = policy(run, lab, "--countries", "DE", "--test-to", DE)
        assert (result.code, result.document["error"]["code"]) == (1, "sms_undelivered")
        assert lab.tenant["policies"] == []

    @pytest.mark.parametrize(
        ("status", "days", "code"), [("delivered", 3, 0), ("undelivered", 3, 6), ("delivered", 40, 6)]
    )
    def test_a_message_that_was_delivered_lately_shows_it(
        self, run: Run, lab: Lab, status: str, days: int, code: int
    ) -> None:
        number = settled(lab)
        open_to(lab, "DE")
        message = {"from": number, "to": DE, "status": status, "seconds_ago": days * 86_400}
        lab.control("twilio/messages", message | ({} if status == "delivered" else {"error_code": 30007}))
        assert policy(run, lab, "--countries", "DE").code == code

    def test_another_senders_delivery_shows_nothing(self, run: Run, lab: Lab) -> None:
        settled(lab)
        open_to(lab, "DE")
        other = lab.control("twilio/numbers", {"phone_number": scene.stock()[1].phone_number})["phone_number"]
        lab.control("twilio/messages", {"from": other, "to": DE, "status": "delivered", "seconds_ago": 60})
        assert policy(run, lab, "--countries", "DE").code == 6

    def test_it_can_be_overridden_and_under_the_policy_it_is_a_warning(self, run: Run, lab: Lab) -> None:
        settled(lab)
        open_to(lab, "DE")
        assert policy(run, lab, "--countries", "DE", "--override", "registration").code == 0
        again = policy(run, lab, "--countries", "DE")
        assert (again.code, "delivery_unchecked" in scene.warned(again)) == (0, True)

    def test_the_plan_says_for_which_countries_it_was_checked(self, run: Run, lab: Lab) -> None:
        assert run("plan", "--json", env=lab.env).document["outputs"]["countries"] == ["US"]
        given = run("plan", "--countries", "US,CA", "--json", env=lab.env)
        assert given.document["outputs"]["countries"] == ["US", "CA"]
        assert "phones in: US" in run("plan", env=lab.env).out


class TestYoungNumbers:
    """A number that was put into a campaign's pool a short while ago."""

    def test_without_users_it_is_a_warning_that_names_the_proof(self, run: Run, lab: Lab) -> None:
        result = run("up", "--yes", "--json", env=lab.env)
        assert (result.code, registration(result)["status"]) == (0, "warn")
        assert "--test-to" in registration(result)["fix"]

    def test_with_users_it_is_refused_until_a_test_sms_arrives(self, run: Run, lab: Lab) -> None:
        user(lab)
        refused = run("up", "--yes", "--json", env=lab.env)
        assert (refused.code, registration(refused)["status"]) == (6, "skip")
        assert (lab.twilio["purchases"], lab.tenant["policies"]) == (0, [])
        assert run("up", "--test-to", US, "--yes", "--json", env=lab.env).code == 0

    def test_users_that_cannot_be_counted_may_be_there(self, run: Run, lab: Lab) -> None:
        lab.grant([scope for scope in ALL_SCOPES if scope != "read:users"])
        result = run("up", "--yes", "--json", env=lab.env)
        assert (result.code, registration(result)["status"]) == (4, "skip")
        assert "read:users" in registration(result)["evidence"]
        assert (lab.twilio["purchases"], lab.tenant["policies"]) == (0, [])

    def test_a_day_later_it_is_registered(self, run: Run, lab: Lab) -> None:
        number = settled(lab)
        user(lab)
        lab.control("twilio/pool", {"phone_number": number, "seconds_ago": 60})
        assert policy(run, lab).code == 6
        lab.control("twilio/pool", {"phone_number": number, "seconds_ago": 90_000})
        assert policy(run, lab).code == 0

    @pytest.mark.parametrize("error_code", [30034, 30035])
    def test_a_send_that_carriers_dropped_since_then_is_a_failure_that_says_to_wait(
        self, run: Run, lab: Lab, error_code: int
    ) -> None:
        number = settled(lab)
        lab.control("twilio/pool", {"phone_number": number, "seconds_ago": 3_600})
        dropped = {"from": number, "to": US, "status": "undelivered", "error_code": error_code, "seconds_ago": 600}
        lab.control("twilio/messages", dropped)
        result = policy(run, lab)
        assert (result.code, registration(result)["status"]) == (7, "fail")
        assert "pool" in registration(result)["evidence"]
        assert "Wait" in registration(result)["fix"]

    def test_what_was_dropped_before_it_was_in_the_pool_says_nothing(self, run: Run, lab: Lab) -> None:
        number = settled(lab)
        lab.control("twilio/pool", {"phone_number": number, "seconds_ago": 3_600})
        dropped = {"from": number, "to": US, "status": "undelivered", "error_code": 30034, "seconds_ago": 90_000}
        lab.control("twilio/messages", dropped)
        assert policy(run, lab).code == 0


class TestCampaigns:
    """Campaigns are not all alike."""

    @pytest.mark.parametrize("status", ["IN_PROGRESS", "FAILED", "SUSPENDED"])
    def test_one_that_is_not_verified_is_named_with_its_errors(self, run: Run, lab: Lab, status: str) -> None:
        settled(lab)
        errors = [{"error_code": 30883, "description": "The website cannot be opened"}]
        lab.control(f"twilio/campaigns/{lab.control_service_sid()}", {"status": status, "errors": errors})
        result = policy(run, lab)
        assert (result.code, registration(result)["status"]) == (7, "fail")
        assert status in registration(result)["evidence"]

    def test_a_mock_campaign_is_none(self, run: Run, lab: Lab) -> None:
        settled(lab)
        lab.control(f"twilio/campaigns/{lab.control_service_sid()}", {"mock": True})
        result = policy(run, lab)
        assert (result.code, registration(result)["status"]) == (7, "fail")
        assert "mock" in registration(result)["evidence"]

    @pytest.mark.parametrize(("usecase", "status"), [("2FA", "pass"), ("MIXED", "pass"), ("MARKETING", "warn")])
    def test_one_for_another_use_is_a_warning(self, run: Run, lab: Lab, usecase: str, status: str) -> None:
        settled(lab)
        lab.control(f"twilio/campaigns/{lab.control_service_sid()}", {"usecase": usecase})
        assert registration(run("doctor", "--json", env=lab.env))["status"] == status
        assert policy(run, lab).code == 0

    @pytest.mark.parametrize(
        ("older", "newer", "code"),
        [("TWILIO_APPROVED", "TWILIO_REJECTED", 7), ("TWILIO_REJECTED", "TWILIO_APPROVED", 0)],
    )
    def test_the_newest_toll_free_verification_counts(
        self, run: Run, lab: Lab, older: str, newer: str, code: int
    ) -> None:
        number = settled(lab, scene.stock(kind="tollfree")[0].phone_number, pooled=False)
        for status, ago in ((newer, 60), (older, 86_400)):
            lab.control("twilio/tollfree-verifications", {"phone_number": number, "status": status, "seconds_ago": ago})
        assert policy(run, lab).code == code


class TestOtherSenders:
    """Names, short codes, and a text that brings its own sender."""

    def test_a_name_has_no_country_so_its_reach_is_not_known(self, run: Run, lab: Lab) -> None:
        sends_from(lab, "ACME")
        open_to(lab, "DE")
        result = policy(run, lab)
        assert (result.code, registration(result)["status"]) == (6, "skip")
        assert "--countries" in registration(result)["fix"]
        assert policy(run, lab, "--countries", "DE", "--test-to", DE).code == 0

    def test_a_name_does_not_reach_us_phones(self, run: Run, lab: Lab) -> None:
        sends_from(lab, "ACME")
        result = policy(run, lab, "--countries", "US")
        assert (result.code, registration(result)["status"]) == (7, "fail")

    def test_a_number_in_another_spelling_is_the_same_number(self, run: Run, lab: Lab) -> None:
        number = settled(lab)
        scene.provider(lab, sender=f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:]}")
        assert policy(run, lab).code == 0

    def test_a_texts_own_sender_is_judged_as_one(self, run: Run, unified: Lab) -> None:
        settled(unified)
        stranger = unified.control("twilio/numbers", {"phone_number": scene.stock()[1].phone_number})["phone_number"]
        content = {"from": stranger, "body": {"text": "{{ code }}", "voice": "{{ code }}"}}
        unified.auth0("POST", "branding/phone/templates", {"type": "otp_verify", "disabled": False, "content": content})
        result = policy(run, unified)
        assert (result.code, registration(result)["status"]) == (7, "fail")
        assert stranger in registration(result)["evidence"]

    def test_a_texts_own_sender_that_nobody_owns_is_none(self, run: Run, unified: Lab) -> None:
        settled(unified)
        content = {"from": "+14155550177", "body": {"text": "{{ code }}", "voice": "{{ code }}"}}
        unified.auth0("POST", "branding/phone/templates", {"type": "otp_enroll", "disabled": False, "content": content})
        result = policy(run, unified)
        assert result.code == 7
        assert "+14155550177" in result.document["error"]["message"]
