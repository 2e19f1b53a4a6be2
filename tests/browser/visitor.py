"""Someone at a browser: what they see, press and type, by the names that are on the pages."""

import itertools
import re

from playwright.sync_api import Locator, Page, expect

from browser.site import Site

PASSWORD = "Correct-Horse-1"
CODE_LABEL = "Enter the 6-digit code"
REMEMBER = "Remember this device for 30 days"

_numbers = itertools.count(1)


class Visitor:
    """One user of the application in a browser of their own.

    Attributes:
        site: The application and its tenant.
        page: The page they look at.
        complaints: What the pages threw or wrote to the console as errors.
        email: Their address, which nobody else has.
        phone: Their phone, likewise.
    """

    def __init__(self, site: Site, page: Page) -> None:
        number = next(_numbers)
        self.site = site
        self.page = page
        self.email = f"visitor{number}@example.com"
        self.phone = f"+1415555{2000 + number}"
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    # --- what there is on the page

    def heading(self, text: str) -> Locator:
        """A heading."""
        return self.page.get_by_role("heading", name=text)

    @property
    def alert(self) -> Locator:
        """What the page says went wrong."""
        return self.page.get_by_role("alert")

    def claim(self, name: str) -> Locator:
        """A claim of the ID token, on the profile."""
        return self.page.locator(f'[data-claim="{name}"]')

    def sees_profile(self, amr: str | None = '["mfa"]') -> None:
        """The application shows who logged in, and whether the login used a second factor."""
        expect(self.claim("amr")).to_have_text(amr or "absent")
        expect(self.claim("email")).to_have_text(self.email)
        expect(self.claim("iss")).to_have_text(f"{self.site.lab.sandbox.url}/")

    # --- what they do

    def press(self, name: str) -> None:
        """Presses a button."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def open_app(self) -> None:
        """Opens the application and asks it for a login."""
        self.page.goto(self.site.url)
        self.press("Log in")
        expect(self.heading("Welcome")).to_be_visible()

    def sign_up(self) -> None:
        """Makes an account."""
        self.page.get_by_role("link", name="Sign up").click()
        self._give_password()

    def log_in(self) -> None:
        """Gives address and password."""
        self._give_password()

    def _give_password(self) -> None:
        self.page.get_by_label("Email address").fill(self.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Continue")

    def enroll(self, phone: str = "") -> None:
        """Gives a phone number."""
        expect(self.heading("Secure Your Account")).to_be_visible()
        self.page.get_by_label("Country").select_option("US")
        self.page.get_by_label("Phone number").fill((phone or self.phone).removeprefix("+1"))
        self.press("Continue")

    def enter(self, code: str) -> None:
        """Types a code."""
        self.page.get_by_label(CODE_LABEL).fill(code)
        self.press("Continue")

    def log_out(self) -> None:
        """Logs out, and is back at the application."""
        self.press("Log out")
        expect(self.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()

    def come_to_code(self) -> None:
        """Makes an account and a phone known, up to the first code."""
        self.open_app()
        self.sign_up()
        self.enroll()
        expect(self.heading("Verify Your Identity")).to_be_visible()

    def join(self, *, remembered: bool = False) -> None:
        """Makes an account, enrols a phone, logs in with it; lets the browser be remembered if that is asked for."""
        self.come_to_code()
        if remembered:
            self.page.get_by_label(REMEMBER).check()
        self.enter(self.code())
        self.sees_profile()

    # --- what their phone got

    def codes(self) -> list[str]:
        """The codes that were sent to their phone, newest first."""
        found = [re.search(r"\d{6}", message["body"]) for message in self.site.messages_to(self.phone)]
        return [code.group() for code in found if code]

    def code(self) -> str:
        """The newest code."""
        return self.codes()[0]

    def wrong_code(self) -> str:
        """A code that was not sent."""
        return "000000" if self.code() != "000000" else "111111"

    def code_in_inbox(self) -> str:
        """The newest code as the inbox shows it, in a second tab."""
        inbox = self.page.context.new_page()
        inbox.goto(f"{self.site.lab.sandbox.url}/_sandbox/inbox")
        phone = inbox.get_by_role("region", name=self.phone)
        code = phone.get_by_role("status").first.inner_text()
        inbox.close()
        return code
