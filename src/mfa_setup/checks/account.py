"""Checks of the Twilio account: credentials, type and status, compliance profile, balance and recent errors."""

from mfa_setup.checks.catalog import about, answer, awaiting, idle, unchecked, unseen
from mfa_setup.checks.context import CheckContext
from mfa_setup.checks.deliveries import delivered
from mfa_setup.errors import CredentialsRefusedError, ForbiddenError, MfaSetupError
from mfa_setup.model.check import Check
from mfa_setup.model.observed import TwilioAccount, TwilioInventory
from mfa_setup.model.readiness import Balance
from mfa_setup.snapshot.parts import known_or
from mfa_setup.twilio_codes import explain

_INACTIVE = frozenset({20003, 20005})
"""Twilio codes which, in a 403 answer, mean that the account is suspended or closed, not wrong credentials."""
LOW = 5.0
"""A balance below this amount gives a warning; it pays for a few hundred messages."""
_NO_CREDENTIALS = "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not set."
_SET_THEM = "Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: Twilio console, Account > API keys & tokens."
TRIAL = (
    "The Twilio account is a trial account, and no API shows which of two kinds it is. A trial of 2026 sends only "
    "Twilio's own template texts (error 572006), so codes from Auth0 never arrive. An older trial sends codes only to "
    "its verified phones, at most five (error 21608), from the one number that it may own, and hardly ever to US "
    "phones, because it cannot register a US number (error 30034)."
)


def standing(given: CheckContext) -> tuple[Check, ...]:
    """Returns the checks that decide whether the account may send."""
    ids = ("twilio_credentials", "twilio_account", "compliance_profile", "balance")
    if skipped := unasked(given, ids):
        return skipped
    parts = given.snapshot.account
    seen = parts.standing if parts and isinstance(given.snapshot.twilio, MfaSetupError) else given.snapshot.inventory
    if isinstance(seen, MfaSetupError):
        return (*_refused(seen), *(unseen(check_id, seen) for check_id in ids[2:]))
    accepted = "Twilio accepted the credentials."
    if seen.account is None:
        accepted += (
            " They are an API key, which shows neither the account's type and status nor the token that Auth0 needs."
        )
    return (
        answer("twilio_credentials", "pass", accepted),
        judge(seen.account),
        _profile(given, seen),
        _balance(given, seen),
    )


def unasked(given: CheckContext, ids: tuple[str, ...]) -> tuple[Check, ...]:
    """Returns the skipped checks if the account cannot matter or be read; an empty tuple if it can be checked.

    Checks are skipped if the codes are sent by another provider than Twilio, or no Twilio credentials are set.
    """
    there = known_or(given.snapshot.provider, None)
    if there and there.kind not in {None, "auth0", "twilio"}:
        return tuple(idle(check_id, "Codes are not sent through Twilio.") for check_id in ids)
    if given.snapshot.twilio is None:
        return tuple(unchecked(check_id, _NO_CREDENTIALS, _SET_THEM) for check_id in ids)
    return ()


def _refused(why: MfaSetupError) -> tuple[Check, Check]:
    """Distinguishes wrong credentials from right ones of an account that is blocked (Twilio answers 403 and 20003)."""
    if isinstance(why, CredentialsRefusedError):
        refused = about(answer("twilio_credentials", "fail", why.message, why.hint), why)
        return refused, unseen("twilio_account", why)
    if failing := blocked(why):
        recognized = "Twilio recognized the credentials, but does not let the account be used."
        return answer("twilio_credentials", "pass", recognized), failing
    return unseen("twilio_credentials", why), unseen("twilio_account", why)


def blocked(why: MfaSetupError) -> Check | None:
    """Returns the failed check if Twilio refused a request because the account is suspended or closed; else None."""
    if not isinstance(why, ForbiddenError) or why.twilio_code not in _INACTIVE:
        return None
    return about(answer("twilio_account", "fail", f"The Twilio account cannot be used: {why.message}", why.hint), why)


def judge(account: TwilioAccount | None) -> Check:
    """Checks whether the account's status and type let it send."""
    if account is None:
        return unchecked(
            "twilio_account",
            "An API key may not read the account, and TWILIO_AUTH_TOKEN is not set.",
            "Set TWILIO_AUTH_TOKEN (or --twilio-auth-token-file PATH).",
        )
    if account.status != "active":
        return answer(
            "twilio_account",
            "fail",
            f"The Twilio account is {account.status}.",
            "Reactivate it: Twilio console, Account > General settings, or contact Twilio's support.",
        )
    if account.kind == "Full":
        return answer("twilio_account", "pass", "The Twilio account is active and is not a trial.")
    return answer(
        "twilio_account",
        "fail",
        TRIAL,
        "Upgrade the account: Twilio console, Account > Billing. To continue with an older trial, prove the delivery "
        "to a verified phone: "
        "`mfa-setup up --test-to NUMBER --override twilio_account`.",
    )


def _profile(given: CheckContext, seen: TwilioInventory) -> Check:
    """Checks for an approved compliance profile, of any kind; without one, even a full account is refused (21608)."""
    if seen.on_trial:
        return idle("compliance_profile", "A trial account has no compliance profile.")
    profiles = given.snapshot.profiles
    if isinstance(profiles, MfaSetupError):
        return unseen("compliance_profile", profiles)
    if "twilio-approved" in profiles:
        return answer("compliance_profile", "pass", "The Twilio account has an approved compliance profile.")
    if seen.account is None or seen.parent_sid:
        return _parents_profile(given, seen)
    found = (
        f"None of the Twilio account's compliance profiles is approved ({', '.join(profiles)})"
        if profiles
        else "The Twilio account has no compliance profile"
    )
    return answer(
        "compliance_profile",
        "fail",
        f"{found}, so Twilio refuses its messages (error 21608).",
        "Complete one: Twilio console, Trust Hub > Customer profiles. An individual profile is enough for everything "
        "but US registration.",
    )


def _parents_profile(given: CheckContext, seen: TwilioInventory) -> Check:
    """Checks the profile of a subaccount, which uses its parent's without showing it.

    Only a recent delivery proves the parent's profile (sources: twilio-subaccount-profile).
    """
    if message := next(delivered(given, seen.now), None):
        evidence = f"Twilio delivered a message of this account, {message.sid}, in the last 30 days, so it may send."
        return answer("compliance_profile", "pass", evidence)
    if given.awaited:
        return awaiting("compliance_profile", given.awaited)
    whose = f"of its parent account, {seen.parent_sid}" if seen.parent_sid else "of a parent account, if it has one"
    return unchecked(
        "compliance_profile",
        f"The account itself shows no approved one, and may use that {whose}.",
        "See it in the Twilio console of the parent account, Trust Hub > Customer profiles, or prove it by a delivery: "
        "`mfa-setup test sms --to NUMBER`.",
    )


def _balance(given: CheckContext, seen: TwilioInventory) -> Check:
    left = given.snapshot.balance
    if isinstance(left, MfaSetupError):
        return unseen("balance", left)
    if left is None:
        return idle("balance", "A subaccount has no balance of its own.")
    shown = left.shown
    if seen.on_trial:
        return idle("balance", f"The balance of a trial account ({shown}) does not show its free units.")
    top_up = "Add funds: Twilio console, Account > Billing. Auto-recharge keeps the balance from running out."
    if left.amount <= 0:
        return _spent(left, seen.account)
    if left.amount < LOW:
        return answer("balance", "warn", f"The balance of the Twilio account is low: {shown}.", top_up)
    return answer("balance", "pass", f"The balance of the Twilio account is {shown}.")


def _spent(left: Balance, account: TwilioAccount | None) -> Check:
    """Checks a balance of zero or less; an invoiced account stays active below zero (sources: twilio-invoiced)."""
    balance, fix = f"The balance of the Twilio account is {left.shown}", "Add funds: Twilio console, Account > Billing."
    if left.amount == 0 or (account and account.status != "active"):
        return answer("balance", "fail", f"{balance}.", f"{fix} Auto-recharge keeps the balance from running out.")
    fix += " If Twilio invoices the account, nothing needs to be done."
    if account is None:
        return unchecked(
            "balance", f"It is {left.shown}, and an API key does not show whether the account is active.", fix
        )
    return answer("balance", "warn", f"{balance}. The account is active all the same, as invoiced accounts are.", fix)


def alerts(given: CheckContext) -> Check:
    """Checks the errors that Twilio logged recently, each code once; errors of Auth0's own sends are included."""
    if given.snapshot.twilio is None:
        return unchecked("twilio_alerts", _NO_CREDENTIALS, _SET_THEM)
    if isinstance(given.snapshot.alerts, MfaSetupError):
        return unseen("twilio_alerts", given.snapshot.alerts)
    if not given.snapshot.alerts:
        return answer("twilio_alerts", "pass", "Twilio logged no recent errors for this account.")
    met = [explain(code) for code in dict.fromkeys(alert.code for alert in given.snapshot.alerts)]
    errors = "; ".join(f"{error.code}, {error.meaning}" for error in met)
    evidence = f"Twilio recently logged errors for this account, the newest first: {errors}."
    return answer("twilio_alerts", "warn", evidence, met[0].fix)


def region(named: tuple[str, ...]) -> Check:
    """Checks whether the environment names another Twilio region, whose tokens differ and which Auth0 does not use."""
    if not named:
        return answer("twilio_region", "pass", "Twilio is used in its home region.")
    names = " and ".join(named)
    return answer(
        "twilio_region",
        "warn",
        f"{names} {'is' if len(named) == 1 else 'are'} set, but mfa-setup and Auth0 use Twilio's home region.",
        f"Unset {names}. An auth token of another Twilio region is not valid in the home region.",
    )
