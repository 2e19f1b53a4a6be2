"""Renders what `mfa-setup sandbox` prints when it is ready: how to point each kind of client at it."""

import shlex
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

_MOST_VARIABLES = 50
"""The maximum number of variables to print; with many tenants, more would fill the screen."""


def welcome_lines(ready: dict[str, Any]) -> Iterator[str]:
    """Yields the lines from the sandbox's ready message; lines to paste and lines with a URL stand alone."""
    url, env = ready["url"], ready["env"]
    yield f"Auth0 and Twilio are served at {url}"
    yield "Press Ctrl-C to stop."
    yield ""
    yield f"Overview: {ready['control']}/"
    yield f"Messages: {ready['inbox']}"
    yield ""
    yield "Set these variables where your code runs:"
    yield from (f"  {line}" for line in islice(export_lines(env), _MOST_VARIABLES))
    if len(env) > _MOST_VARIABLES:
        yield f"  and {len(env) - _MOST_VARIABLES} more: `mfa-setup sandbox --env` prints all"
    yield "They are all that `mfa-setup up` needs, too."
    yield from _tenants(ready)
    yield ""
    yield from _python(url, env["AUTH0_DOMAIN"], tls="ca_file" in ready)
    yield "curl (the first one answers a token with every scope):"
    yield f"  curl -X POST {url}/_sandbox/tokens"
    yield f"  curl -u $TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN {url}/2010-04-01/Accounts.json"
    if "ca_file" in ready:
        yield "  (add --cacert $SSL_CERT_FILE if your curl ignores it)"
        yield "Auth0 Deploy CLI:"
        yield "  a0deploy export --format yaml --output_folder tenant"
    else:
        yield "Auth0 Deploy CLI: needs https; use `sandbox --tls`."


def export_lines(env: Mapping[str, str]) -> Iterator[str]:
    """Yields the variables as lines that a POSIX shell can read."""
    return (f"export {name}={shlex.quote(value)}" for name, value in env.items())


def _tenants(ready: dict[str, Any]) -> Iterator[str]:
    domains = ready.get("tenants", [])
    if len(domains) > 1:
        yield f"There are {len(domains)} tenants, from {domains[0]} to {domains[-1]}."


def _python(url: str, domain: str, *, tls: bool) -> Iterator[str]:
    yield "Auth0 SDK (Python):"
    if tls:
        yield "  from auth0.management import ManagementClient"
        yield f'  auth0 = ManagementClient(domain="{domain}", client_id=…, client_secret=…)'
    else:
        yield "  from auth0.management import Auth0"
        yield f'  auth0 = Auth0(base_url="{url}/api/v2", token=TOKEN)'
    yield "Twilio SDK (Python):"
    yield "  from twilio.rest import Client"
    yield "  twilio = Client()"
    yield f'  twilio.api.base_url = twilio.messaging.base_url = "{url}"'
