"""Many tenants on one sandbox: their host names and keys, and the fleet file that names them.

Each tenant has a client of its own, as real tenants do. The client ID and secret are in two environment variables,
such as `AUTH0_CLIENT_ID_T0002` and `AUTH0_CLIENT_SECRET_T0002`. For 1,000 tenants, these variables take 160 KB of the
environment, which is limited to 2 MB per process on Linux and to 1 MB on macOS.
"""

from collections.abc import Iterable, Iterator

from mfa_setup.sandbox.auth0.state import Tenant
from mfa_setup.sandbox.auth0.tokens import SigningKey
from mfa_setup.sandbox.twilio.state import SHARED_SENDER

DOMAIN = "tenants.localhost"
"""The parent domain of all tenants but the first; OpenSSL needs one below `localhost` for a wildcard certificate."""

_KEYS = 8
_HEAD = f"""# The credentials are in `env` of the sandbox's --json line.

[defaults]
sms = {{ from = "{SHARED_SENDER}" }}
policy = {{ require_mfa = "always" }}

[defaults.credentials]
auth0_client_id = {{ env = "AUTH0_CLIENT_ID" }}
auth0_client_secret = {{ env = "AUTH0_CLIENT_SECRET" }}
twilio_account_sid = {{ env = "TWILIO_ACCOUNT_SID" }}
twilio_auth_token = {{ env = "TWILIO_AUTH_TOKEN" }}
"""


def host_names(count: int) -> list[str]:
    """Returns the host names of this many tenants: `localhost`, `t0002.tenants.localhost` and so on."""
    return ["localhost", *(f"{_name(number)}.{DOMAIN}" for number in range(2, count + 1))]


def signing_keys(count: int) -> list[SigningKey]:
    """Returns the signing keys of this many tenants: one for the first tenant, and a few that the others share."""
    shared = [SigningKey() for _ in range(_KEYS)]
    return [SigningKey(), *(SigningKey(shared[number % _KEYS]) for number in range(count - 1))]


def environment(tenants: Iterable[Tenant]) -> dict[str, str]:
    """Returns the credentials of all tenants but the first, by the fleet file's environment variables."""
    found: dict[str, str] = {}
    for number, tenant in enumerate(tenants, 1):
        if number > 1:
            client_id, client_secret = _variables(number)
            found |= {client_id: tenant.tool.client_id, client_secret: tenant.tool.client_secret}
    return found


def fleet_file(domains: Iterable[str]) -> str:
    """Returns the fleet file (TOML) of the tenants with these domains. The file holds no secrets."""
    return "\n".join((_HEAD, *(_entry(number, domain) for number, domain in enumerate(domains, 1))))


def _entry(number: int, domain: str) -> str:
    return "\n".join(_lines(number, domain)) + "\n"


def _lines(number: int, domain: str) -> Iterator[str]:
    name = _name(number)
    yield f"[tenants.{name}]"
    yield f'domain = "{domain}"'
    yield f'application = {{ name = "Portal {name.upper()}", urls = ["https://{name}.example.com"] }}'
    if number > 1:
        client_id, client_secret = (f'{{ env = "{variable}" }}' for variable in _variables(number))
        yield f"credentials = {{ auth0_client_id = {client_id}, auth0_client_secret = {client_secret} }}"


def _name(number: int) -> str:
    return f"t{number:04}"


def _variables(number: int) -> tuple[str, str]:
    name = _name(number).upper()
    return f"AUTH0_CLIENT_ID_{name}", f"AUTH0_CLIENT_SECRET_{name}"
