"""A tenant that is ready for logins, and someone who logs in."""

import base64
import hashlib
import re
import secrets
from typing import Any
from urllib.parse import quote

import httpx
import jwt

from mfa_setup.sandbox.auth0.people import People
from support import scene
from support.browser import Browser
from support.lab import Lab

CALLBACK = "http://localhost:3000"
EMAIL = "jo@example.com"
PASSWORD = "Correct-Horse-1"
PHONE = "(415) 555-2671"
E164 = "+14155552671"
TOTP_SECRET = "JBSWY3DPEHPK3PXP"
OTHER_PHONE = "(415) 555-2672"
CODE_LABEL = "Enter the 6-digit code"
REMEMBER = "Remember this device for 30 days"

_CODE = re.compile(r"\d{4,8}")


class House:
    """A tenant that is set up for SMS codes, and its application.

    Attributes:
        lab: The sandbox.
        http: A plain client without cookies.
        client_id: The application.
        number: The number that codes come from.
    """

    def __init__(self, lab: Lab, **fields: Any) -> None:
        self.lab = lab
        self._clients: list[httpx.Client] = []
        self.http = self.client()
        self.client_id = self.application(**fields)
        self.number = self._number()
        scene.provider(lab, sender=self.number)
        lab.auth0("PUT", "guardian/factors/sms", {"enabled": True})
        lab.auth0("PUT", "guardian/factors/phone/message-types", {"message_types": ["sms"]})
        self.policy("all-applications")

    def client(self, **options: Any) -> httpx.Client:
        """An HTTP client with cookies of its own."""
        made = httpx.Client(base_url=self.lab.sandbox.url, trust_env=False, timeout=10, **options)
        self._clients.append(made)
        return made

    def close(self) -> None:
        """Closes every client."""
        for client in self._clients:
            client.close()

    def _number(self) -> str:
        bought = scene.number(self.lab)
        if services := self.lab.twilio["services"]:
            scene.into_pool(self.lab, services[0]["sid"], bought["sid"])
        return str(bought["phone_number"])

    def application(self, **fields: Any) -> str:
        """An application that is on the database connection; its id."""
        body = {
            "callbacks": [CALLBACK],
            "web_origins": [CALLBACK],
            "allowed_logout_urls": [CALLBACK],
            "oidc_conformant": True,
            "jwt_configuration": {"alg": "RS256"},
        }
        client_id = scene.application(self.lab, **(body | fields))
        scene.set_connected(self.lab, client_id, on=True)
        return client_id

    def policy(self, *policies: str) -> None:
        """Sets when MFA is required."""
        self.lab.auth0("PUT", "guardian/policies", list(policies))

    def factor(self, name: str, *, on: bool) -> None:
        """Switches a factor."""
        self.lab.auth0("PUT", f"guardian/factors/{name}", {"enabled": on})

    def browser(self) -> "Person":
        """A browser without any cookie."""
        return Person(self)

    def add_app(self, email: str = EMAIL) -> str:
        """Gives a user an authenticator app, as an administrator can, and switches its factor on; the app's secret."""
        users = self.people.users.values()
        user_id = str(next(user["user_id"] for user in users if user["email"] == email))
        body = {"type": "totp", "name": "app", "totp_secret": TOTP_SECRET}
        self.lab.auth0("POST", f"users/{quote(user_id)}/authentication-methods", body)
        self.factor("otp", on=True)
        return TOTP_SECRET

    def events(self) -> list[str]:
        """The types of the tenant's log, oldest first."""
        return [str(event["type"]) for event in self.log()]

    def log(self) -> list[dict[str, Any]]:
        """The tenant's log, but for what the Management API writes about itself."""
        events = self.lab.sandbox.world.tenants[self.lab.domain].logs
        return [event for event in events if event["type"] not in {"sapi", "fapi", "seccft"}]

    @property
    def people(self) -> People:
        """The tenant's users."""
        return self.lab.sandbox.world.tenants[self.lab.domain].people

    def messages(self) -> list[dict[str, Any]]:
        """The messages so far, newest first."""
        return list(self.http.get("/_sandbox/messages").json())

    def code(self) -> str:
        """The code of the newest message."""
        found = _CODE.search(self.messages()[0]["body"])
        assert found, self.messages()[0]
        return found.group()

    def forward(self, seconds: float) -> None:
        """Puts the login's clock forward."""
        self.lab.control("clock", {"forward": seconds})

    def token(self, **fields: Any) -> httpx.Response:
        """A request to the token endpoint."""
        return self.http.post("/oauth/token", data={"client_id": self.client_id} | fields)

    def claims(self, id_token: str, client_id: str = "") -> dict[str, Any]:
        """What an ID token says, once its signature, issuer and audience are right."""
        key = jwt.PyJWK(self.http.get("/.well-known/jwks.json").json()["keys"][0])
        issuer = f"{self.lab.sandbox.url}/"
        found = jwt.decode(id_token, key, audience=client_id or self.client_id, issuer=issuer)
        return dict(found)


class Person(Browser):
    """Someone with a browser who logs in to the house's application."""

    def __init__(self, house: House) -> None:
        super().__init__(house.client())
        self.house = house
        self.verifier = ""

    def start(self, **changes: str | None) -> None:
        """Open `/authorize` as a single-page application does; None leaves a parameter out."""
        self.verifier = secrets.token_urlsafe(40)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        params: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.house.client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid profile email",
            "state": "some-state",
            "nonce": "some-nonce",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        self.open("/authorize", **{name: value for name, value in (params | changes).items() if value is not None})

    def sign_up(self, email: str = EMAIL, password: str = PASSWORD) -> None:
        """Make an account."""
        self.click("Sign up")
        self.fill("Email address", email)
        self.fill("Password", password)
        self.submit()

    def log_in(self, email: str = EMAIL, password: str = PASSWORD) -> None:
        """Give the password."""
        self.fill("Email address", email)
        self.fill("Password", password)
        self.submit()

    def enroll(self, phone: str = PHONE, country: str = "United States (+1)") -> None:
        """Give a phone number."""
        self.fill("Country", country)
        self.fill("Phone number", phone)
        self.submit()

    def enter(self, code: str, button: str = "Continue") -> None:
        """Enter a code."""
        self.fill(CODE_LABEL, code)
        self.submit(button)

    def join(self, **changes: str | None) -> None:
        """Sign up, enrol a phone, enter its code."""
        self.start(**changes)
        self.sign_up()
        self.enroll()
        self.enter(self.house.code())

    @property
    def answer(self) -> dict[str, str]:
        """What the application got at its callback."""
        assert self.callback is not None, (self.address, self.page.heading, self.page.alerts)
        return dict(self.callback.params)

    def exchange(self, **changes: str) -> httpx.Response:
        """Exchange the code, as the application does."""
        fields = {
            "grant_type": "authorization_code",
            "code": self.answer["code"],
            "code_verifier": self.verifier,
            "redirect_uri": CALLBACK,
        }
        return self.house.token(**(fields | changes))

    def tokens(self) -> dict[str, Any]:
        """The tokens of a login that succeeded."""
        response = self.exchange()
        assert response.status_code == 200, response.text
        return dict(response.json())

    def claims(self) -> dict[str, Any]:
        """What the ID token says."""
        return self.house.claims(self.tokens()["id_token"])
