"""What goes wrong in production goes wrong on the page, and the tenant's log says why."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import BrowserContext, expect

from browser.site import Site
from browser.visitor import Visitor
from support import scene

pytestmark = pytest.mark.browser

NOT_SENT = "There was a problem sending the SMS"
TRIAL_REFUSES_THE_TEXT = 572006
UNREGISTERED = 30034


@contextmanager
def rotated_token(site: Site) -> Iterator[None]:
    """Twilio has another token than the one that Auth0 holds, for a while."""
    held = site.lab.env["TWILIO_AUTH_TOKEN"]
    site.lab.control("twilio/token", {"auth_token": scene.NEW_TOKEN})
    try:
        yield
    finally:
        site.lab.control("twilio/token", {"auth_token": held})


def test_with_a_wrong_twilio_token_no_phone_can_be_enrolled(visitor: Visitor, site: Site) -> None:
    visitor.open_app()
    visitor.sign_up()

    with rotated_token(site):
        visitor.enroll()
        expect(visitor.alert).to_have_text(NOT_SENT)

    expect(visitor.heading("Secure Your Account")).to_be_visible()
    event = site.log("gd_send_sms_failure")[0]
    assert (event["details"]["to"], event["details"]["provider_error"]["errorCode"]) == (visitor.phone, 20003)
    assert visitor.codes() == []
    visitor.enroll()
    visitor.enter(visitor.code())
    visitor.sees_profile()


def test_with_a_wrong_twilio_token_the_next_login_is_stuck_at_the_code(visitor: Visitor, site: Site) -> None:
    visitor.join()
    visitor.log_out()
    visitor.open_app()

    with rotated_token(site):
        visitor.log_in()
        expect(visitor.heading("Verify Your Identity")).to_be_visible()
        expect(visitor.alert).to_have_text(NOT_SENT)

    assert site.log("gd_send_sms_failure")[0]["details"]["provider_error"]["errorCode"] == 20003
    visitor.press("Resend")
    visitor.enter(visitor.code())
    visitor.sees_profile()


@pytest.mark.parametrize("stack", ["unified", "legacy"])
def test_a_trial_refuses_the_text_of_the_code(stack: str, sites: Callable[..., Site], context: BrowserContext) -> None:
    site = sites(phone_stack=stack, twilio_account="trial")
    visitor = Visitor(site, context.new_page())
    site.lab.control("twilio/verified-recipients", {"phone_number": visitor.phone})
    visitor.open_app()
    visitor.sign_up()

    visitor.enroll()

    expect(visitor.alert).to_have_text(NOT_SENT)
    event = site.log("gd_send_sms_failure")[0]
    assert (event["details"]["to"], event["details"]["provider_error"]["errorCode"]) == (
        visitor.phone,
        TRIAL_REFUSES_THE_TEXT,
    )
    assert visitor.codes() == []


@pytest.mark.parametrize("stack", ["unified", "legacy"])
def test_the_code_of_an_unregistered_number_never_arrives(
    stack: str, sites: Callable[..., Site], context: BrowserContext
) -> None:
    site = sites(phone_stack=stack, number_registration="unregistered")
    visitor = Visitor(site, context.new_page())

    visitor.come_to_code()

    inbox = context.new_page()
    inbox.goto(f"{site.lab.sandbox.url}/_sandbox/inbox")
    phone = inbox.get_by_role("region", name=visitor.phone)
    expect(phone).to_contain_text("The phone never got it")
    expect(phone.get_by_role("link", name=str(UNREGISTERED))).to_be_visible()
    message = site.messages_to(visitor.phone)[0]
    assert (message["status"], message["error_code"]) == ("undelivered", UNREGISTERED)
    event = site.log("gd_send_sms")[0]
    assert (event["details"]["to"], event["details"]["sid"]) == (visitor.phone, message["sid"])
