"""The check `sender_owned`: whether the Twilio account owns each named sender, and whether the sender can send."""

from mfa_setup.checks.catalog import answer, unchecked
from mfa_setup.checks.context import CheckContext
from mfa_setup.checks.senders import kind_of, named, uses_service
from mfa_setup.model.check import Check
from mfa_setup.model.observed import Provider, TwilioInventory
from mfa_setup.phone import normal

_CHOOSE = "Run `mfa-setup enable-sms`, or `mfa-setup enable-sms --from NUMBER` with another number."


def owned(given: CheckContext, account: TwilioInventory, provider: Provider) -> Check:
    """Checks whether the Twilio account owns each named sender, and whether the sender can send."""
    bought = next((one.phone_number for one in account.numbers if one.planned), None)
    names = [name for name in named(given, provider) if name != bought]
    problems = [_sender_problem(account, name, spoken=given.spoken_only) for name in names]
    if uses_service(given, provider):
        problems.append(_service_problem(account, str(provider.messaging_service_sid)))
        names.append(str(provider.messaging_service_sid))
    elif not names and not bought:
        problems.append("The phone provider has neither a From number nor a Messaging Service.")
    if failing := [problem for problem in problems if problem]:
        return answer("sender_owned", "fail", " ".join(failing), _CHOOSE)
    if unread := _unread(given, account, provider, names):
        return unchecked("sender_owned", unread, "Run the command again.")
    if bought and not names:
        return answer("sender_owned", "pass", f"{bought} will be bought and can send SMS.")
    return answer("sender_owned", "pass", f"This Twilio account can send codes from {', '.join(names)}.")


def _sender_problem(account: TwilioInventory, name: str, *, spoken: bool) -> str | None:
    """Returns why a sender cannot send, or None; an alphanumeric name needs no owner (sources: twilio-senders)."""
    if name.startswith("MG"):
        return (
            f"The provider's From field contains {name}, a Messaging Service, which belongs in the Messaging Service "
            "field (error 21659)."
        )
    if kind_of(name) == "name":
        return f"The sender {name} is a name, and a name cannot make calls." if spoken else None
    if kind_of(name) == "short code":
        return (
            None
            if account.may_own(name)
            else f"The sender {name} is not a short code of this Twilio account (error 21659)."
        )
    number = next((item for item in account.numbers if normal(item.phone_number) == name), None)
    if number is None:
        return f"The sender {name} is not a number of this Twilio account (error 21659)."
    if spoken:
        return None if number.voice else f"The sender {name} cannot make calls."
    return None if number.sms else f"The sender {name} cannot send SMS (error 21606)."


def _service_problem(account: TwilioInventory, sid: str) -> str | None:
    service = next((item for item in account.services if item.sid == sid), None)
    if service is None:
        return f"The Twilio account has no Messaging Service {sid} (error 21701)."
    if service.senders is None or service.senders.names or service.senders.short_codes:
        return None
    if any(item.sid in service.pool and item.sms for item in account.numbers):
        return None
    return f"The Messaging Service {sid} has no number that can send SMS (error 21703)."


def _unread(given: CheckContext, account: TwilioInventory, provider: Provider, names: list[str]) -> str | None:
    """Returns why short codes or alphanumeric senders could not be checked; None if nothing is missing."""
    codes = [name for name in names if kind_of(name) == "short code"]
    if codes and account.short_codes is None:
        return f"The account's short codes could not be read, and the sender is one: {codes[0]}."
    if not uses_service(given, provider):
        return None
    service = next(item for item in account.services if item.sid == provider.messaging_service_sid)
    if service.senders is None and not any(item.sid in service.pool and item.sms for item in account.numbers):
        return (
            f"The Messaging Service {service.sid} has no phone number, and its alphanumeric senders and short codes "
            "could not be read."
        )
    return None
