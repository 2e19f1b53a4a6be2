"""What tests of the sandbox's Twilio account ask through Twilio's own SDK."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from mfa_setup.sandbox.server import Sandbox

US_PHONE, CA_PHONE, GB_PHONE, DE_PHONE = "+14155550123", "+14165550123", "+447400123456", "+4915735432112"
NUMBER, TOLL_FREE = "+12133734253", "+18335550123"
Control = Callable[..., Any]


def client_of(sandbox: Sandbox, user: str, password: str, account: str) -> Client:
    """Twilio's SDK for a pair of credentials, aimed at a sandbox."""
    client = Client(user, password, account)
    for domain in (client.api, client.messaging, client.trusthub, client.pricing, client.voice, client.accounts):
        domain.base_url = sandbox.url
    return client


def ending(sandbox: Sandbox, client: Client, to: str, **sender: str) -> tuple[str, int | None]:
    """Send a message and return its sender and the code that it ends with."""
    sandbox.world.twilio.countries_on |= {"GB", "DE"}
    sent = client.messages.create(to=to, body="123456 is your code", **sender)
    state = sandbox.world.twilio
    start = state.clock()
    state.clock = lambda: start + 60
    ended = client.messages(sent.sid).fetch()
    assert ended.status in {"delivered", "undelivered"}
    return str(ended.from_), ended.error_code


def refusal(call: Callable[[], object]) -> tuple[int, int]:
    """Return status and code of what Twilio refuses."""
    with pytest.raises(TwilioRestException) as caught:
        call()
    return caught.value.status, caught.value.code


def first_service(sandbox: Sandbox) -> str:
    """Return the SID of the service that a registered account has."""
    return next(iter(sandbox.world.twilio.services))


def age(moment: datetime | None) -> timedelta:
    """Return how long ago something was."""
    assert moment is not None
    return datetime.now(UTC) - moment
