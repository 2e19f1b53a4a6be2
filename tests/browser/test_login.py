"""A login to the React example, in a browser, on a tenant that `up` has set up."""

import pytest
from playwright.sync_api import expect

from browser.site import Site
from browser.visitor import Visitor

pytestmark = pytest.mark.browser

ATTEMPTS = 10
MESSAGES = 10


def test_the_first_login_enrols_a_phone_and_the_next_one_asks_for_its_code(visitor: Visitor) -> None:
    visitor.come_to_code()
    visitor.enter(visitor.code_in_inbox())
    visitor.sees_profile()

    visitor.log_out()
    visitor.open_app()
    visitor.log_in()

    expect(visitor.heading("Verify Your Identity")).to_be_visible()
    assert len(visitor.codes()) == 2
    visitor.enter(visitor.code())
    visitor.sees_profile()
    assert visitor.complaints == []


def test_logging_out_ends_the_session_at_auth0_too(visitor: Visitor) -> None:
    visitor.join()

    visitor.log_out()
    visitor.page.reload()

    expect(visitor.page.get_by_role("button", name="Log in")).to_be_visible()
    visitor.open_app()


def test_a_reload_in_a_remembered_browser_logs_in_again_without_asking(visitor: Visitor) -> None:
    visitor.join(remembered=True)

    visitor.page.reload()

    visitor.sees_profile(amr=None)
    assert len(visitor.codes()) == 1


def test_a_reload_in_any_other_browser_logs_the_user_out_of_the_application(visitor: Visitor) -> None:
    """Always asks for a factor in every login, which no silent one can give (Auth0's FAQ of `auth0-spa-js`)."""
    visitor.join()

    visitor.page.reload()

    expect(visitor.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()


def test_a_wrong_code_is_refused_and_the_right_one_still_works(visitor: Visitor) -> None:
    visitor.come_to_code()

    visitor.enter(visitor.wrong_code())

    expect(visitor.alert).to_have_text("The code you entered is invalid")
    visitor.enter(visitor.code())
    visitor.sees_profile()


def test_a_code_expires(visitor: Visitor, site: Site) -> None:
    visitor.come_to_code()
    site.lab.control("clock", {"forward": site.lab.tenant["phone_settings"]["otp_expiration_time"] + 1})

    visitor.enter(visitor.code())

    expect(visitor.alert).to_have_text("Invalid or expired user code")
    visitor.press("Resend")
    visitor.enter(visitor.code())
    visitor.sees_profile()


def test_a_code_that_was_sent_again_takes_the_place_of_the_first(visitor: Visitor) -> None:
    visitor.come_to_code()
    first = visitor.code()

    visitor.press("Resend")

    expect(visitor.page.get_by_role("status")).to_have_text("We've sent you a new code.")
    assert len(visitor.codes()) == 2
    if first != visitor.code():
        visitor.enter(first)
        expect(visitor.alert).to_have_text("The code you entered is invalid")
    visitor.enter(visitor.code())
    visitor.sees_profile()


def test_after_too_many_wrong_codes_even_the_right_one_has_to_wait(visitor: Visitor, site: Site) -> None:
    visitor.come_to_code()
    for _ in range(ATTEMPTS):
        visitor.enter(visitor.wrong_code())
        expect(visitor.alert).to_have_text("The code you entered is invalid")

    visitor.enter(visitor.code())

    expect(visitor.alert).to_contain_text("Too many failed codes")
    assert site.log("gd_otp_rate_limit_exceed")
    expect(visitor.page).to_have_title("Error: Verify Your Identity | Twilio MFA Test")


def test_only_so_many_codes_are_sent(visitor: Visitor) -> None:
    visitor.come_to_code()
    for _ in range(MESSAGES - 1):
        visitor.press("Resend")
        expect(visitor.page.get_by_role("status")).to_be_visible()

    visitor.press("Resend")

    expect(visitor.alert).to_contain_text("You have exceeded the maximum number of phone messages per hour")
    assert len(visitor.codes()) == MESSAGES


def test_another_number_may_be_given_before_the_first_code(visitor: Visitor, site: Site) -> None:
    visitor.come_to_code()
    visitor.press("Try another number")
    mistaken, visitor.phone = visitor.phone, visitor.phone.replace("+1415", "+1212")

    visitor.enroll()
    visitor.enter(visitor.code())

    visitor.sees_profile()
    assert len(site.messages_to(mistaken)) == 1


def test_the_policy_never_asks_for_nothing(visitor: Visitor, site: Site) -> None:
    with site.policy("never"):
        visitor.open_app()
        visitor.sign_up()

        visitor.sees_profile(amr=None)

    assert visitor.codes() == []


def test_the_whole_login_goes_by_keyboard_alone(visitor: Visitor) -> None:
    keys = visitor.page.keyboard
    visitor.page.goto(visitor.site.url)
    expect(visitor.page.get_by_role("button", name="Log in")).to_be_visible()
    keys.press("Tab")
    keys.press("Enter")
    expect(visitor.page.get_by_label("Email address")).to_be_focused()
    for _ in range(3):
        keys.press("Tab")
    expect(visitor.page.get_by_role("link", name="Sign up")).to_be_focused()
    keys.press("Enter")
    expect(visitor.heading("Sign up")).to_be_visible()
    expect(visitor.page.get_by_label("Email address")).to_be_focused()
    keys.type(visitor.email)
    keys.press("Tab")
    keys.type("Correct-Horse-1")
    keys.press("Enter")
    expect(visitor.page.get_by_label("Phone number")).to_be_focused()
    keys.type(visitor.phone)
    keys.press("Enter")
    expect(visitor.page.get_by_label("Enter the 6-digit code")).to_be_focused()
    keys.type(visitor.code())
    keys.press("Enter")
    visitor.sees_profile()
