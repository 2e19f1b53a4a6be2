"""How the tenant sends a code: through Twilio's API, with the SID, token and sender that are configured.

The sandbox calls its own Twilio API over HTTP: a wrong token or a refused text fails here as it fails in life.
"""

import re
import ssl
from dataclasses import dataclass
from urllib.parse import quote

from mfa_setup.sandbox.auth0.phone_legacy import ENROLLMENT, VERIFICATION
from mfa_setup.sandbox.auth0.state import Tenant
from mfa_setup.sandbox.site import Site

TEMPLATES = {
    "otp_enroll": (
        "{{ code | escape }} is your verification code for {{ friendly_name | escape }}. "
        "Please enter this code to verify your enrollment."
    ),
    "otp_verify": "{{ code | escape }} is your verification code for {{ friendly_name | escape }}",
}
"""The texts of the Unified Phone Experience before anyone changes them (recorded)."""

_LIQUID = re.compile(r"\{\{\s*([\w.]+)\s*(?:\|[^}]*)?\}\}")


@dataclass(frozen=True, slots=True)
class Sender:
    """Twilio as the tenant knows it.

    Attributes:
        sid: The account SID.
        token: The auth token.
        number: The From number, if one is set.
        service: The Messaging Service SID, if one is set.
    """

    sid: str
    token: str
    number: str | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message.

    Attributes:
        accepted: Whether Twilio took it; not that it arrived.
        code: Twilio's error code, or the HTTP status where it gave none.
        message: What Twilio said, or why it was not even asked.
        sid: The SID of the message.
    """

    accepted: bool
    code: int | None = None
    message: str | None = None
    sid: str | None = None


def sender(tenant: Tenant) -> Sender | None:
    """The Twilio account of the tenant's phone stack; None where there is none or it is switched off."""
    if tenant.unified:
        provider = next(iter(tenant.providers.values()), None)
        if provider is None or provider["disabled"] or provider["name"] != "twilio":
            return None
        found = provider["configuration"]
        token = tenant.provider_tokens.get(provider["id"], "")
        return Sender(found["sid"], token, found.get("default_from"), found.get("mssid"))
    twilio = tenant.legacy.twilio
    if tenant.legacy.provider != "twilio" or not twilio.get("sid"):
        # not verified: how much of the built-in sender (`auth0`) is left; the sandbox has none
        return None
    token = twilio.get("auth_token") or ""
    return Sender(twilio["sid"], token, twilio.get("from"), twilio.get("messaging_service_sid"))


async def send_sms(
    tenant: Tenant, *, to: str, body: str, channel: str = "text", user_id: str | None = None
) -> Delivery:
    """Send `body` through the tenant's Twilio; the log gets `gd_send_sms` or `gd_send_sms_failure`.

    Args:
        tenant: Whose phone stack sends.
        to: The phone.
        body: The text.
        channel: `text` or `voice`.
        user_id: Whose phone it is, where that is known.
    """
    account = sender(tenant)
    if account is None:
        result = Delivery(accepted=False, message="There is no phone provider for this tenant")
    else:
        result = await _post(tenant.site, account, to, body, channel)
    kind = "sms" if channel == "text" else "voice"
    about = {"user_id": user_id} if user_id else {}
    if result.accepted:
        tenant.log(f"gd_send_{kind}", "Guardian - Second factor sent", about, to=to, sid=result.sid)
    else:
        # `details.provider_error.errorCode` is Twilio's (sources: auth0-log-codes). not verified: the other keys
        said = {"errorCode": result.code, "message": result.message}
        error = {name: value for name, value in said.items() if value is not None}
        tenant.log(f"gd_send_{kind}_failure", f"Guardian - {result.message}", about, to=to, provider_error=error)
    return result


def code_text(tenant: Tenant, code: str, *, enrolling: bool) -> str:
    """The message that carries a code, from the template of the tenant's phone stack."""
    kind = "otp_enroll" if enrolling else "otp_verify"
    name = str(tenant.settings.get("friendly_name") or tenant.name)
    if tenant.unified:
        own = (t for t in tenant.templates.values() if t["type"] == kind and not t["disabled"])
        text = next((t.get("content", {}).get("body", {}).get("text") for t in own), None) or TEMPLATES[kind]
    else:
        message = "enrollment_message" if enrolling else "verification_message"
        text = (tenant.legacy.templates or {}).get(message) or (ENROLLMENT if enrolling else VERIFICATION)
    values = {"code": code, "friendly_name": name, "tenant.friendly_name": name, "tenant.friendlyName": name}
    return _LIQUID.sub(lambda found: values.get(found[1], ""), text)


def _trust(site: Site) -> ssl.SSLContext:
    if site.ca_file is not None:
        return ssl.create_default_context(cafile=site.ca_file)
    # Over http nothing is verified, and loading the usual authorities takes a while.
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def _post(site: Site, account: Sender, to: str, body: str, channel: str) -> Delivery:
    import httpx  # noqa: PLC0415 - a fifth of the time that a start would take, and few runs send a code

    form = {"To": to}
    if account.number:
        form["From"] = account.number
    if channel == "text":
        form |= {"Body": body} | ({"MessagingServiceSid": account.service} if account.service else {})
    else:
        form["Twiml"] = f"<Response><Say>{body}</Say></Response>"
    resource = "Messages" if channel == "text" else "Calls"
    path = f"/2010-04-01/Accounts/{quote(account.sid, safe='')}/{resource}.json"
    try:
        async with httpx.AsyncClient(base_url=site.url, trust_env=False, verify=_trust(site), timeout=10) as client:
            answer = await client.post(path, data=form, auth=(account.sid, account.token))
        said = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        return Delivery(accepted=False, message=f"{type(error).__name__}: {error}")
    if answer.is_success:
        return Delivery(accepted=True, sid=said.get("sid"))
    return Delivery(accepted=False, code=said.get("code", answer.status_code), message=said.get("message"))
