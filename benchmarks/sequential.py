"""A plain script with both SDKs that sets up a fresh tenant like `mfa-setup up`, one request after the other.

The script checks nothing, recovers from no error and proves nothing; `compare.py` compares `mfa-setup` with it.
"""

import os
from typing import Any
from urllib.parse import urlsplit

import httpx
from auth0.management import Auth0
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

DOMAIN, SANDBOX = os.environ["AUTH0_DOMAIN"], os.environ["MFA_SETUP_SANDBOX"]
SID, TOKEN = os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"]
URL = "http://localhost:3000"


class ToSandbox(TwilioHttpClient):
    """Sends the SDK's requests to the sandbox."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """Sends one request."""
        return super().request(method, SANDBOX + url.removeprefix(f"https://{urlsplit(url).netloc}"), *args, **kwargs)


def token() -> str:
    """Requests an access token."""
    body = {
        "grant_type": "client_credentials",
        "client_id": os.environ["AUTH0_CLIENT_ID"],
        "client_secret": os.environ["AUTH0_CLIENT_SECRET"],
        "audience": f"https://{DOMAIN}/api/v2/",
    }
    return str(httpx.post(f"{SANDBOX}/oauth/token", json=body).json()["access_token"])


def main() -> None:
    """Sets the tenant up."""
    auth0 = Auth0(base_url=f"{SANDBOX}/api/v2", token=token(), max_retries=0)
    twilio = Client(SID, TOKEN, http_client=ToSandbox())
    if any(client.name == "Twilio MFA Test" for client in auth0.clients.list().items or []):
        raise SystemExit("The application is there already.")
    connection = next(iter(auth0.connections.list(strategy=["auth0"], take=50)))
    app = auth0.clients.create(
        name="Twilio MFA Test",
        app_type="spa",
        callbacks=[URL],
        allowed_logout_urls=[URL],
        web_origins=[URL],
        oidc_conformant=True,
        token_endpoint_auth_method="none",  # noqa: S106 the name of a method, not a password
        grant_types=["authorization_code", "refresh_token"],
    )
    auth0.connections.clients.update(connection.id, request=[{"client_id": app.client_id, "status": True}])
    twilio.api.accounts(SID).fetch()
    service = next(iter(twilio.messaging.v1.services.list()))
    twilio.messaging.v1.services(service.sid).us_app_to_person.list()
    offer = twilio.available_phone_numbers("US").local.list(sms_enabled=True, limit=1)[0]
    number = twilio.incoming_phone_numbers.create(phone_number=offer.phone_number)
    twilio.messaging.v1.services(service.sid).phone_numbers.create(phone_number_sid=number.sid)
    auth0.branding.phone.providers.create(
        name="twilio",
        configuration={"sid": SID, "default_from": number.phone_number, "delivery_methods": ["text"]},
        credentials={"auth_token": TOKEN},
    )
    auth0.guardian.factors.set("sms", enabled=True)
    auth0.guardian.factors.phone.set_message_types(message_types=["sms"])
    auth0.guardian.policies.set(request=["all-applications"])


if __name__ == "__main__":
    main()
