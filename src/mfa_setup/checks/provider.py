"""Checks how the tenant sends codes: the factor, its message types, the provider, and the token that Auth0 holds."""

from datetime import UTC, datetime, timedelta

from mfa_setup.checks.catalog import about, answer, awaiting, idle, unchecked, unseen
from mfa_setup.checks.context import CheckContext
from mfa_setup.errors import CredentialsRefusedError, MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.observed import Factor, Provider, SendEvent
from mfa_setup.model.types import TokenState
from mfa_setup.resources.channels import carries
from mfa_setup.snapshot.parts import known_or
from mfa_setup.snapshot.snapshot import Snapshot
from mfa_setup.twilio_codes import explain

FRESH = timedelta(hours=1)
"""How long an accepted send of the tenant proves that the token which Auth0 holds is right."""
AUTHENTICATE = 20003
_MINIMUM = {
    "factor_on": ("The SMS factor is enabled.", "The SMS factor is disabled."),
    "message_type_set": (
        "The SMS factor has a message type.",
        "The SMS factor has no message type, neither SMS nor voice.",
    ),
    "message_type_carried": (
        "The phone provider can deliver every message type of the SMS factor.",
        "The phone provider cannot deliver every message type of the SMS factor.",
    ),
    "provider_enabled": (
        "The tenant has an enabled phone provider that can send codes.",
        "The tenant has no enabled phone provider that can send codes.",
    ),
}
"""The minimum checks, each with its evidence if it passes and if it fails."""
_IDS = (*_MINIMUM, "provider_account", "provider_token")
_NOTHING_TO_DELIVER = "The SMS factor has no message type, so the phone provider has nothing to deliver."
TENANT_SEND = "`mfa-setup test sms --via auth0 --to NUMBER`"
_ENABLE = "Run `mfa-setup enable-sms`."


def minimum(seen: Factor, there: Provider) -> tuple[Check, ...]:
    """Returns the minimum checks, which cannot be overridden: whether the tenant could send a code at all.

    Auth0 itself accepts the policy Always with no factor enabled (it answers 200), which locks every user out.
    """
    held = (seen.enabled, bool(seen.message_types), carries(there, seen.message_types), there.can_send)
    checks = tuple(
        answer(check_id, "pass", passed) if holds else answer(check_id, "fail", failed, _ENABLE)
        for (check_id, (passed, failed)), holds in zip(_MINIMUM.items(), held, strict=True)
    )
    if seen.message_types:
        return checks
    return tuple(
        answer(check.id, "pass", _NOTHING_TO_DELIVER) if check.id == "message_type_carried" else check
        for check in checks
    )


def way_out(given: CheckContext) -> tuple[Check, ...]:
    """Returns the checks of this module that decide whether codes arrive."""
    seen, there = given.snapshot.factor, given.snapshot.provider
    if isinstance(seen, MfaSetupError):
        return tuple(unseen(check_id, seen) for check_id in _IDS)
    if isinstance(there, MfaSetupError):
        return tuple(unseen(check_id, there) for check_id in _IDS)
    return (*minimum(seen, there), _account(given, there), _token(given, there))


def _account(given: CheckContext, there: Provider) -> Check:
    """Checks whether the provider is Twilio, with the account whose credentials are set."""
    if there.kind in {None, "auth0"} or (there.kind == "twilio" and there.sid is None):
        return idle("provider_account", "The tenant has no phone provider yet, so no Twilio account sends its codes.")
    if there.kind != "twilio":
        return unchecked(
            "provider_account",
            f"The phone provider is not Twilio ({there.kind}), and no API shows whether its codes arrive.",
            "Log in once with a code. If it arrives, pass --override provider_account; otherwise send through Twilio: "
            "`mfa-setup enable-sms --replace-provider`.",
        )
    if given.snapshot.twilio is None:
        return unchecked(
            "provider_account",
            f"Auth0 sends through the Twilio account {there.sid}; no Twilio credentials are given to compare.",
            "Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.",
        )
    ours = given.snapshot.account.standing if given.snapshot.account else given.snapshot.twilio
    if isinstance(ours, MfaSetupError):
        return unseen("provider_account", ours)
    if there.sid != ours.sid:
        return answer(
            "provider_account",
            "fail",
            f"Auth0 sends through the Twilio account {there.sid}, but the credentials are those of {ours.sid}.",
            f"Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN of {there.sid}, or send through {ours.sid}: "
            "`mfa-setup enable-sms --replace-provider`.",
        )
    return answer("provider_account", "pass", f"Auth0 sends through this Twilio account, {there.sid}.")


def _token(given: CheckContext, there: Provider) -> Check:
    """Checks whether Twilio accepts the token that Auth0 holds, by comparing tokens or by the tenant's later sends."""
    if there.kind != "twilio" or there.sid is None:
        return idle("provider_token", "The tenant has no Twilio phone provider, so Auth0 holds no Twilio token.")
    found, send = given.snapshot, _telling_send(given.snapshot, there)
    if send and send.failed:
        evidence = f"Twilio refused the code that Auth0 sent at {_time(send.at)} (error 20003): "
        evidence += "the token that Auth0 holds is wrong."
        return answer("provider_token", "fail", evidence, _RESEND)
    if check := _compared(found):
        return check
    if send and found.now and found.now - send.at < FRESH:
        evidence = (
            f"Twilio accepted the code that Auth0 sent at {_time(send.at)}, so the token that Auth0 holds is right."
        )
        return answer("provider_token", "pass", evidence)
    if given.awaited and there.stack == "unified":
        return awaiting("provider_token", given.awaited)
    way = _RESEND + (f" Or have Auth0 send an SMS to show it: {TENANT_SEND}." if there.stack == "unified" else "")
    check = unchecked("provider_token", _UNPROVEN[found.token], way)
    return about(check, found.twilio) if isinstance(found.twilio, CredentialsRefusedError) else check


def _compared(found: Snapshot) -> Check | None:
    """Returns the result if Auth0 shows the token, or if a digest proves that it is ours; otherwise None."""
    match found.token:
        case "refused":
            return answer("provider_token", "fail", "Twilio refuses the token that Auth0 holds.", _RESEND)
        case "works":
            held = "Auth0 holds another Twilio token than the one given here, and Twilio accepts it."
            return answer("provider_token", "pass", held)
        case "same" if not isinstance(found.twilio, CredentialsRefusedError):
            return answer("provider_token", "pass", "The Twilio token that Auth0 holds is the one given here.")
    return None


_RESEND = "Run `mfa-setup enable-sms --resend-token`."
_UNPROVEN: dict[TokenState, str] = {
    "same": "Auth0 holds the Twilio token given here, and Twilio refused the credentials of this run.",
    "new": "Auth0 uses another Twilio auth token than the one given here. It may be valid, because an account can have "
    "two valid tokens, but Auth0 has sent no code since the provider was last updated that would confirm it.",
    "overwritten": "Somebody has written the provider since this run did, and Auth0 does not show which Twilio token "
    "it holds.",
    "unknown": "Auth0 does not show which Twilio token it holds, and no code that it has sent in the last hour and "
    "since its provider was last written shows that Twilio accepts it.",
}
"""For each token state, why it is unknown whether Twilio accepts the token (sources: twilio-two-tokens)."""


def _telling_send(found: Snapshot, there: Provider) -> SendEvent | None:
    """Returns the latest send, after the provider was last written, that shows whether Auth0's current token works.

    Times are the service's own. A send that Twilio refused for a reason other than the token shows nothing. Returns
    None if Auth0 shows the token itself.
    """
    if there.token is not None:
        return None
    since = (send for send in known_or(found.sends, ()) if send.is_after(there.written_at))
    return next((send for send in since if not send.failed or send.error_code == AUTHENTICATE), None)


def recent_sends(given: CheckContext) -> Check:
    """Checks whether the tenant's latest code was sent; if it was not, gives Twilio's reason."""
    if isinstance(given.snapshot.sends, MfaSetupError):
        return unseen("recent_sends", given.snapshot.sends)
    latest = _latest(given)
    if latest is None:
        return idle("recent_sends", "The tenant's log shows no code that was sent recently.")
    if not latest.failed:
        evidence = (
            f"The phone provider accepted the latest code at {_time(latest.at)}; that does not show its delivery."
        )
        return answer("recent_sends", "pass", evidence)
    failed = f"The latest code, at {_time(latest.at)}, was not sent"
    if latest.error_code is None:
        return answer(
            "recent_sends",
            "warn",
            f"{failed}: {latest.told}",
            "See the tenant's log: Auth0 dashboard, Monitoring > Logs.",
        )
    told = explain(latest.error_code, latest.told)
    return answer("recent_sends", "warn", f"{failed}: {told.meaning} (Twilio {latest.error_code}).", told.fix)


def _latest(given: CheckContext) -> SendEvent | None:
    return next(iter(known_or(given.snapshot.sends, ())), None)


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
