"""Determines the account that a request is for, and whether the caller has access (sources: twilio-credentials)."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request

from mfa_setup.sandbox.twilio.auth import Caller, basic_pair, is_pair
from mfa_setup.sandbox.twilio.errors import AUTHENTICATE, TwilioError
from mfa_setup.sandbox.twilio.state import TwilioState


@dataclass(frozen=True, slots=True)
class Access:
    """A request whose credentials were accepted.

    Attributes:
        state: The account that the request is for.
        caller: The kind of credentials that were sent.
    """

    state: TwilioState
    caller: Caller


def admit(request: Request, *, keys: bool) -> Access:
    """Check the credentials of a request and return its account.

    Args:
        request: The request.
        keys: Whether a Standard API key has access to the path.

    Raises:
        TwilioError: 401 or 403: the credentials are wrong or have no access, or the account is not active.
    """
    account, caller, user = _identify(request)
    state = _addressed(request, account, caller)
    if caller is Caller.STANDARD_KEY and not keys:
        # A Standard key has no access to /Accounts (sources: twilio-credentials). not verified: status and code
        raise TwilioError(401, AUTHENTICATE, "Authenticate")
    if caller is Caller.RESTRICTED_KEY and not account.settings.keys[user].reaches(request.url.path):
        # not verified: the text, and that it is 403 rather than 401 (sources: twilio-errors)
        raise TwilioError(403, 70051, "The API key does not have the permission that this request needs")
    if state.status != "active":
        # 403 with 20003 (sources: twilio-errors). not verified: whether an account may still read itself
        raise TwilioError(403, AUTHENTICATE, f"Your account is {state.status}")
    return Access(state, caller)


def _identify(request: Request) -> tuple[TwilioState, Caller, str]:
    """Return the account that the credentials belong to, or raise 401 with 20003 (sources: twilio-errors)."""
    own: TwilioState = request.app.state.world.twilio
    user, password = basic_pair(request.headers.get("authorization", ""))
    for account in (own, *([own.parent] if own.parent else [])):
        for known, secret, caller in _pairs(account):
            if is_pair((user, password), (known, secret)):
                return account, caller, user
    raise TwilioError(401, AUTHENTICATE, "Authenticate")


def _pairs(account: TwilioState) -> Iterator[tuple[str, str, Caller]]:
    own, settings = account.credentials, account.settings
    yield own.account_sid, account.auth_token, Caller.ACCOUNT
    if settings.secondary_token is not None:
        yield own.account_sid, settings.secondary_token, Caller.ACCOUNT
    yield own.api_key, own.api_secret, Caller.STANDARD_KEY
    yield from ((key.sid, key.secret, Caller.RESTRICTED_KEY) for key in settings.keys.values())
    yield own.test_account_sid, own.test_auth_token, Caller.TEST


def _addressed(request: Request, account: TwilioState, caller: Caller) -> TwilioState:
    """Return the account that the path names, which may be a subaccount of the credentials' account.

    The paths of the v1 APIs name no account and mean the credentials' account (sources: twilio-subaccounts).
    """
    own = account.credentials.test_account_sid if caller is Caller.TEST else account.account_sid
    named = request.path_params.get("account_sid", own)
    world: TwilioState = request.app.state.world.twilio
    if named == own:
        return account
    if account is world.parent and named == world.account_sid and caller is not Caller.TEST:
        return world
    # 70051 is 401 or 403 (sources: twilio-errors). not verified: which of the two
    raise TwilioError(401, 70051, "Credential is valid, but not authorized for this account")
