"""How the tenant sends its codes: the factor, its message types, the provider, and the token that Auth0 holds."""

from datetime import UTC, datetime, timedelta

from mfa_setup.checks.catalog import answer, idle, unseen
from mfa_setup.checks.context import CheckContext
from mfa_setup.errors import MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.observed import Factor, Provider, SendEvent
from mfa_setup.resources.channels import carries
from mfa_setup.snapshot.parts import known_or
from mfa_setup.twilio_codes import explain

FRESH = timedelta(hours=1)
"""How long an accepted send of the tenant shows that the token it holds is right."""
AUTHENTICATE = 20003
_MINIMUM = {
    "factor_on": ("The SMS factor is on.", "The SMS factor is off."),
    "message_type_set": ("A message type is set.", "No message type is set."),
    "message_type_carried": (
        "The phone provider carries every message type that is set.",
        "The phone provider does not carry every message type that is set.",
    ),
    "provider_enabled": ("An enabled phone provider can send codes.", "No enabled phone provider can send codes."),
}
"""The checks of the minimum, and what each says where it passes and where it fails."""
_IDS = (*_MINIMUM, "provider_account", "provider_token")
TENANT_SEND = "`mfa-setup test sms --via auth0 --to NUMBER`"
_ENABLE = "Run `mfa-setup enable-sms`."


def minimum(seen: Factor, there: Provider) -> tuple[Check, ...]:
    """The minimum under a policy that asks for MFA, which nothing overrides: a code could leave at all.

    Auth0 itself answers 200 to "Always" with no factor on, and locks everybody out.
    """
    held = (seen.enabled, bool(seen.message_types), carries(there, seen.message_types), there.can_send)
    return tuple(
        answer(check_id, "pass", passed) if holds else answer(check_id, "fail", failed, _ENABLE)
        for (check_id, (passed, failed)), holds in zip(_MINIMUM.items(), held, strict=True)
    )


def way_out(given: CheckContext) -> tuple[Check, ...]:
    """All of this group that decides."""
    seen, there = given.snapshot.factor, given.snapshot.provider
    if isinstance(seen, MfaSetupError):
        return tuple(unseen(check_id, seen) for check_id in _IDS)
    if isinstance(there, MfaSetupError):
        return tuple(unseen(check_id, there) for check_id in _IDS)
    return (*minimum(seen, there), _account(given, there), _token(given, there))


def _account(given: CheckContext, there: Provider) -> Check:
    """Whether the provider is Twilio, by the account whose credentials are given."""
    if there.kind in {None, "auth0"} or (there.kind == "twilio" and there.sid is None):
        return idle("provider_account", "There is no phone provider yet.")
    if there.kind != "twilio":
        return answer(
            "provider_account",
            "fail",
            f"The phone provider is not Twilio ({there.kind}): whether its codes arrive cannot be seen from here.",
            "`mfa-setup enable-sms --replace-provider` puts Twilio in its place.",
        )
    if given.snapshot.twilio is None:
        return answer(
            "provider_account",
            "skip",
            f"Auth0 sends by the Twilio account {there.sid}; without Twilio credentials no more is known.",
            "Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.",
        )
    if isinstance(given.snapshot.twilio, MfaSetupError):
        return unseen("provider_account", given.snapshot.twilio)
    if there.sid != given.snapshot.twilio.sid:
        return answer(
            "provider_account",
            "fail",
            f"Auth0 sends by the Twilio account {there.sid}; the credentials are those of {given.snapshot.twilio.sid}.",
            "Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN of that account, or run "
            "`mfa-setup enable-sms --replace-provider`.",
        )
    return answer("provider_account", "pass", f"Auth0 sends by this Twilio account, {there.sid}.")


def _token(given: CheckContext, there: Provider) -> Check:
    """Whether Twilio accepts what Auth0 holds: compared where it can be, else by the tenant's own latest send."""
    if there.kind != "twilio" or there.sid is None:
        return idle("provider_token", "There is no Twilio provider.")
    resend = "Run `mfa-setup enable-sms --resend-token`."
    latest = _latest(given)
    if latest and latest.error_code == AUTHENTICATE and _is_since(latest, there):
        evidence = f"Twilio refused the tenant's own send at {_time(latest.at)}: 20003, the token is wrong."
        return answer("provider_token", "fail", evidence, resend)
    match given.snapshot.token:
        case "same":
            return answer("provider_token", "pass", "The Twilio token that Auth0 holds is the one given here.")
        case "new":
            return answer(
                "provider_token", "fail", "The Twilio token that Auth0 holds is not the one given here.", resend
            )
    if latest and not latest.failed and datetime.now(UTC) - latest.at < FRESH:
        return answer("provider_token", "pass", f"Twilio accepted the tenant's own send at {_time(latest.at)}.")
    return answer(
        "provider_token",
        "skip",
        "Not known: Auth0 never shows the Twilio token it holds, and no send of the last hour shows that it works.",
        resend + (f" Or let Auth0 send: {TENANT_SEND}." if there.stack == "unified" else ""),
    )


def _is_since(send: SendEvent, there: Provider) -> bool:
    """Whether a send used the token that is there now: by the service's own times; a token that is shown needs none."""
    if there.token is not None:
        return False
    try:
        return there.updated_at is None or send.at > datetime.fromisoformat(there.updated_at)
    except (ValueError, TypeError):
        return True


def recent_sends(given: CheckContext) -> Check:
    """What became of the tenant's latest code, with Twilio's own reason."""
    if isinstance(given.snapshot.sends, MfaSetupError):
        return unseen("recent_sends", given.snapshot.sends)
    latest = _latest(given)
    if latest is None:
        return idle("recent_sends", "The tenant's log has no code that was sent lately.")
    if not latest.failed:
        evidence = f"The provider accepted the latest code at {_time(latest.at)}; that is not yet its delivery."
        return answer("recent_sends", "pass", evidence)
    failed = f"The latest code, at {_time(latest.at)}, did not leave"
    if latest.error_code is None:
        return answer("recent_sends", "warn", f"{failed}: {latest.told}", "Auth0 dashboard: Monitoring > Logs.")
    told = explain(latest.error_code, latest.told)
    return answer("recent_sends", "warn", f"{failed}: {told.meaning} (Twilio {latest.error_code}).", told.fix)


def _latest(given: CheckContext) -> SendEvent | None:
    return next(iter(known_or(given.snapshot.sends, ())), None)


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
