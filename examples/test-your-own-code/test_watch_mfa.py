"""Tests of `watch_mfa` against Auth0 and Twilio on loopback: no account, no mocks, no network."""

import httpx
import pytest
from auth0.management import Auth0
from auth0.management.core.api_error import ApiError
from twilio.base.exceptions import TwilioRestException
from watch_mfa import Settings, watch

from pytest_mfa_setup import MfaSandbox

SENDER, ON_CALL = "+14155550100", "+14155550123"


@pytest.fixture
def settings(mfa_sandbox: MfaSandbox) -> Settings:
    """The settings that point the code at the sandbox, whose Twilio account has one number."""
    mfa_sandbox.add_number(SENDER)
    return Settings(sender=SENDER, on_call=ON_CALL, scheme="http", twilio_url=mfa_sandbox.url)


def test_an_unprotected_tenant_is_texted_to_the_person_on_call(mfa_sandbox: MfaSandbox, settings: Settings) -> None:
    sid = watch(settings)
    message = mfa_sandbox.wait_for_message(ON_CALL)
    assert (message["sid"], message["status"]) == (sid, "delivered")
    assert message["body"] == f"MFA of {mfa_sandbox.domain}: no factor is on, the policy is not Always"


def test_a_protected_tenant_is_left_in_peace(mfa_sandbox: MfaSandbox, settings: Settings) -> None:
    with httpx.Client() as http:
        auth0 = Auth0(base_url=mfa_sandbox.auth0_url, token=mfa_sandbox.token, httpx_client=http)
        auth0.guardian.factors.set("sms", enabled=True)
        auth0.guardian.policies.set(request=["all-applications"])
    assert watch(settings) is None
    assert mfa_sandbox.messages() == []


def test_a_short_outage_of_auth0_is_sat_out(mfa_sandbox: MfaSandbox, settings: Settings) -> None:
    mfa_sandbox.faults({"path": "/api/v2/guardian/factors", "effect": "status:503"})
    assert watch(settings)
    asked = [entry["status"] for entry in mfa_sandbox.requests() if entry["path"] == "/api/v2/guardian/factors"]
    assert asked == [503, 200]


def test_a_lasting_outage_of_auth0_is_no_all_clear(mfa_sandbox: MfaSandbox, settings: Settings) -> None:
    mfa_sandbox.faults({"path": "/api/v2/guardian/*", "effect": "status:403", "times": 9})
    with pytest.raises(ApiError):
        watch(settings)


def test_a_phone_that_has_answered_stop_is_noticed(mfa_sandbox: MfaSandbox, settings: Settings) -> None:
    mfa_sandbox.control("twilio/stopped", {"phone_number": ON_CALL})
    with pytest.raises(TwilioRestException) as refused:
        watch(settings)
    assert refused.value.code == 21610
