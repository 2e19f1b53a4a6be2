"""Logs in on the sandbox's pages as a user would, without a browser."""

import re
import ssl
import time
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx

from mfa_setup.errors import CodeMissingError, LoginRefusedError, UnavailableError

COUNTRY, NATIONAL_NUMBER, PHONE = "US", "2015550123", "+12015550123"
"""The phone number of the demo: libphonenumber's example number for the United States."""
CODE_SECONDS = 5.0
"""How long to wait for a code, in seconds; the sandbox delivers it within a second or not at all."""
_CODE = re.compile(r"\b(\d{4,8})\b")


class Page(HTMLParser):
    """The first form of a page, and the error that the page shows."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.action = ""
        self.fields: dict[str, str] = {}
        self.alert = ""
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps the form's target, its fields with their values, and the value of its first button."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form" and not self.action:
            self.action = urljoin(self.url, attributes.get("action", ""))
        elif tag in {"input", "select", "button"} and attributes.get("name"):
            self.fields.setdefault(attributes["name"], attributes.get("value", ""))
        if attributes.get("role") == "alert":
            self._inside = tag

    def handle_data(self, data: str) -> None:
        """Keeps the text of the alert."""
        if self._inside:
            self.alert += data.strip()

    def handle_endtag(self, tag: str) -> None:
        """Ends the alert."""
        if tag == self._inside:
            self._inside = ""


class Player:
    """A user who signs up, enrolls a phone, reads the SMS and enters its code.

    Args:
        sandbox: The URL of the sandbox.
        tell: Called with a line of text about each step.
    """

    email = "ada@example.com"

    def __init__(self, sandbox: str, tell: Callable[[str], None]) -> None:
        self._sandbox = sandbox
        self._tell = tell
        self._web = httpx.Client(
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            trust_env=False,
            timeout=10,
            follow_redirects=True,
            max_redirects=10,
        )

    def __call__(self, url: str) -> None:
        """Completes the login that starts at this URL, up to the redirect to the application.

        Raises:
            LoginRefusedError: A page showed an error.
            CodeMissingError: The SMS did not arrive.
        """
        with self._web:
            page = self._open(f"{url}&screen_hint=signup")
            page = self._submit(page, email=self.email, password="Correct-Horse-7")  # noqa: S106 a made-up user
            self._tell(f"Signed up as {self.email}; Auth0 asks for a phone")
            sent = self._messages()
            page = self._submit(page, country=COUNTRY, phone=NATIONAL_NUMBER)
            code = self._read(len(sent))
            self._tell(f"The SMS to {PHONE} has arrived; its code is {code}")
            self._submit(page, code=code)
            self._tell(f"The code was correct: {self.email} is logged in and back at the application")

    def _open(self, url: str) -> Page:
        return self._parse(lambda: self._web.get(url))

    def _submit(self, page: Page, **values: str) -> Page:
        missing = [name for name in values if name not in page.fields]
        if missing or not page.action:
            raise LoginRefusedError(f"The login page does not ask for {', '.join(missing)}.")
        return self._parse(lambda: self._web.post(page.action, data={**page.fields, **values}))

    def _parse(self, send: Callable[[], httpx.Response]) -> Page:
        try:
            answer = send()
        except httpx.HTTPError:
            raise UnavailableError("The sandbox's login page does not answer.", service="auth0") from None
        page = Page(str(answer.url))
        page.feed(answer.text)
        if page.alert or answer.is_error:
            raise LoginRefusedError(f"The login page says: {page.alert or f'HTTP {answer.status_code}'}")
        return page

    def _messages(self) -> list[dict[str, Any]]:
        return list(self._web.get(f"{self._sandbox}/_sandbox/messages").json())

    def _read(self, before: int) -> str:
        """Waits until the newest SMS is delivered, and returns the code in it.

        Args:
            before: The number of messages before the SMS was sent.

        Raises:
            CodeMissingError: The SMS was not delivered, or contained no code.
        """
        deadline = time.monotonic() + CODE_SECONDS
        newest: dict[str, Any] = {}
        while time.monotonic() < deadline:
            messages = self._messages()
            newest = messages[0] if len(messages) > before else {}
            if newest.get("status") == "delivered" and (found := _CODE.search(str(newest.get("body")))):
                return found.group(1)
            if newest.get("status") in {"undelivered", "failed"}:
                break
            time.sleep(0.1)
        fate = f"Twilio's status: {newest.get('status', 'no message')}, error {newest.get('error_code')}"
        raise CodeMissingError(f"The code did not arrive ({fate}).")
