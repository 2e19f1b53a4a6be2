"""The Twilio API of one account, through twilio-python: the connection; reads and writes are next to it.

Facts behind it: the sync client only, for the async one has no time-out and re-sends POSTs.
"""

from pydantic import SecretStr
from twilio.rest import Client

from mfa_setup.adapters.http_policy import HttpPolicy, HttpSettings
from mfa_setup.adapters.twilio_http import PolicyHttpClient
from mfa_setup.adapters.twilio_reads import TwilioReads
from mfa_setup.adapters.twilio_refusals import classify
from mfa_setup.adapters.twilio_writes import TwilioWrites
from mfa_setup.settings.credentials import TwilioCredentials


class TwilioAdapter(TwilioReads, TwilioWrites):
    """One account; every method may raise the errors of exit codes 4 and 5."""

    def __init__(
        self,
        credentials: TwilioCredentials,
        base: str | None,
        *,
        read_only: bool,
        settings: HttpSettings,
    ) -> None:
        self.account_sid = credentials.account_sid
        self._http = PolicyHttpClient(HttpPolicy("twilio", classify, read_only=read_only, settings=settings), base)
        self._api = self._client(*credentials.login)
        token = credentials.auth_token
        self._sees_account = token is not None
        self._with_token = self._client(self.account_sid, token) if token else self._api

    def _client(self, user: str, password: SecretStr) -> Client:
        return Client(
            user,
            password.get_secret_value(),
            self.account_sid,
            http_client=self._http,
            environment={"TWILIO_REGION": ""},  # an empty one would make the SDK read the process's own
        )

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()
