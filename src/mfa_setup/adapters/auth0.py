"""The Auth0 Management API of one tenant, through auth0-python: the connection; reads and writes are next to it.

Facts behind it: `Auth0(base_url=…, max_retries=0)` is the seam of the SDK that speaks to any base URL and never
re-sends; `ManagementClient` is not. The SDK retries POST on its own, so its retries stay off and ours decide.
"""

from auth0.management import Auth0

from mfa_setup.adapters.auth0_reads import Auth0Reads
from mfa_setup.adapters.auth0_refusals import classify
from mfa_setup.adapters.auth0_writes import Auth0Writes
from mfa_setup.adapters.http import client as http_client
from mfa_setup.adapters.http_policy import HttpPolicy, HttpSettings
from mfa_setup.adapters.token import TokenSource
from mfa_setup.model.readiness import Headroom


class Auth0Adapter(Auth0Reads, Auth0Writes):
    """One tenant; every method may raise the errors of exit codes 4 and 5."""

    def __init__(self, base_url: str, tokens: TokenSource, *, read_only: bool, settings: HttpSettings) -> None:
        self.tokens = tokens
        self._policy = HttpPolicy("auth0", classify, read_only=read_only, settings=settings)
        self._http = http_client(self._policy, self._renewed)
        self._api = Auth0(base_url=f"{base_url}/api/v2", token=tokens.value, max_retries=0, httpx_client=self._http)

    def _renewed(self, refused: str) -> str | None:
        return self.tokens.value() if self.tokens.renew(refused) else None

    def headroom(self) -> Headroom | None:
        """What the last answer said of the rate limit; None where it said nothing."""
        return self._policy.headroom()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()
