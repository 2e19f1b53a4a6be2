"""Probes of the Twilio account that cost nothing."""

from live.probes import probe
from live.site import Answer, Site, UntriedError
from mfa_setup.errors import NotFoundError, UnreadableAnswerError

SERVICES = "https://messaging.twilio.com/v1/Services"
_CALLS = "https://api.twilio.com/2010-04-01/Accounts/{account}/Calls.json?PageSize=1"
_CALL_KEYS = {
    "sid", "status", "to", "from", "price", "price_unit", "duration", "start_time", "end_time", "date_created",
}  # fmt: skip


def service(site: Site, name: str = "") -> Answer:
    """Creates a Messaging Service, which is deleted after the probe."""
    answer = site.ask_twilio("POST", SERVICES, {"FriendlyName": name or site.name})
    if answer.ok:
        place = f"{SERVICES}/{answer['sid']}"
        site.created("the Messaging Service", lambda: site.gone(site.ask_twilio("DELETE", place)))
    return answer


def _new_service(site: Site) -> Answer:
    answer = service(site)
    if not answer.ok:
        raise UntriedError(f"The Messaging Service could not be created: {answer.status} {answer.message}")
    return answer


@probe("service-names")
def service_names(site: Site) -> str:
    name = _new_service(site)["friendly_name"]
    return "not unique" if service(site, name).ok else "unique"


@probe("service-registered")
def service_registered(site: Site) -> str:
    created = _new_service(site)
    campaigns = site.ask_twilio("GET", f"{SERVICES}/{created['sid']}/Compliance/Usa2p")
    if not campaigns.ok:
        return "list refused"
    if created["us_app_to_person_registered"] is True:
        return "true"
    fits = created["us_app_to_person_registered"] is False and not campaigns["compliance"]
    return "false and empty" if fits else "not false"


@probe("service-inbound-default")
def inbound_default(site: Site) -> str:
    created = _new_service(site)
    found = (created["inbound_request_url"] or None, created["use_inbound_webhook_on_number"])
    return "neither" if found == (None, False) else "other defaults"


@probe("sdk-short-codes")
def short_codes(site: Site) -> str:
    try:
        site.twilio.short_codes()
    except UnreadableAnswerError:
        return "unreadable"
    return "readable"


@probe("sdk-service-senders")
def service_senders(site: Site) -> str:
    sid = str(_new_service(site)["sid"])
    try:
        site.twilio.names_in(sid)
        site.twilio.short_codes_in(sid)
    except (UnreadableAnswerError, NotFoundError):
        return "unreadable"
    return "readable"


@probe("sdk-dialing")
def dialing(site: Site) -> str:
    try:
        site.twilio.dialing()
    except (UnreadableAnswerError, NotFoundError):
        return "unreadable"
    return "readable"


@probe("dialing-canada")
def dialing_canada(site: Site) -> str:
    countries = site.twilio.dialing()
    if "US" not in countries:
        return "not allowed"
    return "listed apart" if "CA" in countries else "one entry"


@probe("sdk-calls")
def calls(site: Site) -> str:
    answer = site.ask_twilio("GET", _CALLS)
    if not answer.ok or not isinstance(answer["calls"], list):
        return "other keys"
    return "same keys" if all(call.keys() >= _CALL_KEYS for call in answer["calls"]) else "other keys"


@probe("subaccount-balance")
def subaccount_balance(site: Site) -> str:
    return "no balance" if site.twilio.balance() is None else "a balance"


@probe("subaccount-profile")
def subaccount_profile(site: Site) -> str:
    return "not empty" if site.twilio.profiles() else "empty"


@probe("balance-and-status")
def balance_and_status(site: Site) -> str:
    account, balance = site.twilio.account(), site.twilio.balance()
    if account is None or balance is None or account.kind == "Trial":
        raise UntriedError("Only a full account that is not a subaccount has a balance that tells something.")
    return "positive and active" if balance.amount > 0 else "not positive and active"


@probe("key-reads-account")
def key_reads_account(site: Site) -> str:
    answer = site.ask_twilio("GET", "https://api.twilio.com/2010-04-01/Accounts/{account}.json")
    return "accepted" if answer.ok else "refused"


@probe("key-reads-profiles")
def key_reads_profiles(site: Site) -> str:
    answer = site.ask_twilio("GET", "https://trusthub.twilio.com/v1/CustomerProfiles?PageSize=1")
    return "accepted" if answer.ok else "refused"
