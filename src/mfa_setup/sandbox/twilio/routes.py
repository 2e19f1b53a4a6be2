"""All routes of the Twilio half: one port serves all of Twilio's hosts, see `products`."""

from starlette.routing import BaseRoute

from mfa_setup.sandbox.twilio import (
    account,
    alpha_senders,
    available,
    caller_ids,
    calls,
    compliance,
    dialing,
    geo,
    incoming,
    lookups,
    messages,
    monitor,
    pricing,
    services,
    short_codes,
    tollfree,
    trusthub,
    usage,
)

_ROOMS = (
    account,
    available,
    incoming,
    messages,
    calls,
    caller_ids,
    usage,
    services,
    short_codes,
    alpha_senders,
    compliance,
    tollfree,
    dialing,
    pricing,
    geo,
    trusthub,
    monitor,
    lookups,
)


def routes() -> list[BaseRoute]:
    """Return the routes of all Twilio APIs that the sandbox serves."""
    return [route for room in _ROOMS for route in room.routes()]
