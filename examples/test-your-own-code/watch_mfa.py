"""An example of your own code: texts the person on call if the tenant's logins are not protected by a second factor."""

import os
from contextlib import closing
from dataclasses import dataclass

import httpx
from auth0.authentication import GetToken
from auth0.management import Auth0
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

TIMEOUT = 10


@dataclass(frozen=True)
class Settings:
    """The phone numbers, and the addresses of the services: by default the real services; a test sets other ones."""

    sender: str
    on_call: str
    scheme: str = "https"
    twilio_url: str = "https://api.twilio.com"


def watch(settings: Settings) -> str | None:
    """Checks the tenant and texts what is missing; returns the SID of the message, or None if nothing is missing."""
    missing = gaps(settings)
    if not missing:
        return None
    return text(settings, f"MFA of {os.environ['AUTH0_DOMAIN']}: {', '.join(missing)}")


def gaps(settings: Settings) -> list[str]:
    """Returns what is missing before every login requires a second factor."""
    domain = os.environ["AUTH0_DOMAIN"]
    client_id, secret = os.environ["AUTH0_CLIENT_ID"], os.environ["AUTH0_CLIENT_SECRET"]
    login = GetToken(domain, client_id, secret, protocol=settings.scheme, timeout=TIMEOUT)
    token = login.client_credentials(f"https://{domain}/api/v2/")["access_token"]
    with httpx.Client(timeout=TIMEOUT) as http:
        auth0 = Auth0(base_url=f"{settings.scheme}://{domain}/api/v2", token=token, httpx_client=http)
        found = [] if any(factor.enabled for factor in auth0.guardian.factors.list()) else ["no factor is on"]
        return found + ([] if "all-applications" in auth0.guardian.policies.list() else ["the policy is not Always"])


def text(settings: Settings, body: str) -> str:
    """Texts the person on call and returns the SID of the message."""
    http = TwilioHttpClient(timeout=TIMEOUT)
    with closing(http.session):
        twilio = Client(http_client=http)  # reads TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN
        twilio.api.base_url = settings.twilio_url
        message = twilio.messages.create(to=settings.on_call, from_=settings.sender, body=body)
    return str(message.sid)
